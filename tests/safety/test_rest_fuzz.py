"""Whatever a program sends, in every role: no failure of ours, and an answer of the promised shape."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from app.api import build_api
from app.office.facade import Office
from tests.api.clients import with_token
from tests.conftest import open_office

ROLES = ("employee", "manager", "buyer", "purchasing_manager", "finance", "warehouse", "sales", "analyst", "admin", "supplier")
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
LEFT_OUT = {"/ask", "/notebooks/{name}"}  # a model, a process: they have tests of their own
FUZZ = settings(
    max_examples=3,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def office(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The small demo company: forty suppliers, eight products, open approvals."""
    home = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(founded_sqlite, home, dirs_exist_ok=True)
    office = open_office(home, f"sqlite:///{home / 'daybook.db'}")
    yield office
    office.repository.close()


def described(office: Office, name: str) -> dict[str, Any]:
    """Give the description for a person, with numbers that are there wherever it asks for one."""
    told = with_token(office, name).get("/api/v1/openapi.json").json()
    person = office.as_user(name)
    numbers: dict[str, list[str]] = {}
    for spec in person.forms():
        try:
            numbers[spec.name] = [row["number"] for row in person.list(spec.name, limit=3).rows] + ["ZZ-9999"]
        except Exception:
            numbers[spec.name] = ["ZZ-9999"]
    for path, operations in told["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "number" and parameter["in"] == "path":
                    parameter["schema"] = {"enum": numbers.get(path.split("/")[1], ["ZZ-9999"])}
    for name_, schema in told["components"]["schemas"].items():
        if name_.endswith("_values"):
            fill(schema, numbers)
    return told


def fill(schema: dict[str, Any], numbers: dict[str, list[str]]) -> None:
    """Let links point to documents that are there, half of the time."""
    for field in schema["properties"].values():
        target = str(field.get("description", "")).removeprefix("number of a ")
        if target in numbers and field["type"] == ["string", "null"]:
            field.clear()
            field["anyOf"] = [{"enum": numbers[target]}, {"type": ["string", "null"]}]
        elif field.get("type") == "array" and "properties" in field.get("items", {}):
            fill(field["items"], numbers)


@pytest.mark.parametrize("place", range(len(ROLES)), ids=ROLES)
@pytest.mark.capability("INT-03")
def test_nothing_that_is_sent_breaks_the_office(office: Office, place: int) -> None:
    """Each role tries its share of the addresses; over all roles each address is tried by three."""
    name = ROLES[place]
    schema = schemathesis.openapi.from_dict(described(office, name))
    schema.app = build_api(office)
    headers = {"authorization": with_token(office, name).headers["authorization"]}
    broken: list[str] = []
    for at, found in enumerate(schema.get_all_operations()):
        operation = found.ok()
        if operation.path in LEFT_OUT or at % 3 != place % 3:
            continue

        @FUZZ
        @given(case=operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            answer = case.call(base_url="http://testserver/api/v1", headers={**dict(case.headers or {}), **headers})
            case.validate_response(answer, checks=CHECKS)

        try:
            answered()
        except (Exception, BaseExceptionGroup) as error:  # schemathesis gathers its failures in a group
            broken.append(f"{operation.method.upper()} {operation.path}: {error}"[:1500])
    assert not broken, f"{len(broken)} broken:\n" + "\n\n".join(broken[:8])

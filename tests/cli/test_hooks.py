"""Hooks on the command line: the secret is shown once, and only it lets a delivery in."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import command_line
from app.connect.hooks.signing import ID, SIGNATURE, TIME, signature
from app.core import clock
from app.core.errors import DaybookError
from app.office.facade import opened
from tests.cli.test_commands import home, said  # noqa: F401  a home of the test's own

UNITS = """import: units_in
title: {en: Units, zh: 单位}
source: {columns: [Code, Name]}
into:
  - {form: unit, fields: {code: Code, name: Name}}
"""


def test_a_hook_is_made_listed_used_and_removed(home: Path) -> None:  # noqa: F811
    (home / "site" / "imports").mkdir(parents=True)
    (home / "site" / "imports" / "units.yaml").write_text(UNITS, "utf-8")
    said("user", "add", "till", "--role", "product_manager")
    told = said("hook", "add", "rows", "till-1", "--user", "till", "--import", "units_in")
    assert "/api/v1/hooks/rows/till-1" in told
    secret = base64.b64decode(told.strip().splitlines()[-1].removeprefix("whsec_"))
    body, moment = json.dumps([{"Code": "box", "Name": "Box"}]).encode(), str(int(clock.now().timestamp()))
    headers = {ID: "1", TIME: moment, SIGNATURE: signature(secret, "1", moment, body=body)}
    kept = opened().take_delivery(("rows", "till-1"), headers=headers, body=body, read=json.loads)
    assert kept.job and not kept.repeated
    listed = said("hook", "list")
    assert "/api/v1/hooks/rows/till-1\tunits_in\ttill\t1\t" in listed and told.split()[-1] not in listed
    said("hook", "remove", "rows", "till-1")
    assert "till-1" not in said("hook", "list")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "rows", "x", "--user", "nobody", "--import", "units_in"], "nobody"),
        (["add", "cols", "x", "--user", "ann"], "no connector 'cols'"),
        (["add", "rows", "x", "--user", "ann", "--import", "nosuch"], "no import, plan or form 'nosuch'"),
        (["remove", "rows", "x"], "no hook rows/x"),
    ],
)
def test_what_can_t_be_made_or_removed_is_said(home: Path, arguments: list[str], words: str) -> None:  # noqa: F811
    said("user", "add", "ann", "--role", "admin")
    with pytest.raises(DaybookError, match=words):
        CliRunner().invoke(command_line(), ["hook", *arguments], catch_exceptions=False)

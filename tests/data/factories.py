"""Small forms, catalogues and offices for tests of the data layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.config.catalogue import Catalogue
from app.config.form_spec import (
    AccessSpec,
    CheckSpec,
    FieldAccess,
    FieldSpec,
    FillSpec,
    FormSpec,
    Grant,
    ListSpec,
    NumberSpec,
    SectionSpec,
    TableSpec,
)
from app.config.ordering import mark_followers
from app.config.organisation_spec import OrganisationSpec, RoleSpec
from app.config.settings import Settings
from app.config.shapes import shapes_of, type_of
from app.config.workflow_spec import StageSpec, WorkflowSpec
from app.core.actor import Actor
from app.core.expressions import Expression, Place, compile_expression
from app.core.words import Words
from app.data import accounts
from app.data.repository import Repository

DIGITS = {"money": 2, "price": 4, "quantity": 4, "percent": 6}
PRIMITIVES = frozenset(
    [
        "text",
        "long_text",
        "number",
        "quantity",
        "money",
        "price",
        "percent",
        "boolean",
        "date",
        "time",
        "datetime",
        "duration",
        "choice",
        "choices",
        "email",
        "phone",
        "url",
        "barcode",
        "address",
        "image",
        "files",
        "signature",
        "currency",
        "condition",
    ]
)
EXPRESSIONS = ("default", "formula", "where", "min", "max", "check", "unit")
EITHER = ("required", "readonly", "show")
PASSWORD = "correct horse battery"


def words(name: str) -> Words:
    return Words(name.replace("_", " ").capitalize(), name)


def a_field(name: str, told: Mapping[str, Any]) -> FieldSpec:
    """A field from the options of the language; expressions stay texts until `a_catalogue` compiles them."""
    options = dict(told)
    kind = options.pop("type")
    if "options" in options:
        options["options"] = {each: words(each) for each in options["options"]}
    if "unique" in options:
        options["unique"] = () if options["unique"] is True else tuple(options["unique"])
    if isinstance(options.get("message"), str):
        options["message"] = Words(options["message"])
    link = None if kind in PRIMITIVES else kind
    return FieldSpec(
        name, kind, words(name), link=link, decimals=options.pop("decimals", DIGITS.get(kind, 0)), **options
    )


def fields(told: Mapping[str, Any]) -> dict[str, FieldSpec]:
    return {name: a_field(name, {"type": each} if isinstance(each, str) else each) for name, each in told.items()}


def a_table(name: str, told: Mapping[str, Any]) -> TableSpec:
    options = dict(told)
    own = fields(options.pop("fields", {}))
    checks = tuple(CheckSpec(each, Words(f"Not so: {each}")) for each in options.pop("checks", ()))
    return TableSpec(name, words(name), own, checks=checks, **options)  # type: ignore[arg-type]


def grant(told: Any) -> Grant:
    if isinstance(told, str):
        return Grant(person=told[1:]) if told.startswith("@") else Grant(role=told)
    return Grant(role=told.get("role"), person=told.get("person"), where=told.get("where"))


def access(told: Mapping[str, Any]) -> AccessSpec:
    hidden = told.get("fields", {})
    verbs = {verb: tuple(map(grant, grants)) for verb, grants in told.items() if verb != "fields"}
    return AccessSpec(
        verbs,
        {
            name: FieldAccess(
                tuple(map(grant, each["view"])) if "view" in each else None,
                tuple(map(grant, each["edit"])) if "edit" in each else None,
                each.get("mask", "hidden"),
            )
            for name, each in hidden.items()
        },
    )


def a_form(
    name: str,
    told_fields: Mapping[str, Any],
    *,
    lines: Mapping[str, Any] | None = None,
    tables: Mapping[str, Any] | None = None,
    totals: Mapping[str, Any] | None = None,
    **options: Any,
) -> FormSpec:
    """A form told as in YAML: `a_form("request", {"reason": "text"}, lines={...}, access={"view": ["everyone"]})`."""
    all_tables = dict(tables or {})
    if lines is not None:
        all_tables["lines"] = {"fields": lines}
    who = options.pop("access", {"view": ["everyone"], "create": ["everyone"], "delete": ["everyone"]})
    checks = tuple(
        CheckSpec(*each) if isinstance(each, tuple) else CheckSpec(each, Words(f"Not so: {each}"))
        for each in options.pop("checks", ())
    )
    number = options.pop("number", None)
    columns = options.pop("columns", ())
    return FormSpec(
        name,
        words(name),
        "test",
        access(who),
        fields(told_fields),
        tables={key: a_table(key, each) for key, each in all_tables.items()},
        totals={key: replace(each, total=True) for key, each in fields(totals or {}).items()},
        checks=checks,
        list=ListSpec(tuple(columns)),
        number=NumberSpec(number)
        if number
        else None
        if "key" in options
        else NumberSpec(f"{name[:1].upper()}-{{seq:5}}"),
        **options,
    )


def a_catalogue(
    *forms: FormSpec, workflows: tuple[WorkflowSpec, ...] = (), version: str = "1", roles: tuple[str, ...] = ()
) -> Catalogue:
    """A catalogue of forms, their expressions compiled."""
    stages = {flow.form: tuple(flow.stages) for flow in workflows}
    known = {form.name: replace(form, stages=stages.get(form.name, form.stages)) for form in forms}
    shapes = shapes_of(known)
    ready = {name: mark_followers(Compiler(form, shapes).form_spec())[0] for name, form in known.items()}
    organisation = OrganisationSpec(roles={role: RoleSpec(role, words(role)) for role in roles})
    return Catalogue(version, organisation, forms=ready, workflows={flow.name: flow for flow in workflows})


class Compiler:
    """Compiles the expressions of one form where they stand."""

    def __init__(self, form: FormSpec, shapes: Mapping[str, Any]) -> None:
        self.form = form
        self.shapes = shapes

    def made(self, text: Any, *, table: str | None = None, candidate: str | None = None, expect: Any = None) -> Any:
        if not isinstance(text, str):
            return text
        place = Place(self.form.name, table=table, candidate=candidate)
        return compile_expression(text, place=place, shapes=self.shapes, expect=expect)

    def form_spec(self) -> FormSpec:
        form = self.form
        return replace(
            form,
            fields=self.fields(form.fields),
            totals=self.fields(form.totals),
            tables={name: self.table(each) for name, each in form.tables.items()},
            checks=tuple(replace(each, check=self.made(each.check), when=self.made(each.when)) for each in form.checks),
            access=self.access(),
            sections={name: replace(each, show=self.made(each.show)) for name, each in form.sections.items()},
        )

    def table(self, table: TableSpec) -> TableSpec:
        checks = tuple(replace(each, check=self.made(each.check, table=table.name)) for each in table.checks)
        return replace(
            table,
            fields=self.fields(table.fields, table.name),
            checks=checks,
            show=self.made(table.show),
            fill=self.fill(table.fill),
        )

    def fill(self, fill: FillSpec | None) -> FillSpec | None:
        return fill

    def fields(self, specs: Mapping[str, FieldSpec], table: str | None = None) -> dict[str, FieldSpec]:
        return {name: self.field(spec, table) for name, spec in specs.items()}

    def field(self, spec: FieldSpec, table: str | None) -> FieldSpec:
        changes: dict[str, Any] = {key: self.made(getattr(spec, key), table=table) for key in EITHER}
        for key in EXPRESSIONS:
            candidate = spec.link if key == "where" else None
            expect = type_of(spec) if key in ("default", "formula") else None
            changes[key] = self.made(getattr(spec, key), table=table, candidate=candidate, expect=expect)
        return replace(spec, **changes)

    def access(self) -> AccessSpec:
        def ready(grants: tuple[Grant, ...] | None) -> tuple[Grant, ...] | None:
            return None if grants is None else tuple(replace(each, where=self.made(each.where)) for each in grants)

        given = self.form.access
        return AccessSpec(
            {verb: ready(grants) or () for verb, grants in given.verbs.items()},
            {name: replace(each, view=ready(each.view), edit=ready(each.edit)) for name, each in given.fields.items()},
        )


def a_workflow(form: str, **stages: Any) -> WorkflowSpec:
    """A workflow of stages told as `draft={"meaning": "not_begun", "editable": True}`."""
    made = {name: StageSpec(name, words(name), **told) for name, told in stages.items()}
    return WorkflowSpec(form, form, words(form), made, start=next(iter(stages)))


def a_section(name: str, *names: str, show: Any = True) -> SectionSpec:
    return SectionSpec(name, words(name), names, show=show)


OPENED: list[Repository] = []


def a_repository(url: str, catalogue: Catalogue, *, home: Path | None = None) -> Repository:
    """An open office in a database, with the forms of a catalogue; closed when the test ends."""
    folder = home or Path(url.split("///")[-1]).parent
    repository = Repository.open(Settings(home=folder, secret_key="test", database_url=url), catalogue)
    OPENED.append(repository)
    return repository


def a_person(repository: Repository, name: str, *roles: str) -> Actor:
    """Somebody who can act, with roles."""
    from app.core.actor import SYSTEM

    with repository.transaction(SYSTEM) as tx:
        accounts.create_account(tx, name, title=name.capitalize(), password=PASSWORD, roles=roles)
    return accounts.actor_named(repository, name)


def text_of(expression: Expression | None) -> str:
    return expression.text if expression else ""

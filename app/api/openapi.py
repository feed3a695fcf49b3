"""OpenAPI 3.1 made of the forms, at request time: a form that was published a second ago is in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from app.api.reading import LIMIT, LIMIT_MOST
from app.api.work import DECISIONS
from app.config.form_spec import FieldSpec, FormSpec, TableSpec
from app.data.filters import OPERATORS
from app.office.facade import Office

DECIMALS = frozenset({"number", "quantity", "money", "price", "percent"})
FORMATS = {
    "date": "date",
    "datetime": "date-time",
    "time": "time",
    "duration": "duration",
    "email": "email",
    "url": "uri",
}
Schema = dict[str, Any]


def describe(office: Office, locale: str) -> Schema:
    """Give the document of the API for the forms that this person may use."""
    forms = office.forms()
    schemas: Schema = {"Problem": PROBLEM, "Hidden": HIDDEN}
    paths = _fixed_paths()
    for spec in forms:
        schemas[spec.name] = _document(spec, locale, reading=True, hidden=office.hidden_fields(spec.name))
        schemas[f"{spec.name}_values"] = _document(spec, locale, reading=False)
        paths |= _form_paths(spec, locale, actions=_actions(office, spec))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Daybook", "version": office.catalogue.version},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "security": [{"token": []}, {"session": []}],
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


SECURITY: Schema = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "daybook_session"},
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "hint": {"type": "string"},
        "field": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "object"}},
    },
}
HIDDEN: Schema = {
    "type": "object",
    "title": "Hidden by your rights",
    "required": ["masked"],
    "properties": {"masked": {"type": "string", "description": "what others see of it, such as ***1234"}},
}
KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
FILE: Schema = {"name": "file", "in": "path", "required": True, "schema": {"type": "string"}}
WHAT: list[Schema] = [
    {"name": "what", "in": "path", "required": True, "schema": {"type": "string"}},
    {"name": "dry_run", "in": "query", "required": False, "schema": {"type": "boolean"}},
    {"name": "existing", "in": "query", "required": False, "schema": {"enum": ["leave", "update"]}},
]
RUN: Schema = {"name": "run", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
Q: Schema = {"name": "q", "in": "query", "required": False, "schema": {"type": "string"}}
ACCESS: list[Schema] = [
    *({"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in ("account", "form", "number")),
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
    {"name": "after", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0}},
]
NUMBER: Schema = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}


def _document(spec: FormSpec, locale: str, *, reading: bool, hidden: Collection[str] = ()) -> Schema:
    fields = [each for each in spec.header.values() if reading or not each.computed]
    properties: Schema = {each.name: _field(each, locale, hidden=each.name in hidden) for each in fields}
    properties |= {
        table.name: {"type": "array", "items": _row(table, locale, reading, hidden), "title": table.title.say(locale)}
        for table in spec.tables.values()
    }
    if reading:
        texts = ("form", "number", "stage", "stage_since", "created_at", "created_by", "changed_at", "changed_by")
        properties = {name: {"type": "string"} for name in texts} | {"version": {"type": "integer"}} | properties
    return {"type": "object", "title": spec.title.say(locale), "properties": properties}


def _row(table: TableSpec, locale: str, reading: bool, hidden: Collection[str]) -> Schema:
    fields = [each for each in table.fields.values() if reading or not each.computed]
    properties: Schema = {"line_no": {"type": "integer"}} | {
        each.name: _field(each, locale, hidden=f"{table.name}.{each.name}" in hidden) for each in fields
    }
    if not reading:
        properties["delete"] = {"type": "boolean"}
    return {"type": "object", "properties": properties}


def _field(spec: FieldSpec, locale: str, *, hidden: bool = False) -> Schema:
    """Give the schema of a field; one that this person may not always see may come as its mask."""
    kind = _kind(spec)
    found: Schema = {"type": [kind.pop("type"), "null"], "title": spec.label.say(locale)} | kind
    if spec.options and "enum" in found:
        found["enum"] = [*found["enum"], None]
    if spec.computed:
        found["readOnly"] = True
    return {"anyOf": [found, _ref("Hidden")]} if hidden else found


def _kind(spec: FieldSpec) -> Schema:
    if spec.type in DECIMALS:
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
    if spec.type == "choice":
        return {"type": "string", "enum": list(spec.options)}
    if spec.many or spec.type in ("choices", "files"):
        return {"type": "array", "items": {"type": "string"}}
    if spec.type in ("boolean", "address"):
        return {"type": "boolean" if spec.type == "boolean" else "object"}
    found: Schema = {"type": "string"}
    if spec.type in FORMATS:
        found["format"] = FORMATS[spec.type]
    return found | ({"description": f"number of a {spec.link}"} if spec.link else {})


def _form_paths(spec: FormSpec, locale: str, *, actions: Sequence[str]) -> Schema:
    title, one = spec.title.say(locale), f"/{spec.name}/{{number}}"
    paths = {
        f"/{spec.name}": {
            "get": _operation(f"{title}: list", 200, parameters=_list_parameters(spec), schema=_page(spec)),
            "post": _operation(
                f"{title}: create", 201, parameters=[KEY], body=f"{spec.name}_values", schema=_ref(spec.name)
            ),
        },
        one: {
            "get": _operation(f"{title}: read", 200, parameters=[NUMBER], schema=_ref(spec.name)),
            "patch": _operation(
                f"{title}: change",
                200,
                parameters=[NUMBER, MATCH, KEY],
                body=f"{spec.name}_values",
                schema=_ref(spec.name),
            ),
            "delete": _operation(f"{title}: delete", 204, parameters=[NUMBER, MATCH]),
        },
        f"{one}/history": {"get": _operation(f"{title}: history", 200, parameters=[NUMBER], schema=ITEMS)},
    }
    for action in actions:
        paths[f"{one}/{action}"] = {
            "post": _operation(
                f"{title}: {action}", 200, parameters=[NUMBER, MATCH, KEY], body="", schema=_ref(spec.name)
            )
        }
    return paths


def _actions(office: Office, spec: FormSpec) -> list[str]:
    workflow = office.catalogue.workflow_of(spec.name)
    if workflow is None:
        return ["archive", "restore"]
    named = {name for stage in workflow.stages.values() for name in stage.actions}
    approvals = any(stage.approval for stage in workflow.stages.values())
    return sorted(named | ({"submit", "withdraw"} if approvals else set()))


ITEMS: Schema = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {}}}}
ANY: Schema = {"type": "object"}


def _query(name: str, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": description}


OPEN: Schema = {"security": []}  # the signature of a delivery lets it in
HOOK: list[Schema] = [
    {"name": name, "in": place, "required": True, "schema": {"type": "string"}}
    for name, place in (
        ("connector", "path"),
        ("shop", "path"),
        ("webhook-id", "header"),
        ("webhook-timestamp", "header"),
        ("webhook-signature", "header"),
    )
]
METRIC: list[Schema] = [
    {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
    _query("by", "dimensions with commas between, also day, week, month, quarter, year"),
    _query("where", "an expression over the rows that are counted"),
    _query("period", "2026, 2026-q1, 2026-03, 2026-01-01..2026-03-31, last month, last 30 days"),
    _query("sort", "value, or a dimension; with - in front the greatest first"),
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1}},
]
FIGURES: Schema = {
    "type": "object",
    "required": ["metric", "unit", "as_of", "period", "columns", "rows", "cut"],
    "properties": {
        "metric": {"type": "string"},
        "unit": {"enum": ["number", "money", "percent", "days", "duration"]},
        "as_of": {"type": "string", "format": "date-time"},
        "period": {"type": ["array", "null"], "items": {"type": "string", "format": "date"}},
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "object"}},
        "cut": {"type": "boolean"},
    },
}


def _page(spec: FormSpec) -> Schema:
    return {
        "type": "object",
        "required": ["items", "next", "count"],
        "properties": {
            "items": {"type": "array", "items": {"type": "object"}},
            "next": {"type": ["string", "null"]},
            "count": {"type": "object"},
            "sums": {"type": "object"},
        },
    }


def _list_parameters(spec: FormSpec) -> list[Schema]:
    def query(name: str, schema: Schema, description: str = "") -> Schema:
        return {"name": name, "in": "query", "required": False, "schema": schema} | (
            {"description": description} if description else {}
        )

    filters = f"also field[operator] with one of {', '.join(OPERATORS)}"
    return [
        query("limit", {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT}),
        query("after", {"type": "string"}),
        query("sort", {"type": "string"}, "field, or -field for the greatest first"),
        query("search", {"type": "string"}),
        query("columns", {"type": "string"}),
        query("sums", {"type": "string"}, "figures to add up over the whole filter"),
        query("where", {"type": "string"}, "an expression over the fields"),
        query("view", {"type": "string"}),
        query("number", {"type": "string"}, filters),
    ]


def _operation(
    summary: str,
    status: int,
    *,
    parameters: Sequence[Schema] = (),
    body: str | None = None,
    schema: Schema | None = None,
) -> Schema:
    answer: Schema = {"description": "done"}
    if schema is not None:
        answer["content"] = {"application/json": {"schema": schema}}
    found: Schema = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            str(status): answer,
            "4XX": {"description": "problem", "content": {"application/problem+json": {"schema": _ref("Problem")}}},
        },
    }
    if body is not None:
        found["requestBody"] = {"content": {"application/json": {"schema": _ref(body) if body else ANY}}}
    return found


def _upload(summary: str = "Keep a file", status: int = 201, parameters: Sequence[Schema] = ()) -> Schema:
    found = _operation(summary, status, schema=ANY, parameters=parameters)
    parts = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    return found | {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": parts}}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _fixed_paths() -> Schema:
    sql = {
        "type": "object",
        "required": ["sql"],
        "properties": {"sql": {"type": "string"}, "limit": {"type": "integer", "minimum": 1}},
    }
    task = [
        {"name": "task", "in": "path", "required": True, "schema": {"type": "integer"}},
        {
            "name": "decision",
            "in": "path",
            "required": True,
            "schema": {"enum": list(DECISIONS)},
        },
        MATCH,
        KEY,
    ]
    paths = {
        "/forms": {"get": _operation("Forms", 200, schema=ITEMS)},
        "/forms/{form}": {
            "get": _operation(
                "One form",
                200,
                schema=ANY,
                parameters=[{"name": "form", "in": "path", "required": True, "schema": {"type": "string"}}],
            )
        },
        "/me": {"get": _operation("Who I am", 200, schema=ANY)},
        "/files": {"post": _upload()},
        "/imports": {"get": _operation("My imports", 200, schema=ITEMS)},
        "/imports/{what}": {"post": _upload("Import a file", 202, WHAT)},
        "/imports/{run}/undo": {"post": _operation("Take an import back", 200, schema=ANY, parameters=[RUN])},
        "/files/{file}": {"get": _operation("A kept file", 200, parameters=[FILE])},
        "/search": {"get": _operation("Search", 200, schema=ITEMS, parameters=[Q])},
        "/access": {"get": _operation("Who read what is sensitive", 200, schema=ITEMS, parameters=ACCESS)},
        "/inbox": {"get": _operation("What waits for me", 200, schema=ITEMS)},
        "/inbox/{task}/{decision}": {"post": _operation("Decide", 200, parameters=task, body="", schema=ANY)},
        "/ask": {"post": _operation("Ask the assistant", 200, body="", schema=ANY)},
        "/ask/confirm": {"post": _operation("Make what was proposed", 201, body="", schema=ANY)},
        "/sql": {"post": _operation("Free SQL", 200, body="", schema=ANY)},
        "/metrics": {"get": _operation("Metrics", 200, schema=ITEMS)},
        "/hooks/{connector}/{shop}": {"post": _operation("Deliver", 202, body="", schema=ANY, parameters=HOOK) | OPEN},
        "/metrics/{name}": {"get": _operation("One metric", 200, schema=FIGURES, parameters=METRIC)},
    }
    paths["/sql"]["post"]["requestBody"]["content"]["application/json"]["schema"] = sql
    return paths

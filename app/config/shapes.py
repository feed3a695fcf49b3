"""What expressions know of forms: the type of each field, line table, stage and person."""

from __future__ import annotations

from collections.abc import Mapping

from app.config.field_types import FILES, TYPES
from app.config.form_spec import FieldSpec, FormSpec
from app.core.expressions import Shape, Type

TEXT, NUMBER, DATETIME, ANY = Type("text"), Type("number"), Type("datetime"), Type("any")
USER = Type("link", form="user")
STANDARD: Mapping[str, Type] = {
    "number": TEXT,
    "stage_since": DATETIME,
    "created_at": DATETIME,
    "created_by": USER,
    "changed_at": DATETIME,
    "changed_by": USER,
}
ACCOUNT: Mapping[str, Type] = {"number": TEXT, "title": TEXT, "locale": TEXT}


def type_of(spec: FieldSpec) -> Type:
    """Give the type that a field's value has in expressions."""
    if spec.link:
        one = Type("link", form=spec.link)
    elif spec.type not in TYPES:
        return ANY
    elif spec.type == "address":
        return Type("row", form="address")
    else:
        one = Type(TYPES[spec.type].kind, options=tuple(spec.options))
    listed = spec.many or (spec.type in FILES and spec.type != "signature")
    return Type("list", item=one) if listed else one


def shapes_of(forms: Mapping[str, FormSpec]) -> dict[str, Shape]:
    """Give the shape of each form, and of `user`: an account with the fields of its employee."""
    shapes = {form.name: shape_of(form, forms) for form in forms.values()}
    employee = shapes.get("employee")
    fields = {**(employee.fields if employee else {}), **ACCOUNT}
    shapes["user"] = Shape("user", fields, dict(employee.tables) if employee else {})
    return shapes


def shape_of(form: FormSpec, forms: Mapping[str, FormSpec]) -> Shape:
    """Give the shape of one form."""
    stage = Type("choice", options=form.stages)
    fields = {**STANDARD, "stage": stage, **{spec.name: type_of(spec) for spec in form.header.values()}}
    tables = {}
    for table in form.tables.values():
        rows = forms[table.rows].fields if table.rows and table.rows in forms else table.fields
        tables[table.name] = {"line_no": NUMBER, **{spec.name: type_of(spec) for spec in rows.values()}}
    return Shape(form.name, fields, tables, form.stages, form.tree)

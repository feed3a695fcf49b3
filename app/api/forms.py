"""What forms there are and how they look: for programs that draw or fill them in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from app.api.auth import needs
from app.api.problems import locale_of
from app.config.form_spec import FieldSpec, FormSpec, TableSpec
from app.core.words import Words
from app.office.facade import Office

router = APIRouter(prefix="/forms")


@router.get("")
def forms(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List the forms that the caller may see or fill in."""
    locale = locale_of(request)
    return JSONResponse(
        {"items": [brief(spec, locale) for spec in office.forms()], "version": office.catalogue.version}
    )


@router.get("/{form}")
def form(form: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Describe one form: fields, line tables, totals, stages."""
    return JSONResponse(described(office.form(form), locale_of(request), office))


def brief(spec: FormSpec, locale: str) -> dict[str, Any]:
    """Give the name, title and area of a form."""
    return {
        "name": spec.name,
        "title": spec.title.say(locale),
        "area": spec.area,
        "icon": spec.icon,
        "help": spec.help.say(locale),
    }


def described(spec: FormSpec, locale: str, office: Office) -> dict[str, Any]:
    """Give all that a program needs to fill in a form."""
    stages = [{"name": name, "title": office.catalogue.label(name).say(locale)} for name in spec.stages]
    return brief(spec, locale) | {
        "fields": [_field(each, locale) for each in spec.header.values()],
        "tables": [_table(each, locale) for each in spec.tables.values()],
        "stages": stages,
        "list": list(spec.list.columns),
        "key": spec.key,
        "number": spec.number.pattern if spec.number else None,
    }


def _table(table: TableSpec, locale: str) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title.say(locale),
        "least": table.least,
        "most": table.most,
        "rows": table.rows,
        "by": table.by,
        "fields": [_field(each, locale) for each in table.fields.values()],
    }


def _field(spec: FieldSpec, locale: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": spec.name,
        "type": spec.type,
        "label": spec.label.say(locale),
        "computed": spec.computed,
    }
    for name in ("required", "readonly", "show"):
        condition = getattr(spec, name)
        found[name] = condition if isinstance(condition, bool) else condition.text
    for name in ("default", "formula", "where", "min", "max"):
        expression = getattr(spec, name)
        if expression is not None:
            found[name] = expression.text
    return found | _extras(spec, locale)


def _extras(spec: FieldSpec, locale: str) -> dict[str, Any]:
    found: dict[str, Any] = {"many": True} if spec.many else {}
    if spec.options:
        found["options"] = [{"name": name, "title": words.say(locale)} for name, words in spec.options.items()]
    if spec.link:
        found["link"] = spec.link
    for name in ("help", "placeholder"):
        words: Words = getattr(spec, name)
        if words:
            found[name] = words.say(locale)
    return found

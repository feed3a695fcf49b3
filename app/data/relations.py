"""What stands around a document: its history, what it links to and what links to it, what its fields offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from app.config.form_spec import FieldSpec
from app.core.errors import NotFound
from app.core.expressions import ExpressionError
from app.core.links import Link
from app.core.words import Words
from app.data import access, audit, rights
from app.data.audit import AuditEntry
from app.data.changing import changed_work, known_plan, new_work, visible
from app.data.computing import Work, candidate_scope, links_in
from app.data.document import Document
from app.data.filters import search_sql
from app.data.kinds import kind_of, linked_form
from app.data.names import ACCOUNT, condition_sql
from app.data.plan import FormPlan
from app.data.reading import load, load_by_number, plan_for
from app.data.services import services_of
from app.data.statements import LinkReader
from app.data.transaction import Transaction

OFFERED = 20
SHOWN = 50


@dataclass(frozen=True)
class LinkedGroup:
    """Documents of one form that a document links to (`out`) or that link to it, newest first."""

    form: str
    field: str  # `supplier`, `lines.product`
    out: bool
    links: tuple[Link, ...]
    count: int


def history(tx: Transaction, form: str, number: str) -> list[AuditEntry]:
    """Give what happened to a document, oldest first; what this person may not see is left out."""
    plan = known_plan(tx, form)
    document = visible(tx, plan, load_by_number(tx, form, number))
    entries = audit.read_entries(tx, form, document.id)
    if not tx.is_system and rights.has_hidden(tx, form):
        entries = [replace(entry, diff=_visible_diff(tx, plan, entry.diff, document)) for entry in entries]
    access.note_fields(tx, form, number, _told(plan, entries))
    return entries


def _told(plan: FormPlan, entries: Sequence[AuditEntry]) -> set[str]:
    """Give the fields whose values a history tells, `salary`, `lines.cost`."""
    told = set()
    for name, change in (item for entry in entries for item in entry.diff.items()):
        lines = change.values() if name in plan.lines and isinstance(change, Mapping) else ()
        told |= {f"{name}.{field}" for fields in lines if isinstance(fields, Mapping) for field in fields} or {name}
    return told


def _visible_diff(tx: Transaction, plan: FormPlan, diff: Mapping[str, Any], document: Document) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, change in diff.items():
        if name in plan.lines and isinstance(change, Mapping):
            shown[name] = {line: _visible_line(tx, plan, name, fields, document) for line, fields in change.items()}
        elif name not in plan.header or rights.sees(tx, plan.form, name, document):
            shown[name] = change
    return shown


def _visible_line(tx: Transaction, plan: FormPlan, table: str, fields: Any, document: Document) -> Any:
    if not isinstance(fields, Mapping):
        return fields
    known = plan.lines[table].fields
    return {
        name: change
        for name, change in fields.items()
        if name not in known or rights.sees(tx, plan.form, f"{table}.{name}", document)
    }


def as_of(tx: Transaction, form: str, number: str, at: datetime | int) -> dict[str, Any]:
    """Give a document as it stood at a time, or in a version.

    The values are JSON's: {field: value, table: {line_no: {field: value}}}.
    """
    state = audit.state_of(history(tx, form, number), at)
    if not state:
        raise NotFound(thing=Words(f"{form} {number}", f"{number}"))
    return state


def linked(tx: Transaction, document: Document) -> list[LinkedGroup]:
    """Give the documents that this one links to, and those that link to it, as far as this person may see them."""
    plan = plan_for(tx, document.form)
    groups = [
        group
        for table, spec in plan.links
        if linked_form(spec) != "user" and (group := _outgoing(tx, document, table, spec))
    ]
    for form in tx.catalogue.forms.values():
        if not rights.may(tx, form.name, "view"):
            continue
        for table, spec in plan_for(tx, form.name).links:
            if (
                linked_form(spec) == document.form
                and spec.kept
                and (group := _incoming(tx, document, form.name, table=table, spec=spec))
            ):
                groups.append(group)
    return groups


def _outgoing(tx: Transaction, document: Document, table: str | None, spec: FieldSpec) -> LinkedGroup | None:
    name = f"{table}.{spec.name}" if table else spec.name
    if not rights.sees(tx, document.form, name, document):
        return None
    access.note_fields(tx, document.form, document.number, [name])
    rows = [document] if table is None else document[table]
    found = dict.fromkeys(link for row in rows for link in links_in(row.get(spec.name)) if _opens(tx, link))
    return LinkedGroup(linked_form(spec), name, True, tuple(found)[:SHOWN], len(found)) if found else None


def _opens(tx: Transaction, link: Link) -> bool:
    document = load(tx, link.form, link.id)
    return document is not None and document["deleted_at"] is None and rights.may(tx, link.form, "view", document)


def _incoming(
    tx: Transaction, document: Document, form: str, *, table: str | None, spec: FieldSpec
) -> LinkedGroup | None:
    name = f"{table}.{spec.name}" if table else spec.name
    if name not in rights.shown_fields(tx, form):
        return None
    tables = tx.registry.forms[form]
    rows = tables.table
    condition = and_(
        rows.c.deleted_at.is_(None), rights.fence(tx, form), _points_to(tables, table, spec, key=document.id)
    )
    reader = LinkReader(tx.catalogue, form, alias="t")
    columns = [rows.c.id, *(rows.c[each] for each in (reader.number, *reader.names))]
    found = tx.connection.execute(select(*columns).where(condition).order_by(rows.c.id.desc()).limit(SHOWN)).all()
    count = (
        len(found)
        if len(found) < SHOWN
        else tx.connection.scalar(select(func.count()).select_from(rows).where(condition)) or 0
    )
    return (
        LinkedGroup(form, name, False, tuple(reader.read(row[0], tuple(row[1:])) for row in found), count)
        if found
        else None
    )


def _points_to(tables: Any, table: str | None, spec: FieldSpec, *, key: int) -> ColumnElement[bool]:
    rows = tables.table
    if (table, spec.name) in tables.links:
        links = tables.links[(table, spec.name)]
        owners = select(links.c.parent_id).where(links.c.target_id == key)
        if table is None:
            return rows.c.id.in_(owners)
        line = tables.lines[table]
        return rows.c.id.in_(select(line.c.parent_id).where(line.c.id.in_(owners)))
    if table is None:
        return rows.c[spec.name] == key
    line = tables.lines[table]
    return rows.c.id.in_(select(line.c.parent_id).where(line.c[spec.name] == key))


def lookup(
    tx: Transaction,
    form: str,
    field: str,
    text: str = "",
    *,
    values: Mapping[str, Any] | None = None,
    number: str | None = None,
) -> list[Link]:
    """Give what a link field offers for a typed text: `supplier`, `lines.product`, `lines.2.variant`.

    `values` is what the person typed so far; the field's `where` and the person's rights decide.
    """
    plan = known_plan(tx, form)
    table, line_no, spec = _field(plan, field)
    work = _typed(tx, plan, values or {}, number)
    line = (
        next((row for row in work.document.tables.get(table or "", ()) if row["line_no"] == line_no), {})
        if table
        else None
    )
    if linked_form(spec) == "user":
        return _people(work, spec, text, line)
    return _documents(work, spec, text, line)


def offers(tx: Transaction, form: str, field: str, text: str = "") -> list[Link]:
    """Give what a list can be filtered by in a link field: documents this person may see, people named in the list."""
    plan = known_plan(tx, form)
    spec = rights.spec_at(plan.spec, field) if field in rights.shown_fields(tx, form) else None
    if spec is None or kind_of(spec) != "link":
        raise NotFound(thing=Words(f"field '{field[:60]}'", f"字段“{field[:60]}”"))
    target = linked_form(spec)
    if target != "user":
        return _candidates(tx, target, text)[:OFFERED]
    rows = tx.registry.forms[form].table
    named = select(rows.c[spec.name]).where(rows.c.deleted_at.is_(None), rights.fence(tx, form))
    return _accounts(tx, text, ACCOUNT.c.id.in_(named))[:OFFERED]


def _field(plan: FormPlan, field: str) -> tuple[str | None, int | None, FieldSpec]:
    parts = field.split(".")
    table = parts[0] if len(parts) > 1 and parts[0] in plan.lines else None
    fields = plan.fields(table)
    spec = fields.get(parts[-1])
    if spec is None or kind_of(spec) not in ("link", "links") or len(parts) > (3 if table else 1):
        raise NotFound(thing=Words(f"field '{field[:60]}'", f"字段“{field[:60]}”"))
    return table, int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else None, spec


def _typed(tx: Transaction, plan: FormPlan, values: Mapping[str, Any], number: str | None) -> Work:
    if number is None:
        rights.require(tx, plan.form, "create")
        return new_work(tx, plan, values, stage=plan.start)
    before = visible(tx, plan, load_by_number(tx, plan.form, number))
    return changed_work(tx, plan, before, changes=values)[0]


def _documents(work: Work, spec: FieldSpec, text: str, line: dict[str, Any] | None) -> list[Link]:
    tx, form = work.tx, linked_form(spec)
    parts: list[Any] = []
    python = False
    if spec.where is not None:
        try:
            parts.append(condition_sql(tx, form, spec.where, this=work.document, line=line))
        except ExpressionError:
            python = True  # what the database can't answer is asked of each candidate
    found = _candidates(tx, form, text, *parts, most=500 if python else OFFERED)
    return [link for link in found if not python or _fits(work, spec, link, line)][:OFFERED]


def _candidates(tx: Transaction, form: str, text: str, *parts: Any, most: int = OFFERED) -> list[Link]:
    """Give the documents of a form that this person may see and that fit a typed text."""
    rows = tx.registry.forms[form].table
    reader = LinkReader(tx.catalogue, form, alias="t")
    wanted: list[Any] = [rows.c.deleted_at.is_(None), rights.fence(tx, form), *parts]
    if text.strip():
        begins = func.lower(rows.c.number).startswith(text.strip().lower()[:100], autoescape=True)
        wanted.append(or_(begins, search_sql(tx, form, text, rows=rows)))
    columns = [rows.c.id, *(rows.c[each] for each in (reader.number, *reader.names))]
    statement = select(*columns).where(and_(true(), *wanted)).order_by(rows.c.number).limit(most)
    return [reader.read(row[0], tuple(row[1:])) for row in tx.connection.execute(statement)]


def _fits(work: Work, spec: FieldSpec, link: Link, line: dict[str, Any] | None) -> bool:
    candidate = services_of(work.tx).follow(link)
    return spec.where is None or spec.where.met(candidate_scope(work, candidate, line))


def _people(work: Work, spec: FieldSpec, text: str, line: dict[str, Any] | None) -> list[Link]:
    return [link for link in _accounts(work.tx, text, ACCOUNT.c.active.is_(True)) if _fits(work, spec, link, line)][:OFFERED]


def _accounts(tx: Transaction, text: str, *only: Any) -> list[Link]:
    wanted = text.strip().lower()[:100]
    parts: list[Any] = [ACCOUNT.c.id != 0, *only]
    if wanted:
        parts.append(
            or_(
                func.lower(ACCOUNT.c.name).contains(wanted, autoescape=True),
                func.lower(ACCOUNT.c.title).contains(wanted, autoescape=True),
            )
        )
    statement = select(ACCOUNT.c.id, ACCOUNT.c.name, ACCOUNT.c.title).where(*parts).order_by(ACCOUNT.c.title).limit(500)
    return [Link("user", *row) for row in tx.connection.execute(statement)]

"""Who may see and do what. One fence for every door: the same grants as SQL for sets and as Python for one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from app.config.form_spec import FieldSpec, FormSpec, Grant
from app.core.actions import functions
from app.core.errors import NotAllowed
from app.core.expressions import Expression, Scope
from app.core.links import Link
from app.core.words import Words
from app.data.computing import links_in
from app.data.kinds import kind_of, linked_form
from app.data.masks import mask
from app.data.names import condition_sql, path_sql
from app.data.reading import plan_for
from app.data.services import services_of
from app.data.system_tables import DocumentGrant
from app.data.transaction import Transaction
from app.data.values import Masked

Verb = Literal["view", "create", "edit", "delete", "export", "import", "print"]
FALLBACK = {"edit": "create", "export": "view", "print": "view"}
ACTS = {
    "view": Words("open", "查看"),
    "create": Words("create", "新建"),
    "edit": Words("change", "修改"),
    "delete": Words("delete", "删除"),
    "export": Words("export", "导出"),
    "import": Words("import", "导入"),
    "print": Words("print", "打印"),
}
GRANTED = DocumentGrant.__table__  # type: ignore[attr-defined]
EVERYTHING = true()


@dataclass(frozen=True)
class Pass:
    """One way in for one person: for all rows, by a person field, under a condition, within a record of a role."""

    person: str | None = None
    where: Expression | None = None
    within: tuple[tuple[str, int], ...] = ()

    @cached_property
    def open(self) -> bool:
        """Tell whether it holds for every row."""
        return self.person is None and self.where is None and not self.within

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """Give the fields of the reader that its condition compares with."""
        reads = self.where.reads if self.where is not None else ()
        return tuple(name.split(".")[1] for name in reads if name.startswith("me."))


def grants_of(spec: FormSpec, verb: str) -> tuple[Grant, ...]:
    """Give who may do something; edit falls back to create, export and print to view."""
    found = spec.access.verbs.get(verb)
    if found is None and verb in FALLBACK:
        return grants_of(spec, FALLBACK[verb])
    if verb == "view" and found is None:
        return spec.access.verbs.get("create", ())
    return found or ()


def passes(tx: Transaction, form: str, verb: str) -> tuple[Pass, ...]:
    """Give each way in that this person's roles open; worked out once per registry and set of roles."""
    spec = tx.catalogue.forms[form]
    key = ("passes", form, verb, tx.actor.roles, tx.actor.role_scopes)
    known = tx.registry.cache.get(key)
    if known is None:
        known = tx.registry.cache[key] = tuple(p for grant in grants_of(spec, verb) if (p := _pass(tx, spec, grant)))
    return known


def ways_in(tx: Transaction, form: str, verb: str) -> tuple[Pass, ...]:
    """Give the ways that stand open to this person now; worked out once per transaction.

    A rule over a field of the reader (`department == me.department`) opens nothing to who has none: empty would
    otherwise equal empty, and an outsider would see whatever belongs to no department.
    """
    actor = tx.actor
    key = ("ways", form, verb, actor.account.id, actor.roles, actor.role_scopes)
    known = tx.shared.read.get(key)
    if known is None:
        found = passes(tx, form, verb)
        if any(way.asks for way in found):
            me = services_of(tx).me
            found = tuple(way for way in found if all(me.get(name) is not None for name in way.asks))
        known = tx.shared.read[key] = found
    return known


def _pass(tx: Transaction, spec: FormSpec, grant: Grant) -> Pass | None:
    if grant.person is not None:
        return Pass(person=grant.person, where=grant.where)
    if grant.role is None:
        return Pass(where=grant.where)
    if not tx.actor.has_role(grant.role):
        return None
    return Pass(where=grant.where, within=_scopes(tx, spec, grant.role))


def _scopes(tx: Transaction, spec: FormSpec, role: str) -> tuple[tuple[str, int], ...]:
    """Give the records that a role is held for, where the form has a link to such a record (or is one)."""
    forms = {spec.name, *(linked_form(f) for f in spec.header.values() if kind_of(f) in ("link", "links"))}
    return tuple((form, key) for held, form, key in tx.actor.role_scopes if held == role and form in forms)


def allowed_by_scope(tx: Transaction, form: str, verb: str) -> bool:
    """Tell whether the token that the person came with is good for this."""
    scopes = tx.actor.scopes
    if not scopes or tx.is_system:
        return True
    needed = "read" if verb in ("view", "export", "print") else "write"
    return bool({needed, "write" if needed == "read" else needed, form, f"{form}:{needed}", f"{form}:write"} & scopes)


def fence(tx: Transaction, form: str, verb: str = "view", *, table: Any = None) -> ColumnElement[bool]:
    """Give the rows of a form that this person may do something with, as a condition in SQL."""
    if tx.is_system:
        return EVERYTHING
    if not allowed_by_scope(tx, form, verb):
        return false()
    ways = ways_in(tx, form, verb)
    if any(way.open for way in ways):
        return EVERYTHING
    rows = tx.registry.forms[form].table if table is None else table
    conditions = [_way_sql(tx, form, way, rows) for way in ways]
    if verb in ("view", "edit"):
        conditions.append(_granted_sql(tx, form, verb, rows))
    return or_(false(), *conditions)


def _way_sql(tx: Transaction, form: str, way: Pass, rows: Any) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if way.person is not None:
        parts.append(path_sql(tx, form, way.person, table=rows, key=tx.actor.account.id))
    if way.where is not None:
        parts.append(condition_sql(tx, form, way.where, table=rows))
    if way.within:
        parts.append(or_(*(_within_sql(tx, form, scope, rows) for scope in way.within)))
    return and_(*parts) if parts else EVERYTHING


def _within_sql(tx: Transaction, form: str, scope: tuple[str, int], rows: Any) -> ColumnElement[bool]:
    target, key = scope
    if target == form:
        return rows.c.id == key
    return or_(*(path_sql(tx, form, spec.name, table=rows, key=key) for spec in _links_to(tx, form, target)))


def _links_to(tx: Transaction, form: str, target: str) -> list[FieldSpec]:
    spec = tx.catalogue.forms[form]
    return [f for f in spec.header.values() if f.kept and kind_of(f) in ("link", "links") and linked_form(f) == target]


def _granted_sql(tx: Transaction, form: str, verb: str, rows: Any) -> ColumnElement[bool]:
    c = GRANTED.c
    verbs = ("view", "edit") if verb == "view" else ("edit",)
    granted = select(1).where(
        c.form == form, c.document_id == rows.c.id, c.account_id == tx.actor.account.id, c.verb.in_(verbs)
    )
    return granted.correlate(rows).exists()


def sees_all(tx: Transaction, form: str) -> bool:
    """Tell whether this person may view every document of a form."""
    return allowed_by_scope(tx, form, "view") and any(way.open for way in passes(tx, form, "view"))


def may(tx: Transaction, form: str, verb: str, document: Mapping[str, Any] | None = None) -> bool:
    """Tell whether this person may do something with a document; without one: with any at all."""
    if may_by_role(tx, form, verb, document):
        return True
    if verb not in ("view", "edit") or not allowed_by_scope(tx, form, verb):
        return False
    if document is None:
        return _granted_any(tx, form)
    return bool(document.get("id")) and granted_fields(tx, form, document["id"], verb) is not None


def may_by_role(tx: Transaction, form: str, verb: str, document: Mapping[str, Any] | None = None) -> bool:
    """Tell whether the form's own access list lets this person do something, runs left aside."""
    if tx.is_system:
        return True
    if not allowed_by_scope(tx, form, verb):
        return False
    ways = ways_in(tx, form, verb)
    if any(way.open for way in ways):
        return True
    return bool(ways) if document is None else any(_admits(tx, form, way, document) for way in ways)


def _admits(tx: Transaction, form: str, way: Pass, document: Mapping[str, Any]) -> bool:
    if way.person is not None and tx.actor.account not in links_in(value_at(tx, document, way.person)):
        return False
    if way.where is not None and not way.where.met(_scope(tx, document)):
        return False
    return not way.within or any(_is_within(tx, form, scope, document) for scope in way.within)


def _is_within(tx: Transaction, form: str, scope: tuple[str, int], document: Mapping[str, Any]) -> bool:
    target, key = scope
    if target == form:
        return document.get("id") == key
    return any(link.id == key for spec in _links_to(tx, form, target) for link in links_in(document.get(spec.name)))


def _scope(tx: Transaction, document: Mapping[str, Any]) -> Scope:
    services = services_of(tx)
    return Scope(row=document, this=document, services=services, me=services.me, today=tx.today, now=tx.now)


def value_at(tx: Transaction, document: Mapping[str, Any], path: str) -> Any:
    """Give the value at a path of a document: `requester`, `supplier.portal_user`."""
    first, *rest = path.split(".")
    value: Any = document.get(first)
    for name in rest:
        if not isinstance(value, Link):
            return None
        value = services_of(tx).follow(value).get(name)
    return value


def granted_fields(tx: Transaction, form: str, key: int, verb: str) -> frozenset[str] | None:
    """Give the fields that a run lets this person change in a document; nothing where there is no such right."""
    statement = tx.sql("select verb, fields from document_grant where form = ? and document_id = ? and account_id = ?")
    rows = [row for row in tx.fetch(statement, (form, key, tx.actor.account.id)) if verb == "view" or row[0] == "edit"]
    return frozenset(name for _verb, fields in rows for name in fields.split(",") if name) if rows else None


def _granted_any(tx: Transaction, form: str) -> bool:
    return bool(
        tx.fetch_one(
            tx.sql("select 1 from document_grant where form = ? and account_id = ? limit 1"),
            (form, tx.actor.account.id),
        )
    )


def require(tx: Transaction, form: str, verb: str, document: Mapping[str, Any] | None = None) -> None:
    """Raise NotAllowed, naming what and whom to ask, unless this person may."""
    if not may(tx, form, verb, document):
        raise not_allowed(tx, form, verb, document)


def not_allowed(tx: Transaction, form: str, verb: str, document: Mapping[str, Any] | None = None) -> NotAllowed:
    """Give the refusal that names the act, the thing and who could grant it."""
    spec = tx.catalogue.forms[form]
    number = (document or {}).get("number")
    thing = Words(f"{spec.title.en} {number}", f"{spec.title.zh}{number}") if number else spec.title
    return NotAllowed(act=ACTS.get(verb, Words(verb, verb)), thing=thing, owner=_owner(tx, grants_of(spec, verb)))


def _owner(tx: Transaction, grants: Iterable[Grant]) -> Words:
    roles = tx.catalogue.organisation.roles
    titles = [roles[grant.role].title for grant in grants if grant.role is not None and grant.role in roles]
    return titles[0] if titles else Words("an administrator", "管理员")


def shown_fields(tx: Transaction, form: str) -> frozenset[str]:
    """Give the fields that this person may see in every row: those he may sort, filter and sum by."""
    key = ("shown", form, tx.actor.roles, tx.actor.role_scopes, tx.is_system)
    known = tx.registry.cache.get(key)
    if known is None:
        spec = tx.catalogue.forms[form]
        known = tx.registry.cache[key] = frozenset(name for name in _named(spec) if _always_seen(tx, spec, name))
    return known


def _named(spec: FormSpec) -> Iterable[str]:
    for table, each in spec.all_fields():
        yield each.name if table is None else f"{table}.{each.name}"


def spec_at(spec: FormSpec, name: str) -> FieldSpec:
    """Give the field that `amount` or `lines.amount` names."""
    table, _, field = name.rpartition(".")
    return spec.tables[table].fields[field] if table else spec.header[field]


def _always_seen(tx: Transaction, spec: FormSpec, name: str) -> bool:
    if tx.is_system:
        return True
    if _made_of_hidden(tx, spec, name):
        return False
    grants = _viewers(spec, name)
    return grants is None or any(p.open for grant in grants if (p := _pass(tx, spec, grant)))


def _made_of_hidden(tx: Transaction, spec: FormSpec, name: str) -> bool:
    """A figure over another form, or of a ledger, shows only to those who may see that, unless its access is given."""
    formula = spec_at(spec, name).formula
    if formula is None or name in spec.access.fields:
        return False
    if any(not passes(tx, count.form, "view") for count in formula.counts if count.form != spec.name):
        return True
    return any(not _sees_figure(tx, functions()[call].seen_with) for call in formula.calls)


def _sees_figure(tx: Transaction, seen_with: str) -> bool:
    form, _, field = seen_with.partition(".")
    spec = tx.catalogue.forms.get(form)
    return spec is None or field not in spec.header or field in shown_fields(tx, form)


def _viewers(spec: FormSpec, name: str) -> tuple[Grant, ...] | None:
    access = spec.access.fields.get(name)
    if access is not None and access.view is not None:
        return access.view
    return () if spec_at(spec, name).private and access is None else None


def sees(tx: Transaction, form: str, name: str, document: Mapping[str, Any]) -> bool:
    """Tell whether this person may see a field of one document."""
    if name in shown_fields(tx, form):
        return True
    spec = tx.catalogue.forms[form]
    grants = _viewers(spec, name)
    if grants is None:  # a figure over a form that is closed to this person
        return False
    return any(_admits(tx, form, p, document) for grant in grants if (p := _pass(tx, spec, grant)))


def masked_row(
    tx: Transaction, form: str, row: Mapping[str, Any], *, table: str | None = None, document: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the values as this person may see them: what is hidden as a mask."""
    spec = tx.catalogue.forms[form]
    prefix = f"{table}." if table else ""
    shown = shown_fields(tx, form)
    fields = spec.tables[table].fields if table else spec.header
    values = dict(row)
    for name in fields:
        full = prefix + name
        if full not in shown and name in values and values[name] is not None and not sees(tx, form, full, document):
            access = spec.access.fields.get(full)
            values[name] = Masked(mask(access.mask if access else "hidden", values[name]))
    return values


def has_hidden(tx: Transaction, form: str) -> bool:
    """Tell whether any field may have to be masked for this person."""
    return len(shown_fields(tx, form)) < sum(1 for _ in tx.catalogue.forms[form].all_fields())


def editable_fields(tx: Transaction, document: Mapping[str, Any], form: str) -> frozenset[str]:
    """Give the fields and tables that this person may change in a document at its stage (lines: the table's name)."""
    plan = plan_for(tx, form)
    names = [name for name, spec in plan.header.items() if not spec.computed] + list(plan.lines)
    stage = plan.stages.get(document["stage"])
    open_here: bool | tuple[str, ...] = stage.editable if stage else document["stage"] != "archived"
    found: set[str] = set()
    if open_here and may_by_role(tx, form, "edit", document):
        found = {name for name in names if not isinstance(open_here, tuple) or name in open_here}
    granted = granted_fields(tx, form, document["id"], "edit") if document.get("id") and not tx.is_system else None
    found |= {name for name in names if granted and name in granted}
    return frozenset(name for name in found if may_edit_field(tx, form, name, document))


def may_edit_field(tx: Transaction, form: str, name: str, document: Mapping[str, Any]) -> bool:
    """Tell whether field rights let this person fill in a field (`amount`, `lines.amount`)."""
    if tx.is_system:
        return True
    spec = tx.catalogue.forms[form]
    access = spec.access.fields.get(name)
    if access is not None and access.edit is not None:
        return any(_admits(tx, form, p, document) for grant in access.edit if (p := _pass(tx, spec, grant)))
    return name in spec.tables or sees(tx, form, name, document)

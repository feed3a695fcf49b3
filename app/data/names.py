"""What a name of a form is in SQL: a column, one of a linked document, a part of an address, or its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql.elements import Grouping

from app.config.shapes import shapes_of
from app.core.expressions import Expression, Place, Shape, compile_expression
from app.core.links import Link
from app.data import sql_parts as parts
from app.data.column_types import JsonText
from app.data.expression_sql import Rows, Under, to_sql
from app.data.kinds import kind_of, linked_form
from app.data.services import services_of
from app.data.system_tables import Account
from app.data.transaction import Transaction

Guard = Callable[[str, Any], ColumnElement[bool]]  # the rows of a linked form that the reader may see
ACCOUNT = Account.__table__  # type: ignore[attr-defined]
SYSTEM = frozenset({"id", "number", "stage", "stage_since", "version", "created_at", "changed_at", "deleted_at", "chg"})
PEOPLE = frozenset({"created_by", "changed_by"})
TYPED_MOST = 500  # conditions that people typed, kept read


def condition_sql(
    tx: Transaction,
    form: str,
    expression: Expression,
    *,
    table: Any = None,
    this: Mapping[str, Any] | None = None,
    line: Mapping[str, Any] | None = None,
    guard: Guard | None = None,
) -> ColumnElement[bool]:
    """Give a condition over the rows of a form as SQL; empty counts as not met."""
    rows = tx.registry.forms[form].table if table is None else table
    return to_sql(
        expression,
        lambda path: column_at(tx, form, path, rows=rows, guard=guard),
        parameters=parameters(tx, this=this, line=line),
        under=below(tx),
    )


def parameters(
    tx: Transaction, *, this: Mapping[str, Any] | None = None, line: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give what stands outside the rows: the person, the day, the document and line that ask."""
    services = services_of(tx)
    return {
        "me": services.me,
        "today": tx.today,
        "now": tx.now,
        "this": this,
        "line": line,
        "services": services,
        "dialect": tx.dialect,
    }


def column_at(tx: Transaction, form: str, path: tuple[str, ...], *, rows: Any, guard: Guard | None = None) -> Any:
    """Give what a path of names is for the rows of a form: a column, or the formula of what is not kept."""
    first, rest = path[0], path[1:]
    if form == "user":
        return _account_column(tx, path, rows, guard)
    if first in SYSTEM:
        return rows.c[first]
    if first in PEOPLE:
        return _through(tx, "user", rows.c[first], rest, guard) if rest else rows.c[first]
    if first in tx.registry.forms[form].lines:
        return line_rows(tx, form, first, rows=rows, guard=guard)
    spec = tx.catalogue.forms[form].header[first]
    if not spec.kept:
        assert spec.formula is not None
        return (
            spec.formula
            if not rest
            else _through(tx, linked_form(spec), expanded(tx, form, spec.formula, rows=rows), rest, guard)
        )
    kind = kind_of(spec)
    if kind == "links":
        links = tx.registry.forms[form].links[(None, first)]
        return select(links.c.target_id).where(links.c.parent_id == rows.c.id)
    if not rest:
        return rows.c[first]
    if kind == "address":
        return address_part(tx.dialect, rows.c[first], rest[0])
    return _through(tx, linked_form(spec), rows.c[first], rest, guard)


def line_rows(tx: Transaction, form: str, table: str, *, rows: Any, guard: Guard | None = None) -> Rows:
    """Give the lines of a document's table as rows that list functions read."""
    line = tx.registry.forms[form].lines[table].alias()

    def column(path: tuple[str, ...]) -> Any:
        return line_column(tx, form, table, path=path, line=line, guard=guard)

    return Rows(line, line.c.parent_id == rows.c.id, column, line.c.line_no)


def line_column(
    tx: Transaction, form: str, table: str, *, path: tuple[str, ...], line: Any, guard: Guard | None = None
) -> Any:
    """Give what a path of names is for a line: a column, or the formula of what is not kept."""
    first, rest = path[0], path[1:]
    if first == "line_no":
        return line.c.line_no
    spec = tx.catalogue.forms[form].tables[table].fields[first]
    if not spec.kept:
        return spec.formula
    if kind_of(spec) == "links":
        links = tx.registry.forms[form].links[(table, first)]
        return select(links.c.target_id).where(links.c.parent_id == line.c.id)
    return _through(tx, linked_form(spec), line.c[first], rest, guard) if rest else line.c[first]


def expanded(tx: Transaction, form: str, expression: Expression, *, rows: Any) -> ColumnElement[Any]:
    """Give a formula as SQL over the rows of a form, in brackets of its own."""
    written = to_sql(
        expression,
        lambda path: column_at(tx, form, path, rows=rows),
        parameters=parameters(tx),
        under=below(tx),
    )
    return Grouping(written)


def below(tx: Transaction) -> Under:
    """Give how SQL asks whether a link stands below a document (a link or its code) in its tree."""

    def under(column: ColumnElement[Any], above: Any) -> ColumnElement[Any]:
        form = above.form if isinstance(above, Link) else next(iter(column.foreign_keys)).column.table.name
        table = tx.registry.forms[form].table
        parent = table.c[tx.catalogue.forms[form].tree or "id"]
        top = table.c.id == above.id if isinstance(above, Link) else table.c.number == str(above)
        tree = select(table.c.id).where(top).cte("below", recursive=True)
        tree = tree.union(select(table.c.id).where(parent == tree.c.id))
        return column.in_(select(tree.c.id))

    return under


def address_part(dialect: str, column: ColumnElement[Any], part: str) -> ColumnElement[Any]:
    """Give one part of an address."""
    plain = type_coerce(column, Text())
    if dialect == "sqlite":
        return func.json_extract(plain, f"$.{part}", type_=Text())
    return func.json_extract_path_text(cast(plain, _Json()), part, type_=Text())


class _Json(JsonText):
    """JSON as PostgreSQL takes it apart."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        from sqlalchemy.dialects.postgresql import JSON

        return dialect.type_descriptor(JSON())


def _through(
    tx: Transaction, target: str, column: ColumnElement[Any], rest: tuple[str, ...], guard: Guard | None
) -> Any:
    other = _alias_behind(tx, target, rows=column.table) if isinstance(column, Column) else table_of(tx, target).alias()
    value = column_at(tx, target, rest, rows=other, guard=guard)
    if isinstance(value, Expression):
        value = expanded(tx, target, value, rows=other)
    seen = guard(target, other) if guard is not None and target != "user" else true()
    return parts.through(column, other.c.id, value, where=(seen,))


def _alias_behind(tx: Transaction, target: str, *, rows: Any) -> Any:
    """Give the alias under which the documents behind a link of some rows are read; made once a registry."""
    kept = tx.registry.cache.setdefault("aliases", {})
    table = table_of(tx, target)
    if rows not in kept and not isinstance(rows, Table):
        return table.alias()
    found = kept.setdefault(rows, {})
    if target not in found:
        found[target] = table.alias()
        kept[found[target]] = {}
    return found[target]


def table_of(tx: Transaction, form: str) -> Table:
    """Give the table of a form; of `user`, the accounts'."""
    return ACCOUNT if form == "user" else tx.registry.forms[form].table


def _account_column(tx: Transaction, path: tuple[str, ...], rows: Any, guard: Guard | None) -> Any:
    own = {"number": "name", "title": "title", "locale": "locale", "id": "id"}
    if path[0] in own:
        return rows.c[own[path[0]]]
    form = tx.registry.forms.get("employee")
    if form is None or "account" not in form.table.c:
        return rows.c.title if path == ("name",) else case((false(), 1))
    employee = _alias_behind(tx, "employee", rows=rows)
    seen = guard("employee", employee) if guard is not None else true()
    if path == ("employee",):
        value: Any = employee.c.id
    else:
        value = column_at(tx, "employee", path, rows=employee, guard=guard)
        value = expanded(tx, "employee", value, rows=employee) if isinstance(value, Expression) else value
    return parts.through(rows.c.id, employee.c.account, value, where=(employee.c.deleted_at.is_(None), seen), one=True)


def path_sql(tx: Transaction, form: str, path: str, *, table: Any, key: int) -> ColumnElement[bool]:
    """Give the rows whose link at a path points to a key: `requester`, `supplier.portal_user`."""
    first, _, rest = path.partition(".")
    if first in PEOPLE:
        return table.c[first] == key
    spec = tx.catalogue.forms[form].header[first]
    if kind_of(spec) == "links":
        links = tx.registry.forms[form].links[(None, first)].alias()
        return exists().where(and_(links.c.parent_id == table.c.id, links.c.target_id == key))
    if not rest:
        return table.c[first] == key
    other = table_of(tx, linked_form(spec)).alias()
    return exists().where(
        and_(other.c.id == table.c[first], path_sql(tx, linked_form(spec), rest, table=other, key=key))
    )


def typed_condition(tx: Transaction, form: str, text: str) -> Expression:
    """Read a typed condition; those asked again and again are read once a registry."""
    known = tx.registry.cache.setdefault("typed", {})
    expression = known.get((form, text))
    if expression is None:
        expression = compile_expression(text, place=Place(form, others=False), shapes=shapes(tx), expect="boolean")
        if len(known) < TYPED_MOST:
            known[(form, text)] = expression
    return expression


def shapes(tx: Transaction) -> Mapping[str, Shape]:
    """Give the shapes of all forms, made once per registry."""
    known = tx.registry.cache.get("shapes")
    if known is None:
        known = tx.registry.cache["shapes"] = shapes_of(tx.catalogue.forms)
    return known

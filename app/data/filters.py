"""What people ask of a list: filters, conditions, search, sort; each only over what the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import table as table_clause
from sqlalchemy.dialects.postgresql import TSQUERY

from app.config.form_spec import FieldSpec
from app.core.errors import Invalid, Problem
from app.core.expressions import Expression, ExpressionError
from app.core.links import Link
from app.core.words import Words
from app.data import access, rights
from app.data.kinds import kind_of, linked_form
from app.data.names import PEOPLE, SYSTEM, column_at, condition_sql, expanded, line_rows, typed_condition
from app.data.search import SPAN, form_no, query_tokens
from app.data.transaction import Transaction
from app.data.values import ADDRESS_PARTS, Refused, is_empty, read_value

INSTANTS = frozenset({"stage_since", "created_at", "changed_at", "deleted_at"})
WHOLE = frozenset({"id", "version", "chg", "line_no"})
OWN = {
    "account": FieldSpec("account", "user", Words(), link="user"),
    "instant": FieldSpec("instant", "datetime", Words()),
    "whole": FieldSpec("whole", "number", Words()),
    "text": FieldSpec("text", "text", Words(), longest=2000),
}
OPERATORS = (
    "eq",
    "ne",
    "lt",
    "lte",
    "gt",
    "gte",
    "in",
    "not_in",
    "contains",
    "starts_with",
    "empty",
    "not_empty",
    "between",
)


@dataclass(frozen=True)
class Filter:
    """One condition of a list: `Filter("total_amount", "gte", "100")`; a field may be a path: `supplier.name`."""

    field: str
    operator: str = "eq"
    value: Any = None


@dataclass(frozen=True)
class Reached:
    """What a path of names leads to: its specification and its SQL; many: a list function over lines or links."""

    spec: FieldSpec
    element: Any
    many: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None


def refused(field: str, code: str, english: str, chinese: str) -> Invalid:
    """Make the refusal of one part of a question."""
    return Invalid([Problem(field[:200], code, Words(english, chinese))])


def unknown(field: str) -> Invalid:
    """Make the refusal of a field that is not there."""
    return refused(field, "unknown", f"There is no field '{field[:60]}'.", f"没有字段“{field[:60]}”。")


def hidden(field: str) -> Invalid:
    """Make the refusal of a field that the reader may not see."""
    return refused(field, "hidden", f"'{field[:60]}' is hidden by your rights.", f"你无权查看“{field[:60]}”。")


def guard_of(tx: Transaction) -> Any:
    """Give the fence that a name through a link passes: what the reader may not see counts as empty."""
    return None if tx.is_system else lambda form, rows: rights.fence(tx, form, "view", table=rows)


def require_readable(tx: Transaction, form: str, path: Iterable[str]) -> None:
    """Refuse a path that is unknown, or leads over anything that the reader may not see."""
    path = list(path)
    names = list(path)
    at: str | None = form
    while names and at is not None:
        name = names.pop(0)
        at = _next_form(tx, at, name, names)
    if names and (len(names) > 1 or names[0] not in ADDRESS_PARTS):
        raise unknown(".".join(path))


def _next_form(tx: Transaction, form: str, name: str, rest: list[str]) -> str | None:
    """Check one name of a path; give the form that it leads to."""
    if form == "user":
        return _of_person(tx, name)
    if name in SYSTEM:
        return None
    if name in PEOPLE:
        return "user"
    spec = tx.catalogue.forms[form]
    if name in spec.tables and rest:
        name = f"{name}.{rest.pop(0)}"
        if name.endswith(".line_no"):
            return None
    elif name in spec.tables:
        return None
    try:
        field = rights.spec_at(spec, name)
    except KeyError:
        raise unknown(name) from None
    if name not in rights.shown_fields(tx, form):
        raise hidden(name)
    access.note_question(tx, form, [name], "filter, sort")
    return linked_form(field) if kind_of(field) in ("link", "links") else None


def _of_person(tx: Transaction, name: str) -> str | None:
    if name in ("number", "title", "locale", "name", "id"):
        return None
    if name == "employee":
        return "employee"
    if "employee" not in tx.registry.forms:
        raise unknown(name)
    return _next_form(tx, "employee", name, [])


def reach(tx: Transaction, form: str, field: str, *, rows: Any) -> Reached:
    """Find what a filter or sort means: a column of the rows, through links, or of their lines."""
    path = tuple(field.split("."))
    if not field or len(path) > 5:
        raise unknown(field)
    require_readable(tx, form, path)
    guard = guard_of(tx)
    spec = tx.catalogue.forms[form]
    if path[0] in spec.tables and path[0] in tx.registry.forms[form].lines:
        return _of_lines(tx, form, path, rows=rows)
    last = _spec_of(tx, form, path)
    if kind_of(last) == "links" and len(path) == 1:
        return _of_links(tx, form, path[0], spec=last, rows=rows)
    element = column_at(tx, form, path, rows=rows, guard=guard)
    if isinstance(element, Expression):
        element = _expanded(tx, form, path, element, rows)
    return Reached(last, element)


def _expanded(tx: Transaction, form: str, path: tuple[str, ...], expression: Expression, rows: Any) -> Any:
    try:
        return expanded(tx, form, expression, rows=rows)
    except ExpressionError as error:
        raise Invalid([Problem(".".join(path), "not_kept", error.words)]) from error


def _spec_of(tx: Transaction, form: str, path: tuple[str, ...]) -> FieldSpec:
    name, rest = path[0], path[1:]
    if name in INSTANTS:
        return OWN["instant"]
    if name in WHOLE and form != "user":
        return OWN["whole"]
    if name in PEOPLE:
        return _spec_of(tx, "user", rest) if rest else OWN["account"]
    if form == "user":
        employee = tx.catalogue.forms.get("employee")
        return _spec_of(tx, "employee", path) if employee and name in employee.header else OWN["text"]
    field = tx.catalogue.forms[form].header.get(name)
    if field is None:
        return OWN["text"]
    if rest and kind_of(field) in ("link", "links"):
        return _spec_of(tx, linked_form(field), rest)
    return OWN["text"] if rest else field


def _of_lines(tx: Transaction, form: str, path: tuple[str, ...], *, rows: Any) -> Reached:
    if len(path) < 2:
        raise unknown(path[0])
    lines = line_rows(tx, form, path[0], rows=rows, guard=guard_of(tx))
    element = lines.columns(path[1:])
    field = tx.catalogue.forms[form].tables[path[0]].fields.get(path[1])
    spec = OWN["whole"] if field is None else field if len(path) == 2 else _spec_of(tx, linked_form(field), path[2:])
    if not isinstance(element, ColumnElement):
        raise refused(".".join(path), "not_kept", "This can't be filtered.", "此项不能用于筛选。")

    def any_line(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return (
            select(literal(1))
            .select_from(lines.table)
            .where(lines.joined, condition)
            .correlate_except(lines.table)
            .exists()
        )

    return Reached(spec, element, any_line)


def _of_links(tx: Transaction, form: str, name: str, *, spec: FieldSpec, rows: Any) -> Reached:
    links = tx.registry.forms[form].links[(None, name)].alias()

    def any_link(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return (
            select(literal(1))
            .select_from(links)
            .where(links.c.parent_id == rows.c.id, condition)
            .correlate_except(links)
            .exists()
        )

    return Reached(spec, links.c.target_id, any_link)


def filter_sql(tx: Transaction, form: str, asked: Filter, *, rows: Any) -> ColumnElement[bool]:
    """Give one filter as SQL."""
    if asked.operator not in OPERATORS:
        known = ", ".join(OPERATORS)
        raise refused(
            asked.field,
            "operator",
            f"'{asked.operator[:20]}' is no operator; there are {known}.",
            f"没有运算符“{asked.operator[:20]}”。",
        )
    reached = reach(tx, form, asked.field, rows=rows)
    if asked.operator in ("empty", "not_empty"):
        filled = reached.many(reached.element.is_not(None)) if reached.many else reached.element.is_not(None)
        return filled if asked.operator == "not_empty" else not_(filled)
    if reached.many is None:
        return _compared(tx, reached, asked)
    negative = {"ne": "eq", "not_in": "in"}.get(asked.operator)
    if negative:
        return not_(reached.many(_compared(tx, reached, Filter(asked.field, negative, asked.value))))
    return reached.many(_compared(tx, reached, asked))


def _compared(tx: Transaction, reached: Reached, asked: Filter) -> ColumnElement[bool]:
    element, operator = reached.element, asked.operator
    if operator in ("in", "not_in"):
        given = asked.value.split(",") if isinstance(asked.value, str) else list(asked.value or ())
        values = [_value(tx, reached.spec, each, asked.field) for each in given]
        inside = element.in_([value for value in values if value is not None])
        inside = or_(inside, element.is_(None)) if None in values else inside
        return (
            inside if operator == "in" else or_(not_(inside), element.is_(None)) if None not in values else not_(inside)
        )
    if operator == "between":
        low, high = asked.value if isinstance(asked.value, (list, tuple)) else str(asked.value).split("..", 1)
        return and_(
            element >= _value(tx, reached.spec, low, asked.field),
            element <= _value(tx, reached.spec, high, asked.field),
        )
    if operator in ("contains", "starts_with"):
        return _like(reached, asked)
    value = _value(tx, reached.spec, asked.value, asked.field)
    if value is None:
        return {"eq": element.is_(None), "ne": element.is_not(None)}.get(operator, false())
    if kind_of(reached.spec) in ("address", "files"):
        raise refused(asked.field, "operator", "This can only be asked for being empty.", "此项只能筛选是否为空。")
    if kind_of(reached.spec) == "choices":
        return _among_choices(reached, value, negative=operator == "ne")
    return _OPERATE[operator](element, value)


_OPERATE: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda element, value: element == value,
    "ne": lambda element, value: or_(element != value, element.is_(None)),
    "lt": lambda element, value: element < value,
    "lte": lambda element, value: element <= value,
    "gt": lambda element, value: element > value,
    "gte": lambda element, value: element >= value,
}


def _among_choices(reached: Reached, value: Any, *, negative: bool) -> ColumnElement[bool]:
    text = type_coerce(reached.element, Text())
    tests = [text.like(f'%"{_escaped(each)}"%', escape="\\") for each in value]
    return not_(and_(*tests)) if negative else and_(*tests)


def _like(reached: Reached, asked: Filter) -> ColumnElement[bool]:
    if kind_of(reached.spec) != "text":
        raise refused(
            asked.field, "operator", "Only texts can be asked for what they contain.", "只有文本可以按包含内容筛选。"
        )
    pattern = _escaped(str(asked.value or "")[:200])
    pattern = f"{pattern}%" if asked.operator == "starts_with" else f"%{pattern}%"
    return func.lower(reached.element).like(pattern.lower(), escape="\\")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _value(tx: Transaction, spec: FieldSpec, given: Any, field: str) -> Any:
    """Read what a filter compares with; a link by number, `me` for the reader."""
    kind = kind_of(spec)
    try:
        if kind in ("link", "links"):
            return _key(tx, linked_form(spec), given)
        return read_value(spec, given)
    except Refused as error:
        raise Invalid([Problem(field, error.code, error.words)]) from error


def _key(tx: Transaction, form: str, given: Any) -> int | None:
    if is_empty(given):
        return None
    if isinstance(given, Link):
        return given.id
    if form == "user" and given == "me":
        return tx.actor.account.id
    column_name = "name" if form == "user" else "number"
    source = "office_account" if form == "user" else tx.registry.forms[form].table.name
    rows = table_clause(source, column("id"), column(column_name))
    key = tx.connection.scalar(select(rows.c.id).where(rows.c[column_name] == str(given)))
    return -1 if key is None else key


def where_sql(tx: Transaction, form: str, text: str, *, rows: Any) -> ColumnElement[bool]:
    """Give a typed condition (`stage == 'paid'`) as SQL, refused where it reads what the reader may not."""
    try:
        expression = typed_condition(tx, form, text)
        require_all(tx, form, expression)
        return condition_sql(tx, form, expression, table=rows, guard=guard_of(tx))
    except ExpressionError as error:
        raise Invalid([Problem("where", "expression", error.words)]) from error


def require_all(tx: Transaction, form: str, expression: Expression) -> None:
    """Refuse an expression that reads anything the reader may not see."""
    for name in expression.reads:
        first, *rest = name.split(".")
        if first in ("me", "today", "now"):
            continue
        require_readable(tx, form, rest if first in ("this", "line") else (first, *rest))


def search_sql(tx: Transaction, form: str, text: str, *, rows: Any) -> ColumnElement[bool]:
    """Give the rows that a search finds."""
    tokens = query_tokens(text)
    if not tokens:
        return false()
    found = table_clause("office_search", column("form"), column("document_id"), column("tokens"), column("rowid"))
    if tx.dialect == "sqlite":
        first = form_no(tx, form) * SPAN
        matched = literal_column("office_search").op("match")(match_text(tokens))
        keys = select(literal_column("office_search.rowid", BigInteger()) - first).select_from(
            table_clause("office_search")
        )
        between = literal_column("office_search.rowid", BigInteger()).between(first, first + SPAN - 1)
        return rows.c.id.in_(keys.where(matched, between))
    matched = found.c.tokens.op("@@")(tsquery(tokens))
    return rows.c.id.in_(select(found.c.document_id).where(found.c.form == form, matched))


def match_text(tokens: list[str]) -> str:
    """Give the tokens as SQLite's full-text search takes them: each a beginning."""
    return " ".join('"' + token.replace('"', '""') + '"*' for token in tokens)


def tsquery(tokens: list[str]) -> ColumnElement[Any]:
    """Give the tokens as PostgreSQL's full-text search takes them: each a beginning."""
    text = " & ".join("'" + token.replace("\\", "\\\\").replace("'", "''") + "':*" for token in tokens)
    return cast(literal(text, Text()), TSQUERY())

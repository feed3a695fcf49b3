"""Documents as the database keeps them, read whole, without asking for rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.core.links import Link
from app.data.document import Document
from app.data.naming import held_key
from app.data.plan import FormPlan, plan_of
from app.data.transaction import Transaction

AT_ONCE = 500
Row = dict[str, Any]


def plan_for(tx: Transaction, form: str) -> FormPlan:
    """Give the plan of a form in this transaction."""
    return plan_of(tx.registry, form, dialect=tx.dialect)


def load(tx: Transaction, form: str, key: int) -> Document | None:
    """Give a document by its id, also a deleted one; read once per transaction."""
    known = tx.shared.read.get((form, key))
    if known is not None:
        return known
    plan = plan_for(tx, form)
    return _remember(tx, plan, tx.fetch_one(plan.sql.by_id, (key,)))


def load_many(tx: Transaction, form: str, keys: Sequence[int]) -> list[Document]:
    """Give documents by their ids, with all their lines, read together; what is gone is left out."""
    plan = plan_for(tx, form)
    read = tx.shared.read
    missing = [key for key in keys if (form, key) not in read]
    for row in _rows_of(tx, plan.sql.reader.select(form), "t.id", missing):
        _remember(tx, plan, row)
    found = [read[(form, key)] for key in keys if (form, key) in read]
    for name, statements in plan.sql.lines.items():
        _load_lines(tx, plan, name, [each for each in found if name not in each.tables], statements)
    return found


def _load_lines(tx: Transaction, plan: FormPlan, table: str, found: list[Document], statements: Any) -> None:
    if any(where == table for where, _name in plan.tables.links):
        for document in found:
            document[table]
        return
    by_key: dict[int, list[Row]] = {document.id: [] for document in found}
    select, reader = statements.reader.select(statements.table), statements.reader
    for row in _rows_of(tx, select.replace("select ", "select t.parent_id, ", 1), "t.parent_id", list(by_key)):
        by_key[row[0]].append(reader.read(row[1:]))
    for document in found:
        document.tables[table] = sorted(by_key[document.id], key=lambda line: line["line_no"])


def _rows_of(tx: Transaction, select: str, column: str, keys: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        yield from tx.fetch(f"{select} where {column} in ({', '.join([tx.mark] * len(part))})", part)


def load_by_number(tx: Transaction, form: str, number: str) -> Document | None:
    """Give a document by its number, also a deleted one."""
    key = tx.shared.read.get((form, number))
    if key is not None:
        return load(tx, form, key)
    plan = plan_for(tx, form)
    found = _remember(tx, plan, tx.fetch_one(plan.sql.by_number, (number,)))
    held = held_key(plan.spec, number) if found is None else None
    return found if held is None else load(tx, form, held)


def _remember(tx: Transaction, plan: FormPlan, row: tuple[Any, ...] | None) -> Document | None:
    if row is None:
        return None
    values = plan.sql.reader.read(row)
    document = Document(plan.form, values, {}, lazy=Later(tx, plan))
    read = tx.shared.read
    read[(plan.form, values["id"])] = document
    read[(plan.form, values["number"])] = values["id"]
    return document


def forget(tx: Transaction, document: Document) -> None:
    """Read a document anew the next time."""
    tx.shared.read.pop((document.form, document.id), None)
    tx.shared.read.pop((document.form, document.number), None)


def remember(tx: Transaction, document: Document) -> None:
    """Let later reads of this transaction see a document as it was just written."""
    tx.shared.read[(document.form, document.id)] = document
    tx.shared.read[(document.form, document.number)] = document.id


def lock(tx: Transaction, form: str, key: int) -> None:
    """Keep others from changing a document until this transaction ends."""
    plan = plan_for(tx, form)
    if plan.sql.lock:
        tx.fetch(plan.sql.lock, (key,))


class Later:
    """Reads lines and many-links, and works out live formulas, when they are first asked for."""

    __slots__ = ("plan", "tx")

    def __init__(self, tx: Transaction, plan: FormPlan) -> None:
        self.tx = tx
        self.plan = plan

    def __call__(self, document: Document, name: str) -> Any:
        if name in self.plan.lines:
            value: Any = read_lines(self.tx, self.plan, table=name, key=document.id)
            document.tables[name] = value
            return value
        if (None, name) in self.plan.tables.links:
            value = document.values_[name] = read_many(self.tx, self.plan, place=(None, name), key=document.id)
            return value
        if name in self.plan.rows:
            return read_rows(self.tx, self.plan, table=name, document=document)
        if (None, name) in self.plan.live:
            return self._live(document, name)
        raise KeyError(name)

    def _live(self, document: Document, name: str) -> Any:
        """Work out a figure each time it is asked for: what it counts may have changed meanwhile."""
        from app.data.computing import live_value

        return live_value(self.tx, self.plan, document=document, name=name)


def read_lines(tx: Transaction, plan: FormPlan, *, table: str, key: int) -> list[Row]:
    """Give the lines of one table in their order."""
    statements = plan.sql.lines[table]
    lines = [statements.reader.read(row) for row in tx.fetch(statements.select, (key,))]
    for where, name in plan.tables.links:
        if where == table:
            for line in lines:
                line[name] = read_many(tx, plan, place=(where, name), key=line["id"])
    return lines


def read_many(tx: Transaction, plan: FormPlan, *, place: tuple[str | None, str], key: int) -> tuple[Link, ...] | None:
    """Give the links of a field of many links."""
    statements = plan.sql.many[place]
    return tuple(statements.read(row) for row in tx.fetch(statements.select, (key,))) or None


def read_rows(tx: Transaction, plan: FormPlan, *, table: str, document: Document) -> list[Row]:
    """Give the documents of another form that stand as rows of this one."""
    spec = plan.rows[table]
    assert spec.rows and spec.by
    rows = plan_for(tx, spec.rows)
    column = rows.tables.table.c[spec.by].name
    select = (
        f'{rows.sql.reader.select(spec.rows)} where t."{column}" = {tx.mark} and t.deleted_at is null order by t.id'
    )
    return [
        dict(rows.sql.reader.read(row), line_no=place) for place, row in enumerate(tx.fetch(select, (document.id,)), 1)
    ]


def complete(tx: Transaction, document: Document) -> Document:
    """Give a document with everything that is read later: lines, many-links, rows, live formulas."""
    plan = plan_for(tx, document.form)
    for name in plan.lines:
        document[name]
    for table, name in plan.tables.links:
        if table is None:
            document[name]
    if not plan.live and not plan.rows:
        return document
    whole = document.copy()
    for table, name in plan.live:
        if table is None:
            whole.values_[name] = document[name]
    for name in plan.rows:
        whole.tables[name] = document[name]
    _complete_lines(tx, plan, whole)
    return whole


def without_live(plan: FormPlan, document: Document) -> None:
    """Drop what is worked out when read, so that it is never kept beyond its moment."""
    for table, name in plan.live:
        if table is None:
            document.values_.pop(name, None)
        else:
            for line in document.tables.get(table, ()):
                line.pop(name, None)


def _complete_lines(tx: Transaction, plan: FormPlan, document: Document) -> None:
    if any(table is not None for table, _name in plan.live):
        from app.data.computing import fill_live_lines

        fill_live_lines(tx, plan, document)

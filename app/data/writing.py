"""Documents into their tables: header, lines, many-links, files held, audit, search, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.links import Link
from app.data import audit, search
from app.data.document import Document
from app.data.kinds import kind_of
from app.data.plan import FormPlan
from app.data.reading import Later, remember, without_live
from app.data.statements import TableWriter
from app.data.transaction import Transaction
from app.data.values import to_json


def stamp_new(tx: Transaction, document: Document, *, stage: str) -> None:
    """Give a new document its system fields."""
    account = tx.actor.account
    document.values_.update(
        id=0,
        number="",
        stage=stage,
        stage_since=tx.now,
        version=1,
        created_at=tx.now,
        created_by=account,
        changed_at=tx.now,
        changed_by=account,
        deleted_at=None,
    )


def insert(tx: Transaction, plan: FormPlan, document: Document, *, act: str = "create") -> None:
    """Write a new document that has its number."""
    values = document.values_
    if values["id"]:  # its key is a part of what it is called
        tx.run(plan.sql.header.insert_with_id, [values["id"], *header_row(tx, plan, document)])
    else:
        values["id"] = tx.insert(plan.sql.header.insert, header_row(tx, plan, document))
    for name in plan.lines:
        insert_lines(tx, plan, document, table=name, lines=document.tables.get(name, []))
    for table, name in plan.tables.links:
        if table is None and values.get(name):
            write_many(tx, plan, place=(None, name), key=values["id"], links=values[name])
    write_files(tx, plan, document)
    audit.note(tx, document, act=act, diff=audit.creation(plan, document))
    search.write(tx, plan, document)
    document.lazy = Later(tx, plan)
    without_live(plan, document)
    remember(tx, document)


def header_row(tx: Transaction, plan: FormPlan, document: Document) -> list[Any]:
    """Give the header's row in the order of its INSERT."""
    values = document.values_
    instant = plan.sql.instant
    created, changed = instant(values["created_at"]), instant(values["changed_at"])
    fixed = [
        values["number"],
        values["stage"],
        instant(values["stage_since"]),
        values["version"],
        created,
        values["created_by"].id,
        changed,
        values["changed_by"].id,
        tx.change(),
    ]
    return fixed + plan.sql.header.row(values)


def insert_lines(
    tx: Transaction, plan: FormPlan, document: Document, *, table: str, lines: list[dict[str, Any]]
) -> None:
    """Write new lines of one table; those with many-links one by one, to know their key."""
    if not lines:
        return
    writer = plan.sql.lines[table].writer
    key = document.values_["id"]
    rows = [[key, line["line_no"], *writer.row(line)] for line in lines]
    many = [name for where, name in plan.tables.links if where == table]
    if not many:
        tx.run_many(writer.insert, rows)
        return
    for line, row in zip(lines, rows, strict=True):
        line["id"] = tx.insert(writer.insert, row)
        for name in many:
            if line.get(name):
                write_many(tx, plan, place=(table, name), key=line["id"], links=line[name])


def write_many(
    tx: Transaction, plan: FormPlan, *, place: tuple[str | None, str], key: int, links: tuple[Link, ...] | None
) -> None:
    """Write the links of a field of many links anew."""
    statements = plan.sql.many[place]
    tx.run(statements.delete, (key,))
    tx.run_many(statements.insert, [(key, link.id, position) for position, link in enumerate(links or ())])


def update(tx: Transaction, plan: FormPlan, before: Document, *, after: Document, act: str) -> dict[str, Any]:
    """Write what differs between two states of a document; give the diff. Nothing differs: nothing is written."""
    header = changed_names(plan, before.values_, after.values_)
    lines = {
        name: _line_changes(tx, plan, before, after=after, table=name)
        for name in plan.lines
        if name in after.tables and after.tables[name] is not before.tables.get(name)
    }
    diff: dict[str, Any] = {
        name: [to_json(before.values_.get(name)), to_json(after.values_.get(name))] for name in header
    }
    diff.update({name: changes for name, changes in lines.items() if changes})
    if not diff:
        return {}
    values = after.values_
    values["version"] = before.values_["version"] + 1
    values["changed_at"], values["changed_by"] = tx.now, tx.actor.account
    _write_header(tx, plan, before, after=after, names=header)
    if plan.files:
        write_files(tx, plan, after)
    audit.note(tx, after, act=act, diff=diff)
    if search.touches(plan, diff):
        search.write(tx, plan, after)
    without_live(plan, after)
    remember(tx, after)
    return diff


SYSTEM = ("number", "stage", "stage_since", "deleted_at")


def changed_names(plan: FormPlan, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Give the kept header fields that differ."""
    names = [name for name in SYSTEM if before.get(name) != after.get(name)]
    for name in plan.header:
        if (None, name) not in plan.live and name in after and before.get(name) != after[name]:
            names.append(name)
    return names


def _write_header(tx: Transaction, plan: FormPlan, before: Document, *, after: Document, names: list[str]) -> None:
    columns = [name for name in names if (None, name) not in plan.tables.links]
    values, writer, instant = after.values_, plan.sql.header, plan.sql.instant
    row = [_system_or_field(writer, instant, name, values[name]) for name in columns]
    fixed = ("version", "changed_at", "changed_by", "chg")
    row += [values["version"], instant(values["changed_at"]), values["changed_by"].id, tx.change()]
    where = f"id = {tx.mark} and version = {tx.mark}"
    written = tx.run(writer.update((*columns, *fixed), where), [*row, values["id"], before.values_["version"]])
    assert written == 1, f"{after!r} was changed by somebody else while it was locked"
    for name in names:
        if (None, name) in plan.tables.links:
            write_many(tx, plan, place=(None, name), key=values["id"], links=values[name])


def _system_or_field(writer: TableWriter, instant: Any, name: str, value: Any) -> Any:
    if name in ("stage_since", "deleted_at"):
        return None if value is None else instant(value)
    return writer.stored(name, value)


def _line_changes(tx: Transaction, plan: FormPlan, before: Document, *, after: Document, table: str) -> dict[str, Any]:
    """Write the lines that differ; give their part of the diff: {line: {field: [old, new]}}, a removed line is None."""
    old = {line["line_no"]: line for line in before[table]}
    new = {line["line_no"]: line for line in after.tables[table]}
    diff: dict[str, Any] = {}
    for line_no, line in old.items():
        if line_no not in new:
            tx.run(plan.sql.lines[table].delete, (before.id, line_no))
            diff[str(line_no)] = None
        elif changes := _line_diff(plan, table, line, new[line_no]):
            _write_line(tx, plan, before.id, line=new[line_no], table=table, names=list(changes))
            diff[str(line_no)] = changes
    added = [line for line_no, line in new.items() if line_no not in old]
    insert_lines(tx, plan, after, table=table, lines=added)
    diff.update({str(line["line_no"]): audit.line_json(plan, table, line) for line in added})
    return diff


def _line_diff(plan: FormPlan, table: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [to_json(old.get(name)), to_json(new.get(name))]
        for name in plan.lines[table].fields
        if old.get(name) != new.get(name) and (table, name) not in plan.live
    }


def _write_line(
    tx: Transaction, plan: FormPlan, key: int, *, line: dict[str, Any], table: str, names: list[str]
) -> None:
    statements = plan.sql.lines[table]
    columns = tuple(name for name in names if (table, name) not in plan.tables.links)
    if columns:
        row = [statements.writer.stored(name, line[name]) for name in columns]
        tx.run(statements.writer.update(columns, statements.where), [*row, key, line["line_no"]])
    for name in names:
        if (table, name) in plan.tables.links:
            write_many(tx, plan, place=(table, name), key=line["id"], links=line[name])


def stamp_changed(tx: Transaction, before: Document, after: Document) -> None:
    """Give a changed document its next version, and who changed it when."""
    after.values_["version"] = before.values_["version"] + 1
    after.values_["changed_at"], after.values_["changed_by"] = tx.now, tx.actor.account


def changed_lines(
    plan: FormPlan, table: str, before: Document, after: Document
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Give the lines of a table that differ, each with its diff; the lines themselves are the same."""
    found = []
    for old, new in zip(before.tables[table], after.tables[table], strict=True):
        changes = _line_diff(plan, table, old, new)
        if changes:
            found.append((new, changes))
    return found


def update_headers(tx: Transaction, plan: FormPlan, changed: list[tuple[Document, tuple[str, ...]]]) -> None:
    """Write many changed headers, one statement for each set of columns."""
    writer, instant = plan.sql.header, plan.sql.instant
    fixed = ("version", "changed_at", "changed_by", "chg")
    groups: dict[tuple[str, ...], list[list[Any]]] = {}
    for after, names in changed:
        values = after.values_
        row = [_system_or_field(writer, instant, name, values[name]) for name in names]
        row += [values["version"], instant(values["changed_at"]), values["changed_by"].id, tx.change(), values["id"]]
        groups.setdefault(names, []).append(row)
    for names, rows in groups.items():
        tx.run_many(writer.update((*names, *fixed), f"id = {tx.mark}"), rows)


def update_lines(
    tx: Transaction, plan: FormPlan, changed: list[tuple[str, int, dict[str, Any], tuple[str, ...]]]
) -> None:
    """Write many changed lines: table, key of the document, line, names."""
    groups: dict[tuple[str, tuple[str, ...]], list[list[Any]]] = {}
    for table, key, line, names in changed:
        writer = plan.sql.lines[table].writer
        row = [writer.stored(name, line[name]) for name in names]
        groups.setdefault((table, names), []).append([*row, key, line["line_no"]])
    for (table, names), rows in groups.items():
        statements = plan.sql.lines[table]
        tx.run_many(statements.writer.update(names, statements.where), rows)


def write_files(tx: Transaction, plan: FormPlan, document: Document) -> None:
    """Note which files a document holds, so that whoever may see it may fetch them."""
    held = [
        (file, document.form, document.id, name if table is None else f"{table}.{name}")
        for table, name, value in _files_in(plan, document)
        for file in value
    ]
    if plan.files:
        tx.run(tx.sql("delete from office_file_use where form = ? and document_id = ?"), (document.form, document.id))
        tx.run_many(
            tx.sql(
                "insert into office_file_use (file_id, form, document_id, field) values (?, ?, ?, ?)"
                " on conflict do nothing"
            ),
            held,
        )


def _files_in(plan: FormPlan, document: Document) -> list[tuple[str | None, str, tuple[str, ...]]]:
    found: list[tuple[str | None, str, tuple[str, ...]]] = []
    for table, spec in plan.files:
        assert kind_of(spec) == "files"
        rows = [document.values_] if table is None else document[table]
        found += [(table, spec.name, row[spec.name]) for row in rows if row.get(spec.name)]
    return found

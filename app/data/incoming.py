"""Values as they come from a person or a program, put into a document: read, links found, rights and locks kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.config.form_spec import FieldSpec, TableSpec
from app.core.links import Link
from app.core.words import Words
from app.data import reading, rights
from app.data.computing import Path, Work, empty_like, line_of, path_of
from app.data.document import Document
from app.data.kinds import kind_of, linked_form
from app.data.masks import mask
from app.data.transaction import Transaction
from app.data.values import Masked, Refused, is_empty, read_value

SYSTEM_NAMES = frozenset(
    {
        "id",
        "number",
        "stage",
        "stage_since",
        "version",
        "created_at",
        "created_by",
        "changed_at",
        "changed_by",
        "deleted_at",
        "chg",
        "line_no",
        "delete",
    }
)
WHOLE = "*"  # in the place of a field: the line came or went
UNKNOWN_FILE = Refused("no_such_file", "This file is not kept here.", "没有这个文件。")


def take_values(work: Work, given: Mapping[str, Any]) -> set[str]:
    """Put typed values into a document; give the names of the fields and tables that were typed."""
    names: set[str] = set()
    plan = work.plan
    for name, value in given.items():
        if name in plan.header:
            if _take(work, None, work.document.values_, name=name, value=value):
                names.add(name)
        elif name in plan.lines:
            if take_lines(work, plan.lines[name], value):
                names.add(name)
        elif name not in SYSTEM_NAMES and name not in plan.rows:
            _refuse_unknown(work, (None, 0, name))
    return names


def _refuse_unknown(work: Work, path: Path) -> None:
    name = path[2][:60]
    work.refused[path] = ("unknown", Words(f"There is no field '{name}'.", f"没有字段“{name}”。"))


def _take(work: Work, table: str | None, row: dict[str, Any], *, name: str, value: Any) -> bool:
    """Put one typed value into its row; tell whether it changed what stood there."""
    spec = work.plan.field(table, name)
    if spec.formula is not None or isinstance(value, Masked):
        return False
    path = path_of(table, row, name)
    try:
        read = read_value(spec, value)
        if path[2] in work.plan.outward:
            read = _found(work, spec, read, whole=(table, name) in work.plan.followed)
    except Refused as error:
        work.refused[path] = (error.code, error.words)
        work.typed.add(path)
        return False
    changed = read != row.get(name)
    row[name] = read
    work.typed.add(path)
    return changed


def take_lines(work: Work, table: TableSpec, given: Any) -> bool:
    """Merge typed lines by `line_no`: known ones change, new ones are added, `delete: true` goes."""
    if given is None:
        return False
    if (
        not isinstance(given, Sequence)
        or isinstance(given, (str, bytes))
        or not all(isinstance(row, Mapping) for row in given)
    ):
        work.refused[(None, 0, table.name)] = (
            "not_a_list",
            Words("Lines come as a list of rows.", "明细应为行的列表。"),
        )
        return False
    lines = work.document.tables.setdefault(table.name, [])
    known = {line["line_no"]: line for line in lines}
    last = max(known, default=0)
    changed = False
    for row in given:
        line, last = _line_for(work, table, row, known=known, last=last)
        if line is None:
            continue
        changed |= _merge_line(work, table, lines, line=line, row=row)
    lines.sort(key=lambda line: line["line_no"])
    return changed


def _line_for(
    work: Work, table: TableSpec, row: Mapping[str, Any], *, known: dict[int, dict[str, Any]], last: int
) -> tuple[dict[str, Any] | None, int]:
    line_no = row.get("line_no")
    if line_no in (None, ""):
        return {"line_no": last + 1, "new": True}, last + 1
    try:
        line_no = int(line_no)
        assert 0 < line_no < 1_000_000
    except (TypeError, ValueError, AssertionError):
        work.refused[(None, 0, table.name)] = (
            "line_no",
            Words(f"{line_no!r} is no line number.", f"{line_no!r} 不是行号。"),
        )
        return None, last
    if line_no in known:
        return known[line_no], last
    return {"line_no": line_no, "new": True}, max(last, line_no)


def _merge_line(
    work: Work, table: TableSpec, lines: list[dict[str, Any]], *, line: dict[str, Any], row: Mapping[str, Any]
) -> bool:
    is_new = line.pop("new", False)
    if is_new or row.get("delete") is True:
        work.typed.add((table.name, line["line_no"], WHOLE))
    if row.get("delete") is True:
        if not is_new:
            lines.remove(line)
        return not is_new
    if is_new:
        line.update(empty_like(work.plan, table.name))
        lines.append(line)
    changed = is_new
    for name, value in row.items():
        if name in table.fields:
            changed |= _take(work, table.name, line, name=name, value=value)
        elif name not in SYSTEM_NAMES:
            _refuse_unknown(work, (table.name, line["line_no"], name))
    return changed


def _found(work: Work, spec: FieldSpec, value: Any, *, whole: bool) -> Any:
    """Find the documents, accounts and files that a value names."""
    kind = kind_of(spec)
    if value is None or kind not in ("link", "links", "files"):
        return value
    if kind == "files":
        _files_known(work, spec, value)
        return value
    if kind == "link":
        return find_link(work, spec, value, whole=whole)
    items = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if isinstance(items, (Link, Mapping)):
        items = [items]
    if not isinstance(items, (list, tuple, set, frozenset)):
        raise Refused("not_a_list", f"{value!r} is not a list.", f"{value!r} 不是列表。")
    return (
        tuple(dict.fromkeys(find_link(work, spec, item, whole=whole) for item in items if not is_empty(item))) or None
    )


def _files_known(work: Work, spec: FieldSpec, ids: tuple[str, ...]) -> None:
    from app.data.files import may_attach

    if not all(may_attach(work.tx, file, spec) for file in ids):
        raise UNKNOWN_FILE


def find_link(work: Work, spec: FieldSpec, given: Any, *, whole: bool = True) -> Link:
    """Give the link that a number, a link or a document names; what the person may not see is not there for him."""
    form = linked_form(spec)
    key, number = _named(form, given)
    found = find_account(work, key, number) if form == "user" else _find_document(work, form, key, number, whole=whole)
    if found is None:
        shown = str(number or key)[:60]
        raise Refused(
            "no_such",
            f"There is no {form.replace('_', ' ')} '{shown}', or you may not see it.",
            f"没有“{shown}”，或者你无权查看。",
        )
    return found


def _named(form: str, given: Any) -> tuple[int, str]:
    if isinstance(given, Link) and given.form == form:
        return given.id, given.number
    if isinstance(given, Document) and given.form == form:
        return given.id, given.number
    if isinstance(given, Mapping) and not isinstance(given, Document):
        return (given["id"], "") if isinstance(given.get("id"), int) else (0, str(given.get("number") or ""))
    if isinstance(given, str):
        return 0, given.strip()
    shown = repr(given)[:60]
    raise Refused("not_a_link", f"{shown} names no {form.replace('_', ' ')}.", f"{shown} 不是有效的单据编号。")


def find_account(work: Work, key: int, number: str) -> Link | None:
    """Give the account with a key or a sign-in name."""
    tx = work.tx
    known = tx.shared.read.get(("account", key, number))
    if known is None:
        where, what = ("id", key) if key else ("name", number)
        row = tx.fetch_one(tx.sql(f"select id, name, title from office_account where {where} = ?"), (what,))  # noqa: S608
        known = Link("user", row[0], row[1], row[2] or row[1]) if row else None
        if known:
            tx.shared.read[("account", key, number)] = known
    return known


def _find_document(work: Work, form: str, key: int, number: str, *, whole: bool) -> Link | None:
    tx = work.tx
    if not whole and (tx.is_system or rights.sees_all(tx, form)):
        return _peek(work, form, key, number)
    document = reading.load(tx, form, key) if key else reading.load_by_number(tx, form, number)
    if document is None or document.values_["deleted_at"] is not None:
        return None
    if not (tx.is_system or rights.may(tx, form, "view", document)):
        return None
    return link_to(tx, document)


def _peek(work: Work, form: str, key: int, number: str) -> Link | None:
    """Give a link from number and title alone, where nothing else of the document is needed."""
    tx = work.tx
    known = tx.shared.read.get(("peek", form, key, number))
    if known is None:
        statements = reading.plan_for(tx, form).sql
        row = tx.fetch_one(statements.peek_id if key else statements.peek_number, (key or number,))
        if row is None or row[1] is not None:
            return None
        known = tx.shared.read[("peek", form, key, number)] = statements.link.read(row[0], row[2:])
    return known


def link_to(tx: Transaction, document: Document) -> Link:
    """Give the link to a document, with the title that people read."""
    reader = reading.plan_for(tx, document.form).sql.link
    values = document.values_
    return reader.read(values["id"], (values["number"], *(values.get(name) for name in reader.names)))


def refuse_locked(work: Work, before: Document | None, *, typing: bool = True) -> None:
    """Refuse typed values where the person may not type: readonly fields, field rights, the stage's locks.

    Not `typing`: an import brings in what another system said, readonly fields too; field rights hold.
    """
    if work.tx.is_system:
        return
    plan = work.plan
    editable = rights.editable_fields(work.tx, before, plan.form) if before is not None else None
    readonly = {(rule.table, rule.name): rule.when for rule in plan.readonly_when}
    for path in work.typed:
        table, _line, name = path
        if name == WHOLE:
            if editable is not None and table not in editable:
                work.refused[(None, 0, table or "")] = _locked(before)
            continue
        if editable is None and (table, name) not in plan.guarded:
            continue
        row = _row(work.document, path)
        if path in work.refused or row is None or not _differs(work, path, row, before):
            continue
        spec = plan.field(table, name)
        condition = readonly.get((table, name), spec.readonly) if typing else False
        if condition is True or (not isinstance(condition, bool) and condition.met(work.scope(line_of(table, row)))):
            work.refused[path] = ("readonly", Words("This can't be typed.", "此项不能填写。"))
        elif editable is not None and (table or name) not in editable:
            work.refused[path] = _locked(before)
        elif not rights.may_edit_field(work.tx, plan.form, f"{table}.{name}" if table else name, work.document):
            work.refused[path] = ("not_allowed", Words("You may not fill this in.", "你无权填写此项。"))


def _locked(before: Document | None) -> tuple[str, Words]:
    stage = before.stage if before is not None else ""
    return "locked", Words(f"This can't be changed at the stage {stage}.", "当前阶段不能修改此项。")


def _row(document: Document, path: Path) -> dict[str, Any] | None:
    table, line_no, _name = path
    if table is None:
        return document.values_
    return next((line for line in document.tables.get(table, ()) if line["line_no"] == line_no), None)


def _differs(work: Work, path: Path, row: Mapping[str, Any], before: Document | None) -> bool:
    """Sending back what stands there, or what would be proposed anyway, is no typing."""
    table, _line, name = path
    if before is not None:
        old = _row(before, path)
        if old is not None:
            return old.get(name) != row.get(name)
    spec = work.plan.field(table, name)
    value = row.get(name)
    if spec.default is None:
        return value is not None and value is not False
    return value != spec.default.value(work.scope(line_of(table, dict(row)) if table else None))


def hidden_mask(kind: str, value: Any) -> Masked:
    """Give what a reader sees of a value that he may not."""
    return Masked(mask(kind, value))

"""Single changes of the database, each with its sentence in both languages and the reason why it may be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.config.form_spec import FieldSpec, FormSpec
from app.core.words import Words
from app.data.column_types import LARGEST
from app.data.sorting import ListIndex


@dataclass(frozen=True)
class Step:
    """One change: what it is in words, what it runs, whether it only adds, whether it is refused."""

    words: Words
    statements: tuple[Any, ...] = ()
    adds: bool = True
    refused: bool = False
    quiet: bool = False  # an index: nothing that people would notice
    asks: str = ""  # counts the rows that it would change


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def make_table(spec: FormSpec, table: Table, statement: Any) -> Step:
    """Make a table."""
    part = table.name.removeprefix(spec.name).strip("_")
    english = f"Make the form {spec.title.say('en')}" + (f", its table {part}." if part else ".")
    return Step(
        Words(english, f"新建表单{spec.title.say('zh')}" + (f"的明细 {part}。" if part else "。")), (statement,)
    )


def add_column(spec: FormSpec, table: Table, column: Column[Any], *, dialect: str) -> Step:
    """Add a column, empty for every document that is there."""
    words = Words(f"Add {column.name} to {spec.title.say('en')}.", f"为{spec.title.say('zh')}增加 {column.name}。")
    return Step(words, tuple(_added(table, column, dialect)))


def _added(table: Table, column: Column[Any], dialect: str) -> Iterable[str]:
    compiler = sqlite.dialect() if dialect == "sqlite" else postgresql.dialect()  # type: ignore[no-untyped-call]
    kind = column.type.compile(dialect=compiler)
    target = next(iter(column.foreign_keys), None)
    references = f" references {_quoted(target.column.table.name)} (id)" if target is not None else ""
    yield f"alter table {_quoted(table.name)} add column {_quoted(column.name)} {kind}{references}"


def list_index(spec: FormSpec, index: ListIndex, statement: str, *, quiet: bool) -> Step:
    """Keep a form's documents in the order of one of its lists; not told where the form itself is new."""
    order = ", ".join(f"-{part.name}" if part.descending else part.name for part in index.parts if part.name != "id")
    order, shared = order or "id", ", ".join(index.shared)
    english = f"Keep {spec.title.say('en')} sorted by {order}" + (f" for each {shared}." if shared else ".")
    chinese = f"让{spec.title.say('zh')}" + (f"按 {shared} 分组，" if shared else "") + f"按 {order} 保持有序。"
    return Step(Words() if quiet else Words(english, chinese), (statement,), quiet=True)


def drop_list_index(name: str) -> Step:
    """Drop the index of an order that no list of a form has any more."""
    return Step(Words(), (f"drop index if exists {_quoted(name)}",), quiet=True)


def rename_form(spec: FormSpec, state: Iterable[str], *, dialect: str) -> Step:
    """Rename the tables of a form, and its name wherever it is kept."""
    assert spec.was is not None
    old, new = spec.was, spec.name
    statements = [f"alter table {_quoted(name)} rename to {_quoted(new + name[len(old) :])}" for name in state]
    statements += [
        f"update {table} set form = '{new}' where form = '{old}'"  # noqa: S608
        for table in ("office_audit", "office_file_use", "office_draft", "office_view", "document_grant")
    ]
    if dialect == "postgresql":
        statements.append(f"update office_search set form = '{new}' where form = '{old}'")  # noqa: S608
    statements.append(f"update office_form set name = '{new}' where name = '{old}'")  # noqa: S608
    statements.append(f"update office_role_holder set scope_form = '{new}' where scope_form = '{old}'")  # noqa: S608
    statements.append(
        f"update office_sequence set name = '{new}' || substr(name, {len(old) + 1})"  # noqa: S608
        f" where substr(name, 1, {len(old) + 1}) = '{old}:'"
    )
    return Step(
        Words(f"Rename the form {old} to {new}; all documents stay.", f"表单 {old} 改名为 {new}，单据全部保留。"),
        tuple(statements),
        adds=False,
    )


def rename_table(spec: FormSpec, old: str, new: str, *, quiet: bool = False) -> Step:
    """Rename a line table, or (`quiet`) one that stands below it."""
    return Step(
        Words()
        if quiet
        else Words(
            f"Rename the table {old} of {spec.title.say('en')} to {new}.",
            f"{spec.title.say('zh')}的明细 {old} 改名为 {new}。",
        ),
        (f"alter table {_quoted(old)} rename to {_quoted(new)}",),
        adds=False,
    )


def rename_field(spec: FormSpec, table: str, field: FieldSpec) -> Step:
    """Rename a column."""
    assert field.was is not None
    return Step(
        Words(
            f"Rename {field.was} of {spec.title.say('en')} to {field.name}; its values stay.",
            f"{spec.title.say('zh')}的 {field.was} 改名为 {field.name}，数据保留。",
        ),
        (f"alter table {_quoted(table)} rename column {_quoted(field.was)} to {_quoted(field.name)}",),
        adds=False,
    )


def rename_option(spec: FormSpec, table: Table, field: FieldSpec, *, old: str, new: str, dialect: str) -> Step:
    """Rename an option in every document that holds it."""
    column, parent = _quoted(field.name), "id" if table.name == spec.name else "parent_id"
    value, held = f"'{new}'", f"{column} = '{old}'"
    if field.type == "choices":
        value = f"replace({column}, '\"{old}\"', '\"{new}\"')"
        held = f"{value} <> {column}"
    rows = f"select {parent} from {_quoted(table.name)} where {held}"  # noqa: S608
    return Step(
        Words(
            f"Rename the option {old} of {field.name} of {spec.title.say('en')} to {new}, wherever it was chosen.",
            f"{spec.title.say('zh')}的 {field.name} 的选项 {old} 改名为 {new}，已选的一并更新。",
        ),
        (_touch(spec, f"id in ({rows})", dialect), f"update {_quoted(table.name)} set {column} = {value} where {held}"),  # noqa: S608
        adds=False,
        asks=f"select count(*) from {_quoted(table.name)} where {held}",  # noqa: S608
    )


def rename_stage(spec: FormSpec, *, old: str, new: str, dialect: str, timers: bool) -> Step:
    """Rename a stage in every document that stands in it."""
    table = _quoted(spec.name)
    statements = [_touch(spec, f"stage = '{old}'", dialect)]
    statements.append(f"update {table} set stage = '{new}' where stage = '{old}'")  # noqa: S608
    if timers:
        statements.append(
            f"update workflow_timer set stage = '{new}' where stage = '{old}' and form = '{spec.name}'"  # noqa: S608
        )
    return Step(
        Words(
            f"Rename the stage {old} of {spec.title.say('en')} to {new}; documents move over with it.",
            f"{spec.title.say('zh')}的阶段 {old} 改名为 {new}，单据随之更新。",
        ),
        tuple(statements),
        adds=False,
    )


def stage_in_use(spec: FormSpec, *, old: str, count: int) -> Step:
    """Refuse to rename a stage while approvals go on that began with the old name."""
    return Step(
        Words(
            f"Refused: {count} approvals of {spec.title.say('en')} go on that know the stage {old} by its old name."
            " Decide or withdraw them first.",
            f"拒绝：{spec.title.say('zh')}有 {count} 个审批仍使用阶段 {old} 的旧名。请先审完或撤回。",
        ),
        adds=False,
        refused=True,
    )


def _touch(spec: FormSpec, where: str, dialect: str) -> str:
    """Give changed documents the number of this transaction, so that copies of them follow."""
    number = "(select number + 1 from office_change)"
    if dialect == "postgresql":
        number = "(select pg_current_xact_id()::text::bigint + number from office_change)"
    return f"update {_quoted(spec.name)} set chg = {number} where {where}"  # noqa: S608


def keep_column(spec: FormSpec, name: str) -> Step:
    """Say that a removed field keeps its values."""
    return Step(
        Words(
            f"{name} is no longer part of {spec.title.say('en')}; its values are kept.",
            f"{spec.title.say('zh')}不再使用 {name}，数据保留。",
        ),
        adds=False,
    )


def change_column(
    spec: FormSpec,
    table: Table,
    column: Column[Any],
    *,
    change: tuple[str, str],
    filled: int,
    lossy: Callable[[str], int],
    dialect: str,
) -> Step:
    """Change what a column keeps: free while empty, exact where digits come, refused where values would be lost."""
    old, new = (kind.removeprefix("kept:") for kind in change)
    title, name = spec.title, column.name
    if old == new:
        return Step(
            Words(
                f"{name} of {title.say('en')} is back, with its values.",
                f"{title.say('zh')}的 {name} 恢复使用，原有数据仍在。",
            )
        )
    if not filled:
        aside = f"{name}__{abs(hash(change)) % 10_000}"
        words = Words(
            f"{name} of {title.say('en')} becomes {new}; it was empty everywhere.",
            f"{title.say('zh')}的 {name} 改为 {new}，原先没有数据。",
        )
        away = f"alter table {_quoted(table.name)} rename column {_quoted(name)} to {_quoted(aside)}"
        return Step(words, (away, *_added(table, column, dialect)), adds=False)
    if old.startswith("decimal:") and new.startswith("decimal:"):
        return _rescale(spec, table, name, digits=(int(old[8:]), int(new[8:])), lossy=lossy)
    return _refused(
        spec,
        name,
        f"it would become {new}, and {filled} documents have a value that is {old}",
        f"要改为 {new}，但有 {filled} 张单据的值是 {old}",
    )


def _rescale(spec: FormSpec, table: Table, name: str, *, digits: tuple[int, int], lossy: Callable[[str], int]) -> Step:
    column, rows = _quoted(name), _quoted(table.name)
    factor = 10 ** abs(digits[1] - digits[0])
    if digits[1] > digits[0]:
        big = lossy(f"select count(*) from {rows} where abs({column}) > {LARGEST // factor}")  # noqa: S608
        statement = f"update {rows} set {column} = {column} * {factor}"  # noqa: S608
    else:
        big = lossy(f"select count(*) from {rows} where mod({column}, {factor}) <> 0")  # noqa: S608
        statement = f"update {rows} set {column} = {column} / {factor}"  # noqa: S608
    if big:
        return _refused(
            spec, name, f"{big} documents have digits that would be lost", f"有 {big} 张单据的数字会丢失精度"
        )
    return Step(
        Words(
            f"{name} of {spec.title.say('en')} keeps {digits[1]} digits behind the point.",
            f"{spec.title.say('zh')}的 {name} 改为保留 {digits[1]} 位小数。",
        ),
        (statement,),
        adds=False,
    )


def _refused(spec: FormSpec, name: str, english: str, chinese: str) -> Step:
    return Step(
        Words(
            f"Refused: {name} of {spec.title.say('en')}: {english}. Add a new field instead.",
            f"拒绝：{spec.title.say('zh')}的 {name}：{chinese}。请改为新增字段。",
        ),
        adds=False,
        refused=True,
    )


def doubled(connection: Connection, index: Index) -> Step | None:
    """Refuse a rule of uniqueness that documents break already."""
    table = index.table
    assert table is not None
    columns = [table.c[column.name] for column in index.columns]
    condition = [column.is_not(None) for column in columns]
    groups = (
        select(func.count())
        .select_from(table)
        .where(table.c.deleted_at.is_(None), *condition)
        .group_by(*columns)
        .having(func.count() > 1)
    )
    number = connection.scalar(select(func.count()).select_from(groups.subquery())) or 0
    if not number:
        return None
    names = ", ".join(column.name for column in columns)
    return Step(
        Words(
            f"Refused: {names} of {table.name} can't be unique: {number} values stand in more than one document.",
            f"拒绝：{table.name} 的 {names} 不能设为唯一：有 {number} 个值重复。",
        ),
        adds=False,
        refused=True,
    )

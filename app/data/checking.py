"""What is wrong with a document: every problem with its place, none left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.config.form_spec import CheckSpec, FieldSpec
from app.core.errors import Problem
from app.core.words import Words
from app.data import reading
from app.data.computing import Path, Work, candidate_scope, line_of, links_in, path_of
from app.data.kinds import linked_form
from app.data.plan import FormPlan
from app.data.statements import quoted
from app.data.values import to_json


def written(path: Path) -> str:
    """Give an address as people and programs write it: `needed_on`, `lines.2.quantity`."""
    table, line_no, name = path
    return name if table is None else f"{table}.{line_no}.{name}"


def problems_of(
    work: Work, *, whole: bool = True, changed: Collection[str] | None = None, asked: bool = True
) -> list[Problem]:
    """Give every problem of a document; not `whole`: what may still be missing in a draft is left out.

    `changed` names the fields and tables typed now: a link's offer is asked only of those (None: of all).
    Not `asked`: what is long past is not asked what a person would be, checks and offers.
    """
    found = [Problem(written(path), code, words) for path, (code, words) in work.refused.items()]
    found += _missing(work) if whole else ()
    found += _bounds(work)
    found += _checks(work) if asked else ()
    found += _sizes(work, whole)
    found += _offers(work, changed) if asked else ()
    found += _same_lines(work)
    found += _taken(work, changed)
    return list(_first_of_each(found))


def _first_of_each(problems: list[Problem]) -> Iterator[Problem]:
    """One thing is said once: the first problem of a place hides later ones of the same kind there."""
    seen: set[tuple[str, str]] = set()
    for problem in problems:
        if (problem.path, problem.words.en) not in seen:
            seen.add((problem.path, problem.words.en))
            yield problem


def _label(spec: FieldSpec) -> Words:
    return spec.label or Words(spec.name.replace("_", " ").capitalize())


def _missing(work: Work) -> Iterator[Problem]:
    plan = work.plan
    for table, name in plan.required:
        for row in work.rows(table):
            yield from _missing_one(work, table, name, row)
    for rule in plan.required_when:
        for row in work.rows(rule.table):
            if row.get(rule.name) in (None, ()) and rule.when.met(work.scope(line_of(rule.table, row))):
                yield from _missing_one(work, rule.table, rule.name, row)


def _missing_one(work: Work, table: str | None, name: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    path = path_of(table, row, name)
    if row.get(name) in (None, ()) and path not in work.hidden and path not in work.refused:
        label = _label(work.plan.field(table, name))
        yield Problem(written(path), "required", Words(f"{label.say('en')} is needed.", f"请填写{label.say('zh')}。"))


def _bounds(work: Work) -> Iterator[Problem]:
    for table, spec in work.plan.bounded:
        for row in work.rows(table):
            value = row.get(spec.name)
            path = path_of(table, row, spec.name)
            if path not in work.hidden and not (value is None and spec.check is None):
                yield from _bound(work, spec, path, row)


def _bound(work: Work, spec: FieldSpec, path: Path, row: dict[str, Any]) -> Iterator[Problem]:
    scope = work.scope(line_of(path[0], row))
    value = row.get(spec.name)
    least = spec.min.value(scope) if spec.min is not None and value is not None else None
    most = spec.max.value(scope) if spec.max is not None and value is not None else None
    if least is not None and value < least:
        yield Problem(
            written(path), "min", spec.message or Words(f"At least {to_json(least)}.", f"不能小于 {to_json(least)}。")
        )
    if most is not None and value > most:
        yield Problem(
            written(path), "max", spec.message or Words(f"At most {to_json(most)}.", f"不能大于 {to_json(most)}。")
        )
    if spec.check is not None and spec.check.failed(scope):
        yield Problem(written(path), "check", spec.message or _untrue(spec.check.text))


def _untrue(text: str) -> Words:
    return Words(f"This must be true: {text}", f"必须满足：{text}")


def _checks(work: Work) -> Iterator[Problem]:
    for check in work.plan.spec.checks:
        yield from _check(work, check, None, None)
    for table, checks in work.plan.table_checks:
        for row in work.rows(table):
            for check in checks:
                yield from _check(work, check, table, row)


def _check(work: Work, check: CheckSpec, table: str | None, row: dict[str, Any] | None) -> Iterator[Problem]:
    scope = work.scope(row)
    if (check.when is None or check.when.met(scope)) and check.check.failed(scope):
        path = f"{table}.{row['line_no']}" if row is not None else _about(work.plan, check)
        yield Problem(path, "check", check.message or _untrue(check.check.text), check.warn)


def _about(plan: FormPlan, check: CheckSpec) -> str:
    """A rule over one field of the header stands at that field."""
    names = {name.split(".")[0] for name in check.check.reads} & set(plan.header)
    return next(iter(names)) if len(names) == 1 else ""


def _sizes(work: Work, whole: bool) -> Iterator[Problem]:
    for name, table in work.plan.lines.items():
        size = len(work.document.tables.get(name, ()))
        shown = table.show is True or name not in {
            rule.name for rule in work.plan.table_shows if not rule.when.met(work.header_scope)
        }
        if whole and shown and size < table.least:
            yield Problem(
                name, "least", Words(f"At least {table.least} rows are needed.", f"至少需要 {table.least} 行。")
            )
        if size > table.most:
            yield Problem(
                name,
                "most",
                Words(f"At most {table.most} rows; these are {size}.", f"最多 {table.most} 行，现有 {size} 行。"),
            )


def _offers(work: Work, changed: Collection[str] | None) -> Iterator[Problem]:
    """A link may only point to what its field offers."""
    for table, spec in work.plan.filtered_links:
        if changed is not None and (spec.name if table is None else table) not in changed:
            continue
        for row in work.rows(table):
            path = path_of(table, row, spec.name)
            if not all(_offered(work, spec, link, line_of(table, row)) for link in links_in(row.get(spec.name))):
                yield Problem(
                    written(path),
                    "not_offered",
                    spec.message
                    or Words(
                        f"This {_label(spec).say('en')} can't be chosen here.",
                        f"此处不能选择这个{_label(spec).say('zh')}。",
                    ),
                )


def _offered(work: Work, spec: FieldSpec, link: Any, line: dict[str, Any] | None) -> bool:
    assert spec.where is not None
    candidate = work.services.follow(link) if linked_form(spec) == "user" else reading.load(work.tx, link.form, link.id)
    return candidate is not None and spec.where.met(candidate_scope(work, candidate, line))


def _same_lines(work: Work) -> Iterator[Problem]:
    for name, table in work.plan.lines.items():
        groups = [
            *table.unique,
            *((spec.name, *spec.unique) for spec in table.fields.values() if spec.unique is not None),
        ]
        for group in groups:
            yield from _same(name, group, work.document.tables.get(name, ()))


def _same(table: str, group: tuple[str, ...], rows: Collection[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        values = tuple(row.get(name) for name in group)
        if None in values:
            continue
        first = seen.setdefault(values, row["line_no"])
        if first != row["line_no"]:
            yield Problem(
                f"{table}.{row['line_no']}.{group[0]}",
                "unique",
                Words(f"Row {first} already has this.", f"第 {first} 行已有相同内容。"),
            )


def _taken(work: Work, changed: Collection[str] | None) -> Iterator[Problem]:
    """No two documents share what is unique; the key of a form is unique among deleted ones too."""
    plan, values = work.plan, work.document.values_
    for group in plan.unique:
        if (changed is not None and not set(group) & set(changed)) or any(values.get(name) is None for name in group):
            continue
        number = _holder(work, group)
        if number is not None:
            yield Problem(
                group[0],
                "unique",
                Words(
                    f"{number} already has this {_label(plan.header[group[0]]).say('en')}.",
                    f"{number} 已使用相同的{_label(plan.header[group[0]]).say('zh')}。",
                ),
            )
    if plan.spec.key and values.get(plan.spec.key) is not None and (changed is None or plan.spec.key in changed):
        yield from _key_taken(work, plan.spec.key)


def _holder(work: Work, group: tuple[str, ...]) -> str | None:
    writer = work.plan.sql.header
    mark = work.tx.mark
    wheres = " and ".join(f"{quoted(name)} = {mark}" for name in group)
    statement = f"select number from {writer.table} where {wheres} and deleted_at is null and id <> {mark}"  # noqa: S608
    values = work.document.values_
    row = work.tx.fetch_one(statement, [*(writer.stored(name, values[name]) for name in group), values.get("id") or 0])
    return row[0] if row else None


def _key_taken(work: Work, key: str) -> Iterator[Problem]:
    values = work.document.values_
    statement = f"select 1 from {work.plan.sql.header.table} where number = {work.tx.mark} and id <> {work.tx.mark}"  # noqa: S608
    if work.tx.fetch_one(statement, (str(to_json(values[key])), values.get("id") or 0)):
        yield Problem(key, "unique", Words(f"{values[key]} is already in use.", f"{values[key]} 已被使用。"))

"""Defaults, formulas and conditions of one document, worked out in the order of dependence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.expressions import Expression, Scope
from app.core.links import Link
from app.core.words import Words
from app.data.document import Document
from app.data.kinds import kind_of
from app.data.plan import FormPlan, Place, Rule, Step
from app.data.services import DataServices, services_of
from app.data.transaction import Transaction
from app.data.values import Refused

Path = tuple[str | None, int, str]  # (line table, line number, field); (None, 0, field) of the header


@dataclass
class Work:
    """A document in the making: what was typed, what is hidden, what went wrong."""

    tx: Transaction
    plan: FormPlan
    document: Document
    typed: set[Path] = field(default_factory=set)
    hidden: set[Path] = field(default_factory=set)
    refused: dict[Path, tuple[str, Words]] = field(default_factory=dict)
    proposing: set[Path] | None = None  # where defaults are proposed; None: wherever nothing was typed
    services: DataServices = field(init=False)
    header_scope: Scope = field(init=False)
    _lines: dict[int, Scope] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = services_of(self.tx)
        self.header_scope = self._scope(self.document, None)

    def _scope(self, row: Mapping[str, Any], line: Mapping[str, Any] | None) -> Scope:
        return Scope(
            row=row,
            this=self.document,
            services=self.services,
            line=line,
            me=self.services.me,
            today=self.tx.today,
            now=self.tx.now,
        )

    def scope(self, line: dict[str, Any] | None = None) -> Scope:
        """Give the names that an expression of the header, or of a line, can use."""
        if line is None:
            return self.header_scope
        known = self._lines.get(id(line))
        if known is None:
            known = self._lines[id(line)] = self._scope(line, line)
        return known

    def rows(self, table: str | None) -> list[dict[str, Any]]:
        """Give what a rule runs over: the header's values, or the lines of a table."""
        return [self.document.values_] if table is None else self.document.tables.get(table, [])

    def met(self, condition: bool | Expression, row: dict[str, Any] | None) -> bool:
        """Tell whether a condition holds; empty counts as not met."""
        return condition if isinstance(condition, bool) else condition.met(self.scope(row))


def candidate_scope(work: Work, candidate: Mapping[str, Any], line: dict[str, Any] | None) -> Scope:
    """Give the names of a link's `where`: bare ones are the candidate's."""
    return Scope(
        row=candidate,
        this=work.document,
        services=work.services,
        line=line,
        me=work.services.me,
        today=work.tx.today,
        now=work.tx.now,
    )


def line_of(table: str | None, row: dict[str, Any]) -> dict[str, Any] | None:
    """Give the line that a rule stands in; the header has none."""
    return None if table is None else row


def path_of(table: str | None, row: Mapping[str, Any], name: str) -> Path:
    """Give the address of a value."""
    return (None, 0, name) if table is None else (table, row["line_no"], name)


def fill(work: Work, *, defaults: bool = True) -> None:
    """Fill in defaults and formulas; what is not shown is stored empty, and its dependents follow."""
    _run(work, work.plan.steps if defaults else work.plan.formulas)
    for _ in range(3):
        if not _hide(work):
            return
        _run(work, work.plan.formulas)


def _run(work: Work, steps: tuple[Step, ...]) -> None:
    for step in steps:
        table = step.table
        if table is None:
            _take(work, step, work.document.values_, None)
        else:
            for line in work.document.tables.get(table, ()):
                _take(work, step, line, line)


def _take(work: Work, step: Step, row: dict[str, Any], line: dict[str, Any] | None) -> None:
    path = path_of(step.table, row, step.name)
    if path in work.hidden or (not step.is_formula and not _proposable(work, path, row.get(step.name))):
        return
    value = step.expression.value(work.scope(line))
    try:
        row[step.name] = step.round(value) if step.round is not None and value is not None else value
    except Refused as error:
        row[step.name] = None
        work.refused[path] = (error.code, error.words)


def _proposable(work: Work, path: Path, value: Any) -> bool:
    """Tell whether a default is wanted: nothing typed there, and on a change only in new lines and followers."""
    if value is not None or path in work.typed:
        return False
    return work.proposing is None or path in work.proposing


def _hide(work: Work) -> bool:
    """Empty what is not shown; tell whether anything was taken away."""
    taken = False
    for rule in work.plan.table_shows:
        if work.document.tables.get(rule.name) and not rule.when.met(work.header_scope):
            work.document.tables[rule.name] = []
            taken = True
    for rule in work.plan.shows:
        for row in work.rows(rule.table):
            taken |= _hide_one(work, rule, row)
    for table, name in work.plan.never_shown:
        for row in work.rows(table):
            work.hidden.add(path_of(table, row, name))
    return taken


def _hide_one(work: Work, rule: Rule, row: dict[str, Any]) -> bool:
    if rule.when.met(work.scope(line_of(rule.table, row))):
        return False
    path = path_of(rule.table, row, rule.name)
    work.hidden.add(path)
    had = row.get(rule.name)
    row[rule.name] = False if work.plan.field(rule.table, rule.name).type == "boolean" else None
    return had is not None and had is not row[rule.name]


def follow_sources(work: Work, before: Work, changed: Collection[str]) -> None:
    """Let defaults follow their sources: a value still as it was proposed is proposed anew, and so are new lines."""
    proposing: set[Path] = set()
    work.proposing = proposing
    for step in work.plan.steps:
        if step.is_formula:
            continue
        touched = _touches(step, changed)
        for row in work.rows(step.table):
            path = path_of(step.table, row, step.name)
            old = _row_before(before, step.table, row)
            if old is None:
                proposing.add(path)
            elif touched and path not in work.typed and _as_proposed(before, step, old):
                proposing.add(path)
                row[step.name] = None


def _touches(step: Step, changed: Collection[str]) -> bool:
    prefix = f"{step.table}." if step.table else ""
    return any(_source(name, prefix) in changed for name in step.reads)


def _source(name: str, prefix: str) -> str:
    """Give the field of this form that a name starts from: `supplier.payment_term` starts from `supplier`."""
    first, _, rest = name.partition(".")
    if first == "this":
        return rest.partition(".")[0]
    if first == "line":
        return prefix + rest.partition(".")[0]
    return prefix + first


def _row_before(before: Work, table: str | None, row: Mapping[str, Any]) -> dict[str, Any] | None:
    if table is None:
        return before.document.values_
    return next((line for line in before.document.tables.get(table, ()) if line["line_no"] == row["line_no"]), None)


def _as_proposed(before: Work, step: Step, old: dict[str, Any]) -> bool:
    proposed = step.expression.value(before.scope(line_of(step.table, old)))
    return old.get(step.name) == (step.round(proposed) if step.round and proposed is not None else proposed)


def live_value(tx: Transaction, plan: FormPlan, *, document: Document, name: str) -> Any:
    """Work out a field of the header that has no column."""
    step = next(step for step in plan.live_steps if step.table is None and step.name == name)
    value = step.expression.value(Work(tx, plan, document).header_scope)
    return step.round(value) if step.round and value is not None else value


def fill_live_lines(tx: Transaction, plan: FormPlan, document: Document) -> None:
    """Work out the fields of lines that have no column."""
    work = Work(tx, plan, document)
    _run(work, tuple(step for step in plan.live_steps if step.table is not None))


def empty_like(plan: FormPlan, table: str | None) -> dict[str, Any]:
    """Give a row with every field empty; what is yes or no starts as no."""
    row = dict(plan.empty_header if table is None else plan.empty_lines[table])
    for spec in plan.fields(table).values():
        if spec.type == "boolean" and spec.formula is None and spec.default is None:
            row[spec.name] = False
    return row


def is_link(plan: FormPlan, place: Place) -> bool:
    """Tell whether a field points at documents."""
    return kind_of(plan.field(*place)) in ("link", "links")


def links_in(value: object) -> tuple[Link, ...]:
    """Give the links of a value, be it one or many."""
    if isinstance(value, Link):
        return (value,)
    return tuple(item for item in value if isinstance(item, Link)) if isinstance(value, tuple) else ()

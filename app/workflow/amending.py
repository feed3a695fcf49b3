"""Changes after approval (R-10.3, R-10.4): free, within the tolerance, or a matter for the approvers again.

What counts is how far a document is from what was approved, not from how it stood last: small steps add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.config.form_spec import FormSpec
from app.config.workflow_spec import AfterSpec, ChooseSpec, Node, ParallelSpec, StageSpec, StepSpec
from app.core.expressions import Expression
from app.core.words import Words
from app.data import documents
from app.data.document import Document
from app.data.transaction import Transaction
from app.data.values import to_json
from app.workflow import record
from app.workflow.definitions import Definition
from app.workflow.errors import AmendmentRefused
from app.workflow.state import State
from app.workflow.tree import Holds, sequences_of, taken_steps, way_to

NUMERIC = frozenset({"money", "price", "quantity", "percent", "number"})


@dataclass(frozen=True)
class Amendment:
    """What of a changed document goes beyond its approval: fields (`supplier`, `lines.quantity`), figures."""

    places: frozenset[str]
    figures: tuple[tuple[str, Decimal, Decimal], ...] = ()  # name, as approved, now

    @property
    def beyond(self) -> bool:
        """Tell whether anything does."""
        return bool(self.places or self.figures)


def amend(tx: Transaction, before: Document, after: Document, definition: Definition) -> Amendment | None:
    """Give what a change asks the approvers again; None where it asks nothing. Refuse what may not change at all."""
    after_spec, stage = definition.spec.after_approval, definition.stage(before.stage)
    known = record.last(tx, after)
    if after_spec is None or stage is None or (known is not None and known.state.status != "approved"):
        return None
    frozen = _frozen(before, after, stage, definition)
    if frozen:
        raise _refused(definition, after, Amendment(frozenset(frozen)))
    found = measure(
        definition.form, after_spec, approved_values(tx, after, known), after, amount=definition.spec.amount
    )
    if not found.beyond:
        return None
    if after_spec.then == "refuse":
        raise _refused(definition, after, found)
    return found


def guard_inputs(
    tx: Transaction, before: Document, after: Document, definition: Definition, *, target: StageSpec | None
) -> None:
    """Hold what a button asks for to what was approved, unless the button leads to the approvers (R-10.8)."""
    asks_them = target is not None and target.approval
    if after is not before and before.stage in definition.settled and not asks_them and not tx.is_system:
        found = amend(tx, before, after, definition)
        if found is not None:
            raise _refused(definition, after, found)


def approved_values(tx: Transaction, document: Document, known: record.Record | None) -> Mapping[str, Any]:
    """Give a document as it was approved, or as it came in, if nobody approved it here."""
    at: datetime | int = 1
    if known is not None and known.state.ended_at:
        at = known.state.version or known.state.ended_at
    return documents.as_of(tx.as_system(), document.form, document.number, at)


def _frozen(before: Document, after: Document, stage: StageSpec, definition: Definition) -> list[str]:
    """Give the columns that were typed into in tables which are open for other columns only."""
    spec = definition.spec.after_approval
    open_places = {*spec.material, *spec.free} if spec else set()
    return sorted(
        f"{table}.{column}"
        for table in stage.amends
        if table in after.tables and table not in open_places
        for column in _columns_changed(_rows(before[table]), after[table])
        if column in definition.typed_lines[table] and f"{table}.{column}" not in open_places
    )


def _rows(lines: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(line["line_no"]): line for line in lines}


def _columns_changed(old: Mapping[str, Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the columns that differ in lines that stand on both sides."""
    now = _rows(lines)
    for line_no in set(old) & set(now):
        yield from (name for name, value in now[line_no].items() if not same(old[line_no].get(name), value))


def same(old: Any, new: Any) -> bool:
    """Tell whether a value is what the audit kept of it; 10 is 10.0000."""
    if isinstance(new, Decimal) and old is not None:
        return Decimal(str(old)) == new
    return (old if isinstance(old, (str, type(None))) else to_json(old)) in (new, to_json(new))


def measure(
    form: FormSpec, spec: AfterSpec, approved: Mapping[str, Any], document: Document, *, amount: str | None = None
) -> Amendment:
    """Give what of a document goes beyond what was approved: pure, so that small steps can't add up (R-10.4)."""
    changed = {place for place in spec.material if _differs(place, approved, document)}
    changed |= {f"{table}.*" for table in _tables(spec) if _lines_differ(table, approved, document)}
    figures = [*spec.tolerance] or ([amount] if amount else [])
    beyond = {place for place in changed if not _measured(form, place, figures)}
    moved = [(name, _number(approved.get(name)), _number(document.get(name))) for name in figures if changed - beyond]
    far = tuple(one for one in moved if not _within(spec, *one))
    return Amendment(frozenset(beyond | ((changed - beyond) if far else set())), far)


def _tables(spec: AfterSpec) -> set[str]:
    return {place.partition(".")[0] for place in spec.material if "." in place}


def _differs(place: str, approved: Mapping[str, Any], document: Document) -> bool:
    table, _, column = place.rpartition(".")
    if not table:
        return not same(approved.get(place), document.get(place))
    old, now = approved.get(table, {}), _rows(document[table])
    return any(not same(old[no].get(column), now[no].get(column)) for no in set(old) & set(now))


def _lines_differ(table: str, approved: Mapping[str, Any], document: Document) -> bool:
    return set(approved.get(table, {})) != set(_rows(document[table]))


def _measured(form: FormSpec, place: str, figures: Sequence[str]) -> bool:
    """Tell whether one of these figures shows how far a field went: a number that it is counted from."""
    table, _, name = place.rpartition(".")
    if name == "*":
        return False
    field = form.tables[table].fields.get(name) if table else form.header.get(name)
    return field is not None and field.type in NUMERIC and bool(set(figures) & dependents(form, {place}))


def dependents(form: FormSpec, places: set[str]) -> set[str]:
    """Give fields and everything counted from them, however far: `lines.quantity` leads to `total_amount`."""
    found = set(places)
    for table in [place.partition(".")[0] for place in places if place.endswith(".*")]:
        found |= {f"{table}.{name}" for name in form.tables[table].fields}
    while True:
        more = {
            f.name if table is None else f"{table}.{f.name}"
            for table, f in form.all_fields()
            if f.formula is not None and found & _reads(table, f.formula)
        } - found
        if not more:
            return found
        found |= more


def _reads(table: str | None, formula: Expression) -> set[str]:
    return {
        name.removeprefix("this.") if name.startswith("this.") or table is None else f"{table}.{name}"
        for name in formula.reads
    }


def _number(value: Any) -> Decimal:
    return Decimal(0) if value in (None, "") else Decimal(str(value))


def _within(spec: AfterSpec, name: str, approved: Decimal, now: Decimal) -> bool:
    """Tell whether a figure is near enough to what was approved: by amount and by share, both (R-10.4)."""
    if now < approved and spec.lowering == "free":
        return True
    limits = spec.tolerance.get(name)
    if limits is None:
        return False
    amount, share = limits
    far = abs(now - approved)
    return (amount is None or far <= amount) and (share is None or far <= share * abs(approved))


def _refused(definition: Definition, document: Document, found: Amendment) -> AmendmentRefused:
    titles = [_title(definition.form, place) for place in sorted(found.places)]
    fields = Words(", ".join(one.say("en") for one in titles), "、".join(one.say("zh") for one in titles))
    far = [
        f"{_title(definition.form, name).say('en')} {approved:,.2f} → {now:,.2f}"
        for name, approved, now in found.figures
    ]
    zh = [
        f"{_title(definition.form, name).say('zh')} {approved:,.2f} → {now:,.2f}"
        for name, approved, now in found.figures
    ]
    told = Words(f" ({', '.join(far)})" if far else "", f"（{'，'.join(zh)}）" if zh else "")
    return AmendmentRefused(number=document.number, fields=fields, figures=told)


def _title(form: FormSpec, place: str) -> Words:
    table, _, name = place.rpartition(".")
    if name == "*":
        return form.tables[table].title or Words("lines", "明细")
    field = form.tables[table].fields.get(name) if table else form.header.get(name)
    return field.label if field else Words(name, name)


def kept_steps(stage: StageSpec, state: State, changed: set[str], holds: Holds) -> frozenset[str]:
    """Give the steps that need not be asked again (`resume: affected_steps`): passed, and on no changed figure.

    Somebody is asked in any case: where no step is affected, all of them are.
    """
    passed = {entry.step for entry in state.entries if entry.round == state.round and entry.state == "passed"}
    kept = {step for step in passed if not any(set(one.reads) & changed for one in _conditions(stage.steps, step))}
    return frozenset() if set(taken_steps(stage.steps, holds)) <= kept else frozenset(kept)


def _conditions(nodes: Sequence[Node], name: str) -> Iterator[Expression]:
    """Give the conditions that decide whether a step is taken: its own, and those of the groups around it."""
    for sequence, place in way_to(nodes, name):
        node = sequence[place]
        if isinstance(node, StepSpec):
            whens = [node.when]
        elif isinstance(node, ChooseSpec):
            whens = [when for when, _ in node.cases]
        else:
            whens = _branch(node, name)
        yield from (when for when in whens if when is not None)


def _branch(node: ParallelSpec, name: str) -> list[Expression | None]:
    return [when for (when, steps) in node.branches.values() if way_to(steps, name) and sequences_of(node)]

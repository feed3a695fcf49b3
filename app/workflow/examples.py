"""The business user's own acceptance tests: `examples:` of workflows and decisions, run at every check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from app.config.catalogue import Catalogue
from app.config.diagnostics import Diagnostic
from app.config.form_spec import FieldSpec, FormSpec
from app.config.organisation_spec import CalendarSpec
from app.config.workflow_spec import ExampleSpec, WorkflowSpec
from app.core import clock
from app.core.expressions import Count, Scope
from app.core.links import Link
from app.core.words import Words
from app.data.kinds import kind_of, linked_form
from app.workflow.calendar import working_day_after, working_days_between
from app.workflow.tree import steps_of, taken_steps

DATES = {"date": date.fromisoformat}


def check_examples(catalogue: Catalogue) -> list[Diagnostic]:
    """Give a diagnostic for each example that the workflows and decisions do not bear out."""
    found = [d for spec in catalogue.workflows.values() for d in check_workflow(catalogue, spec)]
    return found + [d for decision in catalogue.decisions.values() for d in _check_decision(catalogue, decision)]


def check_workflow(catalogue: Catalogue, spec: WorkflowSpec) -> list[Diagnostic]:
    """Give a diagnostic for each example of a workflow whose way is another one."""
    found = []
    for example in spec.examples:
        way = way_of(catalogue, spec, example)
        if way != list(example.path):
            is_, wrong = ", ".join(way), ", ".join(example.path)
            words = Words(
                f"with these values the way is [{is_}], not [{wrong}]", f"按这些值，审批路径是 [{is_}]，不是 [{wrong}]"
            )
            found.append(Diagnostic(example.file or spec.file, example.line, example.column, words, example.excerpt))
    return found


def way_of(catalogue: Catalogue, spec: WorkflowSpec, example: ExampleSpec) -> list[str]:
    """Give the steps that a document with an example's values takes."""
    stages = [stage for stage in spec.stages.values() if stage.approval]
    named = [stage for stage in stages if {step.name for step in steps_of(stage.steps)} & set(example.path)]
    stage = next(iter([*named, *stages]), None)
    if stage is None:
        return []
    scope = Invented(catalogue).scope(catalogue.forms[spec.form], example.given)
    return taken_steps(stage.steps, lambda when: when is None or when.met(scope))


def _check_decision(catalogue: Catalogue, decision: Any) -> Iterator[Diagnostic]:
    for example in decision.examples:
        wanted = example.get("value")
        scope = Invented(catalogue).scope(catalogue.forms[decision.form], example.get("given") or {})
        rule = next((rule for rule in decision.rules if rule.when is None or rule.when.met(scope)), None)
        value = rule.value.value(scope) if rule is not None and rule.value is not None else None
        if "value" in example and value != wanted:
            words = Words(f"with these values it is {value}, not {wanted}", f"按这些值，结果是 {value}，不是 {wanted}")
            yield Diagnostic(decision.file, int(example.get("line", 0)), int(example.get("column", 0)), words)


class Invented:
    """Services over documents that an example tells of; nothing else exists."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.documents: dict[int, Mapping[str, Any]] = {}
        self.numbers = count(1)

    def scope(self, form: FormSpec, given: Mapping[str, Any]) -> Scope:
        """Give what an expression sees of an example."""
        values = self.document(form, given)
        return Scope(values, values, self, today=clock.today(self.catalogue.organisation.zone), now=clock.now())

    def document(self, form: FormSpec, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give a document with the values given; what can be computed from them is."""
        values: dict[str, Any] = {
            "id": next(self.numbers),
            "number": "",
            "stage": form.stages[0] if form.stages else "",
        }
        for name, field in form.header.items():
            values[name] = self._value(field, given.get(name))
        for name, table in form.tables.items():
            rows = given.get(name) or []
            values[name] = [{f: self._value(spec, row.get(f)) for f, spec in table.fields.items()} for row in rows]
        values |= {name: value for name, value in given.items() if name in ("stage", "number")}
        self._compute(form, values, given)
        return values

    def _value(self, field: FieldSpec, given: Any) -> Any:
        if given is None:
            return False if field.type == "boolean" else None
        if kind_of(field) == "link":
            return self._link(linked_form(field), given)
        if kind_of(field) == "links":
            return tuple(self._link(linked_form(field), item) for item in given)
        if kind_of(field) == "decimal" and field.type == "percent" and isinstance(given, str) and given.endswith("%"):
            return Decimal(given[:-1]) / 100
        return DATES[field.type](given) if field.type in DATES and isinstance(given, str) else given

    def _link(self, form: str, given: Any) -> Link:
        key = next(self.numbers)
        if not isinstance(given, Mapping):
            return Link(form, key, str(given))
        spec = self.catalogue.forms.get(form)
        self.documents[key] = self.document(spec, given) if spec else given
        return Link(form, key, str(given.get("number", "")))

    def _compute(self, form: FormSpec, values: dict[str, Any], given: Mapping[str, Any]) -> None:
        """Fill in formulas that the example leaves open, as far as they read only what it tells."""
        for table, name in form.order:
            spec = form.header[name] if table is None else form.tables[table].fields[name]
            if spec.formula is None or spec.formula.counts or spec.formula.calls:
                continue
            rows = [values] if table is None else values[table]
            told = [given] if table is None else given.get(table) or []
            for row, source in zip(rows, told, strict=True):
                if name not in source:
                    with suppress(ArithmeticError, TypeError, KeyError):
                        row[name] = spec.formula.value(
                            Scope(row, values, self, today=clock.today(self.catalogue.organisation.zone))
                        )

    def follow(self, link: Link) -> Mapping[str, Any]:
        """Give what the example tells of a linked document."""
        return self.documents.get(link.id, {})

    def count(self, count: Count, scope: Scope) -> Any:
        """Count among documents that nobody told of: none."""
        return {"sum": Decimal(0), "count": Decimal(0), "any": False, "none": True}.get(count.function)

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Ask a ledger that nobody told of: nothing."""
        return None

    def under(self, below: Link, above: Link | str) -> bool:
        """Tell whether a document is another one; trees are not told of."""
        return below == above

    def has_role(self, role: str) -> bool:
        """Nobody reads an example."""
        return False

    def working_days(self, day: date, count: int) -> date:
        """Give the working day so many days later."""
        return working_day_after(self._calendar(), day, count)

    def working_days_between(self, start: date, end: date) -> Decimal:
        """Count the working days after `start` up to `end`."""
        return working_days_between(self._calendar(), start, end)

    def _calendar(self) -> CalendarSpec:
        organisation = self.catalogue.organisation
        return organisation.calendars.get(organisation.calendar) or CalendarSpec("office")

"""What computing and checking one form takes, worked out once per registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.config.form_spec import CheckSpec, FieldSpec, FormSpec
from app.config.workflow_spec import StageSpec
from app.core.expressions import Expression
from app.data.kinds import kind_of
from app.data.statements import FormStatements
from app.data.tables import FormTables, Registry, unique_groups
from app.data.values import rounder

Place = tuple[str | None, str]  # (line table or None, field)


@dataclass(frozen=True)
class Step:
    """One field filled in by its formula or its default, in the order of dependence."""

    table: str | None
    name: str
    expression: Expression
    is_formula: bool
    round: Callable[[Any], Any] | None
    reads: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """A condition that decides over one field."""

    table: str | None
    name: str
    when: Expression


class FormPlan:
    """One form, ready to run: steps, conditions, statements."""

    def __init__(self, registry: Registry, form: str, *, dialect: str) -> None:
        catalogue = registry.catalogue
        self.form = form
        self.spec: FormSpec = catalogue.forms[form]
        self.tables: FormTables = registry.forms[form]
        self.sql = FormStatements(catalogue, self.spec, tables=self.tables, dialect=dialect)
        self.header: Mapping[str, FieldSpec] = self.spec.header
        self.lines = {name: table for name, table in self.spec.tables.items() if table.rows is None}
        self.rows = {name: table for name, table in self.spec.tables.items() if table.rows is not None}
        workflow = catalogue.workflow_of(form)
        self.stages: Mapping[str, StageSpec] = workflow.stages if workflow else {}
        self.start = workflow.start if workflow else "active"
        self.empty_header = dict.fromkeys(self.header)
        self.empty_lines = {name: dict.fromkeys(table.fields) for name, table in self.lines.items()}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Formulas and defaults, each after what it reads."""
        return tuple(step for table, name in self.spec.order if (step := self._step(table, name)))

    def _step(self, table: str | None, name: str) -> Step | None:
        spec = self.field(table, name)
        expression = spec.formula or spec.default
        if expression is None:
            return None
        return Step(table, name, expression, spec.formula is not None, rounder(spec), expression.reads)

    @cached_property
    def formulas(self) -> tuple[Step, ...]:
        """The steps that are computed always."""
        return tuple(step for step in self.steps if step.is_formula)

    @cached_property
    def live(self) -> frozenset[Place]:
        """Fields without a column: worked out when read."""
        return frozenset((table, spec.name) for table, spec in self.spec.all_fields() if not spec.kept)

    @cached_property
    def live_steps(self) -> tuple[Step, ...]:
        """How the fields without a column are worked out."""
        return tuple(step for step in self.formulas if (step.table, step.name) in self.live)

    @cached_property
    def shows(self) -> tuple[Rule, ...]:
        """Conditions under which a field is there at all, its section's included."""
        rules = [*self._rules("show")]
        for section in self.spec.sections.values():
            if isinstance(section.show, Expression):
                rules += [Rule(None, name, section.show) for name in section.fields if name in self.header]
        return tuple(rules)

    @cached_property
    def table_shows(self) -> tuple[Rule, ...]:
        """Conditions under which a line table is there at all."""
        return tuple(
            Rule(None, name, table.show)
            for name, table in self.spec.tables.items()
            if isinstance(table.show, Expression)
        )

    @cached_property
    def never_shown(self) -> frozenset[Place]:
        """Fields that the company hid for good."""
        return frozenset((table, spec.name) for table, spec in self.spec.all_fields() if spec.show is False)

    @cached_property
    def required(self) -> tuple[Place, ...]:
        """Fields that must always be filled."""
        return tuple(
            (table, spec.name)
            for table, spec in self.spec.all_fields()
            if spec.required is True and spec.formula is None
        )

    @cached_property
    def required_when(self) -> tuple[Rule, ...]:
        """Fields that must be filled under a condition."""
        return self._rules("required")

    @cached_property
    def readonly_when(self) -> tuple[Rule, ...]:
        """Fields that can't be typed under a condition."""
        return self._rules("readonly")

    def _rules(self, key: str) -> tuple[Rule, ...]:
        return tuple(
            Rule(table, spec.name, getattr(spec, key))
            for table, spec in self.spec.all_fields()
            if isinstance(getattr(spec, key), Expression)
        )

    @cached_property
    def bounded(self) -> tuple[tuple[str | None, FieldSpec], ...]:
        """Fields with bounds or a check of their own."""
        return tuple((table, spec) for table, spec in self.spec.all_fields() if spec.min or spec.max or spec.check)

    @cached_property
    def table_checks(self) -> tuple[tuple[str, tuple[CheckSpec, ...]], ...]:
        """Checks of the lines."""
        return tuple((name, table.checks) for name, table in self.lines.items() if table.checks)

    @cached_property
    def links(self) -> tuple[tuple[str | None, FieldSpec], ...]:
        """Fields that point at documents or accounts."""
        return tuple((table, spec) for table, spec in self.spec.all_fields() if kind_of(spec) in ("link", "links"))

    @cached_property
    def followed(self) -> frozenset[Place]:
        """Links whose document something of this form reads: it is then read whole at once."""
        reads: set[str] = set()
        for expression in self._expressions():
            reads |= {name.removeprefix("this.").removeprefix("line.") for name in expression.reads}
        starts = {name.split(".")[0] for name in reads if "." in name}
        return frozenset(
            (table, spec.name) for table, spec in self.links if spec.where is not None or spec.name in starts
        )

    def _expressions(self) -> Iterator[Expression]:
        for _table, spec in self.spec.all_fields():
            options = (
                spec.required,
                spec.readonly,
                spec.show,
                spec.default,
                spec.formula,
                spec.min,
                spec.max,
                spec.check,
            )
            yield from (option for option in options if isinstance(option, Expression))
        checks = (*self.spec.checks, *(check for table in self.lines.values() for check in table.checks))
        yield from (each for check in checks for each in (check.check, check.when) if each is not None)

    @cached_property
    def guarded(self) -> frozenset[Place]:
        """Fields that not everybody who may change the document may type."""
        access = self.spec.access.fields
        return frozenset(
            (table, spec.name)
            for table, spec in self.spec.all_fields()
            if spec.readonly is not False or spec.private or (f"{table}.{spec.name}" if table else spec.name) in access
        )

    @cached_property
    def outward(self) -> frozenset[str]:
        """Names of fields that point at documents, accounts or files."""
        return frozenset(spec.name for _table, spec in (*self.links, *self.files))

    @cached_property
    def filtered_links(self) -> tuple[tuple[str | None, FieldSpec], ...]:
        """Links that offer only some documents."""
        return tuple((table, spec) for table, spec in self.links if spec.where is not None)

    @cached_property
    def files(self) -> tuple[tuple[str | None, FieldSpec], ...]:
        """Fields that hold files."""
        return tuple((table, spec) for table, spec in self.spec.all_fields() if kind_of(spec) == "files")

    @cached_property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """Groups of header fields that no two documents share."""
        return tuple(unique_groups(self.spec))

    @cached_property
    def reads_stage(self) -> bool:
        """Tell whether a formula looks at the stage."""
        return any({"stage", "stage_since", "this.stage", "this.stage_since"} & step.reads for step in self.formulas)

    def field(self, table: str | None, name: str) -> FieldSpec:
        """Give a field of the header or of a line table."""
        return self.header[name] if table is None else self.lines[table].fields[name]

    def fields(self, table: str | None) -> Mapping[str, FieldSpec]:
        """Give the fields of the header or of a line table."""
        return self.header if table is None else self.lines[table].fields


def plan_of(registry: Registry, form: str, *, dialect: str) -> FormPlan:
    """Give the plan of a form; made once per registry and dialect."""
    key = ("plan", form, dialect)
    plan = registry.cache.get(key)
    if plan is None:
        plan = registry.cache[key] = FormPlan(registry, form, dialect=dialect)
    return plan

"""What a form asks of its documents, each as a question in the language itself: which documents don't fulfil it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.config.form_spec import CheckSpec, Condition, FieldSpec, FormSpec, TableSpec
from app.core.expressions import Expression
from app.core.words import Words
from app.data.kinds import kind_of


@dataclass(frozen=True)
class Demand:
    """One demand on the documents of a form. `question` is true where a document doesn't fulfil it."""

    kind: str  # required min max check longest match options show least most formula stages
    table: str | None
    name: str  # the field, or the table
    question: str
    label: Words
    told: Words = Words()  # what a check says

    @property
    def place(self) -> str:
        """The field as people write it: `quantity`, `lines.quantity`."""
        return f"{self.table}.{self.name}" if self.table else self.name

    @property
    def key(self) -> str:
        """What tells demands apart; a check is known by its words."""
        return f"{self.kind} {self.question if self.kind == 'check' else self.place}"


def demands_of(spec: FormSpec) -> dict[str, Demand]:
    """Give every demand of a form on its documents, by key."""
    found = [*_of_form(spec)]
    for table, field in spec.all_fields():
        if table is None or spec.tables[table].rows is None:
            found += _of_field(table, field)
    for line in spec.tables.values():
        found += _of_table(line) if line.rows is None else ()
    return {demand.key: demand for demand in found}


def notes_of(spec: FormSpec) -> dict[str, str]:
    """Give the demands as they are kept with the tables, to be compared at the next publishing."""
    return {key: demand.question for key, demand in demands_of(spec).items()}


def asked_anew(spec: FormSpec, notes: Mapping[str, str]) -> list[Demand]:
    """Give the demands that the forms in force did not make, or made in other words."""
    return [demand for key, demand in demands_of(spec).items() if notes.get(key) != demand.question]


def _of_form(spec: FormSpec) -> Iterator[Demand]:
    yield Demand("stages", None, "stage", f"stage not in {_listed(spec.stages)}", Words("stage", "阶段"))
    for check in spec.checks:
        yield _of_check(None, check)
    for section in spec.sections.values():
        for name in section.fields if isinstance(section.show, Expression) else ():
            if name in spec.header and spec.header[name].kept:
                yield _hidden(None, spec.header[name], section.show)


def _of_check(table: str | None, check: CheckSpec) -> Demand:
    question = f"not ({check.check.text})" + (f" and ({check.when.text})" if check.when else "")
    return Demand("check", table, "", question, check.message, check.message)


def _of_field(table: str | None, field: FieldSpec) -> Iterator[Demand]:
    def demand(kind: str, question: str, told: Words = Words()) -> Demand:
        return Demand(kind, table, field.name, question, field.label, told)

    if not field.kept:
        return
    if field.formula is not None:
        yield demand("formula", field.formula.text)
    elif field.required is not False:
        yield demand("required", f"empty({field.name})" + _while(field.required) + _while(field.show))
    for kind, sign, bound in (("min", "<", field.min), ("max", ">", field.max)):
        if bound is not None:
            yield demand(kind, f"{field.name} {sign} ({bound.text})", field.message)
    if field.check is not None:
        yield Demand("check", table, field.name, f"not ({field.check.text})", field.label, field.message)
    if field.longest is not None:
        yield demand("longest", f"length({field.name}) > {field.longest}")
    if field.match is not None:
        yield demand("match", field.match)
    if field.options and kind_of(field) in ("text", "choices"):
        yield demand("options", f"not empty({field.name}) and {field.name} not in {_listed(field.options)}")
    if field.show is not True:
        yield _hidden(table, field, field.show)


def _of_table(table: TableSpec) -> Iterator[Demand]:
    for check in table.checks:
        yield _of_check(table.name, check)
    for kind, sign, bound, usual in (("least", "<", table.least, 0), ("most", ">", table.most, 5000)):
        if bound != usual:
            yield Demand(kind, None, table.name, f"count({table.name}) {sign} {bound}", table.title)
    if isinstance(table.show, Expression):
        question = f"count({table.name}) > 0 and not ({table.show.text})"
        yield Demand("show", None, table.name, question, table.title)


def _hidden(table: str | None, field: FieldSpec, show: Condition) -> Demand:
    """Ask where something stands in a field that isn't shown; a condition that is empty counts as not met."""
    filled = field.name if field.type == "boolean" else f"not empty({field.name})"
    hidden = f" and if({show.text}, false, true)" if isinstance(show, Expression) else ""
    return Demand("show", table, field.name, filled + hidden, field.label)


def _while(condition: Condition) -> str:
    return f" and ({condition.text})" if isinstance(condition, Expression) else ""


def _listed(names: Mapping[str, object] | tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"

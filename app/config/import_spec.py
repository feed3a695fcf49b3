"""What an import, a plan of imports and a decision are, once their files have been read and checked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.config.form_spec import CheckSpec
from app.config.workflow_spec import Who
from app.core.expressions import Expression
from app.core.words import Words


@dataclass(frozen=True)
class JoinSpec:
    """Another file whose rows are laid beside the source's: one row for each match, one with empty columns for none."""

    file: str
    by: Mapping[str, str]                          # column of the source -> column of this file
    columns: Mapping[str, str]                     # name in the import -> column of this file


@dataclass(frozen=True)
class SourceSpec:
    """The file that an import reads; `columns` are the contract: a missing one stops the run."""

    file: str = "*"
    separator: str = ","
    encoding: str = "utf-8"
    dates: str = "YYYY-MM-DD"
    zone: str = "UTC"
    sheet: str | None = None
    header: int = 1
    columns: tuple[str, ...] = ()
    join: tuple[JoinSpec, ...] = ()


@dataclass(frozen=True)
class CleanStep:
    """One column made or replaced by an expression, or one column split into several."""

    column: str
    value: Expression | None = None
    split_at: str = ""
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowRule:
    """Rows that are skipped or rejected, and why."""

    when: Expression
    because: Words


@dataclass(frozen=True)
class Target:
    """What a field gets: an expression, a found document, or a mapped word. One of value, find, source is set."""

    value: Expression | None = None
    find: str | None = None                        # a form
    by: Mapping[str, Expression] = field(default_factory=dict)      # field of that form -> value
    if_missing: str = "reject"                     # reject create empty
    create: Mapping[str, Target] = field(default_factory=dict)
    because: Words = Words()
    source: Expression | None = None               # `from`: the column that is mapped
    map: Mapping[str, str] = field(default_factory=dict)
    otherwise: Expression | None = None


@dataclass(frozen=True)
class IntoSpec:
    """The documents of one form that rows become."""

    form: str
    fields: Mapping[str, Target] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Target]] = field(default_factory=dict)   # a row of empty columns is none
    when: Expression | None = None
    key: tuple[str, ...] = ()                      # tells which document is there already
    group_by: Expression | None = None             # rows with the same value are one document
    stage: Target | None = None                    # history comes in in its own stage, unchecked by the form's life
    existing: str = "leave"                        # leave update: what becomes of a document with the same key


@dataclass(frozen=True)
class ImportSpec:
    """One import: where rows come from, how they are cleaned, which stay out, what they become."""

    name: str
    title: Words
    source: SourceSpec
    clean: tuple[CleanStep, ...] = ()
    skip: tuple[RowRule, ...] = ()
    reject: tuple[RowRule, ...] = ()
    into: tuple[IntoSpec, ...] = ()
    totals: tuple[CheckSpec, ...] = ()             # names: read, imported, skipped, rejected
    file: str = ""


@dataclass(frozen=True)
class PlanStep:
    """One import of a plan, from which file, and how many rows may be rejected: a share (Decimal) or a number."""

    name: str
    file: str | None = None
    rejects_most: Decimal | int | None = None


@dataclass(frozen=True)
class PlanSpec:
    """Imports in their order; resumed and undone as a whole."""

    name: str
    title: Words
    imports: tuple[PlanStep, ...]
    then: tuple[str, ...] = ()
    totals: tuple[CheckSpec, ...] = ()             # names: read, imported, skipped, rejected
    file: str = ""
    currency: str | None = None                    # of its amounts: an office with another one refuses the plan


@dataclass(frozen=True)
class RuleSpec:
    """One row of a decision: when it fits, the value or the people."""

    when: Expression | None = None
    value: Expression | None = None
    to: tuple[Who, ...] = ()
    by: str = "first"                              # first in_turn least_busy


@dataclass(frozen=True)
class DecisionSpec:
    """A table of rules that users edit like a sheet; the first that fits."""

    name: str
    title: Words
    form: str
    sets: str | None = None
    assigns: str | None = None
    rules: tuple[RuleSpec, ...] = ()
    examples: tuple[Mapping[str, object], ...] = ()   # given, value, line, column
    file: str = ""

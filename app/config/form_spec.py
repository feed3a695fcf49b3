"""What a form is, once its file has been read and checked."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from app.core.expressions import Expression
from app.core.words import Words

EMPTY: Mapping[str, FieldSpec] = MappingProxyType({})
Condition = bool | Expression


@dataclass(frozen=True)
class FieldSpec:
    """One field: its type (a primitive or the name of another form) and everything said of it."""

    name: str
    type: str
    label: Words
    help: Words = Words()
    placeholder: Words = Words()
    options: Mapping[str, Words] = field(default_factory=dict)   # of a choice
    renamed: Mapping[str, str] = field(default_factory=dict)     # option -> what it was called before
    required: Condition = False
    readonly: Condition = False
    show: Condition = True
    default: Expression | None = None
    formula: Expression | None = None
    stored: bool = False                           # a counted formula that is kept in the table
    where: Expression | None = None
    link: str | None = None                        # the form (or `user`) that a link points to
    many: bool = False
    unique: tuple[str, ...] | None = None          # () = alone; names = together with them
    min: Expression | None = None
    max: Expression | None = None
    match: str | None = None
    longest: int | None = None
    decimals: int = 0                              # digits kept behind the point: money 2, price, quantity 4, percent 6
    unit: Expression | None = None
    currency: str | Expression | None = None       # None: the company's
    check: Expression | None = None
    message: Words = Words()
    scan: bool = False
    private: bool = False
    was: str | None = None
    total: bool = False                            # stands below the lines
    working: bool = False                          # a duration in working time
    over: str | None = None                        # of a condition: the form or form.table it speaks of
    follows: bool = False                          # its formula reads a field without a column, so it has none either

    @property
    def computed(self) -> bool:
        """Tell whether the field is filled in by a formula and never typed."""
        return self.formula is not None

    @property
    def kept(self) -> bool:
        """Tell whether the field has a column: all but live counting formulas, and what is made of them."""
        return self.formula is None or self.stored or not (self.formula.live or self.follows)


@dataclass(frozen=True)
class CheckSpec:
    """A rule that must be true, and what it says when it is not."""

    check: Expression
    message: Words
    warn: bool = False
    when: Expression | None = None


@dataclass(frozen=True)
class FillSpec:
    """Rows that a line table proposes when a link is chosen: from which table, which rows, what goes where."""

    link: str
    table: str
    where: Expression | None = None
    copy: tuple[str, ...] = ()
    set: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True)
class TableSpec:
    """A line table of a form: own fields, or the documents of another form edited here (`rows`, `by`)."""

    name: str
    title: Words
    fields: Mapping[str, FieldSpec]
    checks: tuple[CheckSpec, ...] = ()
    least: int = 0
    most: int = 5000
    unique: tuple[tuple[str, ...], ...] = ()
    show: Condition = True
    readonly: Condition = False
    fill: FillSpec | None = None
    rows: str | None = None
    by: str | None = None
    was: str | None = None


@dataclass(frozen=True)
class SectionSpec:
    """A titled group of fields."""

    name: str
    title: Words
    fields: tuple[str, ...]
    show: Condition = True
    folded: bool = False
    help: Words = Words()
    columns: int = 2


@dataclass(frozen=True)
class ListSpec:
    """What a list shows: columns, sort (`-needed_on` newest first), which rows."""

    columns: tuple[str, ...]
    sort: str = ""
    where: Expression | None = None
    total: tuple[str, ...] = ()


@dataclass(frozen=True)
class ViewSpec:
    """A saved view of a list."""

    name: str
    title: Words
    show_as: str = "table"
    where: Expression | None = None
    columns: tuple[str, ...] = ()
    sort: str = ""
    options: Mapping[str, object] = field(default_factory=dict)   # by, card, from, to, colour
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """One entry of an access list: a role, a person field of the form, or everyone; and only for which rows."""

    role: str | None = None
    person: str | None = None                      # path of a person field: `requester`, `supplier.portal_user`
    where: Expression | None = None


@dataclass(frozen=True)
class FieldAccess:
    """Who may see and change one field; the others see the mask."""

    view: tuple[Grant, ...] | None = None
    edit: tuple[Grant, ...] | None = None
    mask: str = "hidden"


@dataclass(frozen=True)
class AccessSpec:
    """Who may do what; defaults filled in: edit = create, export and print = view."""

    verbs: Mapping[str, tuple[Grant, ...]]         # view create edit delete export import print
    fields: Mapping[str, FieldAccess] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberSpec:
    """The pattern of a running number."""

    pattern: str
    gapless: bool = False
    at: str | None = None


@dataclass(frozen=True)
class FormSpec:
    """A form: fields, line tables, totals, checks, lists, rights."""

    name: str
    title: Words
    area: str
    access: AccessSpec
    fields: Mapping[str, FieldSpec]                # header fields, in the order of the file
    tables: Mapping[str, TableSpec] = field(default_factory=dict)
    totals: Mapping[str, FieldSpec] = field(default_factory=dict)        # below the lines
    sections: Mapping[str, SectionSpec] = field(default_factory=dict)
    checks: tuple[CheckSpec, ...] = ()
    number: NumberSpec | None = None               # one of number, key
    key: str | None = None
    shown_as: str = ""
    tree: str | None = None
    icon: str = "file-text"
    help: Words = Words()
    unique: tuple[tuple[str, ...], ...] = ()
    list: ListSpec = ListSpec(())
    views: Mapping[str, ViewSpec] = field(default_factory=dict)
    search: tuple[str, ...] = ()
    reminders: tuple[Mapping[str, object], ...] = ()
    stages: tuple[str, ...] = ("active", "archived")
    was: str | None = None
    file: str = ""
    prints: Mapping[str, Mapping[str, object]] = field(default_factory=dict)   # title, template, when, roles, size
    public: Mapping[str, object] = field(default_factory=dict)   # a form by link for people without an account
    keep: object = None                            # Span: how long closed documents keep personal data
    based_on: str | None = None                    # hash of the product's file that an overlay was made to
    hash: str = ""                                 # of the merged text
    text: str = ""                                 # the merged file

    @cached_property
    def header(self) -> Mapping[str, FieldSpec]:
        """Every field of the document itself: fields, then totals."""
        return {**self.fields, **self.totals}

    @cached_property
    def order(self) -> tuple[tuple[str | None, str], ...]:
        """Computed and defaulted fields as (table, field), each after what it reads."""
        from app.config.ordering import computation_order
        return computation_order(self)

    def all_keys(self) -> Iterator[tuple[tuple[str | None, str], FieldSpec]]:
        """Give each field under (table, name)."""
        return (((table, spec.name), spec) for table, spec in self.all_fields())

    def all_fields(self) -> Iterator[tuple[str | None, FieldSpec]]:
        """Give each field with the table it stands in (None: the document)."""
        for spec in self.header.values():
            yield None, spec
        for table in self.tables.values():
            for spec in table.fields.values():
                yield table.name, spec

"""The address of a list: view, filters, order. A list is what its address says, so it can be shared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

WORDS = ("view", "saved", "search", "sort", "columns")
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "starts_with", "empty", "not_empty", "within")
_CONDITION = re.compile(r"([a-z][a-z0-9_.]*)(?:\[([a-z_]+)\])?")


@dataclass(frozen=True)
class Condition:
    """One filter: a field, how it is compared, with what (as text)."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True)
class ListAddress:
    """Everything that a list's address holds."""

    form: str
    view: str = ""
    saved: str = ""
    search: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def query(self) -> str:
        """The part behind the question mark."""
        pairs = [(name, getattr(self, name)) for name in ("view", "saved", "search", "sort") if getattr(self, name)]
        pairs += [("columns", ",".join(self.columns))] if self.columns else []
        pairs += [
            (one.field if one.operator == "eq" else f"{one.field}[{one.operator}]", one.value)
            for one in self.conditions
        ]
        return urlencode(pairs, safe="[],:")

    @property
    def href(self) -> str:
        """The address itself."""
        return f"/{self.form}" + (f"?{self.query}" if self.query else "")

    @property
    def narrowed(self) -> bool:
        """Tell whether it shows less than its view."""
        return bool(self.search or self.conditions)

    def with_view(self, view: str) -> ListAddress:
        """Give the address of another view; what was filtered before stays behind."""
        return ListAddress(self.form, view=view)

    def with_search(self, search: str) -> ListAddress:
        """Give the address with other words to look for."""
        return replace(self, search=search.strip()[:200])

    def with_sort(self, sort: str) -> ListAddress:
        """Give the address in another order."""
        return replace(self, sort=sort)

    def with_columns(self, columns: Iterable[str]) -> ListAddress:
        """Give the address with other columns."""
        return replace(self, columns=tuple(columns))

    def with_condition(self, field: str, operator: str, value: str) -> ListAddress:
        """Give the address with one more filter, in the place of one that compares the same."""
        kept = tuple(one for one in self.conditions if (one.field, one.operator) != (field, operator))
        return replace(self, conditions=(*kept, Condition(field, operator, value)) if value else kept)

    def without(self, place: int) -> ListAddress:
        """Give the address without one of its filters."""
        return replace(self, conditions=tuple(one for at, one in enumerate(self.conditions) if at != place))

    def cleared(self) -> ListAddress:
        """Give the address with no filter of the reader's own."""
        return replace(self, search="", conditions=())


def read(form: str, query: str) -> ListAddress:
    """Read a list's address; words that mean nothing are left out."""
    found: dict[str, str] = {}
    conditions: list[Condition] = []
    for name, value in parse_qsl(query.lstrip("?")):
        if name in WORDS:
            found[name] = value
        else:
            conditions += _condition(name, value)
    columns = tuple(filter(None, found.pop("columns", "").split(",")))
    return ListAddress(form, **found, columns=columns, conditions=tuple(conditions))


def _condition(name: str, value: str) -> list[Condition]:
    fits = _CONDITION.fullmatch(name)
    operator = (fits[2] or "eq") if fits else ""
    return [Condition(fits[1], operator, value)] if fits and operator in OPERATORS and value else []

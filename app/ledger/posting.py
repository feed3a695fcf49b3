"""The posting table at work: roles and places become accounts of the company's chart, figures the legs of a journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from app.config.posting_spec import PlaceSpec, PostingLine, PostingSpec
from app.ledger.errors import Unbalanced, UnknownName
from app.ledger.rules import shown
from app.ledger.values import BASE, DIMENSIONS, MONEY, Account, Leg

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

Figures = Mapping[str, int]
PLACES = ("suppliers", "customers", "adjustments", "scrap", "variance")


@dataclass(frozen=True)
class Part:
    """The figures of one line, one tax rate or the like, with what profit is cut by there."""

    figures: Figures
    by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What an event delivers: figures (money in minor units, what a book counts in its smallest), parts, parties, cuts.

    `currencies` gives for a line marked `currency: foreign` its commodity and the same figures there; `places` the
    account that a place is here (member -> 'member:M-00007') and `titles` what people call it; `lot` a batch with its
    day of expiry; `settles` the document whose holds are used up or given back, where it is not the event's own.
    """

    figures: Figures
    each: Mapping[str, Sequence[Part]] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)  # customer -> 'customer:C-00001'
    by: Mapping[str, str] = field(default_factory=dict)
    currencies: Mapping[str, tuple[str, Figures]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    lot: tuple[str, date | None] | None = None
    settles: str = ""


def legs_for(spec: PostingSpec, event: str, facts: Facts) -> tuple[Leg, ...]:
    """Expand one event into legs; lines of nothing are left out."""
    if event not in spec.events:
        raise UnknownName(kind="event", name=event)
    legs = [leg for line in spec.events[event] for leg in _line(event, line, facts)]
    rest = sum(leg.value for leg in legs)
    if rest:
        raise Unbalanced(event=event, rest=shown(rest, 2), commodity=BASE)
    return tuple(legs)


def open_roles(ledger: Ledger, spec: PostingSpec, *, chart: str, event: str) -> None:
    """Open the accounts that an event names, each as the account of the company's chart."""
    ledger.names.base()
    for line in spec.events.get(event, ()):
        ledger.names.open_account(line.role, book=MONEY, chart=chart_account(spec, chart, line.role))


def open_place(ledger: Ledger, code: str, place: str, *, guarded: bool = False, title: str = "") -> Account:
    """Open a place: its book and floor, and the role under which it carries its value, are what the table says."""
    if ledger.names.has(code):
        return ledger.names.account(code)
    catalogue = ledger.tx.catalogue
    spec = catalogue.posting.places.get(place, PlaceSpec(place))
    chart = chart_account(catalogue.posting, catalogue.organisation.chart, spec.role) if spec.role else ""
    watched = guarded or spec.floor is not None
    return ledger.names.open_account(
        code, book=spec.book, chart=chart, guarded=watched, floor=spec.floor or 0, title=title
    )


def chart_account(spec: PostingSpec, chart: str, role: str) -> str:
    """Give the account that a role means in a chart; the role itself where the table is silent."""
    return spec.roles.get(role, {}).get(chart, role)


def _line(event: str, line: PostingLine, facts: Facts) -> list[Leg]:
    parts = facts.each.get(line.each) if line.each else None
    if parts is None:
        return _legs(line, facts, Part(facts.figures))
    legs = [leg for part in parts for leg in _legs(line, facts, part)]
    rest = _amount(line, facts.figures) - sum(_amount(line, part.figures) for part in parts)
    if rest:
        raise Unbalanced(event=event, rest=shown(rest, 2), commodity=f"{line.role} / {line.each}")
    return legs


def _legs(line: PostingLine, facts: Facts, part: Part) -> list[Leg]:
    value = _amount(line, part.figures) * (1 if line.side == "debit" else -1)
    if not value:
        return []
    cut = {**facts.by, **part.by}
    by = {name: cut[name] for name in line.by if name in DIMENSIONS and cut.get(name)}
    commodity, amount = _foreign(line, facts)
    return [Leg(line.role, value, commodity, amount, by, facts.parties.get(line.party or ""))]


def _foreign(line: PostingLine, facts: Facts) -> tuple[str, int | None]:
    if not line.currency or line.currency not in facts.currencies:
        return BASE, None
    commodity, figures = facts.currencies[line.currency]
    if line.value_only:
        return commodity, 0
    return commodity, _amount(line, figures) * (1 if line.side == "debit" else -1)


def summed(amount: Figures, figures: Figures) -> int:
    """Give a sum or difference of figures."""
    return sum(sign * figures.get(figure, 0) for figure, sign in amount.items())


def _amount(line: PostingLine, figures: Figures) -> int:
    return summed(line.amount, figures)

"""The sheet on which a batch is worked out in memory: rows, holds and shares as they will stand, decided under lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.ledger import rules
from app.ledger.errors import AlreadySettled, Unbalanced
from app.ledger.holding import hold_keys, unreserve
from app.ledger.values import Account, Commodity, Draft, Hold, Key, Leg, Move, Row

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

VARIANCE = "variance"
Place = tuple[int, int]  # entry and line


@dataclass(slots=True)
class Posting:
    """One line before it is written."""

    account: Account
    commodity: Commodity
    lot: int
    amount: int
    value: int
    dim: int = 0
    party: int = 0
    origin: Place | None = None


class Layer(dict[Any, Any]):
    """What is changed of something that lies below: copied when it is first touched, put down when all is sound."""

    def __init__(self, below: dict[Any, Any]) -> None:
        super().__init__()
        self.below = below

    def __missing__(self, key: Any) -> Any:
        value = self[key] = copy(self.below[key])
        return value

    def put_down(self) -> None:
        """Let what lies below be as it is here."""
        self.below.update(self)


@dataclass(slots=True)
class Sheet:
    """What a batch works on: rows, what is open of holds, what went back of origins (which are entry, amount, value)."""

    ledger: Ledger
    rows: Layer
    holds: Layer
    returned: Layer
    origins: dict[Place, tuple[int, int, int]]

    def trial(self) -> Sheet:
        """Give a sheet above this one, for one member of a batch that may be refused alone."""
        return Sheet(self.ledger, Layer(self.rows), Layer(self.holds), Layer(self.returned), self.origins)

    def keep(self) -> None:
        """Put down what a trial changed."""
        for layer in (self.rows, self.holds, self.returned):
            layer.put_down()

    def postings(self, draft: Draft) -> list[Posting]:
        """Work out a draft: its lines, balanced, none below a floor; goods first, then journal, then what trues up."""
        postings: list[Posting] = []
        extra: list[Posting] = []
        for move in draft.moves:  # move n has lines 2n - 1 and 2n, whatever else is entered
            goods = self._goods(move)
            postings += goods
            exact = move.value is not None or move.origin is not None
            for posting in goods:
                if posting.account.guarded:
                    extra += self.apply(posting, costs_to=draft.costs_to, exact=exact)
        postings += [_leg(self.ledger, leg) for leg in draft.legs] + extra
        check_balance(draft.event, postings)
        return postings

    def apply(self, posting: Posting, *, costs_to: str, exact: bool) -> list[Posting]:
        """Change the rows of a posting in memory; give the value-only lines that keep them honest.

        Goods that left before they came are trued up against `costs_to`; what a return or reversal at its own
        value leaves on an empty row goes to the variance.
        """
        key = Key(posting.account.id, posting.commodity.id)
        lots = [key, *([Key(*key[:2], posting.lot)] if posting.lot else [])]
        by_lot = posting.commodity.costing == "lot"
        cost = self.rows[lots[-1] if by_lot else key]
        late = rules.true_up(cost.posted, cost.value, posting.amount, posting.value) if posting.amount > 0 else 0
        for row_key in lots:
            row = self.rows[row_key]
            if posting.amount < 0 and row.available < -posting.amount:
                raise self.ledger.short(row_key, -posting.amount, row.available)
            row.posted += posting.amount
            _add_value(row, posting, late, counts=by_lot or not row_key.lot)
        rest = cost.value if cost.posted == 0 or _worth_less_than_nothing(cost, posting.commodity) else 0
        extra = self._counter(posting, costs_to, late) if late else []
        if rest:
            assert exact, "value without goods"
            for row_key in lots if by_lot else [key]:
                self.rows[row_key].value -= rest
            extra += self._counter(posting, VARIANCE, rest)
        return extra

    def _goods(self, move: Move) -> list[Posting]:
        assert move.amount >= 0, "a move goes forward; to go back, name the places the other way round"
        names = self.ledger.names
        source, target = names.account(move.source), names.account(move.target)
        commodity = names.commodity(move.commodity)
        lot = names.lot(commodity, move.lot)
        if move.hold:
            self._settle(move.hold, held_by(move))
        value = self._value(move, source, Key(source.id, commodity.id, lot), commodity)
        dim, party = names.dimension(move.by), names.party(move.party)
        return [
            Posting(source, commodity, lot, -move.amount, -value, dim, party, move.origin),
            Posting(target, commodity, lot, move.amount, value, dim, party),
        ]

    def _settle(self, hold: Hold, amount: int) -> None:
        place = (hold.entry, hold.line)
        if self.holds[place] < amount:
            raise AlreadySettled(thing=hold.commodity)
        self.holds[place] -= amount
        for key in hold_keys(self.ledger, hold):
            unreserve(self.rows[key], hold, key, amount)

    def _value(self, move: Move, source: Account, key: Key, commodity: Commodity) -> int:
        """Give a move's value: as said, its share of what it corrects, or its cost at the source."""
        if move.value is not None:
            return move.value
        if move.origin:
            return self._share(move)
        if not source.guarded:
            return 0
        row = self.rows[cost_key(key, commodity)]
        return rules.take_value(row.posted, row.value, move.amount, ref_amount=row.ref_amount, ref_value=row.ref_value)

    def _share(self, move: Move) -> int:
        assert move.origin
        _, whole, value = self.origins[move.origin]
        before = self.returned[move.origin]
        if before + move.amount > whole:
            raise AlreadySettled(thing=move.commodity)
        self.returned[move.origin] = before + move.amount
        return rules.share_so_far(value, whole, before, move.amount)

    def _counter(self, posting: Posting, account: str, value: int) -> list[Posting]:
        other = self.ledger.names.account(account)
        return [
            Posting(posting.account, posting.commodity, posting.lot, 0, -value, posting.dim, posting.party),
            Posting(other, posting.commodity, posting.lot, 0, value, posting.dim, posting.party),
        ]


def held_by(move: Move) -> int:
    """Give how much of its hold a move settles: its amount, if unsaid."""
    return move.amount if move.held is None else move.held


def cost_key(key: Key, commodity: Commodity) -> Key:
    """Give the row whose average is the cost: the lot's, or the total of the place."""
    return key if commodity.costing == "lot" else Key(key.account, key.commodity)


def check_balance(event: str, postings: Sequence[Posting]) -> None:
    """Refuse an entry whose values, or whose amounts of something conserved, don't sum to zero."""
    rest: dict[str, int] = defaultdict(int)
    value = 0
    for posting in postings:
        value += posting.value
        if posting.commodity.conserved:
            rest[posting.commodity.code] += posting.amount
    if value:
        raise Unbalanced(event=event, rest=rules.shown(value, 2), commodity="value")
    for code, amount in rest.items():
        if amount:
            raise Unbalanced(event=event, rest=amount, commodity=code)


def _add_value(row: Row, posting: Posting, late: int, *, counts: bool) -> None:
    if not counts:
        return
    row.value += posting.value - late
    if posting.amount > 0 and posting.value:
        row.ref_amount, row.ref_value = posting.amount, posting.value


def _worth_less_than_nothing(row: Row, commodity: Commodity) -> bool:
    return row.value < 0 < row.posted and not commodity.owed


def _leg(ledger: Ledger, leg: Leg) -> Posting:
    names = ledger.names
    account = names.account(leg.account)
    assert not account.guarded, "a guarded account takes moves only"
    commodity = names.commodity(leg.commodity)
    amount = leg.value if leg.amount is None else leg.amount
    return Posting(account, commodity, 0, amount, leg.value, names.dimension(leg.by), names.party(leg.party))

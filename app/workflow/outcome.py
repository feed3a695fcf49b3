"""When a step is settled: every mode is a function of the complete count of opinions (R-3.0)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache


@dataclass(frozen=True)
class Rule:
    """How opinions are counted: mode, what one opinion settles, the share or number that is needed."""

    mode: str  # single any_of all_of some_of
    settle: str = ""  # veto collect_all first_decision all_reject
    need: Decimal | int | None = None
    abstain: bool = False


@dataclass(frozen=True)
class Tally:
    """The opinions so far: approvals, rejections, abstentions, and the slots still open."""

    approved: int = 0
    rejected: int = 0
    abstained: int = 0
    open: int = 0

    @property
    def slots(self) -> int:
        """M, the number of slots that count."""
        return self.approved + self.rejected + self.abstained + self.open


def needed(need: Decimal | int | None, slots: int) -> int:
    """Give how many approvals are needed: a share rounds up and means at least (R-3.4), a number is capped at M."""
    if need is None:
        return slots
    if isinstance(need, int):
        return min(need, slots)
    return int((need * slots).to_integral_value(rounding=ROUND_CEILING))


def complete_outcome(rule: Rule, tally: Tally) -> str:
    """Give `passed`, `refused` or `rescue` for a complete count (R-3.0)."""
    if rule.mode == "some_of" and tally.approved >= needed(rule.need, tally.slots) > 0:
        return "passed"
    if rule.mode == "any_of" and tally.approved:
        return "passed"
    if tally.rejected:
        return "refused"
    if rule.mode in ("single", "all_of") and tally.approved:
        return "passed"
    return "rescue"


@lru_cache(maxsize=4096)
def outcome(rule: Rule, tally: Tally) -> str | None:
    """Give the outcome if it can't change any more (R-3.5), None while it can."""
    if not tally.open:
        return complete_outcome(rule, tally)
    if rule.settle == "collect_all":
        return None
    if rule.mode == "any_of" and rule.settle != "all_reject":
        return _first_decision(tally)
    found = {complete_outcome(rule, end) for end in _completions(rule, tally)}
    return found.pop() if len(found) == 1 else None


def _first_decision(tally: Tally) -> str | None:
    if tally.approved:
        return "passed"
    return "refused" if tally.rejected else None


def _completions(rule: Rule, tally: Tally) -> list[Tally]:
    return [
        Tally(tally.approved + yes, tally.rejected + no, tally.abstained + tally.open - yes - no)
        for yes in range(tally.open + 1)
        for no in range(tally.open - yes + 1)
        if rule.abstain or yes + no == tally.open
    ]

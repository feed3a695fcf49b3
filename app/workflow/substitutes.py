"""Who stands in for an absent approver: pure; the absences in force are told by whoever reads them (R-6.1 to R-6.5)."""

from __future__ import annotations

from collections.abc import Collection

from app.workflow.approvers import Casting

LINKS = 3  # how far a chain of absences is followed


def stand_in_for(casting: Casting, owner: int, *, taken: Collection[str] = ()) -> tuple[int, str] | None:
    """Give who acts for an absent owner, and by which absences; None where he is there, or nobody may.

    Who is barred, inactive or holds another slot of the step is passed over, else it goes back to the owner (R-5.2).
    """
    return _follow(casting, owner, {casting.facts.person(owner), *taken}, LINKS)


def _follow(casting: Casting, account: int, seen: set[str], links: int) -> tuple[int, str] | None:
    for rule in casting.facts.absences(account) if links else ():
        person = casting.facts.person(rule.to)
        if person in seen:  # a circle, or one who has his own say here
            continue
        further = _follow(casting, rule.to, seen | {person}, links - 1)
        if further is not None:
            return further[0], f"{rule.rule}+{further[1]}"
        if not casting.reason(rule.to):
            return rule.to, rule.rule
    return None


def pairs(casting: Casting, accounts: list[int], *, taken: Collection[str] = ()) -> list[list[object]]:
    """Give owners with holders: each his own, and who stands in where the slot has no other holder (R-6.2, R-6.5)."""
    found: list[list[object]] = [[account, account] for account in accounts]
    other = stand_in_for(casting, accounts[0], taken=taken) if len(accounts) == 1 else None
    return [*found, [accounts[0], *other]] if other else found


def still_stands_in(casting: Casting, owner: int, holder: int) -> bool:
    """Tell whether a holder acts for an owner by an absence that is in force now, whichever chain led to him."""
    near = {owner}
    for _ in range(LINKS):
        near = {rule.to for account in near for rule in casting.facts.absences(account)}
        if holder in near:
            return True
    return False

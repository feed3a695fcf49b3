"""One person, one slot: who may still act in slots that overlap, so that each finds its own owner (R-3.7)."""

from __future__ import annotations

from collections.abc import Sequence

Group = frozenset[str]


def separate(groups: Sequence[Group]) -> list[Group | None]:
    """Give each slot the people who may take it; None where no own person is left, so that the slot is one too many.

    Slots that share nobody stay as they are. Where they overlap, a person stays in a slot only if all other
    slots can still be filled by different people.
    """
    if sum(len(group) for group in groups) == len(frozenset().union(*groups)):
        return list(groups)
    kept = _largest(groups)
    chosen = [groups[number] for number in kept]
    found: list[Group | None] = [None] * len(groups)
    for place, number in enumerate(kept):
        found[number] = frozenset(p for p in chosen[place] if _fits(chosen, place, p))
    return found


def _largest(groups: Sequence[Group]) -> list[int]:
    """Give the first slots, in order, that can all be filled by different people."""
    kept: list[int] = []
    for number in range(len(groups)):
        if _all_filled([groups[k] for k in (*kept, number)]):
            kept.append(number)
    return kept


def _fits(groups: Sequence[Group], place: int, person: str) -> bool:
    others = [group - {person} for number, group in enumerate(groups) if number != place]
    return _all_filled(others)


def _all_filled(groups: Sequence[Group]) -> bool:
    owner: dict[str, int] = {}
    return all(_assign(groups, slot, owner, set()) for slot in range(len(groups)))


def _assign(groups: Sequence[Group], slot: int, owner: dict[str, int], tried: set[str]) -> bool:
    for person in sorted(groups[slot]):
        if person in tried:
            continue
        tried.add(person)
        if person not in owner or _assign(groups, owner[person], owner, tried):
            owner[person] = slot
            return True
    return False

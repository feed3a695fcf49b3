"""Who may decide a step: those named, less the barred, one person one slot; and what to do where nobody is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.config.workflow_spec import StepSpec, Who
from app.workflow.facts import SELF, Facts
from app.workflow.matching import separate
from app.workflow.people import Found, Person, covers, describe, next_up, resolve


@dataclass
class Place:
    """A slot in the making: the rule that names it, who may take it, why it differs from the rule."""

    label: str
    accounts: list[int]
    note: str = ""


@dataclass
class Approvers:
    """The slots of a step, or the verdict that needs none (`skip`, `reject`, `stuck`)."""

    places: list[Place] = field(default_factory=list)
    in_order: bool = False
    notes: list[str] = field(default_factory=list)
    verdict: str = ""
    forbidden: int | None = None  # the applicant, where self: forbid_submit


@dataclass(frozen=True)
class Casting:
    """Everything that decides who may serve in one step."""

    facts: Facts
    step: StepSpec
    applicant: int
    used: Mapping[str, str] = field(default_factory=dict)  # person -> step he decided
    chosen: tuple[int, ...] = ()
    later: bool = False  # another human step follows

    def reason(self, account: int) -> str:
        """Say why somebody may not serve; empty if he may."""
        if not self.facts.active(account):
            return "inactive"
        return self.bar(account)

    def bar(self, account: int) -> str:
        """Say why somebody is barred from this step; empty if he is not."""
        person = self.facts.person(account)
        bar = self.facts.barred.get(person, "")
        if bar in SELF and self.step.options.self_rule == "allow" and not self.facts.money:
            bar = ""
        return bar or ("four_eyes" if person in self.used else "")

    def over_limit(self, account: int) -> bool:
        """Tell whether the amount is above somebody's own limit, and nobody decides after him (R-4.9)."""
        figure = self.step.options.limit
        person = self.facts.organisation.by_account(account) if figure and not self.later else None
        return person is not None and not covers(str(figure), person, self.facts.question(lambda _: True))

    def serves(self, person: Person) -> bool:
        """Tell whether manager rules stop at this person: vacant posts and the applicant himself are passed over."""
        if person.account is None or not person.active:
            return False
        return self.step.options.self_rule != "next_manager_up" or self.bar(person.account) not in SELF

    def eligible(self, accounts: list[int], *, rescue: bool = False) -> list[int]:
        """Give those who may serve, once each; whoever comes to the rescue may, however high the amount."""
        free = [account for account in dict.fromkeys(accounts) if not self.reason(account)]
        return [account for account in free if rescue or not self.over_limit(account)]


def cast(casting: Casting) -> Approvers:
    """Give the slots of a step as it is entered."""
    step = casting.step
    approvers = Approvers(in_order=step.options.in_order)
    for who in step.approvers:
        found = resolve(who, casting.facts.question(casting.serves, casting.chosen))
        approvers.notes += found.notes
        approvers.in_order = approvers.in_order or found.in_order
        approvers.places += [_place(who, group, casting, approvers) for group in found.groups or [[]]]
    _drop_empty(approvers, step)
    _separate(approvers, casting)
    for place in [place for place in approvers.places if not place.accounts]:
        _fill(place, approvers, casting)
    return approvers


def _place(who: Who, group: list[int], casting: Casting, approvers: Approvers) -> Place:
    place = Place(describe(who), casting.eligible(group))
    approvers.notes += [f"limit:{account}" for account in group if casting.over_limit(account)]
    selves = [account for account in group if casting.bar(account) in SELF]
    if not place.accounts and selves:
        _instead_of_self(place, selves[0], casting, approvers)
    return place


def _instead_of_self(place: Place, account: int, casting: Casting, approvers: Approvers) -> None:
    """Keep R-5.3: the rule picked the applicant."""
    rule = casting.step.options.self_rule
    place.note = f"self:{rule}"
    if rule == "forbid_submit":
        approvers.forbidden = account
    if rule == "next_manager_up":
        place.accounts = _up_from(account, casting)


def _up_from(account: int, casting: Casting) -> list[int]:
    facts = casting.facts
    person = facts.organisation.by_account(account)
    above = (
        next_up(person, facts.question(lambda p: bool(p.account) and bool(casting.eligible([p.account or 0]))))
        if person
        else None
    )
    return [above.account] if above and above.account else []


def _drop_empty(approvers: Approvers, step: StepSpec) -> None:
    """Leave out slots that nobody can take where the others are enough: any_of, and self: skip_if_others."""
    filled = [place for place in approvers.places if place.accounts]
    if not filled:
        approvers.places = approvers.places[:1]
        return
    dropped = [
        p
        for p in approvers.places
        if not p.accounts
        and (step.mode == "any_of" or p.note == "self:skip_if_others" or step.options.empty == "skip_with_reason")
    ]
    approvers.notes += [f"left_out:{place.label}" for place in dropped]
    approvers.places = [place for place in approvers.places if place not in dropped]


def _separate(approvers: Approvers, casting: Casting) -> None:
    places = [place for place in approvers.places if place.accounts]
    if len(places) < 2:
        return
    groups = [frozenset(casting.facts.person(a) for a in place.accounts) for place in places]
    for place, group in zip(places, separate(groups), strict=True):
        if group is None:
            approvers.places.remove(place)
            approvers.notes.append(f"same_person:{place.label}")
        else:
            place.accounts = [a for a in place.accounts if casting.facts.person(a) in group]


def _fill(place: Place, approvers: Approvers, casting: Casting) -> None:
    """Keep R-4.5: nobody is left for this slot."""
    rule = casting.step.options.empty
    if rule == "auto_reject":
        approvers.verdict = "reject"
    elif rule == "skip_with_reason" and casting.later:
        approvers.verdict = "skip"
    else:
        place.accounts, place.note = stand_in(rule, casting)
        approvers.verdict = approvers.verdict or ("" if place.accounts else "stuck")


def stand_in(rule: str, casting: Casting) -> tuple[list[int], str]:
    """Give who acts where a rule leaves nobody, and under which rule: the empty rule's people, else a process admin."""
    accounts: list[int] = []
    if rule == "next_manager_up":
        accounts = _up_from(casting.applicant, casting)
    if rule == "named_fallback" and casting.step.options.fallback:
        found: Found = resolve(casting.step.options.fallback, casting.facts.question(casting.serves))
        accounts = casting.eligible([a for group in found.groups for a in group])
    if accounts:
        return accounts, f"empty:{rule}"
    return casting.eligible(casting.facts.admin_accounts(), rescue=True), "rescue"

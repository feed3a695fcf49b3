"""Invented companies in which paths are walked: everybody there, then each thing amiss, and what may come together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import Any

from app.config.catalogue import Catalogue
from app.config.workflow_spec import StepSpec, Who
from app.core.links import Link
from app.core.words import Words
from app.workflow.people import Person, Snapshot

APPLICANT, NAMED, ADMIN, ADMIN2, USERS, POSTS, FIRST = 1, 80, 90, 91, 20, 50, 100
CHAIN = {APPLICANT: 2, 2: 3, 3: 4, 4: None}  # the applicant, and the managers above him
MOST = 4  # holders of a role: more of them change nothing
UNLIMITED = Decimal(10) ** 15
Roles = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Scene:
    """A company, what is unusual about it, how many unusual things that is, and whom it concerns."""

    words: Words
    company: Snapshot
    faults: int = 0
    barred: Mapping[str, str] = field(default_factory=dict)
    about: frozenset[str] = frozenset()  # roles; nothing: every path


def scenes(catalogue: Catalogue, steps: Sequence[StepSpec], *, admins: int = 2) -> list[Scene]:
    """Give every company in which the paths of these steps are walked."""
    company = _company(list(whos_of(steps)), admins)
    roles = [role for role in company.roles if role != "process_admin"]
    titles = {role: _title(catalogue, role) for role in roles}
    return [
        Scene(Words("everybody is there", "人员齐全"), company),
        *(scene for role in roles for scene in _role(company, role, titles[role])),
        *_managers(company),
        *_admins(company),
        *_named(company, steps),
        *_several(company, titles),
    ]


def _title(catalogue: Catalogue, role: str) -> Words:
    spec = catalogue.organisation.roles.get(role)
    return spec.title if spec else Words(role, role)


def whos_of(steps: Iterable[StepSpec]) -> Iterator[Who]:
    """Give whoever steps name: approvers, stand-ins, those to whom a task escalates."""
    for step in steps:
        options = step.options
        more = [options.fallback, *(pair[1] for pair in (options.escalate, options.reassign) if pair)]
        for who in (*step.approvers, *(who for who in more if who)):
            yield who
            if who.among:
                yield who.among


def _company(whos: Sequence[Who], admins: int) -> Snapshot:
    """Give the company in which everybody is there, with people enough in each role to decide every step of it."""
    roles: dict[str, tuple[int, ...]] = {}
    people = [_person(account, manager) for account, manager in CHAIN.items()]
    for place, role in enumerate(dict.fromkeys(who.role for who in whos if who.role)):
        count = max(2, min(MOST, sum(1 for who in whos if who.role == role)))
        roles[role] = tuple(FIRST + 10 * place + number for number in range(count))
        people += [_person(account, 4) for account in roles[role]]
    posts = dict.fromkeys(who.post for who in whos if who.post)
    people += [_person(POSTS + place, 4, post=post) for place, post in enumerate(posts)]
    users = dict.fromkeys(who.user for who in whos if who.user)
    people += [_person(USERS + place, None, name=user) for place, user in enumerate(users)]
    people += [_person(NAMED, 4), _person(ADMIN, None), _person(ADMIN2, None)]
    helpers = (ADMIN, ADMIN2)[: max(1, admins)]
    return Snapshot(tuple(people), {**roles, "process_admin": helpers}, heads={1: 1003})


def _person(account: int, manager: int | None, *, post: str = "", name: str = "") -> Person:
    above = manager and manager + 1000
    return Person(
        account, f"p{account}", name or f"u{account}", name, True, account + 1000, above, 1, post, limit=UNLIMITED
    )


def _with(company: Snapshot, roles: Roles) -> Snapshot:
    return replace(company, roles={**company.roles, **roles})


def _away(company: Snapshot, gone: Iterable[int]) -> Snapshot:
    absent = set(gone)
    return replace(company, people=tuple(replace(p, active=False) if p.account in absent else p for p in company.people))


def _role(company: Snapshot, role: str, title: Words) -> Iterator[Scene]:
    """A role that nobody holds, only one person, only the applicant; whose holders are away, or changed the document."""
    about, held = frozenset((role,)), company.roles[role]
    en, zh = title.say("en"), title.say("zh")
    yield Scene(Words(f"nobody holds the role {en}", f"没有人担任{zh}"), _with(company, {role: ()}), 1, about=about)
    yield Scene(
        Words(f"only one person holds the role {en}", f"只有一个人担任{zh}"),
        _with(company, {role: held[:1]}),
        1,
        about=about,
    )
    yield Scene(
        Words(f"the applicant is the only {en}", f"申请人是唯一的{zh}"),
        _with(company, {role: (APPLICANT,)}),
        1,
        about=about,
    )
    yield Scene(
        Words(f"all who hold the role {en} are away", f"担任{zh}的人都不在"), _away(company, held), 1, about=about
    )
    barred = {f"p{account}": "editor" for account in held}
    yield Scene(
        Words(f"all who hold the role {en} changed the document", f"担任{zh}的人都修改过单据"),
        company,
        1,
        barred,
        about,
    )
    poor = tuple(replace(p, limit=Decimal(1)) if p.account in held else p for p in company.people)
    yield Scene(
        Words(f"the limits of all who hold the role {en} are too low", f"担任{zh}的人审批限额都不够"),
        replace(company, people=poor),
        1,
        about=about,
    )


def _managers(company: Snapshot) -> Iterator[Scene]:
    alone = tuple(replace(p, manager=None) for p in company.people)
    yield Scene(Words("the applicant has no manager", "申请人没有上级"), replace(company, people=alone, heads={}), 1)
    yield Scene(Words("the applicant's manager is away", "申请人的上级不在"), _away(company, (2,)), 1)
    yield Scene(
        Words("the applicant heads his department", "申请人是本部门负责人"),
        replace(company, heads={1: APPLICANT + 1000}),
        1,
    )
    circle = tuple(replace(p, manager=APPLICANT + 1000) if p.account == 4 else p for p in company.people)
    yield Scene(Words("the managers form a circle", "上级关系成环"), replace(company, people=circle), 1)
    poor = tuple(replace(p, limit=Decimal(1)) if p.account in CHAIN else p for p in company.people)
    yield Scene(
        Words("no manager's limit is high enough", "所有上级的审批限额都不够"), replace(company, people=poor), 1
    )


def _admins(company: Snapshot) -> Iterator[Scene]:
    helpers = company.roles["process_admin"]
    own = (APPLICANT, *helpers[1:])
    yield Scene(
        Words("the applicant is a process administrator", "申请人是流程管理员"),
        _with(company, {"process_admin": own}),
        1,
    )
    yield Scene(Words("a process administrator is away", "有一名流程管理员不在"), _away(company, helpers[:1]), 1)


def _named(company: Snapshot, steps: Sequence[StepSpec]) -> Iterator[Scene]:
    """People named outright, or by a field of the document, who are away."""
    posts = dict.fromkeys(who.post for who in whos_of(steps) if who.post)
    for post in posts:
        gone = [p.account or 0 for p in company.people if p.post == post]
        yield Scene(Words(f"nobody is in the post {post}", f"没有人在岗位 {post}"), _away(company, gone), 1)
    for user in dict.fromkeys(who.user for who in whos_of(steps) if who.user):
        gone = [p.account or 0 for p in company.people if p.name == user]
        yield Scene(Words(f"{user} is away", f"{user} 不在"), _away(company, gone), 1)
    if any(who.field or who.chosen_by for who in whos_of(steps)):
        yield Scene(Words("whoever the document names is away", "单据指定的人不在"), _away(company, (NAMED,)), 1)


def _several(company: Snapshot, titles: Mapping[str, Words]) -> Iterator[Scene]:
    """Two things amiss at once, every role empty, and a small company where one person holds every role."""
    none: dict[str, tuple[int, ...]] = dict.fromkeys(titles, ())
    for one, other in combinations(titles, 2):
        words = Words(
            f"nobody holds the roles {titles[one].say('en')} and {titles[other].say('en')}",
            f"没有人担任{titles[one].say('zh')}和{titles[other].say('zh')}",
        )
        yield Scene(words, _with(company, {one: (), other: ()}), 2, about=frozenset((one, other)))
    if len(titles) > 1:
        yield Scene(Words("no role has a holder", "所有角色都没有人担任"), _with(company, none), 3)
        all_in_one: dict[str, tuple[int, ...]] = dict.fromkeys(titles, (FIRST,))
        yield Scene(Words("one person holds every role", "一个人担任所有角色"), _with(company, all_in_one), 3)
    helpers = company.roles["process_admin"]
    if titles and len(helpers) > 1:
        yield Scene(
            Words(
                "no role has a holder and the applicant is a process administrator",
                "所有角色都没有人担任，且申请人是流程管理员",
            ),
            _with(company, {**none, "process_admin": (APPLICANT, *helpers[1:])}),
            4,
        )


def reading(path: str) -> Any:
    """Give a value for whatever path a rule names: people, a department, a high amount."""
    last = path.rsplit(".", 1)[-1]
    if last in ("requester", "created_by", "applicant"):
        return Link("user", APPLICANT)
    if "department" in last:
        return Link("department", 1)
    if any(word in last for word in ("amount", "total", "value", "price", "quantity")):
        return Decimal(10) ** 9
    return Link("user", APPLICANT if last == "buyer" else NAMED)

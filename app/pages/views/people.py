"""Accounts and roles as the administrator sees and changes them; nobody else passes."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.errors import NotAllowed, NotFound
from app.core.formats import initials
from app.core.links import Link
from app.core.words import Words
from app.data import accounts
from app.data.accounts import second_factor
from app.data.transaction import Transaction
from app.office import Office
from app.pages.views.menu import is_admin
from app.pages.wording import text

LIVING = (
    "select h.account_id, h.role from office_role_holder h where h.scope_form is null"
    " and (h.from_on is null or h.from_on <= ?) and (h.to_on is null or h.to_on >= ?) order by h.id"
)


@dataclass
class RoleLine:
    """A role by name and title; with those who hold it."""

    name: str = ""
    title: str = ""
    held_by: str = ""


@dataclass
class AccountLine:
    """An account as a line of the page."""

    name: str = ""
    title: str = ""
    initials: str = ""
    active: bool = True
    mine: bool = False
    roles: list[RoleLine] = field(default_factory=list)
    others: list[RoleLine] = field(default_factory=list)
    same_as: str = ""  # the other accounts of this person
    factor: bool = False  # has a second factor


@dataclass
class People:
    """Everything of the page."""

    accounts: list[AccountLine] = field(default_factory=list)
    roles: list[RoleLine] = field(default_factory=list)


def people(office: Office, locale: str) -> People:
    """Give the accounts with their roles, and the roles with their holders."""
    _only_admin(office)
    with office.reading() as tx:
        secured = second_factor.who_set_it_up(tx)
        rows = tx.fetch(
            tx.sql(
                "select id, name, title, active, person_id from office_account where id <> 0 order by active desc, name"
            ),
            (),
        )
        held = tx.fetch(tx.sql(LIVING), (tx.day(tx.today), tx.day(tx.today)))
        titles = {name: spec.title.say(locale) for name, spec in tx.catalogue.organisation.roles.items()}
    roles_of = {key: [role for account, role in held if account == key] for key, *_ in rows}
    lines = [_account(office, row[:4], roles_of[row[0]], titles) for row in rows]
    for line, row in zip(lines, rows, strict=True):
        line.same_as, line.factor = _same_as(row, rows, locale), row[0] in secured
    return People(lines, [_role(name, title, lines, locale) for name, title in titles.items()])


def add_person(office: Office, name: str, *, title: str, password: str, roles: tuple[str, ...] = ()) -> str:
    """Make an account that may sign in; give the name that people call it by."""
    _only_admin(office)
    with office.transaction() as tx:
        known = [role for role in roles if role in tx.catalogue.organisation.roles]
        accounts.create_account(
            tx, name.strip(), title=title.strip(), password=password, roles=known, locale=office.actor.locale
        )
    return title.strip() or name.strip()


def give_role(office: Office, name: str, role: str) -> str:
    """Let an account hold a role; give the name that people call it by."""
    _only_admin(office)
    with office.transaction() as tx:
        account = _named(tx, name)
        if role not in tx.catalogue.organisation.roles:
            raise NotFound(thing=Words("role", "角色"))
        accounts.give_role(tx, account, role)
    return account.title


def take_role(office: Office, name: str, role: str) -> str:
    """Take a role away; the last administrator keeps it, or nobody could give it back."""
    _only_admin(office)
    with office.transaction() as tx:
        account = _named(tx, name)
        if role == "admin" and len(accounts.holders(tx, "admin")) < 2:
            raise LastAdministrator(name=account.title)
        accounts.take_role(tx, account, role)
    return account.title


def set_active(office: Office, name: str, active: bool) -> str:
    """Shut an account out, or let it in again; nobody shuts himself out."""
    _only_admin(office)
    with office.transaction() as tx:
        account = _named(tx, name)
        if account.id == office.actor.account.id:
            raise YourOwnAccount
        accounts.set_active(tx, account, active)
    return account.title


def reset_factor(office: Office, name: str) -> str:
    """Take the second factor away from who lost it; his sessions end. One's own is left at one's own account."""
    _only_admin(office)
    with office.transaction() as tx:
        account = _named(tx, name)
        if account.id == office.actor.account.id:
            raise YourOwnFactor
        second_factor.reset(tx, account)
    return account.title


class LastAdministrator(NotAllowed):
    """{name} is the last administrator. Give the role to someone else first."""

    zh = "{name} 是最后一位管理员。先把角色交给别人。"


class YourOwnAccount(NotAllowed):
    """You can't deactivate your own account. Ask another administrator."""

    zh = "不能停用自己的账号，由另一位管理员来做。"


class YourOwnFactor(NotAllowed):
    """Your own second factor is turned off at My account, with your password."""

    zh = "自己的两步验证在“我的账号”里关闭，要输入密码。"


def _only_admin(office: Office) -> None:
    if not is_admin(office):
        raise NotAllowed(
            act=Words("change", "修改"),
            thing=Words("people and roles", "人员与角色"),
            owner=Words("an administrator", "管理员"),
        )


def _named(tx: Transaction, name: str) -> Link:
    row = tx.fetch_one(tx.sql("select id, name, title from office_account where name = ? and id <> 0"), (name,))
    if row is None:
        raise NotFound(thing=Words("account", "账号"))
    return Link("user", row[0], row[1], row[2] or row[1])


def _account(office: Office, row: tuple, held: list[str], titles: dict[str, str]) -> AccountLine:
    key, name, title, active = row
    roles = [RoleLine(role, titles.get(role, role)) for role in dict.fromkeys(held)]
    others = [RoleLine(role, words) for role, words in titles.items() if role not in held]
    return AccountLine(
        name, title or name, initials(title or name), bool(active), key == office.actor.account.id, roles, others
    )


def _same_as(row: tuple, rows: list[tuple], locale: str) -> str:
    """Say which other accounts this person has (R-5.7)."""
    names = [name for key, name, _, _, person in rows if person is not None and person == row[4] and key != row[0]]
    return text("same_person", locale, names=", ".join(names)) if names else ""


def _role(name: str, title: str, lines: list[AccountLine], locale: str) -> RoleLine:
    holding = [line.title for line in lines if line.active and any(role.name == name for role in line.roles)]
    return RoleLine(name, title, ("、" if locale == "zh" else ", ").join(holding) or text("nobody_holds", locale))

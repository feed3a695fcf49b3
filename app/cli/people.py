"""Commands over people: accounts, roles, passwords, tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import locale, say, show
from app.cli.opening import house
from app.cli.passwords import first_password
from app.core.actor import SYSTEM
from app.core.errors import DaybookError, NotFound
from app.core.links import Link
from app.core.words import Words
from app.data import access, accounts, persons
from app.data.accounts import identities, second_factor
from app.data.transaction import Transaction

Name = Annotated[str, typer.Argument(help="sign-in name")]


class UnknownRole(DaybookError):
    """There is no role '{role}'. The roles are {roles}."""

    zh = "没有角色“{role}”。现有角色：{roles}。"
    status = 422


class NoProvider(DaybookError):
    """No sign-in of the company is set up. Set DAYBOOK_OIDC_ISSUER and DAYBOOK_OIDC_CLIENT_ID first."""

    zh = "还没有设置公司登录。先设置 DAYBOOK_OIDC_ISSUER 和 DAYBOOK_OIDC_CLIENT_ID。"
    status = 422


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    user = typer.Typer(help="Who signs in, with which roles.", no_args_is_help=True)
    user.command("list")(list_people)
    for command in (add, password, role, same, stop, email, link, log, reads):
        user.command()(command)
    user.command("reset-factor")(reset_factor)
    daybook.add_typer(user, name="user")
    daybook.command()(token)


def add(
    name: Name,
    role: Annotated[list[str], typer.Option(help="as often as there are roles")],
    title: Annotated[str, typer.Option(help="the person's name")] = "",
    locale: Annotated[str, typer.Option(help="en or zh")] = "en",
) -> None:
    """Make an account; its first password is printed once."""
    first = first_password()
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        for one in role:
            _check_role(tx, one)
        accounts.create_account(tx, name, title=title, password=first, roles=role, locale=locale)
    say(
        f"{name} can sign in with the password {first}; it is shown only now.",
        f"{name} 可用密码 {first} 登录，只显示这一次。",
    )


def list_people() -> None:
    """List the accounts and the roles that they hold today."""
    with house().repository.reading(SYSTEM, door="cli") as tx:
        rows = tx.fetch("select id, name, title, active from office_account where id > 0 order by name")
        held = {key: accounts.actor_of(tx, key) for key, *_ in rows}
    show(
        ["name", "person", "roles", "active"],
        [
            (name, title, ", ".join(sorted(actor.roles)) if actor else "", "yes" if active else "no")
            for key, name, title, active in rows
            for actor in (held[key],)
        ],
    )


def password(
    name: Name, new: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)]
) -> None:
    """Set a new password; every session of the account ends."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        accounts.set_password(tx, _account(tx, name), new)
    say(f"{name} has a new password.", f"{name} 的密码已更新。")


def role(
    name: Name,
    role: Annotated[str, typer.Argument(help="the role")],
    take: Annotated[bool, typer.Option("--take", help="take it away")] = False,
) -> None:
    """Let an account hold a role from today on, or no longer."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        _check_role(tx, role)
        account = _account(tx, name)
        if take:
            accounts.take_role(tx, account, role)
        else:
            accounts.give_role(tx, account, role)
    say(f"{name}: {role} {'taken' if take else 'given'}.", f"{name}：已{'收回' if take else '授予'}角色 {role}。")


def same(
    name: Name,
    other: Annotated[str, typer.Argument(help="another account of the same person")] = "",
    own: Annotated[bool, typer.Option("--own", help="it is a person of its own after all")] = False,
) -> None:
    """Say that two accounts are of one person: he never approves with one what he asked for with the other."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        account = _account(tx, name)
        if own:
            persons.own_person(tx, account)
        elif other:
            persons.same_person(tx, account, _account(tx, other))
        names = ", ".join(one.number for one in persons.accounts_of_person(tx, account))
    say(f"One person: {names}.", f"同一个人的账号：{names}。")


def stop(name: Name) -> None:
    """Shut an account out at once: its sessions and tokens end."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        accounts.set_active(tx, _account(tx, name), False)
    say(f"{name} can no longer sign in.", f"{name} 已不能登录。")


def reset_factor(name: Name) -> None:
    """Take the second factor away from who lost it; the account's sessions end, and the log keeps who did it."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        second_factor.reset(tx, _account(tx, name))
    say(
        f"{name} has no second factor now. A role that demands one asks for a new one at the next sign-in.",
        f"{name} 的两步验证已重置。角色有要求时，下次登录会重新设置。",
    )


def email(name: Name, address: Annotated[str, typer.Argument(help="as the company's own sign-in knows it")]) -> None:
    """Keep the address by which the company's own sign-in may know an account."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        identities.set_email(tx, _account(tx, name), address)
    say(f"{name}: {address}.", f"{name}：{address}。")


def link(name: Name, subject: Annotated[str, typer.Argument(help="the person's key (sub) with the provider")]) -> None:
    """Link an account to a person of the company's own sign-in (DAYBOOK_OIDC_ISSUER)."""
    office = house()
    if office.settings.oidc is None:
        raise NoProvider
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        identities.link(tx, _account(tx, name), issuer=office.settings.oidc.issuer, subject=subject)
    say(f"{name} signs in as {subject}.", f"{name} 已绑定 {subject}。")


def log(name: Annotated[str, typer.Argument(help="sign-in name; none: everybody")] = "") -> None:
    """Tell what happened to accounts: sign-ins, failures, passwords, second factors, tokens."""
    with house().repository.reading(SYSTEM, door="cli") as tx:
        found = accounts.events_of(tx, _account(tx, name) if name else None)
    show(
        ["at", "account", "what", "by", "facts"],
        [
            (f"{each.at:%Y-%m-%d %H:%M:%S}Z", each.account.number, accounts.ACTS[each.act].say(locale()), each.by.number, facts)
            for each in found
            for facts in (", ".join(f"{fact} {value}" for fact, value in each.facts.items()),)
        ],
    )


def reads(
    name: Annotated[str, typer.Argument(help="sign-in name; none: everybody")] = "",
    form: Annotated[str, typer.Option(help="such as employee")] = "",
    number: Annotated[str, typer.Option(help="of one document")] = "",
    limit: Annotated[int, typer.Option(help="how many at most")] = 100,
) -> None:
    """Tell who read what is sensitive: private fields, and fields with a mask."""
    with house().repository.reading(SYSTEM, door="cli") as tx:
        found = access.reads(tx, account=name, form=form, number=number, limit=limit)
    show(
        ["at", "account", "door", "form", "what", "fields", "rows"],
        [
            (f"{each.at:%Y-%m-%d %H:%M:%S}Z", each.account.number, each.door, each.form, _short(each.what), *rest)
            for each in found
            for rest in ((", ".join(each.fields), str(each.rows)),)
        ],
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def token(
    name: Name,
    title: Annotated[str, typer.Option(help="what it is for")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="read, write, purchase_order:read ...; none: everything")
    ] = None,
    days: Annotated[int | None, typer.Option(help="how long it is good for")] = None,
) -> None:
    """Make a bearer token for a program; it is printed once."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        made = accounts.create_token(tx, _account(tx, name), title=title, scopes=scope or (), days=days)
    print(made)


def _account(tx: Transaction, name: str) -> Link:
    row = tx.fetch_one(tx.sql("select id, title from office_account where name = ? and id > 0"), (name,))
    if row is None:
        raise NotFound(thing=Words(f"account '{name}'", f"账号“{name}”"))
    return Link("user", row[0], name, row[1] or name)


def _check_role(tx: Transaction, role: str) -> None:
    roles = tx.catalogue.organisation.roles
    if role not in roles:
        raise UnknownRole(role=role, roles=", ".join(roles))

"""Who is behind an account: several accounts of one person are one person wherever people are kept apart."""

from __future__ import annotations

from app.core.errors import DaybookError
from app.core.links import Link
from app.data.transaction import Transaction

PERSON = "select coalesce(person_id, id) from office_account where id = ?"


class SameAccount(DaybookError):
    """{name} is one account. Name two accounts of the same person."""

    zh = "{name} 是同一个账号，请填写同一个人的两个账号。"
    status = 422


def person_of(tx: Transaction, account: Link) -> int:
    """Give the key of the person behind an account: that of his first account."""
    row = tx.fetch_one(tx.sql(PERSON), (account.id,))
    assert row is not None, f"{account!r} is gone"
    return int(row[0])


def accounts_of_person(tx: Transaction, account: Link) -> list[Link]:
    """Give all accounts of the person behind an account, his first one first."""
    person = person_of(tx, account)
    rows = tx.fetch(
        tx.sql("select id, name, title from office_account where id = ? or person_id = ? order by id <> ?, id"),
        (person, person, person),
    )
    return [Link("user", key, name, title or name) for key, name, title in rows]


def same_person(tx: Transaction, account: Link, other: Link) -> None:
    """Note that two accounts are of one person, and so all that were joined to either."""
    if account.id == other.id:
        raise SameAccount(name=account.number)
    person, joining = person_of(tx, other), person_of(tx, account)
    statement = "update office_account set person_id = ? where id in (?, ?) or person_id in (?, ?)"
    tx.run(tx.sql(statement), (person, person, joining, person, joining))


def own_person(tx: Transaction, account: Link) -> None:
    """Note that an account is of a person of its own; the other accounts of its person stay together."""
    others = [one.id for one in accounts_of_person(tx, account) if one.id != account.id]
    tx.run(tx.sql("update office_account set person_id = null where id = ?"), (account.id,))
    for key in others:
        person = others[0] if len(others) > 1 else None
        tx.run(tx.sql("update office_account set person_id = ? where id = ?"), (person, key))

"""Lists as people like them: filters, columns and sort under a title, one's own or shared with roles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import Invalid, NotFound, Problem
from app.core.words import Words
from app.data.column_types import compact
from app.data.transaction import Transaction
from app.data.values import to_json

LONGEST_TITLE = 60


@dataclass(frozen=True)
class View:
    """A saved list: what it shows (as the page's address says it), whose it is, which roles share it."""

    id: int
    form: str
    title: str
    content: Mapping[str, Any]
    own: bool
    roles: tuple[str, ...] = ()


def save_view(tx: Transaction, form: str, title: str, *, content: Mapping[str, Any], roles: Iterable[str] = ()) -> int:
    """Keep a list under a title; the same title of the same person is replaced."""
    title = title.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise Invalid(
            [
                Problem(
                    "title",
                    "required",
                    Words(
                        f"A title of 1 to {LONGEST_TITLE} letters is needed.",
                        f"请填写 1 到 {LONGEST_TITLE} 个字的标题。",
                    ),
                )
            ]
        )
    unknown = set(roles) - tx.actor.roles
    if unknown:
        raise Invalid(
            [
                Problem(
                    "roles",
                    "not_yours",
                    Words("A view is shared with roles of your own.", "只能与自己所属的角色共享。"),
                )
            ]
        )
    tx.run(
        tx.sql("delete from office_view where account_id = ? and form = ? and title = ?"),
        (tx.actor.account.id, form, title),
    )
    return tx.insert(
        tx.sql("insert into office_view (account_id, form, title, content, roles) values (?, ?, ?, ?, ?)"),
        (tx.actor.account.id, form, title, compact(to_json(dict(content))), ",".join(sorted(roles))),
    )


def views_of(tx: Transaction, form: str) -> list[View]:
    """Give this person's own views of a form, then those shared with him. The rows stay fenced by his own rights."""
    rows = tx.fetch(
        tx.sql("select id, account_id, title, content, roles from office_view where form = ? order by title"), (form,)
    )
    me = tx.actor.account.id
    found = [
        View(key, form, title, json.loads(content), owner == me, tuple(filter(None, roles.split(","))))
        for key, owner, title, content, roles in rows
    ]
    return sorted(
        (view for view in found if view.own or set(view.roles) & tx.actor.roles), key=lambda view: not view.own
    )


def delete_view(tx: Transaction, key: int) -> None:
    """Throw away a view of one's own."""
    if tx.run(tx.sql("delete from office_view where id = ? and account_id = ?"), (key, tx.actor.account.id)) != 1:
        raise NotFound(thing=Words("view", "视图"))

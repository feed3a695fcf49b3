"""Commands over hooks: addresses that outside systems deliver to."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import say, show
from app.cli.opening import house
from app.connect import hooks
from app.core.actor import SYSTEM
from app.core.errors import NotFound
from app.core.words import Words
from app.data import accounts

Connector = Annotated[str, typer.Argument(help="what understands the deliveries: rows")]
Shop = Annotated[str, typer.Argument(help="a name for the sender; it stands in the address")]


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    hook = typer.Typer(help="Addresses that outside systems deliver to.", no_args_is_help=True)
    for name, command in (("add", add), ("list", list_hooks), ("remove", remove)):
        hook.command(name)(command)
    daybook.add_typer(hook, name="hook")


def add(
    connector: Connector,
    shop: Shop,
    user: Annotated[str, typer.Option(help="whose rights hold for what is delivered")],
    target: Annotated[str, typer.Option("--import", help="of rows: the import that takes them in")] = "",
) -> None:
    """Make an address; the secret that signs its deliveries is printed once."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        account = accounts.account_named(tx, user)
        if account is None or not account.id:
            raise NotFound(thing=Words(f"account '{user}'", f"账号“{user}”"))
        made, secret = hooks.add_hook(tx, connector, shop, target=target, account=account)
    say(
        f"Deliver to {made.address}, signed with the secret below; it is shown only now.",
        f"推送到 {made.address}，用下面的密钥签名；密钥只显示这一次。",
    )
    print(secret)


def list_hooks() -> None:
    """List the addresses with the account behind each and what came last."""
    with house().repository.reading(SYSTEM, door="cli") as tx:
        found = hooks.hooks(tx)
    show(
        ["address", "import", "user", "deliveries", "last"],
        [
            (
                one.address,
                one.target,
                one.account,
                one.deliveries,
                f"{one.last_at:%Y-%m-%d %H:%M}" if one.last_at else "",
            )
            for one in found
        ],
    )


def remove(connector: Connector, shop: Shop) -> None:
    """Shut an address at once; its secret is good for nothing from then on."""
    with house().repository.transaction(SYSTEM, door="cli") as tx:
        hooks.remove_hook(tx, connector, shop)
    say(f"{connector}/{shop} takes nothing any more.", f"{connector}/{shop} 已停止接收。")

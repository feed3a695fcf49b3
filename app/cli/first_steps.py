"""What an empty home needs before it is served: somebody who can sign in, or the whole demo company."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.console import fail, locale, out, say
from app.cli.founded import kept, tell_password, unfinished
from app.cli.passwords import first_password
from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.core.logs import configure
from app.data import accounts

if TYPE_CHECKING:
    from app.office.facade import Office


def main(*, demo: bool) -> None:
    """Make the demo company, or the account `admin` with every role, where nobody is yet; tell who can sign in."""
    from app.office.facade import opened

    office = opened()
    if is_empty(office):
        if demo:
            make_demo(office)
        else:
            make_admin(office)
    if unfinished(office.settings).exists():
        say("The demo was broken off. Remove var/ and start again.", "演示公司没有生成完。删除 var/ 后重新启动。")
    tell_password(office.settings)


def make_demo(office: Office) -> None:
    """Fill an empty home with the demo company; its password is kept beside it, so that each start can print it."""
    from app.demo import found_company, live_through

    configure("text")  # of two years of jobs nobody wants to read
    password = first_password()
    say("Filling the empty home with the demo company.", "正在生成演示公司。")
    with _marked_unfinished(office):
        found_company(office, locale=locale(), password=password, say=_progress)
        live_through(office, locale=locale(), say=_progress)
    path = kept(office.settings)
    path.touch(mode=0o600)
    path.write_text(password)


def make_admin(office: Office) -> None:
    """Make the account `admin` with every role, and print its password once."""
    password = first_password()
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        roles = tuple(name for name, role in tx.catalogue.organisation.roles.items() if not role.outside)
        accounts.create_account(tx, "admin", title="Administrator", password=password, roles=roles, locale=locale())
    say(
        f"Sign in as admin with the password {password}; it is shown only now.",
        f"用 admin 登录，密码 {password}，只显示这一次。",
    )


def is_empty(office: Office) -> bool:
    """Tell whether nobody can sign in yet."""
    with office.repository.reading(SYSTEM, door="cli") as tx:
        return tx.fetch_one("select 1 from office_account where id > 0 limit 1") is None


@contextmanager
def _marked_unfinished(office: Office) -> Iterator[None]:
    """A demo that was broken off is told at the next start instead of being taken for whole."""
    mark = unfinished(office.settings)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    yield
    mark.unlink()


def _progress(what: str) -> None:
    out.print(f"  {what}", style="dim", highlight=False)


if __name__ == "__main__":
    try:
        main(demo="--demo" in sys.argv)
    except DaybookError as error:
        sys.exit(fail(error))

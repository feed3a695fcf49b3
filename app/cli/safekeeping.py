"""Commands that keep an office safe: all of it into one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import say
from app.cli.opening import choose_home, settings

File = Annotated[Path, typer.Argument(help="one .zip file")]
Home = Annotated[Path | None, typer.Option(help="holds site/ and var/")]


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    daybook.command()(backup)
    daybook.command()(restore)


def backup(
    file: File,
    with_secret_key: Annotated[bool, typer.Option("--with-secret-key", help="also what signs confirmations")] = False,
    home: Home = None,
) -> None:
    """Write the whole office into one file while people go on working: database, files, site/, notebook results."""
    from app.office.backup import back_up

    choose_home(home)
    held = back_up(settings(), file, with_secret=with_secret_key)
    for digest in held.missing:
        say(
            f"A kept file is gone or damaged and could not be saved: {digest}.",
            f"有一个文件已丢失或损坏，无法备份：{digest}。",
        )
    rows, tables = held.rows, len(held.tables)
    files, site, runs = (held.count(folder) for folder in ("files", "site", "notebooks"))
    say(
        f"{file}: {rows} rows of {tables} tables, {files} files, {site} files of site/, {runs} of notebook runs.",
        f"{file}：{tables} 张表共 {rows} 行，文件 {files} 个，site/ 文件 {site} 个，笔记本结果 {runs} 个。",
    )


def restore(
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="keep what is here aside, and take its place")] = False,
    home: Home = None,
) -> None:
    """Make the office of a backup in an empty home, on either database, and prove its books."""
    from app.cli.configuration import verify
    from app.office.restore import restore as bring_back

    choose_home(home)
    held, aside = bring_back(settings(), file, replace=replace)
    say(f"Restored {held.rows} rows as of {held.taken_at}.", f"已恢复 {held.rows} 行，截至 {held.taken_at}。")
    if aside is not None:
        say(f"What was here stands in {aside}.", f"原来的数据在 {aside}。")
    verify()

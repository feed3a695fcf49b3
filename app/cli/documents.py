"""Commands over documents: SQL, metrics, export, notebooks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.console import locale, plain, say, show
from app.cli.opening import office

User = Annotated[str, typer.Option("--user", help="whose rights hold")]


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    daybook.command()(sql)
    daybook.command()(metric)
    daybook.command()(export)
    daybook.command()(ask)
    notebook = typer.Typer(help="Notebooks with parameters.", no_args_is_help=True)
    notebook.command("run", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(run_notebook)
    notebook.command("list")(list_notebooks)
    daybook.add_typer(notebook, name="notebook")


def sql(
    text: Annotated[str, typer.Argument(help="one SELECT")],
    user: User = "admin",
    limit: Annotated[int, typer.Option(help="at most so many rows")] = 1000,
) -> None:
    """Answer one SELECT over the documents, with the rights of a person."""
    found = office(user).sql(text, limit=limit)
    show(found.columns, (list(row.values()) for row in found))
    if found.cut:
        say(f"Only the first {limit} rows.", f"只显示前 {limit} 行。")


def metric(
    name: Annotated[str | None, typer.Argument(help="a metric; without it, they are listed")] = None,
    by: Annotated[str, typer.Option(help="dimensions with commas between: month,supplier")] = "",
    where: Annotated[str | None, typer.Option(help="an expression over the rows that are counted")] = None,
    period: Annotated[str | None, typer.Option(help="2026-03, 2026-q1, 'last month', 2026-01-01..2026-03-31")] = None,
    user: User = "admin",
) -> None:
    """Give a metric, cut as asked, with the rights of a person."""
    person = office(user)
    if name is None:
        rows = [(each, ", ".join((*each.dimensions, *each.grains))) for each in person.metrics() if each.allowed]
        show(["metric", "title", "by"], [(one.spec.name, one.spec.title.say(locale()), cuts) for one, cuts in rows])
        return
    found = person.metric(name, by, where, period=period)
    show(found.columns, (list(row.values()) for row in found))
    days = " – ".join(str(day) for day in found.period or ())
    say(f"As of {found.as_of:%Y-%m-%d %H:%M} UTC. {days}", f"截至 {found.as_of:%Y-%m-%d %H:%M} UTC。{days}")


def export(
    form: str,
    user: User = "admin",
    where: Annotated[str | None, typer.Option(help="an expression")] = None,
    to: Annotated[Path | None, typer.Option(help="a .csv or .xlsx file; without it, the screen")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="all fields and lines, as an import takes them")] = False,
) -> None:
    """Write the documents of a form as CSV or as a workbook, with the rights of a person."""
    from app.imports import writing

    person = office(user)
    found = person.export(form, where)
    rows = person.export_whole(form, found) if whole else _table(found)
    if to is None:
        writing.write_csv(sys.stdout, rows)
        return
    if to.suffix == ".xlsx":
        content, count = writing.as_xlsx(rows)
        to.write_bytes(content)
    else:
        with to.open("w", newline="", encoding="utf-8-sig") as stream:
            count = writing.write_csv(stream, rows)
    say(f"{count} rows in {to}.", f"{to} 共 {count} 行。")


def _table(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """Give rows as a table with its columns first."""
    for place, row in enumerate(rows):
        if not place:
            yield list(row)
        yield [value if isinstance(value, str) else plain(value) for value in row.values()]


def ask(text: Annotated[str, typer.Argument(help="a question")], user: User = "admin") -> None:
    """Ask the assistant, with the rights of a person."""
    answer = office(user).ask(text)
    say(answer.text, answer.text)
    for choice in answer.choices:
        say(f"  - {choice}", f"  - {choice}")
    if answer.citations:
        records = ", ".join(one.number for one in answer.citations)
        say(f"From: {records}", f"依据：{records}")


def list_notebooks(user: User = "analyst") -> None:
    """List the notebooks and what they ask for."""
    show(
        ["notebook", "title", "parameters"],
        [
            (book.name, book.title.en, ", ".join(f"{one.name}={one.default}" for one in book.parameters))
            for book in office(user).notebooks()
        ],
    )


def run_notebook(context: typer.Context, name: str, user: User = "analyst") -> None:
    """Run a notebook, with `-p name value` for each parameter; the office's worker does it (`daybook up`)."""
    values = _pairs(context.args)
    person = office(user)
    job = person.run_notebook(name, **values)
    while job.state in ("waiting", "running"):
        time.sleep(0.5)
        job = person.job(job.id)
    told = job.result.get("headline") or job.error or ""
    say(f"Run {job.id}: {job.state}. {told}", f"运行 {job.id}：{job.state}。{told}")
    if job.state != "done":
        raise typer.Exit(1)


def _pairs(arguments: list[str]) -> dict[str, str]:
    """Read `-p name value` and `-p name=value`, as often as they stand there."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        sign, name = rest.pop(0), rest.pop(0) if rest else ""
        if sign != "-p" or not name:
            raise typer.BadParameter(f"write -p name value, not {sign}")
        name, equals, value = name.partition("=")
        if not equals and not rest:
            raise typer.BadParameter(f"-p {name} needs a value")
        found[name] = value if equals else rest.pop(0)
    return found

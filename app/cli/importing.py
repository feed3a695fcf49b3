"""Commands that bring files in: one by its mapping, or all of another system by a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import err, locale, say, show
from app.cli.opening import house, settings, sources
from app.config.settings import CHECKOUT
from app.core.errors import DaybookError

if TYPE_CHECKING:
    from app.config.import_spec import PlanSpec
    from app.imports.reports import Report


class NoPlan(DaybookError):
    """There is no plan '{name}'. The plans are: {known}."""

    zh = "没有导入计划“{name}”。现有：{known}。"


def register(daybook: typer.Typer) -> None:
    """Add the command."""
    daybook.command("import")(bring_in)


def bring_in(
    form: Annotated[str | None, typer.Argument(help="the form that the rows become")] = None,
    file: Annotated[Path | None, typer.Argument(help="CSV or Excel")] = None,
    map_: Annotated[
        str | None,
        typer.Option("--map", help="a mapping's name, or Column=field,Column=field; without it, by the headings"),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="change what is there already, as its key tells")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="do everything, keep nothing")] = False,
    plan: Annotated[
        str | None, typer.Option(help="a plan: its file or its name; an empty home takes over its currency")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="the folder of the plan's files")] = None,
    user: Annotated[str, typer.Option(help="whose rights hold")] = "admin",
    rejected: Annotated[Path | None, typer.Option(help="write the rows that stayed out here")] = None,
) -> None:
    """Import a file, or a whole plan; every row that stays out is told with its reason, a second run changes nothing."""
    if plan is not None and data is not None:
        report = run_plan(plan, data, user)
    elif form is not None and file is not None:
        report = run_one(form, file, map_, user=user, dry=dry_run, update=update)
        if report.dry:
            say("Nothing was kept: this was a dry run.", "这是试运行，什么都没有保存。")
    else:
        raise typer.BadParameter("write FORM FILE, or --plan FILE --data DIR")
    tell(report, rejected)
    if report.failed:
        raise typer.Exit(1)


def run_one(form: str, file: Path, given: str | None, *, user: str, dry: bool, update: bool = False) -> Report:
    """Import one file: by a named mapping, by pairs of column and field, or as its headings suggest."""
    person = house().as_user(user, door="cli")
    if given is None or "=" in given:
        what, mapping = form, _pairs(given)
    else:
        what, mapping = given, None
    bring = person.import_preview if dry else person.import_file
    return bring(what, file, mapping=mapping, existing="update" if update else None)


def _pairs(given: str | None) -> dict[str, str] | None:
    """Read `Order No.=number,Item=lines.product`."""
    if given is None:
        return None
    pairs = [pair.partition("=") for pair in given.split(",") if pair.strip()]
    return {column.strip(): field.strip() for column, _, field in pairs}


def run_plan(plan: str, data: Path, user: str) -> Report:
    """Run a plan; an empty home begins with the account `admin`, in the currency of the plan."""
    from app.cli.first_steps import is_empty, make_admin
    from app.config.loader import load_catalogue

    spec = _plan(load_catalogue(sources()).plans, plan)
    _begin_in(spec.currency)
    office = house()
    if is_empty(office):
        make_admin(office)
    person = office.as_user(user, door="cli")
    return person.import_plan(spec.name, data, say=_tell_step)


def tell(report: Report, rejected: Path | None) -> None:
    """Print the counts, why rows were skipped or stayed out, and totals that do not hold."""
    from app.imports.reports import rejected_csv

    said = report.sentence()
    say(said.en, said.zh)
    if report.documents:
        rows = [(name, *counts.values()) for name, counts in report.documents.items()]
        show(["form", *next(iter(report.documents.values()))], rows)
    for words, count in report.reasons.items():
        say(f"  skipped {count}: {words.en}", f"  跳过 {count}：{words.zh}")
    for one in report.rejections[:20]:
        say(
            f"  {one.file}:{one.row} {one.column}: {one.words.en}",
            f"  {one.file}:{one.row} {one.column}：{one.words.zh}",
        )
    for failed in report.failed:
        err.print(failed.say(locale()), style="red", highlight=False)
    if rejected is not None:
        rejected.write_text(rejected_csv(report.rejections, locale()), encoding="utf-8-sig")


def _tell_step(step: Report) -> None:
    said = step.sentence()
    say(f"  {said.en} {step.seconds:.1f} s", f"  {said.zh} {step.seconds:.1f} 秒")


def _plan(known: Mapping[str, PlanSpec], name: str) -> PlanSpec:
    """Find a plan by its name or by its file."""
    wanted = Path(name).resolve()
    for spec in known.values():
        if spec.name == name or wanted in ((CHECKOUT / spec.file).resolve(), (settings().home / spec.file).resolve()):
            return spec
    raise NoPlan(name=name, known=", ".join(spec.file or spec.name for spec in known.values()))


def _begin_in(currency: str | None) -> None:
    """Let a home in which nobody works yet take over the plan's currency: it can't change after the first entry."""
    from app.cli.first_steps import is_empty
    from app.office.facade import opened

    company = settings().site / "config" / "organisation.yaml"
    office = house()
    if currency in (None, office.catalogue.organisation.currency) or company.exists() or not is_empty(office):
        return
    company.parent.mkdir(parents=True, exist_ok=True)
    company.write_text(f"extends: {office.catalogue.organisation.name}\ncurrency: {currency}\n", encoding="utf-8")
    office.repository.close()
    opened.cache_clear()
    say(f"This home is empty; its books begin in {currency}.", f"目录为空，账簿以 {currency} 记账。")

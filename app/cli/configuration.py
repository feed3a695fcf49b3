"""Commands over files: check them, migrate the database to them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from app.cli.console import err, locale, out, say
from app.cli.opening import house, settings, sources
from app.core.actor import SYSTEM
from app.core.words import LOCALES

if TYPE_CHECKING:
    from app.config.diagnostics import Diagnostic
    from app.data.dry_run import Effect
    from app.data.migration_steps import Step


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    daybook.command()(check)
    daybook.command()(migrate)
    daybook.command()(verify)
    daybook.command()(prove)
    daybook.command("new-form")(new_form)
    daybook.command()(schema)
    daybook.command()(upgrade)
    daybook.command()(demo)


def check(
    mend: Annotated[bool, typer.Option("--fix", help="repair what has one right answer, and show each change")] = False,
) -> None:
    """Check every file of the product, its templates and the company; all mistakes come at once."""
    if mend:
        repair()
    from app.config.memory import Memory
    from app.config.settings import CHECKOUT

    memory = Memory(CHECKOUT, settings().site, settings().var)
    said = memory.recall()
    if said is None:
        of = memory.stamp()
        said = [{"severity": each.severity, **{to: each.say(to) for to in LOCALES}} for each in everything_wrong()]
        memory.keep(said, of=of)
    for each in said:
        err.print(Text(each[locale()]))
    mistakes = sum(1 for each in said if each["severity"] == "error")
    if mistakes:
        err.print(Text(f"\n{mistakes} mistakes." if locale() == "en" else f"\n{mistakes} 处错误。"))
        raise typer.Exit(1)
    say("All files are in order.", "所有文件都没有问题。")


def repair() -> None:
    """Put quotes, plain signs and the like into the files, and print what was changed; nothing else is touched."""
    from app.config.fixing import fix

    where = sources()
    paths = {file.name: where.path(file.name) for _, file in where.files()}
    raw = {name: path.read_bytes().decode("utf-8") for name, path in paths.items()}
    found = fix(where, raw)
    for each in found:
        out.print(Text(each.diff()), end="")
        paths[each.name].write_bytes(each.after.encode("utf-8"))
    if found:
        say(f"{len(found)} files repaired.", f"已修正 {len(found)} 个文件。")


def everything_wrong() -> list[Diagnostic]:
    """Give what is wrong with the files, with the lives that they describe, and with the templates."""
    from app.config.loader import checked
    from app.config.reader import Report
    from app.config.settings import CHECKOUT
    from app.config.template_reader import check_templates
    from app.config.undone import note_undone
    from app.workflow.checking import check_workflows

    catalogue, found = checked(sources())
    if not any(diagnostic.severity == "error" for diagnostic in found):
        found += check_workflows(catalogue)
    notes = Report()
    note_undone(sources(), notes)
    return [*found, *check_templates(CHECKOUT), *notes.diagnostics]


def upgrade(
    product: Annotated[Path | None, typer.Argument(help="folder of the version to come; none: the one that runs")] = None,
    settle: Annotated[bool, typer.Option("--settle", help="note that the company has looked at it: what it says stands")] = False,
) -> None:
    """Tell key by key what an upgrade changes, what the company changed, where both did, and what happens."""
    from dataclasses import replace

    from app.config.bases import keep_bases, upgrades

    where = replace(sources(), product=product) if product is not None else sources()
    if product is not None and not (product / "forms").is_dir():
        raise typer.BadParameter(f"{product} holds no forms/")
    if settle:
        kept = keep_bases(sources(), settle=True)
        say(f"{len(kept)} files settled.", f"已处理 {len(kept)} 个文件。")
        return
    found = upgrades(where)
    for each in found:
        out.print(Text("\n".join(each.lines(locale()))), soft_wrap=True)
    conflicts = sum(len(each.conflicts) for each in found)
    if conflicts:
        say(f"{conflicts} to settle.", f"{conflicts} 处待处理。")
        raise typer.Exit(1)
    say("Nothing to settle.", "没有需要处理的。")


def migrate(plan: Annotated[bool, typer.Option("--plan", help="only show what would be done")] = False) -> None:
    """Bring the database to the forms as they are now; refuses what would lose data."""
    from app.config.loader import load_catalogue
    from app.data.database import Database
    from app.data.repository import Repository, prepare
    from app.data.tables import build_registry
    from app.workflow import checking  # noqa: F401  refuses a workflow that gets stuck

    catalogue = load_catalogue(sources())
    chosen = settings()
    database = Database(chosen.database)
    prepare(database)
    repository = Repository(chosen, database, registry=build_registry(catalogue), load=None)
    steps = repository.publish(catalogue, apply=not plan)
    for part in sorted(steps.parts, key=lambda part: not part.refused):
        tell(part)
    if steps.refused:
        say("Nothing was changed, since data would be lost.", "会丢失数据，什么都没有改。")
        raise typer.Exit(1)
    say("This would be done." if plan else "Done.", "将执行以上步骤。" if plan else "已完成。")


def tell(part: Step | Effect) -> None:
    """Print one sentence of a plan, and below it the addresses of the documents that it meets."""
    from app.data.dry_run import Effect

    if not part.words:
        return
    out.print(Text(f"- {part.words.say(locale())}"))
    if isinstance(part, Effect):
        more = part.count - len(part.examples)
        shown = ", ".join(f"/{link.form}/{link.number}" for link in part.examples)
        out.print(Text(f"  {shown}" + (f" … +{more:,}" if more else "")), soft_wrap=True)


def verify(
    digest: Annotated[str, typer.Option(help="a digest that an earlier verify printed; it must still be in the chain")] = "",
) -> None:
    """Prove that ledger, audit and the logs of approvals keep their promises; each broken one is told in a sentence."""
    from app.data import numbering, sealing
    from app.ledger.kernel import Ledger
    from app.workflow import log

    with house().repository.reading(SYSTEM, door="cli") as tx:
        broken = [*Ledger(tx).verify(), *(f"The log was changed: {place}" for place in log.verify(tx))]
        broken += [f"The number {number} is missing, and these may have no gap." for number in numbering.gaps(tx)]
        audit = sealing.verify(tx, noted=digest)
    for sentence in (*broken, *(one.say(locale()) for one in audit.broken)):
        err.print(Text(sentence, style="red"))
    if broken or audit.broken:
        raise typer.Exit(1)
    say("The ledger is sound.", "账目没有问题。")
    say(
        f"The audit is as it was sealed: {audit.blocks} seals, digest {audit.head or '—'}, {audit.unsealed} rows still open.",
        f"审计记录与封存一致：{audit.blocks} 个封存块，摘要 {audit.head or '—'}，还有 {audit.unsealed} 条未封存。",
    )


def prove(workflow: Annotated[str, typer.Argument(help="the name of a workflow")]) -> None:
    """Walk every path of a workflow; one that can get stuck is named. `check` and publishing refuse the same."""
    from app.config.loader import load_catalogue
    from app.workflow.prover import prove as walk

    catalogue = load_catalogue(sources())
    if workflow not in catalogue.workflows:
        raise typer.BadParameter(f"there is no workflow '{workflow}'; there are {', '.join(catalogue.workflows)}")
    found = walk(catalogue, workflow)
    for finding in found:
        err.print(Text(f"{finding.severity}: {finding.words.say(locale())}"))
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)
    say("No path gets stuck.", "没有走不通的路径。")


NEW_FORM = """# yaml-language-server: $schema=../schema/forms.json
form: {name}
title: {{en: {title}, zh: {title}}}
number: {initial}-{{seq:5}}

fields:
  reason: {{type: text, required: true}}

list: [number, reason, stage]

access:
  create: [employee]
"""


def new_form(name: Annotated[str, typer.Argument(help="small letters, figures and _")]) -> None:
    """Write a form to begin with into site/forms; a running office publishes it at once."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name):
        raise typer.BadParameter(f"'{name}' is not a name: small letters, figures and _ only")
    path = settings().site / "forms" / f"{name}.yaml"
    if path.exists():
        raise typer.BadParameter(f"{path} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_schemas(settings().site)
    title = name.replace("_", " ").capitalize()
    path.write_text(NEW_FORM.format(name=name, title=title, initial=name[0].upper()), encoding="utf-8")
    say(f"{path} is there. Open it and write what the form asks for.", f"已生成 {path}，打开它填写表单内容。")


def schema() -> None:
    """Write the JSON Schema of every kind of file into site/schema, so that editors complete and underline."""
    folder = write_schemas(settings().site)
    say(f"{folder} is there; VS Code finds it by site/.vscode.", f"已生成 {folder}，VS Code 通过 site/.vscode 找到它。")


def write_schemas(site: Path) -> Path:
    """Write the schemas with the names of the company's forms and roles, and the settings of VS Code unless they are there."""
    import json

    from app.config.loader import checked
    from app.config.schema import schemas
    from app.config.schema import settings as of_editor

    catalogue, _ = checked(sources())
    folder, editor = site / "schema", site / ".vscode" / "settings.json"
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in schemas(tuple(catalogue.forms), tuple(catalogue.organisation.roles)).items():
        (folder / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False) + "\n", "utf-8")
    if not editor.exists():
        editor.parent.mkdir(parents=True, exist_ok=True)
        editor.write_text(json.dumps(of_editor("schema"), indent=2) + "\n", "utf-8")
    return folder


def demo() -> None:
    """Fill an empty home with the demo company."""
    from app.cli.first_steps import is_empty, main

    if not is_empty(house()):
        say("This home is not empty; the demo needs one of its own.", "当前目录已有数据，演示公司需要空目录。")
        raise typer.Exit(1)
    main(demo=True)

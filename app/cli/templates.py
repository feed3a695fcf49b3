"""Commands over templates: what there is, put one in force, take it out again."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import locale, say, show
from app.cli.opening import house, settings

Name = Annotated[str, typer.Argument(help="the name of a template")]


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    template = typer.Typer(help="Ready-made forms with their workflows.", no_args_is_help=True)
    for name, command in (("list", list_templates), ("install", install), ("remove", remove)):
        template.command(name)(command)
    daybook.add_typer(template, name="template")


def list_templates() -> None:
    """List the templates, what each is for, and whether it is installed."""
    from app.office.templates import installed, templates

    show(
        ["template", "title", "installed", "roles", "summary"],
        [
            (
                spec.name,
                spec.title.say(locale()),
                "yes" if installed(settings(), spec.name) else "no",
                ", ".join(f"{role.name}={role.default}" for role in spec.roles.values()),
                spec.summary.say(locale()),
            )
            for spec in templates().values()
        ],
    )


def install(
    name: Name,
    role: Annotated[list[str] | None, typer.Option(help="front_desk=service: who takes a role of the template")] = None,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="without documents to look at")] = False,
) -> None:
    """Put a template into site/ and in force, with a few sample documents; a running office has it within 2 s."""
    from app.office.templates import install as put_in

    pairs = [one.partition("=") for one in role or ()]
    if not all(equals and taken for _, equals, taken in pairs):
        raise typer.BadParameter("write --role ROLE_OF_THE_TEMPLATE=YOUR_ROLE")
    roles = {part: taken for part, _, taken in pairs}
    brought = put_in(house(), name, roles=roles, sample=not no_sample, locale=locale())
    say(f"{name} is installed, with {brought} sample documents.", f"{name} 已安装，带 {brought} 张示例单据。")


def remove(
    name: Name,
    changed: Annotated[bool, typer.Option("--changed", help="also files that were changed since")] = False,
) -> None:
    """Take a template out with its samples, as if it had never been; refused while a real document exists."""
    from app.office.templates import remove as take_out

    take_out(house(), name, changed=changed)
    say(f"{name} is removed.", f"{name} 已移除。")

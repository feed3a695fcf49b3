"""The one gate: every call of a tool, from whichever client, is checked and run here with the asker's rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.core.actor import Actor
from app.core.errors import DaybookError, NotAllowed
from app.data.repository import Repository
from app.data.rights import may, not_allowed
from app.data.transaction import Transaction
from assistant.answers import Found
from assistant.registry import Arguments, Tool, tools
from assistant.tools.conditions import CannotNarrow, HiddenField


class UnknownTool(DaybookError):
    """There is no tool {name}. Use one of: {known}."""

    zh = "没有工具 {name}。可用的有：{known}。"
    status = 404


class WrongArguments(DaybookError):
    """The tool {name} can't take that: {why}"""

    zh = "工具 {name} 的参数不对：{why}"
    status = 422


def call(repository: Repository, actor: Actor, name: str, arguments: Mapping[str, Any]) -> Found:
    """Run one tool as this person: arguments checked strictly, rights asked first, nothing written."""
    chosen = tool_named(name)
    given = checked(chosen, arguments)
    with repository.reading(actor, door="assistant") as tx:
        return run(tx, chosen, given)


def tool_named(name: str) -> Tool:
    """Give a tool, or say which there are."""
    found = tools().get(name)
    if found is None:
        raise UnknownTool(name=name, known=", ".join(sorted(tools())))
    return found


def checked(chosen: Tool, arguments: Mapping[str, Any]) -> Arguments:
    """Give the arguments as the tool's model, or say what is wrong with them."""
    try:
        return chosen.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, p['loc'])) or chosen.name}: {p['msg']}" for p in error.errors())
        raise WrongArguments(name=chosen.name, why=problems) from error


def run(tx: Transaction, chosen: Tool, given: Arguments) -> Found:
    """Run a tool in a transaction; `not allowed` comes back as such and never as `none`."""
    form = str(getattr(given, "form", "") or "") if chosen.form == "form" else chosen.form
    if chosen.form == "form" and form not in tx.catalogue.forms:
        raise WrongArguments(name=chosen.name, why=f"there is no form '{form[:60]}'")
    try:
        if form and form in tx.catalogue.forms and not may(tx, form, chosen.verb):
            raise not_allowed(tx, form, chosen.verb)
        found = chosen.run(tx, given)
    except NotAllowed as error:
        found = Found(
            "not_allowed",
            figures={"thing": error.facts["thing"], "owner": error.facts["owner"], "act": error.facts["act"]},
        )
    except HiddenField as error:
        found = Found("not_allowed", figures=error.facts)
    except CannotNarrow as error:
        found = Found("ask", figures={"form": tx.catalogue.forms[error.form].title, "what": error.what})
    found.as_of = tx.now
    return found

"""What a way does: registered actions, create, set, tell, act, assign, decide; all in the transaction of the press."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.config.workflow_spec import DoSpec, Who
from app.core.actions import actions
from app.core.errors import DaybookError
from app.core.expressions import Expression
from app.core.links import Link
from app.data import documents, reading
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import messages
from app.workflow.making import make_documents
from app.workflow.organisation import TableOrganisation
from app.workflow.people import Question, resolve
from app.workflow.world import reader, scope_of

EventData = Mapping[str, Any] | None


class UnknownAction(DaybookError):
    """The workflow asks for {action}, which this installation doesn't have. Tell the process administrator."""

    zh = "流程需要 {action}，但系统中没有这个动作，请联系流程管理员。"
    status = 409


def do_all(tx: Transaction, document: Document, steps: Sequence[DoSpec], *, event: EventData = None) -> Document:
    """Do a list of things as the machine, each on the document as the one before left it; give it back as it stands."""
    if not steps:
        return document
    system = tx.as_system()
    for step in steps:
        document = current(system, document)
        if step.each or step.when is None or step.when.met(scope_of(system, document, event=event)):
            _VERBS[step.verb](system, document, step, event)
    return current(system, document)


def current(tx: Transaction, document: Document) -> Document:
    """Give a document as it stands now, whole."""
    found = reading.load(tx, document.form, document.id)
    assert found is not None, f"{document!r} is gone"
    return found


def _call(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    action = actions().get(step.name)
    if action is None:
        raise UnknownAction(action=step.name)
    given: Mapping[str, Expression] = step.options.get("with", {})
    if step.each is None:
        action.run(tx, document, **_values(tx, document, given, event=event))
        return
    for row in document[step.each]:
        if step.when is None or step.when.met(scope_of(tx, document, event=event, row=row)):
            action.run(tx, document, line=row, **_values(tx, document, given, event=event, row=row))


def _values(
    tx: Transaction,
    document: Document,
    given: Mapping[str, Expression],
    *,
    event: EventData = None,
    row: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    scope = scope_of(tx, document, event=event, row=row)
    return {name: expression.value(scope) for name, expression in given.items()}


def _create(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    for made in make_documents(tx, document, step, event=event):
        if step.options.get("submit"):
            from app.workflow.life import press

            press(tx, made, "submit")


def _set(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    documents.set_values(tx, document, _values(tx, document, step.options["set"], event=event))


def _tell(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    to = [link for who in step.options["to"] for link in receivers(tx, document, who)]
    told = messages.facts(tx, document, step.options["message"])
    messages.send(tx, document, step.options["message"], to=to, by=step.options.get("by", ("inbox",)), facts=told)


def receivers(tx: Transaction, document: Document, who: Who) -> list[Link]:
    """Give whom a message goes to: accounts, or the document of a person (customer) that a field names."""
    if who.field is not None:
        value = reader(tx, document)(who.field)
        return [link for link in (value if isinstance(value, tuple) else (value,)) if isinstance(link, Link)]
    return messages.accounts(accounts_of(tx, document, who))


def accounts_of(tx: Transaction, document: Document, who: Who) -> list[int]:
    """Give the active accounts that a `who` names for a document."""
    people = TableOrganisation(tx)
    question = Question(people, reader(tx, document), lambda person: person.active)
    found = [account for group in resolve(who, question).groups for account in group]
    return [a for a in dict.fromkeys(found) if (person := people.by_account(a)) and person.active]


def _act(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    """Press a button of a linked document, within the rules there."""
    from app.workflow.life import press

    linked = reader(tx, document)(step.options["document"])
    if isinstance(linked, Link):
        press(tx, documents.get_by_id(tx, linked.form, linked.id), step.name)


def _assign(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    _give(tx, document, step.name, to=step.options["to"], by=step.options.get("by", "first"))


def _give(tx: Transaction, document: Document, field: str, *, to: Sequence[Who], by: str) -> None:
    candidates = list(dict.fromkeys(account for who in to for account in accounts_of(tx, document, who)))
    if candidates:
        chosen = _ORDERS[by](tx, document, field, candidates)
        documents.set_values(tx, document, {field: _account(tx, chosen)})


def _account(tx: Transaction, account: int) -> Link:
    person = TableOrganisation(tx).by_account(account)
    return Link("user", account, person.name if person else "", person.title if person else "")


def _first(tx: Transaction, document: Document, field: str, candidates: list[int]) -> int:
    return candidates[0]


def _least_busy(tx: Transaction, document: Document, field: str, candidates: list[int]) -> int:
    """Give who has the fewest documents of this form that are not at an end."""
    workflow = tx.catalogue.workflow_of(document.form)
    open_stages = [name for name, stage in workflow.stages.items() if not stage.final] if workflow else ["active"]
    marks = ", ".join("?" * len(open_stages))
    statement = (
        f'select "{field}", count(*) from "{document.form}" where stage in ({marks}) and deleted_at is null'  # noqa: S608
        f' and "{field}" is not null group by "{field}"'
    )
    busy = dict(tx.fetch(tx.sql(statement), open_stages))
    return min(candidates, key=lambda account: (busy.get(account, 0), candidates.index(account)))


def _in_turn(tx: Transaction, document: Document, field: str, candidates: list[int]) -> int:
    """Give who comes after the one that got the document before this."""
    statement = (
        f'select "{field}" from "{document.form}" where "{field}" is not null and id <> ?'  # noqa: S608
        " order by id desc limit 1"
    )
    row = tx.fetch_one(tx.sql(statement), (document.id,))
    place = candidates.index(row[0]) + 1 if row and row[0] in candidates else 0
    return candidates[place % len(candidates)]


_ORDERS: dict[str, Callable[[Transaction, Document, str, list[int]], int]] = {
    "first": _first,
    "least_busy": _least_busy,
    "in_turn": _in_turn,
}


def _decide(tx: Transaction, document: Document, step: DoSpec, event: EventData) -> None:
    """Run a decision: the first rule that fits gives the value or the person; the log keeps its number."""
    from app.workflow import life

    decision = tx.catalogue.decisions[step.name]
    scope = scope_of(tx, document, event=event)
    number, rule = next(
        (n, rule) for n, rule in enumerate(decision.rules, 1) if rule.when is None or rule.when.met(scope)
    )
    if decision.assigns:
        _give(tx, document, decision.assigns, to=rule.to, by=rule.by)
    elif rule.value is not None:
        documents.set_values(tx, document, {decision.sets: rule.value.value(scope)})
    life.note(tx, document, "decision", {"decision": step.name, "rule": number})


_VERBS: dict[str, Callable[[Transaction, Document, DoSpec, EventData], None]] = {
    "call": _call,
    "create": _create,
    "set": _set,
    "tell": _tell,
    "act": _act,
    "assign": _assign,
    "decide": _decide,
}

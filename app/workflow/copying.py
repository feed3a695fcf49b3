"""Carbon copies (R-8): who is told of a step, and may see the document from then on, without deciding anything."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.links import Link
from app.data import grants
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow.messages import accounts, send
from app.workflow.people import resolve
from app.workflow.run import Run
from app.workflow.state import Entry, Event

KIND, MESSAGE = "carbon_copied", "carbon_copy"


def copies(tx: Transaction, document: Document, run: Run, *, instance: int) -> Iterator[Event]:
    """Tell those whom steps name as they are entered, or passed; give an event for each step that told anybody.

    Whoever was told in this round is not told again (R-8.3); the right to see it stays, also after a withdrawal (R-8.2).
    """
    source = f"copy:{instance}:{run.state.round}"
    for entry, when in _entries(run):
        step = entry.step
        options = run.step(step).options
        whos = options.carbon_copy if when == "entered" else options.on_passed
        question = run.facts.question(lambda person: person.active)
        found = [account for who in whos for group in resolve(who, question).groups for account in group]
        told = _told(tx, source) if found else set()
        told |= {holder for slot in entry.slots for _, holder in slot.people}  # who decides it knows
        people = [account for account in dict.fromkeys(found) if account not in told and run.facts.active(account)]
        for account in people:
            grants.give(tx, document, Link("user", account, ""), source=source)
        if people:
            send(tx, document, MESSAGE, to=accounts(people))
            data = {"step": step, "round": run.state.round, "people": people}
            yield Event(KIND, data, run.facts.now, rule=f"R-8:{when}", hash=run.facts.hash)


def _entries(run: Run) -> Iterator[tuple[Entry, str]]:
    """Give the steps that a command entered or passed, in the order in which it did."""
    entered = len(run.state.entries) - sum(1 for event in run.events if event.kind in ("step_entered", "step_skipped"))
    for event in run.events:
        if event.kind in ("step_entered", "step_skipped"):
            if event.kind == "step_entered":
                yield run.state.entries[entered], "entered"
            entered += 1
        elif event.kind == "step_settled" and event.data["outcome"] == "passed":
            yield run.state.entries[event.data["entry"]], "passed"


def _told(tx: Transaction, source: str) -> set[int]:
    return {row[0] for row in tx.fetch(tx.sql("select account_id from document_grant where source = ?"), (source,))}

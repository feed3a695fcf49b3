"""What people do to a kept run beside deciding it: pass a task on, ask others, take back, urge; each is one command."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.core.errors import Invalid, Problem
from app.core.words import Words
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import passing, record, undoing
from app.workflow.approval import account_of, conclude, open_run
from app.workflow.messages import accounts, send
from app.workflow.record import Record
from app.workflow.run import Run

PASSES = ("transfer", *passing.ROLES)
REMOVE = "remove_signer"
UNDO = Words("Take back my decision", "撤销我的审批")
URGE = Words("Remind", "催办")


def pass_on(
    tx: Transaction, document: Document, known: Record, *, no: int, act: str, to: object, comment: str
) -> Document:
    """Transfer a task, or ask others before or after its holder, or for their opinion (R-6.7 to R-6.9)."""
    actor, run = tx.actor.account.id, open_run(tx, document, known)
    people = [account_of(tx, one) for one in (to if isinstance(to, (list, tuple)) else [to]) if one]
    if not people or (act == "transfer" and len(people) > 1):
        raise Invalid([Problem("to", "required", Words("Choose whom.", "请选择人员。"))])
    if act == "transfer":
        passing.transfer(run, no, people[0], actor=actor, comment=comment)
    else:
        passing.ask(run, no, people, act=act, actor=actor, comment=comment)
    record.save(tx, document, known, run, act=f"task_{act}")
    return document


def act_on_run(tx: Transaction, document: Document, known: Record, *, action: str, comment: str) -> Document | None:
    """Undo, urge, or `remove_signer:NAME`; None where the action is none of these."""
    name, _, person = action.partition(":")
    if name not in _ACTS:
        return None
    run = open_run(tx, document, known)
    told = _ACTS[name](tx, run, person, comment)
    record.save(tx, document, known, run, act=f"task_{name}")
    send(tx, document, "task_urged", to=accounts(told))
    return conclude(tx, document, known, run)


def _undo(tx: Transaction, run: Run, person: str, comment: str) -> Sequence[int]:
    undoing.undo(run, actor=tx.actor.account.id, comment=comment)
    return ()


def _urge(tx: Transaction, run: Run, person: str, comment: str) -> Sequence[int]:
    return undoing.urge(run, actor=tx.actor.account.id)


def _remove(tx: Transaction, run: Run, person: str, comment: str) -> Sequence[int]:
    passing.remove(run, account_of(tx, person), actor=tx.actor.account.id)
    return ()


_ACTS: dict[str, Callable[[Transaction, Run, str, str], Sequence[int]]] = {
    "undo": _undo,
    "urge": _urge,
    REMOVE: _remove,
}

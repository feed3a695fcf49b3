"""What waits for whom: the asker's own tasks, the way of one document, everything that stands in review."""

from __future__ import annotations

from app.core.words import Words
from app.data import documents, rights
from app.data.documents import Query
from app.data.transaction import Transaction
from app.workflow import service
from assistant.answers import Found
from assistant.knowledge import title_of
from assistant.registry import Arguments, tool
from assistant.tools.conditions import every_row, quoted
from assistant.tools.documents import OneDocument, opened, stage_words, summary_of


class MyTasks(Arguments):
    """The asker's inbox, of one form, only what is late."""

    form: str | None = None
    late_only: bool = False


class WaitingApprovals(MyTasks):
    """What waits for a decision, for one person, of one department."""

    person: str | None = None
    department: str | None = None


@tool("my_tasks", title=Words("Reading your inbox…", "正在读取你的待办…"), arguments=MyTasks, form="")
def my_tasks(tx: Transaction, asked: MyTasks) -> Found:
    """List what waits for the asker's own decision."""
    tasks = [task for task in service.inbox(tx) if asked.form in (None, task.form)]
    tasks = [task for task in tasks if not asked.late_only or (task.due_at and task.due_at < tx.now)]
    found = Found(
        form=asked.form or "", query="inbox" + (f" of {asked.form}" if asked.form else ""), more=max(len(tasks) - 10, 0)
    )
    for task in tasks[:10]:
        found.rows.append(
            {
                "number": task.number,
                "thing": title_of(tx, task.form),
                "step": task.step_title,
                "requester": task.requester,
                "amount": task.amount,
                "currency": task.currency or tx.catalogue.organisation.currency,
                "due": task.due_at,
                "place": found.cite(task.form, task.number, title_of(tx, task.form).en),
            }
        )
    found.figures = {
        "count": len(tasks),
        "form": title_of(tx, asked.form) if asked.form else None,
        "late": asked.late_only,
    }
    found.state = "found" if tasks else "none"
    return found


@tool(
    "approval_path",
    title=Words("Reading the path of {number}…", "正在读取 {number} 的审批路径…"),
    arguments=OneDocument,
    form="",
)
def approval_path(tx: Transaction, asked: OneDocument) -> Found:
    """Tell how far the approval of a document is: each step with who decided, and for whom it waits."""
    found, document = opened(tx, asked, "approval path of")
    for step in service.path(tx, document) if document else ():
        found.rows.append(
            {
                "step": step.title,
                "state": step.state,
                "people": list(step.people or ()),
                "decided_by": step.decided_by,
                "decided_at": step.decided_at,
                "due": step.due_at,
            }
        )
    return found


@tool(
    "waiting_approvals",
    title=Words("Reading what waits…", "正在读取待审批的单据…"),
    arguments=WaitingApprovals,
    form="",
)
def waiting_approvals(tx: Transaction, asked: WaitingApprovals) -> Found:
    """List documents in review that the asker may see: the step each waits at and for whom; for one person if named."""
    found = Found(form=asked.form or "", query="stage == 'in_review'", partial=True)
    known = (w.form for w in tx.catalogue.workflows.values())
    forms = [asked.form] if asked.form else [form for form in known if rights.may(tx, form, "view")]
    for form in dict.fromkeys(forms):
        _add_waiting(tx, form, asked, found)
    found.figures = {
        "count": len(found.rows),
        "person": asked.person,
        "form": title_of(tx, asked.form) if asked.form else None,
    }
    found.rows, found.more = found.rows[:10], max(len(found.rows) - 10, 0)
    for row in found.rows:
        row["place"] = found.cite(row["form"], row["number"], row["thing"].en)
    found.state = "found" if found.rows else "none"
    return found


def _add_waiting(tx: Transaction, form: str, asked: WaitingApprovals, found: Found) -> None:
    workflow = tx.catalogue.workflow_of(form)
    stages = [name for name, stage in workflow.stages.items() if stage.approval] if workflow else []
    if not stages:
        return
    where = f"stage in [{', '.join(map(quoted, stages))}]"
    if asked.department and "department" in tx.catalogue.forms[form].fields:
        where += f" and department == {quoted(asked.department)}"
    for row in every_row(tx, Query(form=form, where=where, limit=500, counted=False)):
        document = documents.get(tx, form, row["number"])
        for step in service.path(tx, document):
            if step.state != "open":
                continue
            if asked.late_only and not (step.due_at and step.due_at < tx.now):
                continue
            if asked.person and not _names(step.people, tx.actor.name if asked.person == "me" else asked.person):
                continue
            found.rows.append(
                summary_of(tx, document)
                | {
                    "thing": title_of(tx, form),
                    "step": step.title,
                    "people": list(step.people or ()),
                    "stage": stage_words(tx, form, document.stage),
                }
            )


def _names(people: object, name: str) -> bool:
    return any(
        getattr(person, "number", person) == name for person in (people if isinstance(people, (list, tuple)) else ())
    )

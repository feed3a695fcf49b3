"""Taking a run back as a whole: what it made goes to the bin, what it moved goes back; not where somebody built on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, not_, select

from app.core.errors import DaybookError, NotAllowed
from app.core.words import Words
from app.data import rights
from app.data.bulk import trash_many
from app.data.kinds import linked_form
from app.data.reading import plan_for
from app.data.transaction import Transaction
from app.imports import journal
from app.imports.errors import NotUndone
from app.imports.models import ImportMade
from app.imports.reverting import refuse_changed_later, revert
from app.ledger import Ledger

MADE = ImportMade.__table__  # type: ignore[attr-defined]
SHOWN = 5
EDITED = (
    "select distinct a.form, a.number from office_audit a join import_made m on m.form = a.form"
    " and m.document_id = a.document_id where m.run_id in ({marks}) and a.door <> 'import'"
    " and a.act in ('update', 'move', 'set') limit 6"
)


def undo_run(tx: Transaction, key: int) -> int:
    """Undo a run, of a plan all its imports; give how many documents went to the bin or back to what they were."""
    run = journal.run_of(tx, key)
    if run.state == "undone":
        raise NotUndone(run=key, reason=Words("it was undone already.", "已经撤销过。"))
    if run.account_id != tx.actor.account.id and not tx.actor.has_role("admin"):
        raise NotAllowed(
            act=Words("undo", "撤销"), thing=Words("this import", "该导入"), owner=Words(run.account, run.account)
        )
    runs = [child.id for child in journal.children(tx, key)] + [key]
    made = _made(tx, runs)
    for form in made:
        rights.require(tx, form, "import")
    _refuse_built_on(tx, key, runs, list(made))
    refuse_changed_later(tx, key, runs)
    reverted = revert(tx, key, runs)
    system = tx.as_system()
    for form, documents in reversed(made.items()):
        _take_back(system, key, form, documents)
    for form, documents in reversed(made.items()):
        trash_many(system, form, documents, mark=str(key))
    marks = _marks(tx, runs)
    tx.run(f"delete from import_made where run_id in ({marks})", runs)  # noqa: S608
    tx.run(tx.sql(f"update import_run set state = 'undone' where id in ({', '.join('?' * len(runs))})"), runs)  # noqa: S608
    return reverted + sum(map(len, made.values()))


def _made(tx: Transaction, runs: Sequence[int]) -> dict[str, list[int]]:
    """Give what the runs made, form by form in the order in which they were made."""
    statement = (
        f"select form, document_id from import_made where run_id in ({_marks(tx, runs)}) order by run_id, document_id"  # noqa: S608
    )
    found: dict[str, list[int]] = {}
    for form, key in tx.fetch(statement, runs):
        found.setdefault(form, []).append(key)
    return {form: keys for form, keys in found.items() if form in tx.registry.forms}


def _marks(tx: Transaction, values: Sequence[Any]) -> str:
    return ", ".join([tx.mark] * len(values))


def _refuse_built_on(tx: Transaction, key: int, runs: Sequence[int], forms: Sequence[str]) -> None:
    edited = tx.fetch(EDITED.format(marks=_marks(tx, runs)), runs)
    if edited:
        names = ", ".join(number for _form, number in edited[:SHOWN])
        raise NotUndone(run=key, reason=Words(f"somebody has worked on {names} since.", f"{names} 此后已有人处理过。"))
    for form in forms:
        for title, numbers in _builders(tx, runs, form):
            names = ", ".join(numbers)
            raise NotUndone(
                run=key,
                reason=Words(f"{title.en} {names} builds on it.", f"{title.zh} {names} 已引用其中的单据。"),
            )


def _builders(tx: Transaction, runs: Sequence[int], form: str) -> Iterator[tuple[Words, list[str]]]:
    """Give the documents of others that link to what the runs made of a form."""
    for other in tx.catalogue.forms.values():
        for table, spec in plan_for(tx, other.name).links:
            if linked_form(spec) == form and spec.kept:
                found = tx.connection.scalars(
                    _links(tx, runs, form, other=other.name, at=(table, spec.name)).limit(SHOWN)
                )
                numbers = list(found)
                if numbers:
                    yield other.title, numbers


def _links(tx: Transaction, runs: Sequence[int], form: str, *, other: str, at: tuple[str | None, str]) -> Select[Any]:
    tables = tx.registry.forms[other]
    rows, (table, name) = tables.table, at
    made = select(MADE.c.document_id).where(MADE.c.run_id.in_(runs), MADE.c.form == form)
    own = select(MADE.c.document_id).where(MADE.c.run_id.in_(runs), MADE.c.form == other)
    living = and_(rows.c.deleted_at.is_(None), not_(rows.c.id.in_(own)))
    query = select(func.distinct(rows.c.number)).where(living)
    if at in tables.links:
        links = tables.links[at]
        owners = select(links.c.parent_id).where(links.c.target_id.in_(made))
        if table is not None:
            line = tables.lines[table]
            owners = select(line.c.parent_id).where(line.c.id.in_(owners))
        return query.where(rows.c.id.in_(owners))
    if table is None:
        return query.where(rows.c[name].in_(made))
    line = tables.lines[table]
    return query.where(rows.c.id.in_(select(line.c.parent_id).where(line.c[name].in_(made))))


def _take_back(tx: Transaction, key: int, form: str, documents: Sequence[int]) -> None:
    """Reverse what these documents entered; refused where the goods are no longer there."""
    rows = tx.registry.forms[form].table
    ledger = Ledger(tx)
    day = ledger.open_day(tx.today)
    for start in range(0, len(documents), SHOWN * 100):
        part = documents[start : start + SHOWN * 100]
        numbers = tx.connection.scalars(select(rows.c.number).where(rows.c.id.in_(part))).all()
        entries = [entry for number in numbers for entry in reversed(ledger.entries_of(f"{form}:{number}"))]
        try:
            ledger.reverse_many({entry: f"reverse:{entry}" for entry in entries}, booked_on=day)
        except DaybookError as error:
            raise NotUndone(run=key, reason=Words(error.say("en"), error.say("zh"))) from None

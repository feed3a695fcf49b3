"""Many documents at once, for imports: the same rules, written a thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.core import events
from app.core.errors import Invalid, Problem
from app.core.words import Words
from app.data import audit, counting, reading, rights, search, writing
from app.data.changing import known_plan, new_work, waits_to_begin
from app.data.checking import problems_of
from app.data.computing import Work
from app.data.document import Document
from app.data.incoming import refuse_locked
from app.data.numbering import give_numbers, new_keys, require_deletable
from app.data.plan import FormPlan
from app.data.reading import Later, remember, without_live
from app.data.transaction import Transaction
from app.data.values import to_json

CHUNK = 1000
LOCK = 7222  # of PostgreSQL: one import into a form at a time
Refusals = list[tuple[int, list[Problem]]]


def one_at_a_time(tx: Transaction, forms: Sequence[str]) -> None:
    """Let transactions that make many documents of the same forms follow each other, so that each sees what was made.

    SQLite has one writer anyway. The forms are locked in the order given: give it sorted.
    """
    if tx.dialect == "postgresql":
        for form in forms:
            tx.fetch("select pg_advisory_xact_lock(%s, hashtext(current_schema() || %s))", (LOCK, form))


def create_many(
    tx: Transaction,
    form: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    stage: str | None = None,
    history: bool = False,
    refused: Refusals | None = None,
) -> list[Document]:
    """Make many documents. Those that break a rule go to `refused` as (place, problems); without it nothing is made.

    `history` brings in what is long past, in its own stage: values, bounds and links are checked; what a person
    would be asked for (required fields, checks, offers of links) is not, and what he may not type may come in.
    """
    plan = known_plan(tx, form)
    rights.require(tx, form, _verb(tx))
    told: Refusals = []
    seen: set[tuple[Any, ...]] = set()
    made: list[Document] = []
    for start in range(0, len(rows), CHUNK):
        chunk = _checked(
            tx,
            plan,
            rows[start : start + CHUNK],
            start=start,
            stage=stage,
            history=history,
            told=told,
            seen=seen,
        )
        if told and refused is None:
            raise Invalid(
                [Problem(f"{place}.{p.path}", p.code, p.words, p.warn) for place, problems in told for p in problems][
                    :200
                ]
            )
        made += _written(tx, plan, chunk)
    if refused is not None:
        refused += told
    return made


def _checked(
    tx: Transaction,
    plan: FormPlan,
    rows: Sequence[Mapping[str, Any]],
    *,
    start: int,
    stage: str | None,
    history: bool,
    told: Refusals,
    seen: set[tuple[Any, ...]],
) -> list[Document]:
    """Fill in and check each row; give the sound ones."""
    good = []
    for place, values in enumerate(rows, start):
        work = new_work(tx, plan, values, stage=stage or plan.start, propose=not history)
        if tx.door == "import":
            work.document.values_["number"] = str(values.get("number") or "")
        problems = [problem for problem in _problems(tx, plan, work, history) if not problem.warn]
        problems += _keyless(tx, plan, work.document) if not problems else ()
        problems += _twice(plan, work.document, seen) if not problems else ()
        if problems:
            told.append((place, problems))
        else:
            good.append(work.document)
    return good


def _verb(tx: Transaction) -> rights.Verb:
    """What comes through the door of imports needs the right to import."""
    return "import" if tx.door == "import" else "create"


def _problems(tx: Transaction, plan: FormPlan, work: Work, history: bool) -> list[Problem]:
    refuse_locked(work, None, typing=not history)
    if not rights.may(tx, plan.form, _verb(tx), work.document):
        refusal = rights.not_allowed(tx, plan.form, _verb(tx))
        return [Problem("", "not_allowed", Words(refusal.say("en"), refusal.say("zh")))]
    if not history:
        return problems_of(work, whole=not waits_to_begin(plan, work.document.stage))
    return [problem for problem in problems_of(work, whole=False, asked=False) if problem.code != "check"]


def _keyless(tx: Transaction, plan: FormPlan, document: Document) -> list[Problem]:
    """A file that lacks the key of a document can't make it, not even as a draft: it would come again each time."""
    key = plan.spec.key
    if tx.door != "import" or tx.is_system or key is None or document.values_.get(key) is not None:
        return []
    label = plan.header[key].label
    return [Problem(key, "required", Words(f"{label.say('en')} is needed.", f"请填写{label.say('zh')}。"))]


def _twice(plan: FormPlan, document: Document, seen: set[tuple[Any, ...]]) -> Iterable[Problem]:
    """What is unique must be so among the new ones too."""
    groups = [*plan.unique, *([(plan.spec.key,)] if plan.spec.key else [])]
    for group in groups:
        values = tuple(document.values_.get(name) for name in group)
        if None not in values:
            key = (group, values)
            if key in seen:
                yield Problem(group[0], "unique", Words("Another row has the same.", "另有一行内容相同。"))
            seen.add(key)


def _written(tx: Transaction, plan: FormPlan, documents: list[Document]) -> list[Document]:
    """Write a chunk with one statement a table."""
    if not documents:
        return []
    give_numbers(tx, plan, documents)
    fresh = [document for document in documents if not document.id]
    for document, key in zip(fresh, new_keys(tx, plan, len(fresh)), strict=True):
        document.values_["id"] = key
    header = plan.sql.header
    tx.run_many(header.insert_with_id, [[doc.values_["id"], *writing.header_row(tx, plan, doc)] for doc in documents])
    for name in plan.lines:
        _write_lines(tx, plan, documents, table=name)
    for document in documents:
        for table, name in plan.tables.links:
            if table is None and document.values_.get(name):
                writing.write_many(tx, plan, place=(None, name), key=document.id, links=document.values_[name])
        if plan.files:
            writing.write_files(tx, plan, document)
    tx.run_many(
        tx.sql(audit.INSERT), [audit.audit_row(tx, doc, "create", audit.creation(plan, doc)) for doc in documents]
    )
    search.write_new(tx, plan, documents)
    return _told(tx, plan, documents)


def _write_lines(tx: Transaction, plan: FormPlan, documents: list[Document], *, table: str) -> None:
    if any(where == table for where, _name in plan.tables.links):
        for document in documents:
            writing.insert_lines(tx, plan, document, table=table, lines=document.tables.get(table, []))
        return
    writer = plan.sql.lines[table].writer
    tx.run_many(
        writer.insert,
        [
            [doc.values_["id"], line["line_no"], *writer.row(line)]
            for doc in documents
            for line in doc.tables.get(table, ())
        ],
    )


def _told(tx: Transaction, plan: FormPlan, documents: list[Document]) -> list[Document]:
    for document in documents:
        document.lazy = Later(tx, plan)
        without_live(plan, document)
        remember(tx, document)
    counting.refresh(tx, counting.touched_documents(tx, plan.form, [(None, document) for document in documents]))
    events.publish("documents.created", tx, plan.form, documents)
    return documents


def trash_many(tx: Transaction, form: str, keys: Sequence[int], *, mark: str) -> None:
    """Put many documents into the bin by the machine; numbers that are keys become free, with `mark` behind them."""
    plan = known_plan(tx, form)
    changes: list[tuple[Document, Document]] = []
    for before in reading.load_many(tx, form, keys):
        if before.values_["deleted_at"] is None:
            require_deletable(plan, before)
            after = before.copy()
            after.values_["deleted_at"] = tx.now
            if plan.spec.key:
                after.values_["number"] = f"{before.number}~{mark}"
            writing.stamp_changed(tx, before, after)
            changes.append((before, after))
    writing.update_headers(tx, plan, [(after, ("number", "deleted_at")) for _, after in changes])
    audited = [audit.audit_row(tx, after, "trash", {"deleted_at": [None, to_json(tx.now)]}) for _, after in changes]
    tx.run_many(tx.sql(audit.INSERT), audited)
    for before, after in changes:
        search.write(tx, plan, after)
        reading.forget(tx, before)
        remember(tx, after)
    counting.refresh(tx, counting.touched_documents(tx, form, changes))

"""Finding and showing documents of any form, and who changed them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from app.config.form_spec import FieldSpec, FormSpec
from app.core.errors import NotFound
from app.core.formats import money
from app.core.links import Link
from app.core.words import Words
from app.data import documents
from app.data.audit import AuditEntry
from app.data.document import Document
from app.data.documents import Count, Query, list_documents
from app.data.transaction import Transaction
from app.data.values import Masked
from assistant.answers import Found
from assistant.knowledge import facts_of, links_of, title_of
from assistant.registry import Arguments, tool
from assistant.tools.conditions import (
    Narrowing,
    Sort,
    day_field,
    filters_of,
    is_fenced,
    require_field,
    sort_of,
    told,
    where_of,
)

LINES = 20
UNTOLD = ("image", "files", "signature", "long_text")  # free text is never told: it may hold orders to a model
PERSONAL = ("phone", "email", "address")


class FindDocuments(Narrowing):
    """Which documents, in which order, how many."""

    sort: Sort | None = None
    limit: int = Field(default=5, ge=1, le=50)


class OneDocument(Arguments):
    """One document, by its number."""

    number: str
    form: str | None = None


class DocumentHistory(OneDocument):
    """The changes of one document, of one field if named, within a period."""

    field: str | None = None
    since: date | None = None
    until: date | None = None


@tool("find_documents", title=Words("Reading {form}…", "正在读取{form}…"), arguments=FindDocuments, form="form")
def find_documents(tx: Transaction, asked: FindDocuments) -> Found:
    """List documents of a form (purchase_request, purchase_order, goods_receipt, supplier_return, supplier, product)
    by supplier, product, warehouse, department, person ('me'), stages, open or late, period and amount."""
    spec = tx.catalogue.forms[asked.form]
    where, filters = where_of(tx, asked), filters_of(tx, asked)
    query = Query(
        form=asked.form, where=where or None, filters=filters, sort=sort_of(tx, spec, asked.sort), limit=asked.limit
    )
    page = list_documents(tx, query)
    count = page.count or Count(len(page.rows))
    found = Found(form=asked.form, query=told(where, filters), partial=is_fenced(tx, asked.form))
    for row in page.rows:
        document = documents.get(tx, asked.form, row["number"])
        found.rows.append(
            summary_of(tx, document) | {"place": found.cite(asked.form, document.number, title_of(tx, asked.form).en)}
        )
    found.figures = {"count": count.number, "capped": count.capped, "form": spec.title}
    found.more = max(count.number - len(page.rows), 0)
    found.state = "found" if found.rows else "none"
    return found


def summary_of(tx: Transaction, document: Document) -> dict[str, Any]:
    """Give what one line of a list says of a document."""
    spec = tx.catalogue.forms[document.form]
    links = links_of(spec)
    amount = "total_amount" if "total_amount" in spec.header else None
    party = next(
        (links[form] for form in ("supplier", "customer", "department") if form in links and "." not in links[form]),
        None,
    )
    title = "name" if "name" in spec.fields else party
    due = next(
        (name for name in ("promised_on", "needed_on", "due_on") if name in spec.header and document.get(name)), None
    )
    return {
        "number": document.number,
        "form": document.form,
        "title": document.get(title) if title else None,
        "stage": stage_words(tx, document.form, document.stage),
        "day": document.get(day_field(spec)),
        "amount": document.get(amount) if amount else None,
        "currency": currency_of(tx, document),
        "due": document.get(due) if due else None,
    }


def stage_words(tx: Transaction, form: str, stage: str) -> Words:
    """Give what people call a stage."""
    workflow = tx.catalogue.workflow_of(form)
    named = workflow.stages[stage].title if workflow and stage in workflow.stages else Words()
    return named or tx.catalogue.label(stage)


def currency_of(tx: Transaction, document: Document) -> str:
    """Give the currency of a document's amounts."""
    own = document.get("currency")
    return str(own) if own else tx.catalogue.organisation.currency


def form_of(tx: Transaction, number: str, form: str | None = None) -> str:
    """Give the form that a number belongs to, by the pattern of its numbers."""
    if form in tx.catalogue.forms:
        return str(form)
    for facts in facts_of(tx.catalogue).values():
        if facts.number and facts.number.fullmatch(number.lower()):
            return facts.name
    raise NotFound(thing=Words("document", "单据"))


def opened(tx: Transaction, asked: OneDocument, what: str) -> tuple[Found, Document | None]:
    """Open one document as the source of what is found: its summary, or that nobody may see one of this number."""
    form = form_of(tx, asked.number, asked.form)
    thing = title_of(tx, form)
    try:
        document = documents.get(tx, form, asked.number)
    except NotFound:
        return Found("none", figures={"thing": thing, "number": asked.number}, form=form), None
    found = Found(form=form, query=f"{what} {document.number}")
    found.figures = summary_of(tx, document) | {"thing": thing, "place": found.cite(form, document.number, thing.en)}
    return found, document


@tool("show_document", title=Words("Reading {number}…", "正在读取 {number}…"), arguments=OneDocument, form="")
def show_document(tx: Transaction, asked: OneDocument) -> Found:
    """Show one document by its number: stage, main fields, its lines with ordered, received, open quantity."""
    found, document = opened(tx, asked, "number ==")
    if document:
        lines = _lines(tx, document)
        found.figures["facts"] = _facts(tx, document)
        found.rows, found.more = [_line(line) for line in lines[:LINES]], max(len(lines) - LINES, 0)
    return found


def _facts(tx: Transaction, document: Document) -> list[tuple[Words, Any, bool]]:
    """Give the header fields that hold something: label, value, whether it is personal (not for a model outside)."""
    spec = tx.catalogue.forms[document.form]
    shown = [
        (field.label, _as_read(tx, document, field), field.type in PERSONAL or field.private)
        for name, field in spec.header.items()
        if field.type not in UNTOLD and name != spec.key
    ]
    return [fact for fact in shown if fact[1] not in (None, "", (), False) and not isinstance(fact[1], (dict, tuple))][
        :14
    ]


def _as_read(tx: Transaction, document: Document, field: FieldSpec) -> Any:
    """Give a value with the words of its choice, or with its currency."""
    value = document.get(field.name)
    if field.type == "choice" and isinstance(value, str) and not isinstance(value, Masked):
        return field.options.get(value) or tx.catalogue.label(value)
    if field.type == "money" and isinstance(value, Decimal):
        return money(value, currency_of(tx, document), home=tx.catalogue.organisation.currency)
    return value


def _lines(tx: Transaction, document: Document) -> list[dict[str, Any]]:
    spec = tx.catalogue.forms[document.form]
    return list(document.get("lines") or []) if "lines" in spec.tables else []


def _line(line: dict[str, Any]) -> dict[str, Any]:
    wanted = (
        "line_no",
        "product",
        "quantity",
        "unit_price",
        "amount",
        "received",
        "rejected",
        "open_quantity",
        "accepted_quantity",
        "rejected_quantity",
    )
    return {name: line[name] for name in wanted if isinstance(line.get(name), (Decimal, Link, int, str))}


@tool(
    "document_history",
    title=Words("Reading the changes of {number}…", "正在读取 {number} 的变更…"),
    arguments=DocumentHistory,
    form="",
)
def document_history(tx: Transaction, asked: DocumentHistory) -> Found:
    """Tell who created and changed a document, when, through which door, and which fields."""
    found, document = opened(tx, asked, "history of")
    if document is None:
        return found
    spec = tx.catalogue.forms[document.form]
    if asked.field in spec.header:
        require_field(tx, spec, str(asked.field))
    entries = [entry for entry in documents.history(tx, document.form, document.number) if _fits(entry, asked)]
    for entry in entries[-LINES:]:
        labels = [_label(spec, name) for name in entry.diff if name in spec.header or name in spec.tables]
        found.rows.append(
            {"at": entry.at, "person": entry.cause or entry.actor, "act": entry.act, "fields": labels[:6]}
        )
    found.more = max(len(entries) - LINES, 0)
    found.state = "found" if found.rows else "none"
    return found


def _fits(entry: AuditEntry, asked: DocumentHistory) -> bool:
    day = entry.at.date()
    in_time = (not asked.since or day >= asked.since) and (not asked.until or day <= asked.until)
    return in_time and asked.field in (None, *entry.diff)


def _label(spec: FormSpec, name: str) -> Words:
    return spec.header[name].label if name in spec.header else spec.tables[name].title

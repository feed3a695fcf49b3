"""Who must not decide a document (section 5): creator, submitter, whom it is for, editors, and duties kept apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.config.organisation_spec import ApartSpec
from app.core.links import Link
from app.core.words import Words
from app.data import reading
from app.data.document import Document
from app.data.kinds import kind_of, linked_form
from app.data.tables import Registry
from app.data.transaction import Transaction
from app.workflow.definitions import Definition
from app.workflow.organisation import TableOrganisation
from app.workflow.people import people_of

DEPTH = 4  # how far along a chain of documents duties are looked for


@dataclass(frozen=True)
class Other:
    """An act that whoever does this one must not have done on the same chain."""

    form: str
    act: str
    because: Words
    warn_only: bool


def barred(
    tx: Transaction,
    document: Document,
    definition: Definition,
    *,
    people: TableOrganisation,
    submitter: int,
    editors: Sequence[int],
) -> dict[str, str]:
    """Give who is barred from deciding a document: person -> why (R-5.1, R-5.5, R-5.7)."""
    found: dict[str, str] = {}
    for other, account in _acted(tx, document, "approve"):
        if not other.warn_only:
            _bar(found, people, account, f"apart:{other.because.en}|{other.because.zh}")
    for account in editors:
        _bar(found, people, account, "editor")
    for name in definition.people_fields:
        for person in people_of(document.get(name), people):
            found[person.person] = "requested_for"
    _bar(found, people, submitter, "submitter")
    _bar(found, people, document["created_by"].id, "creator")
    return found


def _bar(found: dict[str, str], people: TableOrganisation, account: int, why: str) -> None:
    person = people.by_account(account) if account else None
    if person:
        found[person.person] = why


def kept_apart(tx: Transaction, document: Document, act: str) -> tuple[Words, int] | None:
    """Say why the person may not do an act on a document, and who did the other duty (R-5.5); None if he may."""
    people = TableOrganisation(tx)
    for other, account in _acted(tx, document, act):
        own, person = people.by_account(tx.actor.account.id), people.by_account(account)
        if own and person and person.person == own.person and not other.warn_only:
            return other.because, account
    return None


def _acted(tx: Transaction, document: Document, act: str) -> Iterator[tuple[Other, int]]:
    """Give who did the acts that are kept apart from this one, along the chain of documents."""
    others = others_of(tx.registry, document.form, act)
    if not others:
        return
    forms = frozenset(other.form for other in others)
    for form, key in _chain(tx, document, forms):
        for other in others:
            if other.form == form:
                for account in _who_did(tx, form, key, other.act):
                    yield other, account


def others_of(registry: Registry, form: str, act: str) -> tuple[Other, ...]:
    """Give the acts kept apart from one act; worked out once."""
    key = ("workflow_apart", form, act)
    if key not in registry.cache:
        registry.cache[key] = tuple(_others(registry, f"{form}.{act}"))
    found: tuple[Other, ...] = registry.cache[key]
    return found


def _others(registry: Registry, name: str) -> Iterator[Other]:
    organisation = registry.catalogue.organisation
    own = {duty for duty, acts in organisation.duties.items() if name in acts}
    for rule in organisation.keep_apart:
        for duty in own & set(rule.apart):
            yield from _acts_of(organisation.duties, rule, duty)


def _acts_of(duties: Mapping[str, tuple[str, ...]], rule: ApartSpec, duty: str) -> Iterator[Other]:
    for other in rule.apart:
        for name in duties.get(other, ()) if other != duty else ():
            form, act = name.split(".", 1)
            yield Other(form, act, rule.because, rule.warn_only)


def _who_did(tx: Transaction, form: str, key: int, act: str) -> list[int]:
    if act == "create":
        found = reading.load(tx, form, key)
        return [found["created_by"].id] if found else []
    statement = (
        "select distinct actor_id, on_behalf_of from workflow_event where form = ? and document_id = ? and act = ?"
    )
    rows = tx.fetch(tx.sql(statement), (form, key, act))
    return [account for row in rows for account in row if account]


def _chain(tx: Transaction, document: Document, forms: frozenset[str]) -> list[tuple[str, int]]:
    """Give the document and those it stands on or that stand on it, as far as the wanted forms need."""
    found = [(document.form, document.id)]
    if forms <= {document.form}:
        return found
    near = [found[0]]
    for _ in range(DEPTH):
        near = [place for at in near for place in (*_above(tx, at), *_below(tx, at)) if place not in found]
        found += list(dict.fromkeys(near))
    return found


def _duty_forms(registry: Registry) -> frozenset[str]:
    duties = registry.catalogue.organisation.duties
    return frozenset(name.split(".", 1)[0] for acts in duties.values() for name in acts)


def _above(tx: Transaction, place: tuple[str, int]) -> Iterator[tuple[str, int]]:
    document = reading.load(tx, *place)
    known = _duty_forms(tx.registry)
    for name, spec in tx.catalogue.forms[place[0]].header.items() if document else ():
        if kind_of(spec) == "link" and linked_form(spec) in known and spec.kept:
            link = document.get(name) if document else None
            if isinstance(link, Link):
                yield link.form, link.id


def _below(tx: Transaction, place: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """Give the documents of one chain that point here; master data, whose documents never end, is passed by."""
    for form in _duty_forms(tx.registry) if _is_paper(tx, place[0]) else ():
        for name, spec in tx.catalogue.forms[form].header.items() if form in tx.catalogue.forms else ():
            if kind_of(spec) == "link" and linked_form(spec) == place[0] and spec.kept:
                statement = f'select id from "{form}" where "{name}" = ? and deleted_at is null limit 200'  # noqa: S608
                yield from ((form, row[0]) for row in tx.fetch(tx.sql(statement), (place[1],)))


def _is_paper(tx: Transaction, form: str) -> bool:
    """Tell papers (requests, orders, receipts) from master data (suppliers, products), by their running number."""
    number = tx.catalogue.forms[form].number
    return number is not None and "{year}" in number.pattern


def editors_since(tx: Transaction, document: Document, definition: Definition, *, since: datetime | None) -> list[int]:
    """Give who changed material fields of a document since its last round ended (R-5.1)."""
    if document.version <= 2:  # made, and moved here by the submit
        return []
    facts = [document.form, document.id]
    after = ""
    if since is not None:
        after = " and at > ?"
        facts.append(tx.instant(since))
    statement = (
        "select coalesce(cause_id, actor_id), diff from office_audit where form = ? and document_id = ?"  # noqa: S608
        f" and act = 'update'{after}"
    )
    rows = tx.fetch(tx.sql(statement), facts)
    return list(dict.fromkeys(account for account, diff in rows if account and definition.touches(json.loads(diff))))

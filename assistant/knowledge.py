"""What the grammar reads a question against: the forms in force, and the names that this person may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from app.config.catalogue import Catalogue
from app.config.form_spec import FormSpec
from app.core.words import Words
from app.data.repository import Repository
from app.data.rights import fence, may, shown_fields
from app.data.transaction import Transaction
from assistant.language.lexicon import Lexicon, Name
from assistant.language.world import FormFacts, World

NAMED = ("supplier", "product", "warehouse", "department")
OPEN = frozenset({"waiting", "under_way", "goes_back"})
MOST = 20_000


def world_of(tx: Transaction) -> World:
    """Give the world of one person at this moment."""
    return World(tx.today, lexicon_of(tx), facts_of(tx.catalogue), tx.actor.name)


def facts_of(catalogue: Catalogue) -> Mapping[str, FormFacts]:
    """Give what the grammar knows of each form; worked out once a version."""
    known = _facts.get(catalogue.version)
    if known is None:
        _facts.clear()
        known = _facts[catalogue.version] = {
            name: _form_facts(catalogue, spec) for name, spec in catalogue.forms.items()
        }
    return known


_facts: dict[str, Mapping[str, FormFacts]] = {}


def _form_facts(catalogue: Catalogue, spec: FormSpec) -> FormFacts:
    workflow = catalogue.workflow_of(spec.name)
    stages = {name: stage.title or catalogue.label(name) for name, stage in workflow.stages.items()} if workflow else {}
    return FormFacts(
        name=spec.name,
        title=spec.title,
        pattern=spec.number.pattern if spec.number else "",
        stages=stages or {name: catalogue.label(name) for name in spec.stages},
        open_stages=open_stages(catalogue, spec.name),
        money=any(field.type in ("money", "price") and field.kept for field in spec.header.values()),
        links=links_of(spec),
        fields={name: field.label for name, field in spec.header.items()},
    )


def open_stages(catalogue: Catalogue, form: str) -> tuple[str, ...]:
    """Give the stages in which something is still expected: neither draft nor ended."""
    workflow = catalogue.workflow_of(form)
    if workflow is None:
        return ("active",)
    return tuple(
        name for name, stage in workflow.stages.items() if stage.meaning in OPEN and not stage.final and name != "draft"
    )


def links_of(spec: FormSpec) -> dict[str, str]:
    """Give for each linked form the first field that leads there: `supplier`, else `lines.product`."""
    found: dict[str, str] = {}
    for table, field in spec.all_fields():
        if field.link and not field.many:
            found.setdefault(field.link, f"{table}.{field.name}" if table else field.name)
    return found


_lexicons: WeakKeyDictionary[Repository, dict[Any, Lexicon]] = WeakKeyDictionary()
KEPT = 32


def lexicon_of(tx: Transaction) -> Lexicon:
    """Give the names of the records that this person may see; read anew when one of them changed."""
    kept = _lexicons.setdefault(tx.repository, {})
    accounts = tx.fetch_one("select count(*) from office_account")
    states = tuple(_state(tx, form) for form in _known(tx))
    key = (tx.catalogue.version, tx.actor.account.id, tx.actor.roles, accounts, states)
    if key not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = Lexicon([*(name for form in _known(tx) for name in _names(tx, form)), *_people(tx)])
    return kept[key]


def _known(tx: Transaction) -> list[str]:
    return [form for form in NAMED if form in tx.catalogue.forms and may(tx, form, "view")]


def _state(tx: Transaction, form: str) -> tuple[Any, ...]:
    rows = tx.registry.forms[form].table
    return tuple(tx.connection.execute(select(func.count(), func.max(rows.c.chg)).where(fence(tx, form))).one())


def _names(tx: Transaction, form: str) -> Iterator[Name]:
    rows, shown = tx.registry.forms[form].table, shown_fields(tx, form)
    columns = [rows.c[name] for name in ("name", "brand", "title") if name in shown and name in rows.c]
    statement = select(rows.c.number, *columns[:1]).where(fence(tx, form), rows.c.deleted_at.is_(None)).limit(MOST)
    for number, *titles in tx.connection.execute(statement):
        yield Name(form, number, titles[0] if titles and titles[0] else number)


def _people(tx: Transaction) -> Iterator[Name]:
    if not tx.actor.has_role("employee"):
        return
    for name, title in tx.fetch(tx.sql("select name, title from office_account where active = ? and id > 0"), (True,)):
        yield Name("user", name, title or name)


def title_of(tx: Transaction, form: str) -> Words:
    """Give what people call a form."""
    spec = tx.catalogue.forms.get(form)
    return spec.title if spec else Words(form, form)

"""What stands behind every method of the office: the process's documents, one person, one transaction a command."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from app.config.bases import keep_bases
from app.config.form_spec import FormSpec
from app.config.loader import load_catalogue
from app.config.settings import CHECKOUT, Settings
from app.config.sources import Sources
from app.core import clock
from app.core.actor import Actor
from app.core.errors import NotAllowed, NotFound
from app.core.words import Words
from app.data import documents, rights
from app.data.documents import Document
from app.data.repository import Repository, Transaction
from app.office.encoding import document_json, document_of
from app.office.publishing import Publisher
from app.office.unfinished import mend

T = TypeVar("T")


class Root:
    """What all the people of one process share: the documents, and the watch over the files."""

    def __init__(self, settings: Settings) -> None:
        import app.connect.hooks
        import app.connect.notify
        import app.data.samples
        import app.domain
        import app.imports.arriving
        import app.imports.models
        import app.jobs.bulk
        import app.jobs.imports
        import app.jobs.notebooks
        import app.jobs.presence  # noqa: F401  each registers tables, or what files and transactions may name

        self.settings = settings
        mend(settings)
        sources = Sources(CHECKOUT, settings.site)
        self.repository = Repository.open(settings, load_catalogue(sources), load=lambda: load_catalogue(sources))
        keep_bases(sources)
        self.publisher = Publisher(self.repository, sources)


class Desk:
    """One person at work in an office; rights are those of the person, whatever the door."""

    def __init__(self, root: Root, actor: Actor, *, door: str = "python") -> None:
        self.root = root
        self.actor = actor
        self.door = door
        self._open: Transaction | None = None  # the reading that `together` shares

    @property
    def repository(self) -> Repository:
        """The documents of this office."""
        return self.root.repository

    @property
    def settings(self) -> Settings:
        """What the environment said."""
        return self.root.settings

    @property
    def catalogue(self) -> Any:
        """Forms, workflows, organisation now in force."""
        return self.repository.catalogue

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open one write transaction of this person."""
        assert self._open is None, "what is read together writes nothing"
        self.root.publisher.look()
        with self.repository.transaction(self.actor, door=self.door) as tx:
            yield tx

    @contextmanager
    def reading(self, *, steady: bool = False) -> Iterator[Transaction]:
        """Open one reading of this person; `steady`: all that is read stands as at one moment."""
        if self._open is not None and not steady:
            yield self._open
            return
        self.root.publisher.look()
        with self.repository.reading(self.actor, door=self.door, steady=steady) as tx:
            yield tx

    @contextmanager
    def together(self) -> Iterator[None]:
        """Read all that the block asks for in one transaction; it writes nothing, for it would not see it."""
        if self._open is not None:
            yield
            return
        with self.reading() as tx:
            self._open = tx
            try:
                yield
            finally:
                self._open = None

    def kept(self, name: Hashable, work: Callable[[], T]) -> T:
        """Give what follows from the database, this person and the day; worked out again after any write."""
        day = clock.today(self.catalogue.organisation.zone)
        key = (name, self.actor, self.door, self.repository.registry.version, day)
        return self.repository.kept.get(key, work)

    def command(self, work: Callable[[Transaction], Document], key: str | None, request: object) -> Document:
        """Run one command in one transaction; a key that was used gives its first answer and runs nothing."""
        with self.transaction() as tx:
            first = tx.claim(key, request) if key else None
            if first is not None:
                return document_of(tx.catalogue, first)
            document = _seen(tx, work(tx))
            if key:
                tx.answer(key, document_json(document))
            return document


def knows(tx: Transaction, form: str) -> bool:
    """Tell whether this person may see or fill in a form at all."""
    return rights.may(tx, form, "view") or rights.may(tx, form, "create")


def _seen(tx: Transaction, document: Document) -> Document:
    """Give a document as this person sees it; of one that left his sight, only what he may know by having acted."""
    try:
        return documents.get(tx, document.form, document.number)
    except (NotFound, NotAllowed):
        known = {name: document[name] for name in ("number", "stage", "version")}
        return Document(document.form, known, {})


def known_form(tx: Transaction, name: str) -> FormSpec:
    """Give a form that this person may see or fill in; to others it is not there."""
    spec = tx.catalogue.forms.get(name)
    if spec is None or not knows(tx, name):
        raise NotFound(thing=Words("form", "表单"), field=None)
    return spec

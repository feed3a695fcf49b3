"""One office as one person: every door but the model's goes through these methods."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from app.config.form_spec import FormSpec
from app.config.settings import Settings
from app.core.actor import SYSTEM, Actor
from app.core.links import Link
from app.data import accounts, documents, drafts, files, rights, views
from app.data.documents import Count, Document, Filter, Page, Query
from app.data.files import KeptFile
from app.data.repository import Transaction
from app.office.desk import Root, known_form, knows
from app.office.machine import SQL_ROWS, Machine
from app.workflow import service

__all__ = ["SQL_ROWS", "Office", "opened"]


class Office(Machine):
    """The office as `actor`; rights are those of the actor, whatever the door."""

    @classmethod
    def open(cls, settings: Settings) -> Office:
        """Open the office that the settings name; say `as_user` before anything is asked of it."""
        return cls(Root(settings), SYSTEM)

    # people

    def as_user(self, name: str, *, door: str | None = None) -> Office:
        """Give the same office as another person, whom the caller has the right to speak for."""
        return Office(self.root, accounts.actor_named(self.repository, name), door=door or self.door)

    def as_actor(self, actor: Actor, *, door: str | None = None) -> Office:
        """Give the same office as someone already known."""
        return Office(self.root, actor, door=door or self.door)

    def of_session(self, token: str, *, door: str = "page") -> Office | None:
        """Give the office as whoever signed in with this session, or nothing."""
        actor = accounts.actor_of_session(self.repository, token) if token else None
        return Office(self.root, actor, door=door) if actor else None

    def of_token(self, token: str) -> Office | None:
        """Give the office as whoever holds this bearer token, or nothing."""
        actor = accounts.actor_of_token(self.repository, token) if token else None
        door = "notebook" if actor and "notebook" in actor.scopes else "api"
        return Office(self.root, actor, door=door) if actor else None

    def sign_in(self, name: str, password: str, place: accounts.Place = accounts.Place()) -> accounts.SignedIn:
        """Give a new session; raise where name and password don't fit."""
        return accounts.sign_in(self.repository, name, password, place)

    def sign_out(self, token: str) -> None:
        """End a session."""
        accounts.sign_out(self.repository, token)

    # forms

    def forms(self) -> list[FormSpec]:
        """Give the forms that this person may see or fill in."""

        def work() -> tuple[FormSpec, ...]:
            with self.reading() as tx:
                return tuple(spec for spec in tx.catalogue.forms.values() if knows(tx, spec.name))

        return [*self.kept("forms", work)]

    def form(self, name: str) -> FormSpec:
        """Give one form."""
        with self.reading() as tx:
            return known_form(tx, name)

    def hidden_fields(self, form: str) -> frozenset[str]:
        """Give the fields that this person may not see in every document of a form, `salary`, `lines.unit_price`."""
        with self.reading() as tx:
            named = tx.catalogue.forms[form].all_fields()
            return frozenset(f"{table}.{one.name}" if table else one.name for table, one in named) - rights.shown_fields(tx, form)

    # documents

    def list(
        self,
        form: str,
        where: str | None = None,
        *,
        order_by: str | None = None,
        limit: int = 50,
        after: str | None = None,
        **more: Any,
    ) -> Page:
        """Give a page of documents; `more`: columns, search, filters (field, operator, value), view, sums, deleted."""
        filters = tuple(one if isinstance(one, Filter) else Filter(*one) for one in more.pop("filters", ()))
        columns = tuple(more.pop("columns", None) or ()) or None
        query = Query(form, where, filters, order_by, columns=columns, limit=limit, after=after, **more)
        with self.reading() as tx:
            known_form(tx, form)
            return documents.list_documents(tx, query)

    def count(self, form: str, where: str | None = None, **more: Any) -> Count:
        """Give how many documents a list holds, capped; `more`: search, filters, view, deleted."""
        filters = tuple(one if isinstance(one, Filter) else Filter(*one) for one in more.pop("filters", ()))
        with self.reading() as tx:
            known_form(tx, form)
            return documents.count_documents(tx, Query(form, where, filters, **more))

    def export(self, form: str, where: str | None = None, **more: Any) -> Iterator[dict[str, Any]]:
        """Give every row that this person may export, page by page."""
        after: str | None = None
        while True:
            with self.reading() as tx:
                known_form(tx, form)
                rights.require(tx, form, "export")
                page = documents.list_documents(tx, Query(form, where, limit=1000, after=after, counted=False, **more))
                yield from (row for row in page.rows if _may_export(tx, form, row))
            after = page.next
            if after is None:
                return

    def get(self, form: str, number: str) -> Document:
        """Give one document."""
        with self.reading() as tx:
            known_form(tx, form)
            return documents.get(tx, form, number)

    def create(self, form: str, values: Mapping[str, Any], *, submit: bool = False, key: str | None = None) -> Document:
        """Make a document, and hand it in if asked; the same key again gives the first answer."""

        def work(tx: Transaction) -> Document:
            known_form(tx, form)
            return documents.create(tx, form, values, submitting=submit)

        return self.command(work, key, ["create", form, dict(values), submit])

    def update(
        self, form: str, number: str, changes: Mapping[str, Any], *, version: int | None = None, key: str | None = None
    ) -> Document:
        """Change a document; lines merge by `line_no`."""

        def work(tx: Transaction) -> Document:
            known_form(tx, form)
            return documents.update(tx, form, number, changes, version=version)

        return self.command(work, key, ["update", form, number, dict(changes), version])

    def act(
        self,
        form: str,
        number: str,
        action: str,
        /,
        *,
        comment: str = "",
        version: int | None = None,
        key: str | None = None,
        **inputs: Any,
    ) -> Document:
        """Press a button of a document; `inputs` are the fields that it asks for."""
        return self.press(form, number, action, inputs=inputs, comment=comment, version=version, key=key)

    def press(self, form: str, number: str, action: str, *, inputs: Mapping[str, Any], **how: Any) -> Document:
        """Press a button with its fields as one mapping; `how`: comment, version, key."""
        key = how.pop("key", None)

        def work(tx: Transaction) -> Document:
            known_form(tx, form)
            return service.act(tx, form, number, action, inputs=inputs, **how)

        return self.command(work, key, ["act", form, number, action, dict(inputs), how])

    def act_on_many(self, form: str, action: str, **which: Any) -> Any:
        """Let the worker press a button on every document of a filter; `which`: view, search, filters. Give the job."""
        with self.transaction() as tx:
            known_form(tx, form)
            payload = {"form": form, "action": action, "filters": [list(one) for one in which.pop("filters", ())]}
            job = tx.post("bulk.act", payload | which)
        return self.job(job)

    def delete(self, form: str, number: str) -> None:
        """Put a document into the trash."""
        with self.transaction() as tx:
            known_form(tx, form)
            documents.trash(tx, form, number)

    def restore(self, form: str, number: str) -> Document:
        """Take a document out of the trash."""
        with self.transaction() as tx:
            known_form(tx, form)
            documents.restore(tx, form, number)
            return documents.get(tx, form, number)

    # around a document

    def history(self, form: str, number: str) -> Sequence[Any]:
        """Give who changed what when."""
        with self.reading() as tx:
            known_form(tx, form)
            return documents.history(tx, form, number)

    def linked(self, form: str, number: str) -> Sequence[Any]:
        """Give what points here and what it points to."""
        with self.reading() as tx:
            return documents.linked(tx, documents.get(tx, form, number))

    def actions(self, form: str, number: str) -> Sequence[Any]:
        """Give the buttons of a document, and why one can't be pressed."""
        with self.reading() as tx:
            return service.actions_for(tx, documents.get(tx, form, number))

    def path(self, form: str, number: str) -> Sequence[Any]:
        """Give the approval's steps: passed, open, ahead."""
        with self.reading() as tx:
            return service.path(tx, documents.get(tx, form, number))

    def stage_line(self, form: str, number: str) -> Sequence[Any]:
        """Give the stages of a document's life, as the record shows them."""
        with self.reading() as tx:
            return service.stage_line(tx, documents.get(tx, form, number))

    def compute(self, form: str, values: Mapping[str, Any], number: str | None = None) -> Any:
        """Work out a form while it is typed; nothing is saved."""
        with self.reading() as tx:
            return documents.compute(tx, form, values, number=number)

    def lookup(
        self, form: str, field: str, text: str, *, values: Mapping[str, Any] | None = None, number: str | None = None
    ) -> Sequence[Link]:
        """Give what a link field offers for what was typed."""
        with self.reading() as tx:
            return documents.lookup(tx, form, field, text, values=values or {}, number=number)

    def offers(self, form: str, field: str, text: str = "") -> Sequence[Link]:
        """Give what a list can be filtered by in a link field, for what was typed."""
        with self.reading() as tx:
            known_form(tx, form)
            return documents.offers(tx, form, field, text)

    def search(self, text: str, **which: Any) -> Sequence[Any]:
        """Give the documents of all forms that hold these words; `which`: forms, limit."""
        with self.reading() as tx:
            return documents.search(tx, text, **which)

    def as_of(self, form: str, number: str, at: datetime) -> Mapping[str, Any]:
        """Give a document as it stood at a time."""
        with self.reading() as tx:
            known_form(tx, form)
            return documents.as_of(tx, form, number, at)

    # files, and what was typed but not saved

    def keep_file(self, name: str, content: bytes) -> KeptFile:
        """Keep a file that this person sends; its id goes into a field."""
        with self.transaction() as tx:
            return files.keep(tx, name, content)

    def file(self, key: str) -> tuple[KeptFile, bytes]:
        """Give a file that this person sent or may see where it stands."""
        with self.reading() as tx:
            return files.read(tx, key)

    def describe_files(self, keys: Sequence[str]) -> Sequence[KeptFile]:
        """Give name, type and size of the files that this person sent or may see where they stand."""
        with self.reading() as tx:
            return files.describe(tx, [key for key in keys if files.may_read(tx, key)])

    def save_draft(self, form: str, values: Mapping[str, Any], *, number: str = "") -> None:
        """Keep what this person typed, for himself alone."""
        with self.transaction() as tx:
            drafts.save_draft(tx, form, values, number=number)

    def draft(self, form: str, *, number: str = "") -> Any:
        """Give what this person typed last into a form or a document, and did not save."""
        with self.reading() as tx:
            return drafts.draft(tx, form, number=number)

    def drafts(self, form: str | None = None) -> Sequence[Any]:
        """Give what this person left unsaved, newest first."""
        with self.reading() as tx:
            return drafts.drafts(tx, form)

    def drop_draft(self, form: str, *, number: str = "") -> None:
        """Forget what was typed."""
        with self.transaction() as tx:
            drafts.drop_draft(tx, form, number=number)

    def views(self, form: str) -> Sequence[Any]:
        """Give the saved views of a list that this person may use."""
        with self.reading() as tx:
            return views.views_of(tx, form)

    def save_view(self, form: str, title: str, *, content: Mapping[str, Any], roles: Sequence[str] = ()) -> int:
        """Keep a view of a list, for oneself or for roles."""
        with self.transaction() as tx:
            return views.save_view(tx, form, title, content=content, roles=roles)

    def delete_view(self, key: int) -> None:
        """Forget a saved view of one's own."""
        with self.transaction() as tx:
            views.delete_view(tx, key)

    # work

    def inbox(self) -> Sequence[Any]:
        """Give the decisions that wait for this person."""
        with self.reading() as tx:
            return service.inbox(tx)

    def decide(self, task: int, decision: str, *, comment: str = "", to: str | Sequence[str] | None = None, **more: Any) -> Document:
        """Approve, reject, return, abstain, advise, transfer, add_before, add_after, consult; `more`: inputs, seen_version, key."""
        key = more.pop("key", None)

        def work(tx: Transaction) -> Document:
            return service.decide(tx, task, decision, comment=comment, to=to, **more)

        return self.command(work, key, ["decide", task, decision, comment, to, more])

    def done_by_me(self) -> Sequence[Any]:
        """Give the decisions that this person took."""
        with self.reading() as tx:
            return service.done_by_me(tx)

    def started_by_me(self, *, limit: int = 50) -> Sequence[Any]:
        """Give the approvals that this person started, the newest first."""
        with self.reading() as tx:
            return service.started_by_me(tx, limit=limit)


def _may_export(tx: Transaction, form: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a row that may be seen may leave the office as well; most forms ask for no more."""
    if all(way.open for way in rights.passes(tx, form, "export")):
        return True
    return rights.may(tx, form, "export", documents.get_by_id(tx, form, row["id"]))


@cache
def opened() -> Office:
    """Give the office of this process, opened once."""
    return Office.open(Settings.read(os.environ))

"""Documents that rows name: by fields of theirs, by number or title, by the key that tells the same from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, or_, select, true

from app.config.form_spec import FieldSpec
from app.core.links import Link
from app.data import rights
from app.data.kinds import kind_of, linked_form
from app.data.names import ACCOUNT
from app.data.reading import plan_for
from app.data.statements import LinkReader
from app.data.transaction import Transaction
from app.data.values import Refused, read_value

AT_ONCE = 500
NOWHERE = object()  # a value that no document can have in a field
Key = tuple[Any, ...]


class Finder:
    """Looks documents up many at once, and remembers what one transaction found."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.found: dict[tuple[str, tuple[str, ...]], dict[Key, tuple[Link, ...]]] = {}

    def learn(self, form: str, names: tuple[str, ...], keys: Iterable[Key]) -> None:
        """Look up the documents whose fields hold these values, as far as this person may see them."""
        known = self.found.setdefault((form, names), {})
        wanted = [key for key in dict.fromkeys(keys) if key not in known and all(map(_can_be, key))]
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            known.update(dict.fromkeys(part, ()))
            for key, link in self._select(form, names, part):
                if key in known:
                    known[key] = (*known[key], link)

    def find(self, form: str, names: tuple[str, ...], key: Key) -> tuple[Link, ...]:
        """Give the documents that were looked up under these values."""
        return self.found.get((form, names), {}).get(key, ())

    def note(self, form: str, names: tuple[str, ...], key: Key, *, link: Link) -> None:
        """Remember a document that was just made."""
        self.found.setdefault((form, names), {})[key] = (link,)

    def _select(self, form: str, names: tuple[str, ...], keys: Sequence[Key]) -> Iterable[tuple[Key, Link]]:
        if form == "user":
            column = ACCOUNT.c["title" if names == ("title",) else "name"]
            query = select(ACCOUNT.c.id, ACCOUNT.c.name, ACCOUNT.c.title, column)
            for row in self.tx.connection.execute(query.where(column.in_([key[0] for key in keys]))):
                yield (row[3],), Link("user", row[0], row[1], row[2] or row[1])
            return
        rows = self.tx.registry.forms[form].table
        reader = LinkReader(self.tx.catalogue, form, alias="t")
        columns = [rows.c[name] for name in names]
        shown = [rows.c[name] for name in (reader.number, *reader.names)]
        condition = and_(rows.c.deleted_at.is_(None), rights.fence(self.tx, form), _in(columns, keys))
        for row in self.tx.connection.execute(select(rows.c.id, *shown, *columns).where(condition).order_by(rows.c.id)):
            key = tuple(row[1 + len(shown) :])
            yield key, reader.read(row[0], tuple(row[1 : 1 + len(shown)]))


def _in(columns: Sequence[Any], keys: Sequence[Key]) -> Any:
    """The first column narrows by an index; the others are compared as well where there are any."""
    parts = [column.in_(list(dict.fromkeys(key[at] for key in keys))) for at, column in enumerate(columns)]
    return and_(true(), *parts)


def _can_be(part: Any) -> bool:
    """Tell whether any document can hold a value: what is empty or unreadable is looked up nowhere."""
    return part is not None and part is not NOWHERE and not (isinstance(part, str) and "\x00" in part)


def comparable(tx: Transaction, form: str, name: str, value: Any) -> Any:
    """Give a value as the column of a field compares it; NOWHERE where it can't stand there."""
    if value is None:
        return None
    if isinstance(value, Link):
        return value.id
    spec = tx.catalogue.forms[form].header.get(name) if form != "user" else None
    if spec is None or kind_of(spec) in ("link", "links"):
        return str(value)
    try:
        return read_value(spec, value)
    except Refused:
        return NOWHERE


class LinkFinder:
    """Turns texts of link columns into links: a number first, else what people read of it, if only one has it."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder

    def learn(self, spec: FieldSpec, texts: Iterable[str]) -> None:
        """Look many texts up at once."""
        form = linked_form(spec)
        keys = [(text,) for text in texts]
        self.finder.learn(form, ("number",), keys)
        left = [key for key in keys if not self.finder.find(form, ("number",), key)]
        for names in self._titles(form):
            self.finder.learn(form, names, left)

    def find(self, spec: FieldSpec, text: str) -> tuple[Link, ...]:
        """Give the documents that a text can mean: one, none, or too many."""
        form = linked_form(spec)
        for names in (("number",), *self._titles(form)):
            found = self.finder.find(form, names, (text,))
            if found:
                return found
        return ()

    def _titles(self, form: str) -> list[tuple[str, ...]]:
        if form == "user":
            return [("title",)]
        return [(name,) for name in plan_for(self.finder.tx, form).sql.link.names]


def deleted_numbers(tx: Transaction, form: str, numbers: Sequence[str]) -> dict[str, int]:
    """Give the keys of documents in the bin that hold these numbers."""
    rows = tx.registry.forms[form].table
    found: dict[str, int] = {}
    for start in range(0, len(numbers), AT_ONCE):
        wanted = or_(rows.c.number.in_(numbers[start : start + AT_ONCE]))
        query = select(rows.c.number, rows.c.id).where(wanted, rows.c.deleted_at.is_not(None))
        found.update({row[0]: row[1] for row in tx.connection.execute(query)})
    return found

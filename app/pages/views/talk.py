"""A talk with the assistant as its panel and page show it: answers with sources, drafts as cards, questions to begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core import formats
from app.core.errors import DaybookError
from app.office import Office
from app.pages.views.cells import Reader, told
from app.pages.views.listing import reader_of
from app.pages.wording import table, text

MOST_PAIRS = 8
QUIET = frozenset({"not_allowed", "refused"})


@dataclass
class Source:
    """A record that an answer stands on, by its number in the text."""

    place: int = 0
    title: str = ""
    second: str = ""
    href: str = ""


@dataclass
class Pair:
    """One value of a draft."""

    label: str = ""
    value: str = ""


@dataclass
class Draft:
    """A document that waits for a person's yes."""

    token: str = ""
    title: str = ""
    pairs: list[Pair] = field(default_factory=list)
    made: str = ""
    href: str = ""
    problem: str = ""


@dataclass
class Exchange:
    """One question with its answer."""

    question: str = ""
    text: str = ""
    state: str = ""
    reading: str = ""
    as_of: str = ""
    query: str = ""
    again: bool = False
    quiet: bool = False
    sources: list[Source] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    draft: Draft = field(default_factory=Draft)


@dataclass
class ThreadLine:
    """An earlier talk."""

    name: str = ""
    question: str = ""
    when: str = ""


@dataclass
class Context:
    """The record that is looked at while asking."""

    form: str = ""
    number: str = ""
    title: str = ""


def context_of(office: Office, path: str) -> Context:
    """Give the record that an address shows, if it shows one."""
    parts = [part for part in path.strip("/").split("/") if part]
    if len(parts) < 2 or parts[1] == "new":
        return Context()
    form, number = parts[0], parts[1]
    if form == "inbox":
        form = next((task.form for task in office.inbox() if task.number == number), "")
    if form not in office.catalogue.forms:
        return Context()
    try:
        document = office.get(form, number)
    except DaybookError:
        return Context()
    return Context(form, document.number, str(document.get("name") or document.number))


def examples(office: Office, context: Context, locale: str, *, path: str = "") -> list[str]:
    """Give three questions about what is looked at; about the day, where that is no record."""
    known = table()
    form = context.form or path.strip("/").split("/")[0]
    kind = f"ask_{form}" if f"ask_{form}_1" in known and context.form else f"ask_list_{form}"
    if f"{kind}_1" not in known:
        kind = "ask_record" if context.number else "ask_day"
    names = [f"{kind}_{place}" for place in (1, 2, 3) if f"{kind}_{place}" in known]
    return [text(name, locale, number=context.number, name=context.title) for name in names]


def exchange_of(office: Office, question: str, answer: Any, locale: str) -> Exchange:
    """Give an answer as it is shown."""
    reader = reader_of(office, locale)
    draft = _draft(office, reader, answer.draft) if answer.draft is not None else Draft()
    as_of = formats.clock(answer.as_of, zone=reader.zone) if answer.as_of else ""
    sources = [_source(reader, place, one) for place, one in enumerate(answer.citations, 1)]
    return Exchange(
        question,
        answer.text,
        answer.state,
        answer.reading,
        text("as_of_time", locale, time=as_of) if as_of and answer.state in ("answered", "none") else "",
        answer.query,
        quiet=answer.state in QUIET,
        sources=sources,
        choices=list(answer.choices),
        draft=draft,
    )


def _source(reader: Reader, place: int, citation: Any) -> Source:
    form = reader.catalogue.forms.get(citation.form)
    title = form.title.say(reader.locale) if form else citation.form
    named = citation.title and form and citation.title not in (form.title.en, form.title.zh)
    first = citation.title if named else citation.number
    second = f"{title} {citation.number}" if named else title
    return Source(place, first, second, f"/{citation.form}/{citation.number}")


def _draft(office: Office, reader: Reader, draft: Any) -> Draft:
    form = reader.catalogue.forms[draft.form]
    title = text("draft_of", reader.locale, thing=form.title)
    try:
        computed = office.compute(draft.form, draft.values)
    except DaybookError:
        return Draft(draft.token, title)
    pairs = [*_pairs(reader, form, computed.values, draft.values), *_line_pairs(reader, form, computed, draft.values)]
    return Draft(draft.token, title, pairs[:MOST_PAIRS])


def _pairs(reader: Reader, form: Any, row: Mapping[str, Any], given: Mapping[str, Any]) -> list[Pair]:
    found = []
    for name, spec in form.header.items():
        if name in given and name not in form.tables and row.get(name) not in (None, "", ()):
            found.append(Pair(spec.label.say(reader.locale), told(reader, spec, row[name], row)))
    return found


def _line_pairs(reader: Reader, form: Any, computed: Any, given: Mapping[str, Any]) -> list[Pair]:
    found = []
    for name, spec in form.tables.items():
        if name not in given:
            continue
        for row in computed.tables.get(name, ()):
            words = [str(row[key]) for key in ("product", "variant", "description") if row.get(key)][:1]
            amount = row.get("quantity")
            shown = formats.number(amount) if amount is not None else ""
            found.append(Pair(spec.title.say(reader.locale), " × ".join(one for one in (*words, shown) if one)))
    return found


def kept(turn: Any) -> Exchange:
    """Give a turn of an earlier talk: its words; sources come with asking again."""
    bare = re.sub(r"\s?\[\d+\]", "", turn.answer)
    return Exchange(turn.question, bare, turn.state, again=True, quiet=turn.state in QUIET)


def thread_lines(office: Office, locale: str) -> list[ThreadLine]:
    """Give this person's earlier talks."""
    reader = reader_of(office, locale)
    return [
        ThreadLine(
            one.name,
            one.question[:80],
            formats.moment(one.at, now=reader.now, zone=reader.zone, locale=locale),
        )
        for one in office.threads()
    ]

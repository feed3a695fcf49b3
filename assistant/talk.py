"""One question of one person: who asks, in which language, what was said before, what the page shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.core.actor import Actor
from app.core.errors import DaybookError
from app.core.links import Link
from app.data import documents
from app.data.repository import Repository
from app.data.transaction import Transaction
from assistant import memory
from assistant.echo import echo
from assistant.knowledge import links_of, world_of
from assistant.language.candidates import Before
from assistant.language.reading import Call
from assistant.language.slots import RECORDS
from assistant.language.text import HAN, normalise
from assistant.language.world import World
from assistant.registry import tools
from assistant.speech import Speech

LONGEST = 2_000
_NUMBERED = re.compile(r"[\w-]{1,40}")
_WORD = re.compile(r"(?<![a-z0-9-])[a-z]{3,}(?![a-z0-9-])")


class Talk:
    """A question with everything that it is read against."""

    def __init__(
        self, repository: Repository, actor: Actor, text: str, *, thread: str | None, context: Mapping[str, str] | None
    ) -> None:
        self.repository, self.actor = repository, actor
        self.text = text[:LONGEST].replace("\x00", "").encode("utf-8", "replace").decode()
        self.catalogue = repository.catalogue
        self.earlier = memory.earlier(repository, actor, thread)
        self.thread = thread or memory.new_thread()
        form, number = ((context or {}).get("form"), (context or {}).get("number"))
        with repository.reading(actor, door="assistant") as tx:
            self.world = world_of(tx)
            self.now = tx.now
            related = _related(tx, form, number) if form and number else {}
        self.failure = ""  # why the model outside gave no answer
        organisation = self.catalogue.organisation
        locale = language_of(self.text, self.world, home=self.actor.locale)
        self.speech = Speech(locale, self.world.today, organisation.zone, organisation.currency)
        last = next((turn.call for turn in reversed(self.earlier) if turn.call), None)
        self.before = Before(last, (form, number) if form and number else None, related)

    def label(self, call: Call) -> str:
        """Give what a button of this call reads."""
        return echo(call, self.speech, catalogue=self.catalogue, lexicon=self.world.lexicon)

    def step(self, call: Call) -> str:
        """Give what is said while a tool reads: `Reading PO-2026-00012…`."""
        form, number = (str(call.arguments.get(name) or "") for name in ("form", "number"))
        spec = self.catalogue.forms.get(form)
        facts = {
            "form": spec.title.say(self.speech.locale) if spec else "",
            "number": number if _NUMBERED.fullmatch(number) else "",  # a model's own words are not shown
        }
        return tools()[call.tool].title.say(self.speech.locale).format(**facts)


def _related(tx: Transaction, form: str, number: str) -> dict[str, str]:
    """Give the records that the one on the page names: 'this supplier' on an order is the order's."""
    if form in RECORDS or form not in tx.catalogue.forms:
        return {}
    try:
        shown = documents.get(tx, form, number)
    except DaybookError:  # not there, or not for this person: then nothing is related
        return {}
    links = {name: shown.get(path) for name, path in links_of(tx.catalogue.forms[form]).items() if "." not in path}
    return {name: link.number for name, link in links.items() if isinstance(link, Link)}


def language_of(text: str, world: World, *, home: str) -> str:
    """Tell the language of a question by the words around its names; of the person where it has none of its own."""
    letters = list(normalise(text))
    for start, end, _ in world.lexicon.exact("".join(letters)):
        letters[start:end] = " " * (end - start)
    plain = "".join(letters)
    chinese, words = len(HAN.findall(plain)), len(_WORD.findall(plain))
    if not chinese and not words:
        return "zh" if home == "zh" or HAN.search(text) else "en"
    return "zh" if chinese >= words else "en"

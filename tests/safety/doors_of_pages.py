"""The doors behind the pages: what they fetch, and every handler, which anybody can call by its name."""

from __future__ import annotations

import inspect
import io
import itertools
from collections.abc import Iterator
from typing import Any

from python_calamine import CalamineWorkbook

from tests.safety.canaries import Known
from tests.safety.deeds import undoing
from tests.safety.doors import FIELDS, door
from tests.safety.visitors import Page, Visitor, handlers


@door("what pages fetch")
def fetched(visitor: Visitor, known: Known) -> Iterator[str]:
    if visitor.scope:
        return
    for path in fetches(known):
        answer = visitor.browser.get(f"/api/pages{path}")
        if answer.content[:2] == b"PK":
            book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
            yield str(book.get_sheet_by_index(0).to_python())
        else:
            yield answer.text
            yield from (["garnetgecko"] if b"garnetgecko" in answer.content else [])


def fetches(known: Known) -> Iterator[str]:
    """Give every address that pages fetch, with all the numbers and keys there are."""
    for form, names in FIELDS.items():
        columns = ",".join(names)
        yield f"/rows/{form}?columns={columns}"
        yield f"/rows/{form}?view=board"
        yield f"/rows/{form}?search=pearlstoat"
        yield f"/rows/{form}?sort=secret&columns={columns}"
        yield f"/board/{form}?view=board&columns={columns}"
        yield f"/month/{form}?view=month&columns={columns}"
        yield f"/tree/{form}?columns={columns}"
        yield f"/gallery/{form}?columns={columns}"
        yield f"/export/{form}?as=csv&columns={columns}"
        yield f"/export/{form}?as=xlsx&columns={columns}"
    yield from (f"/moves/vault/{number}" for number in known.numbers["vault"][1:3])
    yield f"/files/{known.file}"
    yield f"/notebook/{known.job}"
    yield f"/import/{known.run}/rejected"
    yield f"/sql/{known.question}.csv"


ARGUMENTS: dict[str, tuple[Any, ...]] = {  # what a stranger would send, by the type of an argument
    "str": ("VT-0002", "cellar"),
    "int": (1, 2),
    "bool": (True,),
    "list[str]": (["VT-0002"],),
    "list[list[str]]": ([["VT-0002", "1"], ["VT-0003", "1"]],),
    "dict[str, Any]": ({"title": "x", "name": "keeper"},),
}
NAMED: dict[str, tuple[Any, ...]] = {  # and by its name, where that tells more
    "form": ("vault", "cellar"),
    "thread": ("THREAD",),
    "table": ("lines",),
    "act": ("add",),
    "no": (1,),
    "path": ("cellar", "vault", "note"),
    "words": ("", "pearl"),
    "question": ("show VT-0002", "show CL-0001"),
    "job": ("JOB",),
    "run": ("RUN",),
    "kept": ("FILE",),
    "number": ("VT-0002", "VT-0003"),
}
PLACES = ("/vault/VT-0002", "/vault", "/visit/new")  # where every handler is called
LOOKED_AT = (  # where only what loads is called
    "/vault/VT-0001",
    "/vault/VT-0003",
    "/vault/VT-0005",
    "/cellar/CL-0001",
    "/cellar",
    "/visit",
    "/",
    "/assistant",
    "/settings/jobs",
    "/settings/access",
    "/import/cellar",
    "/notebooks/supplier_performance",
)


@door("a page's events", slow=True)
def events(visitor: Visitor, known: Known) -> Iterator[str]:
    if visitor.scope:
        return
    loads = [key for key in handlers() if key[1] == "load"]
    others = [key for key in handlers() if key[1] != "load"]
    for place in (*PLACES, *LOOKED_AT):
        page = Page(visitor, place)  # signs the visitor in, before anything is undone
        for state, name in [*loads, *(others if place in PLACES else ())]:
            for given in itertools.islice(arguments(handlers()[state, name], known), 3):
                with undoing(visitor.company.office.repository):
                    sent = page.call(state, name, *given)
                yield sent


def arguments(handler: Any, known: Known) -> Iterator[tuple[Any, ...]]:
    """Give what a stranger would call a handler with."""
    keys = {"THREAD": known.thread, "JOB": known.job, "RUN": known.run, "FILE": known.file}
    parameters = [each for each in inspect.signature(handler).parameters.values() if each.name != "self"]
    choices = [NAMED.get(each.name) or ARGUMENTS.get(str(each.annotation), ("VT-0002",)) for each in parameters]
    for given in itertools.product(*choices):
        yield tuple(keys.get(value, value) if isinstance(value, str) else value for value in given)

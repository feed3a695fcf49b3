"""Every door through which something can be read, each with all that an attacker who knows every number would ask."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from app.core import clock
from app.core.errors import DaybookError
from tests.safety.canaries import Known
from tests.safety.deeds import Undone, undoing
from tests.safety.visitors import Visitor, told, written

FIELDS = {
    "vault": ["owner", "department", "note", "secret", "whisper", "diary", "pay", "phone", "paper", "cellar", "allies", "held", "total_cost"],
    "cellar": ["content", "vault", "amount"],
    "visit": ["vault", "cellar", "reason"],
    "alias": ["code"],
}
GUESSES: tuple[tuple[str, str, str, str], ...] = (  # form, a right guess, a wrong one, whom it would tell of
    ("vault", "secret == 'berylheron'", "secret == 'x'", "berylheron"),
    ("vault", "pay > 7000000", "pay > 8000000", "765432109"),
    ("vault", "phone == '13912345678'", "phone == '1'", "13912345678"),
    ("vault", "sum(lines.cost) > 8000000", "sum(lines.cost) > 9000000", "876543210"),
    ("vault", "any(lines where cost > 8000000)", "any(lines where cost > 9000000)", "876543210"),
    ("vault", "total_cost > 8000000", "total_cost > 9000000", "876543210"),
    ("vault", "held > 6000000", "held > 7000000", "654321098"),
    ("vault", "cellar.content == 'pearlstoat'", "cellar.content == 'x'", "pearlstoat"),
    ("vault", "note == 'opalferret'", "note == 'x'", "opalferret"),
    ("visit", "vault.note == 'opalferret'", "vault.note == 'x'", "opalferret"),
    ("visit", "vault.note == 'jasperotter'", "vault.note == 'x'", "jasperotter"),
    ("visit", "vault.secret == 'berylheron'", "vault.secret == 'x'", "berylheron"),
    ("visit", "vault.pay > 7000000", "vault.pay > 8000000", "765432109"),
    ("visit", "vault.cellar.content == 'pearlstoat'", "vault.cellar.content == 'x'", "pearlstoat"),
    ("visit", "cellar.content == 'pearlstoat'", "cellar.content == 'x'", "pearlstoat"),
)
FILTERS: tuple[tuple[str, str, str, str, str, str], ...] = (  # form, field, operator, right, wrong, whom it tells of
    ("vault", "secret", "eq", "berylheron", "x", "berylheron"),
    ("vault", "secret", "starts_with", "beryl", "x", "berylheron"),
    ("vault", "pay", "gte", "7000000", "8000000", "765432109"),
    ("vault", "phone", "contains", "1391234", "x", "13912345678"),
    ("vault", "lines.cost", "gte", "8000000", "9000000", "876543210"),
    ("vault", "held", "gte", "6000000", "7000000", "654321098"),
    ("vault", "cellar.content", "contains", "pearl", "x", "pearlstoat"),
    ("visit", "vault.note", "contains", "opal", "x", "opalferret"),
    ("visit", "vault.secret", "contains", "beryl", "x", "berylheron"),
    ("visit", "cellar.content", "eq", "pearlstoat", "x", "pearlstoat"),
)
SORTS = (("vault", "secret", "berylheron"), ("vault", "pay", "765432109"), ("visit", "vault.secret", "berylheron"))
WORDS = ("jasperotter", "opalferret", "onyxbadger", "topazlemur", "berylheron", "13912345678", "pearlstoat")
SQL = ("select * from vault", "select * from vault_lines", "select * from cellar", "select sum(pay) from vault")
Door = Callable[[Visitor, Known], Iterator[str]]
DOORS: dict[str, Door] = {}
SLOW: dict[str, Door] = {}


def door(name: str, *, slow: bool = False) -> Callable[[Door], Door]:
    """Register a door; a slow one starts processes or talks to a model."""

    def register(knock: Door) -> Door:
        (SLOW if slow else DOORS)[name] = knock
        return knock

    return register


def differs(ask: Callable[[Any], Any], right: Any, wrong: Any) -> bool:
    """Tell whether an answer depends on a guess: then it tells what was guessed at."""
    try:
        return bool(ask(right)) and ask(right) != ask(wrong)
    except DaybookError:
        return False


def numbers(page: Any) -> list[str]:
    """Give the numbers of the rows of a page."""
    return [row["number"] for row in page.rows]


@door("a document")
def documents(visitor: Visitor, known: Known) -> Iterator[str]:
    for form, number in known.all_numbers:
        for ask in ("get", "history", "linked", "actions", "path", "stage_line"):
            yield told(getattr(visitor.office, ask), form, number)
        yield told(visitor.office.as_of, form, number, clock.now())
        yield told(visitor.office.compute, form, {}, number)


@door("a link")
def links(visitor: Visitor, known: Known) -> Iterator[str]:
    for form, number in (*(("vault", each) for each in known.numbers["vault"]), ("visit", "VS-0001")):
        try:
            found = visitor.office.linked(form, number)
        except DaybookError:
            continue
        for group in found:
            yield "willowcrane" if group.field == "partner" else ""
            yield from (ONLY_IN.get(link.number, "") for link in group.links if group.field == "seen_in")


@door("a number")
def same_words(visitor: Visitor, known: Known) -> Iterator[str]:
    """What is hidden and what is not there are told in the same words."""
    asks = (("get", ()), ("history", ()), ("update", ({"note": "x"},)), ("delete", ()), ("act", ("archive",)))
    for form, number in known.all_numbers:
        if may_open(visitor, form, number):
            yield number if visitor.who != "keeper" else ONLY_IN.get(number, "")
            continue
        for ask, more in asks:
            with undoing(visitor.company.office.repository):
                hidden = told_in_words(getattr(visitor.office, ask), form, number, *more)
                missing = told_in_words(getattr(visitor.office, ask), form, "ZZ-9999", *more)
            yield "" if hidden == missing else ONLY_IN.get(number, "")


def told_in_words(ask: Callable[..., Any], *given: Any) -> str:
    """Give the words of a refusal."""
    try:
        return told(ask, *given)
    except Undone:
        return "done"


def may_open(visitor: Visitor, form: str, number: str) -> bool:
    """Tell whether a visitor may open a document."""
    try:
        return bool(visitor.office.get(form, number))
    except DaybookError:
        return False


@door("a list")
def lists(visitor: Visitor, known: Known) -> Iterator[str]:
    for form, names in FIELDS.items():
        yield told(visitor.office.list, form)
        yield told(visitor.office.list, form, columns=names)
        yield told(visitor.office.list, form, columns=names, deleted=True)
        for view in ("board", "month"):
            yield told(visitor.office.list, form, view=view, columns=names)
        for name in names:
            yield told(visitor.office.list, form, sums=(name,))
        for word in WORDS:
            yield told(visitor.office.list, form, search=word, columns=names)


@door("a guess")
def guesses(visitor: Visitor, known: Known) -> Iterator[str]:
    office = visitor.office
    for form, right, wrong, tells in GUESSES:
        if differs(lambda where, form=form: numbers(office.list(form, where)), right, wrong):
            yield tells
    for form, name, operator, right, wrong, tells in FILTERS:
        ask = lambda value, form=form, name=name, op=operator: numbers(office.list(form, filters=[(name, op, value)]))  # noqa: E731
        if differs(ask, right, wrong):
            yield tells
    for form, sort, tells in SORTS:
        if differs(lambda by, form=form: numbers(office.list(form, order_by=by)), sort, "id"):
            yield tells


@door("the search")
def search(visitor: Visitor, known: Known) -> Iterator[str]:
    for word in WORDS:
        for hit in visitor.office.search(word):
            yield word
            yield written(hit)
    yield from (told(visitor.office.search, number) for number in ("VT-0002", "VT-0003", "CL-0001"))


@door("a link field")
def offers(visitor: Visitor, known: Known) -> Iterator[str]:
    office = visitor.office
    places = {"vault": known.numbers["vault"], "cellar": known.numbers["cellar"]}
    for field, (own, named) in itertools.product(("vault", "cellar"), places.items()):
        for text in ("", *WORDS):
            found = told(office.lookup, "visit", field, text)
            yield from _by_number(found, known, own, named) if field == own else ()
    for form, field in (("visit", "vault"), ("visit", "cellar"), ("vault", "cellar"), ("vault", "owner")):
        yield told(office.lookup, form, field, "")
        if hasattr(office, "offers"):
            yield told(office.offers, form, field, "")
    for number in known.numbers["vault"]:
        if f'"vault": "{number}"' in told(office.compute, "visit", {"vault": number}):
            yield ONLY_IN.get(number, "")  # that it can be linked tells that it is there


ONLY_IN = {  # a row that is offered tells of what only it holds
    "VT-0001": "quartzebra",
    "VT-0002": "jasperotter",
    "VT-0003": "opalferret",
    "VT-0004": "onyxbadger",
    "VT-0005": "topazlemur",
    "CL-0001": "pearlstoat",
}


def _by_number(found: str, known: Known, form: str, named: tuple[str, ...]) -> Iterator[str]:
    for number in named:
        if f'"{number}"' in found and number in ONLY_IN and "no " not in found[:12]:
            yield ONLY_IN[number]


@door("an export")
def exports(visitor: Visitor, known: Known) -> Iterator[str]:
    for form, names in FIELDS.items():
        found = told(visitor.office.export, form, columns=tuple(names))
        yield found
        yield "fennecfox" if form == "vault" and '"VT-0001"' in found else ""


@door("what lies about")
def around(visitor: Visitor, known: Known) -> Iterator[str]:
    office = visitor.office
    for form, number in known.all_numbers:
        yield told(office.draft, form, number=number)
        yield told(office.draft, form)
        yield told(office.views, form)
    yield told(office.drafts)
    yield told(office.notices)
    yield told(office.inbox)
    yield told(office.threads)
    yield told(office.thread, known.thread)
    yield told(office.import_runs)
    yield told(office.import_rejections, known.run)
    yield told(office.jobs)
    for job in (known.job - 1, known.job):
        for ask in (office.job, office.notebook_result, office.notebook_log):
            yield told(ask, job)
    yield told(office.runs)
    yield told(office.sensitive_reads)


@door("a file")
def files(visitor: Visitor, known: Known) -> Iterator[str]:
    for key in (known.file, known.scan):
        try:
            kept, content = visitor.office.file(key)
            yield f"{kept.name} {content!r}"
        except DaybookError as error:
            yield error.say("en")
        yield told(visitor.office.describe_files, [key])


@door("the API")
def program(visitor: Visitor, known: Known) -> Iterator[str]:
    for path in addresses(known):
        yield visitor.program.get(f"/api/v1{path}").text
    for form, right, wrong, tells in GUESSES[:3]:
        first, second = (visitor.program.get(f"/api/v1/{form}", params={"where": one}) for one in (right, wrong))
        if first.status_code == 200 and first.json()["items"] and first.json() != second.json():
            yield tells


def addresses(known: Known) -> Iterator[str]:
    """Give every address of the API that can be read, with all the numbers and keys there are."""
    for form, names in FIELDS.items():
        yield f"/{form}"
        yield f"/{form}?columns={','.join(names)}"
        yield f"/{form}?deleted=true"
        yield f"/forms/{form}"
        yield f"/{form}?sort={names[-1]}"
        yield f"/{form}?search=berylheron&columns={','.join(names)}"
    for form, number in known.all_numbers:
        yield f"/{form}/{number}"
    for number in known.numbers["vault"][1:3]:
        for rest in ("history", "actions", "path", "linked", "?as_of=2100-01-01T00:00:00Z"):
            yield f"/vault/{number}{'' if rest.startswith('?') else '/'}{rest}"
    yield from ("/forms", "/me", "/inbox", "/jobs", "/notebooks", "/metrics", "/openapi.json", "/access")
    yield from (f"/search?q={word}" for word in ("VT-0002", "VT-0003", "CL-0001"))
    yield f"/files/{known.file}"
    yield from (f"/jobs/{known.job}", f"/jobs/{known.job}/result", f"/jobs/{known.job - 1}")
    yield "/notebooks/supplier_performance/runs"
    yield from ("/imports", f"/imports/{known.run}/rejected")


@door("free SQL", slow=True)
def free_sql(visitor: Visitor, known: Known) -> Iterator[str]:
    for text in SQL:
        yield told(lambda text=text: list(visitor.office.sql(text).rows()))
    yield visitor.program.post("/api/v1/sql", json={"sql": "select * from vault"}).text


@door("a metric", slow=True)
def metrics(visitor: Visitor, known: Known) -> Iterator[str]:
    for name in ("vault_pay", "vault_notes", "cellar_sum"):
        by = "content" if name == "cellar_sum" else "note"
        yield told(lambda name=name, by=by: list(visitor.office.metric(name, by).rows()))
    yield visitor.program.get("/api/v1/metrics/vault_pay").text


@door("a notebook", slow=True)
def notebook(visitor: Visitor, known: Known) -> Iterator[str]:
    from app.office.remote import OfficeRefused

    asks: list[Callable[[], Any]] = [
        *(lambda form=form: visitor.afar.list(form, columns=FIELDS[form]).rows for form in FIELDS),
        *(lambda form=form, number=number: visitor.afar.get(form, number) for form, number in known.all_numbers),
        lambda: list(visitor.afar.sql("select * from vault").rows()),
        lambda: visitor.afar.jobs(),
    ]
    for ask in asks:
        try:
            yield written(ask())
        except OfficeRefused as error:
            yield error.say("en")


@door("the assistant", slow=True)
def assistant(visitor: Visitor, known: Known) -> Iterator[str]:
    from assistant import gate

    repository, actor = visitor.company.office.repository, visitor.office.actor
    for form, number in known.all_numbers:
        for name in ("show_document", "document_history"):
            yield told(gate.call, repository, actor, name, {"number": number, "form": form})
    for form in FIELDS:
        yield told(gate.call, repository, actor, "find_documents", {"form": form})
        yield told(gate.call, repository, actor, "count_documents", {"form": form})
        yield told(gate.call, repository, actor, "count_documents", {"form": form, "amount_from": "7000000"})
    for question in ("show VT-0002", "history of VT-0003", "show CL-0001"):
        yield told(visitor.office.ask, question)

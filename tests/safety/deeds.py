"""What some may not do, by each way there is; every deed is undone as soon as it was let through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from app.core.errors import DaybookError
from app.data import documents
from app.data.repository import Repository
from app.data.transaction import Transaction
from tests.safety.visitors import Visitor

Deed = Callable[[Visitor], Any]


class Undone(Exception):
    """What was done is taken back."""


@dataclass(frozen=True)
class Refused:
    """A deed, who may not do it, and who may."""

    deed: Deed
    by: tuple[str, ...]
    allowed: str = "keeper"


@contextmanager
def undoing(repository: Repository) -> Iterator[list[Transaction]]:
    """Undo each transaction that ends well inside the block; give those that did."""
    done: list[Transaction] = []
    real = repository.transaction

    @contextmanager
    def undone(*given: Any, **more: Any) -> Iterator[Transaction]:
        with real(*given, **more) as tx:
            yield tx
            done.append(tx)
            raise Undone

    repository.transaction = undone  # type: ignore[method-assign]
    try:
        yield done
    finally:
        del repository.transaction  # type: ignore[method-assign]


def succeeds(visitor: Visitor, deed: Deed) -> bool:
    """Tell whether a person can do a deed; nothing is left of it."""
    assert visitor.session and visitor.company.office.of_token(visitor.token)  # made and seen before what is undone
    with undoing(visitor.company.office.repository) as done, suppress(DaybookError, Undone):
        deed(visitor)
    return bool(done)


def _many(visitor: Visitor) -> None:
    with visitor.office.transaction() as tx:
        documents.create_many(tx, "vault", [{"note": "x"}])


def _imported(visitor: Visitor) -> None:
    with visitor.company.office.repository.transaction(visitor.office.actor, door="import") as tx:
        documents.create_many(tx, "cellar", [{"content": "x"}])


def _from_elsewhere(visitor: Visitor) -> None:
    headers = {"origin": "https://evil.example"} if visitor.scope == "read" else {}
    visitor.browser.post("/api/v1/cellar", json={"content": "x"}, headers=headers)


EVERYONE_ELSE = ("clerk", "guest", "stranger", "warden", "owner", "helper", "outsider")
REFUSED: dict[str, Refused] = {
    "make a document": Refused(lambda v: v.office.create("vault", {"note": "x"}), (*EVERYONE_ELSE, "scribe", "filler")),
    "make many": Refused(_many, (*EVERYONE_ELSE, "scribe", "filler")),
    "import": Refused(_imported, (*EVERYONE_ELSE, "scribe")),
    "change a document": Refused(lambda v: v.office.update("vault", "VT-0003", {"note": "x"}), EVERYONE_ELSE),
    "change what one only sees": Refused(lambda v: v.office.update("vault", "VT-0002", {"note": "x"}), EVERYONE_ELSE),
    "change a field that is hidden": Refused(lambda v: v.office.update("vault", "VT-0002", {"pay": "1"}), ("scribe",)),
    "change a hidden cell": Refused(
        lambda v: v.office.update("vault", "VT-0002", {"lines": [{"line_no": 1, "cost": "1"}]}), ("scribe",)
    ),
    "change a field that others fill in": Refused(
        lambda v: v.office.update("vault", "VT-0002", {"opened_on": "2020-01-06"}), ("scribe",)
    ),
    "change more than was given": Refused(
        lambda v: v.office.update("vault", "VT-0003", {"owner": "clerk"}), ("filler",)
    ),
    "change a hidden field that was given": Refused(
        lambda v: v.office.update("vault", "VT-0003", {"pay": "1"}), ("filler",)
    ),
    "change another than was given": Refused(
        lambda v: v.office.update("vault", "VT-0002", {"note": "1"}), ("filler", "helper")
    ),
    "delete": Refused(lambda v: v.office.delete("vault", "VT-0002"), (*EVERYONE_ELSE, "scribe")),
    "delete what was given": Refused(lambda v: v.office.delete("vault", "VT-0003"), ("helper", "filler")),
    "take out of the bin": Refused(lambda v: v.office.restore("vault", "VT-0005"), (*EVERYONE_ELSE, "scribe")),
    "press a button": Refused(lambda v: v.office.act("vault", "VT-0003", "archive"), EVERYONE_ELSE),
    "link to what one may not see": Refused(
        lambda v: v.office.create("visit", {"vault": "VT-0003"}), ("guest", "stranger", "warden", "owner", "outsider")
    ),
    "link to what one may not open": Refused(
        lambda v: v.office.create("visit", {"cellar": "CL-0001"}), (*EVERYONE_ELSE, "scribe", "filler")
    ),
    "attach another's file": Refused(
        lambda v: v.office.update("vault", "VT-0001", {"scan": [_file(v)]}), ("scribe", "filler")
    ),
    "stop another's job": Refused(lambda v: v.office.retry_job(1), (*EVERYONE_ELSE, "scribe")),
    "write from another site": Refused(_from_elsewhere, ("keeper:read",)),
    "delete another's view": Refused(lambda v: v.office.delete_view(1), EVERYONE_ELSE),
    "write with a token that reads": Refused(
        lambda v: v.program.post("/api/v1/cellar", json={"content": "x"}), ("keeper:read",)
    ),
    "stop a job with a token that reads": Refused(
        lambda v: v.program.post("/api/v1/jobs/1/retry"), ("keeper:read", "keeper:visit")
    ),
    "write in process with a token that reads": Refused(
        lambda v: v.office.create("cellar", {"content": "x"}), ("keeper:read", "keeper:visit")
    ),
}


def _file(visitor: Visitor) -> str:
    return visitor.company.known.file

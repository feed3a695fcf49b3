"""One act on very many documents as a job: each document is its own transaction, what refuses is listed with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.core.actor import Actor
from app.core.errors import DaybookError
from app.core.events import outbox
from app.data import documents
from app.data.documents import Filter, Query
from app.data.outage import Outage
from app.data.repository import Repository
from app.jobs.runner import asker, report_progress
from app.workflow import service

KIND = "bulk.act"
PAGE = 1000
EVERY = 25  # documents between two words about how far it is
MOST_TOLD = 200


@outbox(KIND)
def act_on_many(repository: Repository, payload: Mapping[str, Any], _key: str) -> dict[str, Any]:
    """Press a button on every document of a filter, as the person who asked; give how many did, and what refused."""
    job, form, action = int(payload["job"]), str(payload["form"]), str(payload["action"])
    actor = asker(repository, job)
    numbers = list(_numbers(repository, actor, payload))
    done, refused = 0, []
    for place, number in enumerate(numbers):
        if place % EVERY == 0:
            report_progress(repository, job, f"{place} / {len(numbers)}")
        try:
            done += _act(repository, actor, form, number, action=action, key=f"{KIND}-{job}-{number}")
        except Outage:  # the rest comes when the job is tried again
            raise
        except DaybookError as error:
            refused.append([number, error.say("en"), error.say("zh")])
    return {"done": done, "of": len(numbers), "refused": len(refused), "told": refused[:MOST_TOLD]}


def _numbers(repository: Repository, actor: Actor, payload: Mapping[str, Any]) -> Iterator[str]:
    """Give the numbers of all documents of the filter, before the first one is touched."""
    filters = tuple(Filter(field, operator, value) for field, operator, value in payload.get("filters") or ())
    after: str | None = None
    while True:
        query = Query(
            payload["form"],
            filters=filters,
            view=payload.get("view") or None,
            search=payload.get("search") or None,
            columns=("number",),
            limit=PAGE,
            after=after,
            counted=False,
        )
        with repository.reading(actor, door="job") as tx:
            page = documents.list_documents(tx, query)
        yield from (row["number"] for row in page.rows)
        after = page.next
        if after is None:
            return


def _act(repository: Repository, actor: Actor, form: str, number: str, *, action: str, key: str) -> int:
    """Act on one document once, however often the job is tried."""
    with repository.transaction(actor, door="page") as tx:
        if tx.claim(key, [form, number, action]) is None:
            service.act(tx, form, number, action)
            tx.answer(key, {"number": number})
    return 1

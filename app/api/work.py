"""What waits for a person, and questions: inbox, decisions, free SQL."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from app.api.auth import needs
from app.api.problems import locale_of, wrong
from app.api.reading import Key, idempotency_key, if_match, json_object
from app.office.encoding import document_json, encode
from app.office.facade import SQL_ROWS, Office
from app.office.result import Result

if TYPE_CHECKING:  # costs memory: loaded when the first question comes
    import pyarrow as pa

router = APIRouter()
ARROW = "application/vnd.apache.arrow.stream"
DECISIONS = (
    *("approve", "reject", "return", "abstain", "advise"),
    *("transfer", "add_before", "add_after", "consult"),
)


@router.get("/search")
def search(request: Request, q: str = "", office: Office = Depends(needs("read"))) -> JSONResponse:
    """Find documents of all forms by words, numbers or the initials of pinyin."""
    return JSONResponse({"items": encode(office.search(q[:200]) if q.strip() else [], locale_of(request))})


@router.get("/access")
def sensitive_reads(
    request: Request,
    account: str = "",
    form: str = "",
    number: str = "",
    limit: int = 100,
    after: int | None = None,
    office: Office = Depends(needs("read")),
) -> JSONResponse:
    """List who read what is sensitive, newest first; for auditors. `after` is the last `id` seen."""
    if after is not None and not 0 <= after < 2**62:
        raise wrong("after is an id.", "after 应为编号。", field="after")
    which = {"account": account[:200], "form": form[:200], "number": number[:200], "limit": limit, "after": after}
    items = [encode(read, locale_of(request)) | {"account": read.account.number} for read in office.sensitive_reads(**which)]
    return JSONResponse({"items": items})


@router.get("/inbox")
def inbox(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List the decisions that wait for the caller."""
    return JSONResponse({"items": encode(office.inbox(), locale_of(request))})


@router.post("/inbox/{task}/{decision}")
async def decide(task: Key, decision: str, request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Approve, reject, return, abstain, advise; or pass a task on: transfer (`{to: name}`), add_before, add_after,
    consult (`{to: [names]}`). With `comment`, and fields that the step asks for.
    """
    if decision not in DECISIONS:
        raise wrong(f"A decision is one of {', '.join(DECISIONS)}.", f"决定为 {', '.join(DECISIONS)} 之一。")
    body = await json_object(request)
    comment, to = body.pop("comment", ""), body.pop("to", None)
    people = isinstance(to, list) and all(isinstance(one, str) for one in to)
    if not isinstance(comment, str) or not (isinstance(to, str | None) or people):
        raise wrong("comment is a text, to a text or a list of texts.", "comment 应为文本，to 应为文本或文本列表。")
    document = await run_in_threadpool(
        office.decide,
        task,
        decision,
        comment=comment,
        to=to,
        inputs=body,
        seen_version=if_match(request),
        key=idempotency_key(request),
    )
    return JSONResponse(document_json(document), headers={"etag": f'"{document.version}"'})


@router.post("/ask")
async def ask(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Ask the assistant: `text`, `thread` of what was said before, `context` with form and number looked at."""
    body = await json_object(request)
    text, thread, context = body.get("text"), body.get("thread"), body.get("context")
    readable = isinstance(text, str) and text.strip() and isinstance(thread, str | None)
    if (
        not readable
        or not isinstance(context, dict | None)
        or not all(isinstance(one, str) for one in (context or {}).values())
    ):
        raise wrong("Send text, and thread as the last answer named it.", "请发送 text，以及上次回答给出的 thread。")
    assert isinstance(text, str)
    answer = await run_in_threadpool(office.ask, text, thread, context=context)
    return JSONResponse(encode(answer, locale_of(request)))


@router.post("/ask/confirm", status_code=201)
async def confirm(request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Make the document that the assistant proposed, by the token that it gave."""
    token = (await json_object(request)).get("token")
    if not isinstance(token, str):
        raise wrong("Send the token of the proposal.", "请发送提案的 token。")
    made = await run_in_threadpool(office.confirm, token)
    return JSONResponse(document_json(made), 201, {"location": f"/api/v1/{made.form}/{made.number}"})


@router.post("/sql")
async def sql(request: Request, office: Office = Depends(needs("read"))) -> Response:
    """Answer one SELECT with the caller's rights; Arrow where Accept asks for it, else JSON with exact text amounts."""
    body = await json_object(request)
    text, limit = body.get("sql"), body.get("limit", 10_000)
    if not isinstance(text, str) or not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= SQL_ROWS:
        raise wrong(
            f"Send sql as text, and limit as a number up to {SQL_ROWS}.",
            f"sql 为文本，limit 为不超过 {SQL_ROWS} 的数字。",
        )
    found = await run_in_threadpool(office.sql, text, limit=limit)
    if ARROW in request.headers.get("accept", ""):
        return Response(arrow_bytes(found.table), media_type=ARROW, headers={"daybook-cut": str(found.cut).lower()})
    return JSONResponse(_rows(found))


def _rows(found: Result) -> dict[str, Any]:
    rows = [
        [encode(value) if not isinstance(value, float) else value for value in row.values()] for row in found.rows()
    ]
    return {"columns": found.columns, "rows": rows, "cut": found.cut}


def arrow_bytes(table: pa.Table) -> bytes:
    """Give a table as an Arrow IPC stream."""
    from pyarrow import ipc

    sink = BytesIO()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()

"""The same routes for every form: list, create, read, change, act, history."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from app.api.auth import needs
from app.api.problems import Stale, locale_of, wrong
from app.api.reading import idempotency_key, if_match, instant, json_object, list_arguments
from app.core.errors import Conflict
from app.office.encoding import document_json, encode, row_json
from app.office.facade import Office

router = APIRouter()
KEPT = frozenset(
    {"form", "number", "stage", "version", "created_at", "created_by", "changed_at", "changed_by", "stage_since"}
)


@router.get("/{form}")
def list_documents(form: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List documents: filters by field, `sort`, `limit`, `after`, `columns`, `sums`, `search`, `where`, `view`."""
    asked = list_arguments(request.query_params.multi_items())
    page = office.list(form, asked.pop("where", None), order_by=asked.pop("sort", None), **asked)
    body = {
        "items": [row_json(row) for row in page.rows],
        "next": page.next,
        "count": encode(page.count),
        "sums": encode(page.sums),
    }
    return JSONResponse(body)


@router.post("/{form}", status_code=201)
async def create(form: str, request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Make a document; `?submit=true` hands it in as well."""
    values = await json_object(request)
    submit = request.query_params.get("submit", "false").lower() == "true"
    key = idempotency_key(request)
    made = await run_in_threadpool(office.create, form, values, submit=submit, key=key)
    return _answer(made, 201, {"location": f"/api/v1/{form}/{made.number}"})


@router.get("/{form}/{number}")
def read(form: str, number: str, request: Request, office: Office = Depends(needs("read"))) -> Response:
    """Read a document; its version is the ETag. `as_of` gives it as it stood at an instant."""
    at = request.query_params.get("as_of")
    if at is not None:
        return JSONResponse(row_json(office.as_of(form, number, instant(at))))
    document = office.get(form, number)
    if request.headers.get("if-none-match") == _etag(document):
        return Response(status_code=304, headers={"etag": _etag(document)})
    return _answer(document)


@router.patch("/{form}/{number}")
async def update(form: str, number: str, request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Change fields; lines merge by `line_no`, `{line_no, delete: true}` goes. If-Match guards against a stale copy."""
    changes = {name: value for name, value in (await json_object(request)).items() if name not in KEPT}
    version = if_match(request)
    key = idempotency_key(request)
    return _answer(await run_in_threadpool(_update, office, form, number, changes=changes, version=version, key=key))


@router.delete("/{form}/{number}", status_code=204)
def delete(form: str, number: str, request: Request, office: Office = Depends(needs("write"))) -> Response:
    """Put a document into the trash."""
    version = if_match(request)
    if version is not None:
        _check_version(office, form, number, version=version)
    office.delete(form, number)
    return Response(status_code=204)


@router.get("/{form}/{number}/history")
def history(form: str, number: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Tell who changed what when, through which door."""
    return JSONResponse({"items": encode(office.history(form, number), locale_of(request))})


@router.get("/{form}/{number}/actions")
def actions(form: str, number: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Tell which buttons there are, and why one can't be pressed."""
    return JSONResponse({"items": encode(office.actions(form, number), locale_of(request))})


@router.get("/{form}/{number}/path")
def path(form: str, number: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Tell the steps of the approval: passed, open, ahead."""
    return JSONResponse({"items": encode(office.path(form, number), locale_of(request))})


@router.get("/{form}/{number}/linked")
def linked(form: str, number: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Tell which documents point here, and which it points to."""
    return JSONResponse({"items": encode(office.linked(form, number), locale_of(request))})


@router.post("/{form}/{number}/{action}")
async def act(
    form: str, number: str, action: str, request: Request, office: Office = Depends(needs("write"))
) -> JSONResponse:
    """Press a button: submit, withdraw, send, receive, whatever the workflow offers; what it asks for in the body."""
    body = await json_object(request)
    comment = body.pop("comment", "")
    if not isinstance(comment, str):
        raise wrong("A comment is text.", "备注应为文本。", field="comment")
    version = if_match(request)
    return _answer(
        await run_in_threadpool(
            _act,
            office,
            (form, number, action),
            inputs=body,
            comment=comment,
            version=version,
            key=idempotency_key(request),
        )
    )


def _update(office: Office, form: str, number: str, *, changes: dict, version: int | None, key: str | None) -> Any:
    try:
        return office.update(form, number, changes, version=version, key=key)
    except Conflict as conflict:
        raise _stale(office, form, number) from conflict


def _act(
    office: Office, target: tuple[str, str, str], *, inputs: dict, comment: str, version: int | None, key: str | None
) -> Any:
    try:
        return office.press(*target, inputs=inputs, comment=comment, version=version, key=key)
    except Conflict as conflict:
        if version is None:
            raise
        raise _stale(office, target[0], target[1]) from conflict


def _check_version(office: Office, form: str, number: str, *, version: int) -> None:
    if office.get(form, number).version != version:
        raise _stale(office, form, number)


def _stale(office: Office, form: str, number: str) -> Stale:
    return Stale(number=number, version=office.get(form, number).version)


def _etag(document: Any) -> str:
    return f'"{document.version}"'


def _answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(document_json(document), status, {"etag": _etag(document)} | (headers or {}))

"""The office over REST: for notebooks, which hold the token of their run and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx

from app.core.errors import DaybookError
from app.core.words import Words
from app.office.result import Figures, Result

Rows = list[dict[str, Any]]
ARROW = "application/vnd.apache.arrow.stream"
SECONDS = 120.0


class OfficeRefused(DaybookError):
    """{reason}"""

    zh = "{reason}"

    def __init__(self, body: Mapping[str, Any], status: int) -> None:
        self.body = dict(body)
        self.answered = status
        detail = str(body.get("detail") or body.get("title") or f"the office answered {status}")
        super().__init__(field=body.get("field"), reason=Words(detail, detail))

    @property
    def code(self) -> str:
        """The name of the error, as the office gave it."""
        return str(self.body.get("code", "failed"))


class RemoteDocument(dict[str, Any]):
    """A document as the office sent it: amounts as text, links as numbers; `doc["lines"]` is a list."""

    @property
    def form(self) -> str:
        """Its form."""
        return self["form"]

    @property
    def number(self) -> str:
        """What people call it."""
        return self["number"]

    @property
    def stage(self) -> str:
        """Where it stands in its life."""
        return self["stage"]

    @property
    def version(self) -> int:
        """How often it was saved."""
        return self["version"]


@dataclass(frozen=True)
class RemotePage:
    """A page of a list."""

    rows: list[dict[str, Any]]
    next: str | None
    count: Mapping[str, Any]
    sums: Mapping[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class RemoteOffice:
    """The same methods as the office in process, with the rights of the person whose token this is."""

    door = "notebook"

    def __init__(self, address: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1",
            timeout=SECONDS,
            transport=transport,
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
        )

    def me(self) -> dict[str, Any]:
        """Tell who this token speaks for."""
        return self._get("/me")

    def forms(self) -> Rows:
        """Give the forms that this person may see or fill in."""
        return self._get("/forms")["items"]

    def form(self, name: str) -> dict[str, Any]:
        """Describe one form."""
        return self._get(_path("forms", name))

    def list(
        self,
        form: str,
        where: str | None = None,
        *,
        order_by: str | None = None,
        limit: int = 50,
        after: str | None = None,
        **more: Any,
    ) -> RemotePage:
        """Give a page of documents; `more`: columns, sums, search, filters (field, operator, value), view."""
        filters = {f"{name}[{operator}]": _text(value) for name, operator, value in more.pop("filters", ())}
        columns, sums = more.pop("columns", None), more.pop("sums", None)
        asked = {
            "where": where,
            "sort": order_by,
            "limit": limit,
            "after": after,
            **more,
            **filters,
            "columns": ",".join(columns) if columns else None,
            "sums": ",".join(sums) if sums else None,
        }
        found = self._get(_path(form), params={name: value for name, value in asked.items() if value is not None})
        return RemotePage(found["items"], found["next"], found["count"], found["sums"])

    def get(self, form: str, number: str) -> RemoteDocument:
        """Give one document."""
        return RemoteDocument(self._get(_path(form, number)))

    def create(
        self, form: str, values: Mapping[str, Any], *, submit: bool = False, key: str | None = None
    ) -> RemoteDocument:
        """Make a document, and hand it in if asked."""
        return self._document(
            "POST", _path(form), values, params={"submit": "true"} if submit else {}, headers=_headers(key)
        )

    def update(
        self, form: str, number: str, changes: Mapping[str, Any], *, version: int | None = None, key: str | None = None
    ) -> RemoteDocument:
        """Change a document; lines merge by `line_no`."""
        return self._document("PATCH", _path(form, number), changes, headers=_headers(key, version))

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
    ) -> RemoteDocument:
        """Press a button of a document."""
        return self._document(
            "POST", _path(form, number, action), {**inputs, "comment": comment}, headers=_headers(key, version)
        )

    def delete(self, form: str, number: str) -> None:
        """Put a document into the trash."""
        self._send("DELETE", _path(form, number))

    def history(self, form: str, number: str) -> Rows:
        """Give who changed what when."""
        return self._get(_path(form, number, "history"))["items"]

    def inbox(self) -> Rows:
        """Give the decisions that wait for this person."""
        return self._get("/inbox")["items"]

    def decide(
        self, task: int, decision: str, *, comment: str = "", to: str | Sequence[str] | None = None, **inputs: Any
    ) -> RemoteDocument:
        """Approve, reject, return, abstain, advise, transfer, add_before, add_after, consult."""
        body = {**inputs, "comment": comment, **({"to": to} if to else {})}
        return self._document("POST", _path("inbox", str(task), decision), body)

    def sql(self, text: str, *, limit: int = 100_000) -> Result:
        """Answer free SQL with this person's rights, as an Arrow table."""
        answer = self._send("POST", "/sql", content=_body({"sql": text, "limit": limit}), headers={"accept": ARROW})
        from pyarrow import ipc

        return Result(ipc.open_stream(answer.content).read_all(), answer.headers.get("daybook-cut") == "true")

    def metrics(self) -> Rows:
        """Give every metric with what this person may cut it by, and whether he may see it."""
        return self._get("/metrics")["items"]

    def metric(
        self,
        name: str,
        by: str | Sequence[str] = (),
        where: str | None = None,
        *,
        period: str | tuple[date, date] | None = None,
        **more: Any,
    ) -> Figures:
        """Give a metric with this person's rights; `more`: filters (dimension to value or values), order_by, limit."""
        days = period if isinstance(period, str | None) else f"{period[0]}..{period[1]}"
        filters = {f"{each}[in]": _text(wanted) for each, wanted in more.pop("filters", {}).items()}
        asked = {"by": _text(by), "where": where, "period": days, "sort": more.pop("order_by", None), **more, **filters}
        params = {name: value for name, value in asked.items() if value not in (None, "")}
        answer = self._send("GET", _path("metrics", name), params=params, headers={"accept": ARROW})
        from pyarrow import ipc

        table = ipc.open_stream(answer.content).read_all()
        return Figures.read(table, answer.headers.get("daybook-cut") == "true")

    def ask(self, text: str, thread: str | None = None) -> dict[str, Any]:
        """Ask the assistant."""
        return self._send("POST", "/ask", content=_body({"text": text, "thread": thread})).json()

    def run_notebook(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """Ask for a run of a notebook; gives its job."""
        return self._send("POST", _path("notebooks", name), content=_body(parameters)).json()

    def runs(self, name: str) -> Rows:
        """Give this person's runs of a notebook."""
        return self._get(_path("notebooks", name, "runs"))["items"]

    def jobs(self, **which: str) -> Rows:
        """Give the newest jobs that this person may see."""
        return self._get("/jobs", params=which)["items"]

    def _get(self, path: str, **how: Any) -> Any:
        return self._send("GET", path, **how).json()

    def _document(self, method: str, path: str, body: Mapping[str, Any], **how: Any) -> RemoteDocument:
        return RemoteDocument(self._send(method, path, content=_body(body), **how).json())

    def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        headers = {"content-type": "application/json"} | how.pop("headers", {})
        answer = self._http.request(method, path, headers=headers, **how)
        if answer.is_error:
            raise OfficeRefused(_problem(answer), answer.status_code)
        return answer


def _path(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _headers(key: str | None, version: int | None = None) -> dict[str, str]:
    found = {"idempotency-key": key} if key else {}
    return found | ({"if-match": f'"{version}"'} if version is not None else {})


def _body(value: object) -> bytes:
    from app.office.encoding import encode

    return json.dumps(encode(value), ensure_ascii=False).encode()


def _text(value: object) -> str:
    return ",".join(map(_text, value)) if isinstance(value, list | tuple) else str(value)


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"detail": answer.text[:300]}
    return found if isinstance(found, dict) else {"detail": str(found)[:300]}

"""Metrics: which there are for the caller, and their figures, cut as asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from app.api.auth import needs
from app.api.problems import locale_of, wrong
from app.api.reading import list_arguments
from app.api.work import ARROW, arrow_bytes
from app.office.encoding import encode
from app.office.facade import SQL_ROWS, Office
from app.office.result import Figures

router = APIRouter(prefix="/metrics")
WORDS = ("by", "where", "period", "sort", "limit")


@router.get("")
def metrics(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List the metrics: unit, dimensions that the caller may cut by, and whether he may see them at all."""
    locale = locale_of(request)
    return JSONResponse({"items": [_described(each, locale) for each in office.metrics()]})


@router.get("/{name}")
def metric(name: str, request: Request, office: Office = Depends(needs("read"))) -> Response:
    """Give a metric: `by` dimensions, `where`, `period`, `sort`, `limit`, and filters by dimension."""
    found = office.metric(name, **metric_arguments(request.query_params.multi_items()))
    if ARROW in request.headers.get("accept", ""):
        cut = {"daybook-cut": str(found.cut).lower()}
        return Response(arrow_bytes(found.table), media_type=ARROW, headers=cut)
    return JSONResponse(_answer(found, locale_of(request)))


def metric_arguments(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn `by=month,supplier&period=last_month&warehouse=HZ` into what a metric asks for."""
    given = list(pairs)
    words = {name: value for name, value in given if name in WORDS}
    listed = list_arguments((name, value) for name, value in given if name not in WORDS)
    found: dict[str, Any] = {"by": words.get("by", ""), "where": words.get("where"), "period": words.get("period")}
    found |= {"order_by": words.get("sort"), "limit": _limit(words.get("limit"))}
    return found | {"filters": dict(_filter(*each) for each in listed["filters"])}


def _filter(name: str, operator: str, value: Any) -> tuple[str, Any]:
    if operator not in ("eq", "in"):
        raise wrong(
            f"A metric is filtered by {name}=value or {name}[in]=a,b. Anything else goes into where.",
            f"指标按 {name}=值 或 {name}[in]=a,b 筛选，其他条件写在 where 里。",
            field=name,
        )
    return name, value


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= SQL_ROWS:
        raise wrong(f"limit is a number from 1 to {SQL_ROWS}.", f"limit 为 1 到 {SQL_ROWS} 的数字。", field="limit")
    return int(text[:9])


def _described(each: Any, locale: str) -> dict[str, Any]:
    spec = each.spec
    dimensions = [{"name": name, "title": label.say(locale)} for name, label in each.dimensions.items()]
    return {
        "name": spec.name,
        "title": spec.title.say(locale),
        "help": spec.help.say(locale),
        "unit": spec.unit,
        "good": spec.good,
        "goal": encode(spec.goal),
        "dimensions": dimensions,
        "periods": list(each.grains),
        "allowed": each.allowed,
    }


def _answer(found: Figures, locale: str) -> dict[str, Any]:
    about = dict(found.about)
    title = about["title"]
    rows = [{name: encode(value) for name, value in row.items()} for row in found.rows()]
    return about | {"title": title.get(locale) or title["en"], "columns": found.columns, "rows": rows, "cut": found.cut}

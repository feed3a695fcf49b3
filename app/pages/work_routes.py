"""What the work pages fetch beside the socket: the page of a notebook's run, shut in by its headers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.core.errors import DaybookError
from app.office import COOKIE
from app.pages import session
from app.pages.views import sql

router = APIRouter()
Key = Annotated[int, Path(ge=0, lt=2**62)]  # a number that a database can hold
SHUT_IN = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; script-src 'unsafe-inline'; "
    "sandbox allow-scripts; frame-ancestors 'self'"
)
LOOK = """<style>
:root { --page: #fff; --text: #1c2024; --second: #60646c; --line: #e0e1e6; --head: #f9f9fb; }
html.dark { --page: #18191b; --text: #edeef0; --second: #b0b4ba; --line: #363a3f; --head: #212225; color-scheme: dark; }
html, body, body.jp-Notebook { background: var(--page) !important; color: var(--text) !important; margin: 0; padding: 4px !important; overflow: hidden;
  font: 13px/20px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif !important; }
body :not(svg, svg *) { font-family: "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif !important; }
tbody tr { background: none !important; } tbody tr:hover { background: var(--head) !important; } td:first-child, th { white-space: nowrap; }
.jp-Cell, .jp-OutputArea-output, .jp-Cell-outputWrapper, main { padding: 0 !important; margin: 0 !important; background: none !important; color: inherit !important; }
.jp-OutputArea-child { padding: 0 0 16px !important; } .jp-OutputArea-output { overflow-x: auto !important; }
.jp-OutputPrompt, .jp-InputPrompt, .jp-Collapser, .jp-InputArea, .celltag_headline { display: none !important; }
table { table-layout: auto !important; width: max-content !important; min-width: 100%; border-collapse: collapse; font-size: 13px !important; } th, td { padding: 7px 10px !important; border: 0 !important; border-bottom: 1px solid var(--line) !important;
  background: none !important; color: inherit !important; } thead th { background: var(--head) !important; color: var(--second) !important; font-weight: 400 !important; font-size: 12px; }
svg, img { max-width: 100%; height: auto; } html.dark :is(svg, img) { filter: invert(.91) hue-rotate(180deg); }
td { color: var(--text) !important; }
@media (max-width: 560px) {
  table { width: 100% !important; min-width: 0; } thead { display: none; } table, tbody { display: block; } tbody tr { display: block; text-align: left !important; padding: 8px 0; border-bottom: 1px solid var(--line) !important; }
  tbody :is(td, th) { display: inline-block; border: 0 !important; padding: 0 14px 0 0 !important; text-align: left !important; white-space: nowrap; } tbody :is(td, th):not(:first-child)::before { content: attr(data-head) " "; font-size: 12px; color: var(--second); } tbody tr > :first-child { display: block; font-weight: 600; white-space: normal; }
}
pre { white-space: pre-wrap; overflow-wrap: anywhere; color: inherit !important; }
</style><script>
if (new URLSearchParams(location.search).get("theme") === "dark") document.documentElement.classList.add("dark");
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.querySelectorAll("thead tr:last-child > *")].map((one) => one.textContent.trim());
  for (const row of table.querySelectorAll("tbody tr")) [...row.children].forEach((cell, place) => { cell.dataset.head = heads[place] || ""; });
}
const tell = () => parent.postMessage({ daybookHeight: document.body.scrollHeight + 8 }, "*");
new ResizeObserver(tell).observe(document.body); addEventListener("load", tell);
</script>"""


@router.get("/notebook/{job}")
def notebook_result(job: Key, request: Request) -> Response:
    """Give the page of a finished run to whoever ran it, in the look of the office."""
    header = request.headers.get("cookie", "")
    person = session.house().of_session(request.cookies.get(COOKIE, ""))
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    try:
        page = person.notebook_result(job)
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(session.locale(header, person))}, error.status)
    return HTMLResponse(page.replace("</body>", LOOK + "</body>"), headers={"content-security-policy": SHUT_IN})


@router.get("/sql/{question}.csv")
def sql_answer(question: int, request: Request) -> Response:
    """Give the answer of a question that this person asked, as a file."""
    header = request.headers.get("cookie", "")
    person = session.house().of_session(request.cookies.get(COOKIE, ""))
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    try:
        content = sql.as_csv(person, question)
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(session.locale(header, person))}, error.status)
    way = {"Content-Disposition": f'attachment; filename="query-{question}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=way)


@router.get("/import/{run}/rejected")
def rejected_rows(run: Key, request: Request) -> Response:
    """Give the rows that stayed out of an import, each with its reason, as a file to mend."""
    header = request.headers.get("cookie", "")
    person = session.house().of_session(request.cookies.get(COOKIE, ""))
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    locale = session.locale(header, person)
    try:
        content = person.import_rejections(run, locale=locale)
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(locale)}, error.status)
    way = {"Content-Disposition": f'attachment; filename="import-{run}-rejected.csv"'}
    return Response("\ufeff" + content, media_type="text/csv; charset=utf-8", headers=way)

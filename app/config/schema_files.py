"""The schemas of reports, imports, the company and templates; and of every kind by its name."""

from __future__ import annotations

from collections.abc import Callable

from app.config import (
    dashboard_reader,
    import_reader,
    metric_reader,
    organisation_reader,
    posting_reader,
    template_reader,
)
from app.config.metric_spec import UNITS
from app.config.schema_forms import decision, form, workflow
from app.config.schema_parts import (
    EXPRESSION,
    FLAG,
    IDENTIFIER,
    NUMBER,
    SHARE,
    TEXT,
    TIME,
    WHOLE,
    Parts,
    Schema,
    either,
    words,
)
from app.config.workflow_reader import MEANINGS

GOAL = either(NUMBER, {"type": "string", "pattern": r"^-?\d+(\.\d+)?%?$"})


def metrics(parts: Parts) -> Schema:
    """Give the schema of metrics."""
    alert = parts.closed(("when", "tell"), ("when", "tell"), when=EXPRESSION, tell=parts.listed(parts.part("who")))
    metric = parts.closed(
        metric_reader.KEYS, ("title", "value"), **dict.fromkeys(("title", "help"), parts.part("words")), from_=TEXT, value=EXPRESSION,
        where=EXPRESSION, at=TEXT, by=parts.listed(TEXT), as_=words(*UNITS), good=words("up", "down"), goal=GOAL, balance=FLAG, alert=alert,
    )
    return parts.top(("metrics",), ("metrics",), metrics=parts.named(metric))


def _send(parts: Parts) -> Schema:
    return parts.closed(
        dashboard_reader.SEND_KEYS, ("to", "every"), to=parts.listed(TEXT), every=words(*dashboard_reader.DAYS), at=TEXT
    )


def dashboard(parts: Parts) -> Schema:
    """Give the schema of a dashboard."""
    names, title = parts.listed(TEXT), parts.part("words")
    tile = parts.closed(
        dashboard_reader.TILE_KEYS, metric=TEXT, metrics=names, list=TEXT, notebook=TEXT, note=title, as_=words(*dashboard_reader.DRAWN),
        by=TEXT, top=WHOLE, compare=words(*dashboard_reader.COMPARED), where=EXPRESSION, wide={"enum": [1, 2, 3, 4]},
    )
    return parts.top(
        dashboard_reader.DASHBOARD_KEYS, ("dashboard", "title", "tiles"), dashboard=IDENTIFIER, title=title, roles=names,
        period=words(*dashboard_reader.PERIODS), filters=names, tiles=parts.listed(tile), refresh=TIME, send=_send(parts),
    )


def report(parts: Parts) -> Schema:
    """Give the schema of a report."""
    names = parts.listed(TEXT)
    return parts.top(
        dashboard_reader.REPORT_KEYS, ("report", "title"), report=IDENTIFIER, title=parts.part("words"), roles=names, metrics=names,
        by=names, across=TEXT, from_=TEXT, columns=names, where=EXPRESSION, sort=TEXT, top=WHOLE,
        as_=words(*dashboard_reader.DRAWN), send=_send(parts),
    )


def import_(parts: Parts) -> Schema:
    """Give the schema of an import."""
    names, title = parts.listed(TEXT), parts.part("words")
    columns = either(names, {"type": "object"})
    join = parts.closed(("file", "by", "columns"), file=TEXT, by=either(TEXT, names, {"type": "object"}), columns=columns)
    source = parts.closed(
        import_reader.SOURCE_KEYS, **dict.fromkeys(("file", "separator", "encoding", "dates", "zone"), TEXT), sheet=TEXT,
        header=either(WHOLE, FLAG), columns=names, join=either(join, parts.listed(join)),
    )
    rule = parts.closed(("when", "because"), ("when",), when=EXPRESSION, because=title)
    find = parts.closed(
        import_reader.FIND_KEYS, ("find", "by"), find=IDENTIFIER, by={"type": "object"}, if_missing=words("reject", "create", "empty"),
        create={"type": "object"}, because=title,
    )
    mapped = parts.closed(import_reader.MAP_KEYS, ("from",), from_=EXPRESSION, map={"type": "object"}, otherwise=EXPRESSION, because=title)
    target = either(EXPRESSION, {"if": {"required": ["find"]}, "then": find, "else": mapped})
    into = parts.closed(
        import_reader.INTO_KEYS, ("form",), form=IDENTIFIER, when=EXPRESSION, key=names, group_by=EXPRESSION,
        existing=words(*import_reader.EXISTING), stage=target, fields=parts.named(target), tables=parts.named(parts.named(target)),
    )
    return parts.top(
        import_reader.IMPORT_KEYS, ("import",), import_=IDENTIFIER, title=title, source=source, clean=parts.listed({"type": "object"}),
        skip=parts.listed(rule), reject=parts.listed(rule), into=parts.listed(into), totals=parts.listed(parts.part("check")),
    )


def plan(parts: Parts) -> Schema:
    """Give the schema of a plan of imports."""
    step = parts.closed(("import", "file", "rejects_most"), ("import",), import_=IDENTIFIER, file=TEXT, rejects_most=SHARE)
    return parts.top(
        import_reader.PLAN_KEYS, ("plan", "imports"), plan=IDENTIFIER, title=parts.part("words"), currency=TEXT,
        imports=parts.listed(step), then=parts.listed(TEXT), totals=parts.listed(parts.part("check")),
    )


def organisation(parts: Parts) -> Schema:
    """Give the schema of the company."""
    names, title = parts.listed(TEXT), parts.part("words")
    calendar = parts.closed(
        organisation_reader.CALENDAR_KEYS, zone=TEXT, hours=parts.listed({"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$"}),
        week=parts.listed(words(*organisation_reader.WEEK)), holidays=TEXT, days_off=names, days_on=names,
    )
    role = parts.closed(("title", "includes", "outside", "two_factor"), title=title, includes=names, outside=FLAG, two_factor=FLAG)
    apart = parts.closed(("apart", "because", "warn_only"), ("apart",), apart=names, because=title, warn_only=FLAG)
    return parts.top(
        organisation_reader.KEYS, ("organisation",), organisation=IDENTIFIER, title=title, currency=TEXT, calendar=TEXT,
        calendars=parts.named(calendar), chart=TEXT, roles=parts.named(role), limits=parts.named(parts.named(NUMBER)),
        duties=parts.named(names), keep_apart=parts.listed(apart), process_admins=names,
    )


def posting(parts: Parts) -> Schema:
    """Give the schema of the posting table."""
    names, read = parts.listed(TEXT), posting_reader
    side = parts.closed(
        read.LINE_KEYS, ("amount",), **dict.fromkeys((*read.SIDES, "amount", "each", "party", "currency"), TEXT), by=names, value_only=FLAG
    )
    texts = (*read.ACTS, "from", "to", "amount", "value", "settles", "party")
    move = parts.closed(read.MOVE_KEYS, ("from",), **{f"{key}_": TEXT for key in texts}, by=names)
    line = {"if": {"anyOf": [{"required": [act]} for act in read.ACTS]}, "then": move, "else": side}
    book = parts.closed(
        read.BOOK_KEYS, title=parts.part("words"), decimals=WHOLE, unit=TEXT, conserved=FLAG, owed=FLAG, costing=words("average", "lot")
    )
    place = either(TEXT, parts.closed(("role", "book", "floor"), role=TEXT, book=TEXT, floor=NUMBER))
    return parts.top(
        ("posting", "roles", "books", "places", "events"), ("posting",), posting=IDENTIFIER, roles=parts.named({"type": "object"}),
        books=parts.named(book), places=parts.named(place), events={"type": "object", "additionalProperties": parts.listed(line)},
    )


def stages(parts: Parts) -> Schema:
    """Give the schema of the words of stages."""
    stage = parts.closed(("title", "meaning", "icon"), title=parts.part("words"), meaning=words(*MEANINGS), icon=TEXT)
    return parts.top(("stages",), ("stages",), stages=parts.named(stage))


def glossary(kind: str) -> Callable[[Parts], Schema]:
    """Give the schema of a file of words by name."""
    return lambda parts: parts.top((kind,), (kind,), **{kind: parts.named(parts.part("words"))})


def template(parts: Parts) -> Schema:
    """Give the schema of a template."""
    names, title = parts.listed(TEXT), parts.part("words")
    role = parts.closed(("title", "default"), ("default",), title=title, default=TEXT)
    sample = parts.closed(("form", "stage", "values"), ("form",), form=IDENTIFIER, stage=TEXT, values={"type": "object"})
    return parts.top(
        template_reader.KEYS, ("template", "title", "summary", "files"), template=IDENTIFIER, **dict.fromkeys(("title", "summary"), title),
        area=TEXT, picture=TEXT, files=names, needs=names, roles=parts.named(role), sample=parts.listed(sample),
    )


BUILDERS: dict[str, Callable[[Parts], Schema]] = {
    "form": form,
    "workflow": workflow,
    "decision": decision,
    "metrics": metrics,
    "dashboard": dashboard,
    "report": report,
    "import": import_,
    "plan": plan,
    "organisation": organisation,
    "posting": posting,
    "stages": stages,
    "template": template,
    **{kind: glossary(kind) for kind in ("words", "messages", "areas")},
}

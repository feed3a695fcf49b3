"""The schemas of forms, workflows and decisions."""

from __future__ import annotations

from app.config import decision_reader, list_reader, workflow_reader
from app.config.access_reader import MASKS, VERBS
from app.config.do_reader import ORDERS
from app.config.form_reader import FORM_KEYS, SECTION_KEYS, TABLE_KEYS
from app.config.schema_parts import (
    CONDITION,
    EXPRESSION,
    FLAG,
    IDENTIFIER,
    NUMBER,
    ROW_RULE,
    SHARE,
    TEXT,
    TIME,
    WHOLE,
    Parts,
    Schema,
    either,
    words,
)
from app.config.step_reader import OPTION_KEYS


def form(parts: Parts) -> Schema:
    """Give the schema of a form."""
    title, fields = parts.part("words"), parts.named(parts.part("field"))
    names = parts.listed(TEXT)
    fill = parts.closed(("from", "where", "copy", "set"), ("from",), where=EXPRESSION, copy=names, set=parts.named(EXPRESSION))
    table = parts.closed(
        TABLE_KEYS, title=title, fields=fields, rows=IDENTIFIER, by=IDENTIFIER, checks=parts.listed(parts.part("check")),
        least=WHOLE, most=WHOLE, show=CONDITION, readonly=CONDITION, fill=fill, was=IDENTIFIER,
    )
    section = parts.closed(
        SECTION_KEYS, title=title, fields=names, show=CONDITION, folded=FLAG, columns=WHOLE, help=title
    )
    shown = parts.closed(list_reader.LIST_KEYS, columns=names, sort=TEXT, where=EXPRESSION, total=names)
    view = parts.closed(
        list_reader.VIEW_KEYS, title=title, as_=words(*list_reader.SHOWN), where=EXPRESSION, columns=names, sort=TEXT,
        card=names, roles=names,
    )
    reminder = parts.closed(
        list_reader.REMINDER_KEYS, ("remind", "at", "message"), remind=parts.listed(parts.part("who")), at=EXPRESSION,
        when=EXPRESSION, message=title, every=TIME, until=EXPRESSION,
    )
    paper = parts.closed(list_reader.PRINT_KEYS, title=title, template=TEXT, when=EXPRESSION, roles=names, size=TEXT)
    public = parts.closed(list_reader.PUBLIC_KEYS, fields=names, title=title, thanks=title, until=EXPRESSION, most=TEXT, show=names)
    number = either({"type": "string", "pattern": r"\{seq:\d+\}"}, parts.closed(("pattern", "gapless", "at"), ("pattern",), gapless=FLAG))
    found = parts.top(
        FORM_KEYS, ("form", "title", "access"),
        **dict.fromkeys(("form", "key", "tree", "was"), IDENTIFIER), **dict.fromkeys(("title", "help"), title),
        **dict.fromkeys(("area", "icon", "shown_as"), TEXT), number=number, fields=fields, totals=fields,
        lines=either(table, fields), tables=parts.named(table), sections=parts.named(section),
        checks=parts.listed(parts.part("check")), unique=parts.listed(names), list=either(names, shown),
        views=parts.named(view), access=_access(parts), reminders=parts.listed(reminder), print=parts.named(paper),
        public=public, search=names, keep=TIME,
    )
    return found if parts.overlay else found | {"oneOf": [{"required": ["number"]}, {"required": ["key"]}]}


def _access(parts: Parts) -> Schema:
    """Give who may do what."""
    entry = parts.closed(("role", "field", "where"), role=parts.offered(parts.roles), field=TEXT, where=EXPRESSION)
    grants = either(parts.listed(either(parts.offered(parts.roles, {"type": "string"}), entry)), ROW_RULE)
    mask = {"type": "string", "pattern": f"^({MASKS.pattern})$"}
    field = parts.closed(("view", "edit", "mask"), view=grants, edit=grants, mask=mask)
    return parts.closed((*VERBS, "fields"), fields={"type": "object", "additionalProperties": field}, **dict.fromkeys(VERBS, grants))


def workflow(parts: Parts) -> Schema:
    """Give the schema of a workflow."""
    title, names, ends = parts.part("words"), parts.listed(TEXT), ("on_approved", "on_rejected", "on_returned", "on_withdrawn")
    ways = parts.named(parts.part("way"))
    spread = parts.named(parts.way("from", from_=names))
    stage = parts.closed(
        workflow_reader.STAGE_KEYS, title=title, meaning=words(*workflow_reader.MEANINGS), do=parts.listed(parts.part("do")),
        editable=either(FLAG, names), owner=TEXT, final=FLAG, steps=parts.part("steps"),
        **dict.fromkeys(ends, parts.follow_up()), actions=ways, events=ways, after=parts.listed(parts.way(clock=True)),
        auto=parts.listed(parts.part("way")), was=IDENTIFIER,
    )
    together = parts.closed(("same", "within"), ("same", "within"), same=names, within=TIME)
    amount = parts.closed(
        ("figure", "currency", "rate", "together", "negative"), figure=TEXT, together=together, negative=words("absolute", "own_band")
    )
    approval = parts.closed(
        (*OPTION_KEYS, *workflow_reader.APPROVAL_KEYS), **{f"{key}_": shape for key, shape in parts.options().items()},
        withdraw=words(*workflow_reader.WITHDRAW), resume=words("from_start", "from_returner"), forbid_unchanged=FLAG,
        returns_max=WHOLE, shelf_life=TIME, admins=parts.listed(parts.part("who")),
    )
    sides = parts.closed(("amount", "share"), amount=NUMBER, share=SHARE)
    later = parts.closed(
        workflow_reader.AFTER_KEYS, material=names, free=names, tolerance=parts.named(sides), lowering=words("material", "free"),
        then=words("refuse", "new_round"), resume=words("from_start", "affected_steps"),
    )
    example = parts.closed(("given", "path"), ("given", "path"), given={"type": "object"}, path=names)
    found = parts.top(
        workflow_reader.WORKFLOW_KEYS, ("workflow", "form"),
        **dict.fromkeys(("workflow", "form", "start", "was"), IDENTIFIER), title=title, when=EXPRESSION,
        amount=either(TEXT, amount), approval=approval, submit=parts.part("way"), **dict.fromkeys(ends, parts.follow_up()),
        steps=parts.part("steps"), stages=parts.named(either(stage, {"type": "null"})), actions=spread, events=spread,
        after_approval=later, examples=parts.listed(example), retired=FLAG,
    )
    return found if parts.overlay else found | {"oneOf": [{"required": ["steps"]}, {"required": ["stages"]}]}


def decision(parts: Parts) -> Schema:
    """Give the schema of a decision."""
    rule = parts.closed(
        ("when", "value", "to", "by"), when=EXPRESSION, value=EXPRESSION, to=parts.listed(parts.part("who")), by=words(*ORDERS)
    )
    return parts.top(
        decision_reader.KEYS, ("decision", "form", "rules"), decision=IDENTIFIER, form=IDENTIFIER, title=parts.part("words"),
        sets=TEXT, assigns=TEXT, rules=parts.listed(rule), examples=parts.listed({"type": "object"}),
    )

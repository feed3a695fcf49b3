"""Answers as text: each tool's findings told from templates, so that no number stands there that was not found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.links import Link
from assistant.answers import Found
from assistant.speech import Speech, listed, phrases
from assistant.telling_goods import tell_draft, tell_expected, tell_low, tell_performance, tell_prices, tell_stock

Teller = Callable[[Found, Speech], list[str]]
Row = dict[str, Any]
QUANTITIES = (
    ("quantity", "ordered"),
    ("received", "received"),
    ("rejected", "rejected"),
    ("rejected_quantity", "rejected"),
    ("open_quantity", "open"),
)


def tell(tool: str, found: Found, speech: Speech) -> str:
    """Give the text of what a tool found."""
    if found.state == "not_allowed":
        key = "hidden_field" if "field" in found.figures else "not_allowed"
        return speech.say("common", key, **{"act": "", **found.figures})
    if found.state == "ask":
        facts = found.figures | {"what": speech.word(found.figures["what"])}
        return speech.say("common", "cannot_narrow", **facts)
    if found.state == "none":
        lines = [speech.say(tool, "none", **{"thing": "", "number": "", "form": "", **found.figures})]
    else:
        lines = TELLERS[tool](found, speech)
    if found.partial:
        some = found.state == "found" and found.figures.get("count") != 0
        lines.append(speech.say("common", "partial" if some else "partial_none"))
    return "\n".join(line for line in lines if line)


def _amount(row: Row, speech: Speech) -> str:
    if row.get("amount") is None:
        return ""
    return ("，" if speech.locale == "zh" else ", ") + speech.money(row["amount"], row["currency"])


def _title(row: Row, speech: Speech) -> str:
    if not row.get("title"):
        return ""
    shown = speech.tell(row["title"])
    return f"（{shown}）" if speech.locale == "zh" else f" ({shown})"


def _due(tool: str, row: Row, speech: Speech) -> str:
    return speech.say(tool, "due", day=row["due"]) if row["due"] else ""


def _head(tool: str, found: Found, speech: Speech) -> str:
    """Give the line that names the one document that is told about."""
    figures = found.figures
    facts = {name: figures.get(name) for name in ("thing", "number", "stage")}
    return speech.say(tool, "head", place=speech.place(figures["place"]), **facts)


def _found_documents(found: Found, speech: Speech) -> list[str]:
    return listed(
        "find_documents",
        found,
        speech,
        lambda row: {
            "number": row["number"],
            "title": _title(row, speech),
            "stage": row["stage"],
            "due": _due("find_documents", row, speech),
            "amount": _amount(row, speech),
        },
    )


def _counted(found: Found, speech: Speech) -> list[str]:
    figures = found.figures
    show = (lambda value: speech.money(value, figures["currency"])) if figures["name"] else speech.tell
    marks = "".join(f"[{n}]" for n in range(1, len(found.citations) + 1))
    facts = {"form": figures["form"], "value": show(figures["value"]), "count": figures["count"]}
    head = speech.say("count_documents", figures["figure"], place=f" {marks}" if marks else "", **facts)
    return [
        head,
        *(f"- {speech.say('count_documents', 'line', **row | {'value': show(row['value'])})}" for row in found.rows),
    ]


def _shown(found: Found, speech: Speech) -> list[str]:
    colon = "：" if speech.locale == "zh" else ": "
    facts = [f"- {speech.tell(label)}{colon}{speech.tell(value)}" for label, value, _ in found.figures["facts"]]
    lines = listed("show_document", found, speech, lambda row: _line(row, speech), head=False)
    return [_head("show_document", found, speech), *facts, *lines]


def _line(row: Row, speech: Speech) -> Row:
    parts = [f"{speech.tell(row[name])} {speech.word(word)}" for name, word in QUANTITIES if row.get(name) is not None]
    return {"product": row.get("product") or row.get("line_no"), "parts": ", ".join(parts)}


def _path(found: Found, speech: Speech) -> list[str]:
    lines = [f"- {_step(row, speech)}" for row in found.rows]
    return [_head("approval_path", found, speech), *(lines or [speech.say("approval_path", "no_steps")])]


def _step(row: Row, speech: Speech) -> str:
    state = phrases()["states"].get(row["state"], {}).get(speech.locale, row["state"])
    if row["decided_by"] and row["decided_at"]:
        key = "decided"
    else:
        key = {"open": "waits", "coming": "later"}.get(row["state"], "other")
    facts = {"person": _people(row["decided_by"], speech), "people": _people(row["people"], speech)}
    return speech.say("approval_path", key, step=row["step"], state=state, time=row["decided_at"], **facts)


def _people(people: Any, speech: Speech) -> str:
    shown = people if isinstance(people, (list, tuple)) else [people]
    names = [
        person.title or person.number if isinstance(person, Link) else speech.tell(person) for person in shown if person
    ]
    return ("、" if speech.locale == "zh" else ", ").join(names) or speech.say("common", "nobody")


def _waiting(found: Found, speech: Speech) -> list[str]:
    return listed(
        "waiting_approvals",
        found,
        speech,
        lambda row: {
            "number": row["number"],
            "title": _title(row, speech),
            "step": row["step"],
            "people": _people(row["people"], speech),
            "amount": _amount(row, speech),
        },
    )


def _tasks(found: Found, speech: Speech) -> list[str]:
    return listed(
        "my_tasks",
        found,
        speech,
        lambda row: {
            "thing": row["thing"],
            "number": row["number"],
            "step": row["step"],
            "due": _due("my_tasks", row, speech),
            "requester": _people(row["requester"], speech),
            "amount": _amount(row, speech),
        },
    )


def _history(found: Found, speech: Speech) -> list[str]:
    def facts(row: Row) -> Row:
        fields = ", ".join(speech.tell(label) for label in row["fields"])
        act = phrases()["acts"].get(row["act"], {}).get(speech.locale, row["act"])
        return {
            "time": row["at"],
            "person": row["person"],
            "act": act,
            "fields": f" ({fields})" if fields else "",
        }

    return [
        _head("document_history", found, speech),
        *listed("document_history", found, speech, facts, head=False),
    ]


TELLERS: dict[str, Teller] = {
    "stock_level": tell_stock,
    "low_stock": tell_low,
    "expected_receipts": tell_expected,
    "supplier_prices": tell_prices,
    "supplier_performance": tell_performance,
    "find_documents": _found_documents,
    "count_documents": _counted,
    "show_document": _shown,
    "approval_path": _path,
    "waiting_approvals": _waiting,
    "my_tasks": _tasks,
    "document_history": _history,
    "draft_purchase_request": tell_draft,
}

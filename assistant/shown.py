"""What a language model may read of a result, whichever client asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.links import Link
from app.core.words import Words
from app.data.values import Masked, to_json
from assistant.answers import Found


def shown(found: Found) -> dict[str, Any]:
    """Give a result as a model may read it: plain JSON, names marked as data, nothing personal, no confirmation."""
    figures = {name: value for name, value in found.figures.items() if name != "facts"}
    facts = [[label.en, value] for label, value, personal in found.figures.get("facts", []) if not personal]
    sources = [{"source": place, "form": c.form, "number": c.number} for place, c in enumerate(found.citations, 1)]
    return _plain(
        {
            "state": found.state,
            **figures,
            **({"facts": facts} if facts else {}),
            "rows": found.rows,
            "more": found.more,
            "sources": sources,
            "as_of": found.as_of,
            "partial": found.partial,
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, Words):
        return value.en or value.zh
    if isinstance(value, Masked):
        return {"hidden": True}
    if isinstance(value, Link):
        return {"number": value.number, "untrusted_text": value.title}
    return to_json(value) if not isinstance(value, (str, int, bool, type(None))) else value

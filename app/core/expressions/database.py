"""What a database can answer: row rules, lists and the choice of links must be within it."""

from __future__ import annotations

from app.core.expressions.nodes import Apply, Name, Typed, depth, walk
from app.core.expressions.types import ExpressionError, Place
from app.core.words import Words

DEEPEST_IN_DATABASE = 15
NOT_IN_DATABASE = (
    *("upper", "lower", "trim", "replace", "join", "text", "number", "has_role"),
    *("working_days", "working_days_between"),
)
FIXED = {"under": 1, "round": 1, "round_up": 1, "round_down": 1, "like": 1}  # this argument can't be of the row


def refuse_unanswerable(node: Typed, place: Place) -> None:
    """Raise an ExpressionError at the first part that no database can work out for each row."""
    if depth(node) > DEEPEST_IN_DATABASE:
        words = Words("the database can't answer what is nested this deeply", "嵌套过深，数据库无法计算")
        raise ExpressionError(words, node.start, max(node.length, 1))
    for part in walk(node):
        if isinstance(part, Apply) and _needs_python(part, place):
            _refuse(part, place)


def _needs_python(part: Apply, place: Place) -> bool:
    if part.name in FIXED and len(part.arguments) > FIXED[part.name]:
        return reads_row(part.arguments[FIXED[part.name]], place)
    by_working_days = any(argument.type.kind == "working_days" for argument in part.arguments)
    return (part.name in NOT_IN_DATABASE or by_working_days) and reads_row(part, place)


def reads_row(node: Typed, place: Place) -> bool:
    """Tell whether a part differs from row to row; `this` does where no other document asks."""
    sources = ("row",) if place.candidate else ("row", "this", "line")
    return any(isinstance(part, Name) and part.source in sources for part in walk(node))


def _refuse(part: Apply, place: Place) -> None:
    name = part.name if part.name.isidentifier() else "working_days"
    words = Words(
        f"{place.said.en} can't ask {name}. Keep it in a field and compare that",
        f"{place.said.zh}不能使用 {name}，请存入字段后再比较",
    )
    raise ExpressionError(words, part.start, max(part.length, 1))

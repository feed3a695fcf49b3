"""Checks the list functions: over rows at hand, or over the documents of another form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.expressions import said
from app.core.expressions.combining import error
from app.core.expressions.functions import FIGURES, ORDERED
from app.core.expressions.names import SOURCES, Bare
from app.core.expressions.nodes import Apply, Call, Count, Counted, Fold, Name, Node, Path, Typed, walk
from app.core.expressions.types import ANY, BOOLEAN, NUMBER, ExpressionError, Type
from app.core.words import Words

if TYPE_CHECKING:
    from app.core.expressions.check import Checker

FAST_KINDS = ("link", "choice", "date", "text")
MOST_INSIDE = 2
NEEDS_FIGURE = ("sum", "avg", "min", "max", "latest")


def fold(checker: Checker, node: Call) -> Typed:
    """Check a list function with its one argument."""
    if len(node.arguments) != 1:
        raise ExpressionError(
            Words(
                f"{node.name} takes one list: {node.name}(lines.amount where kind == 'gift')",
                f"{node.name} 只接受一个列表：{node.name}(lines.amount where kind == 'gift')",
            ),
            node.start,
            node.length,
        )
    argument = node.arguments[0]
    if checker.place.source is not None and not checker.counting:
        return _over_source(checker, node, argument)
    if not isinstance(argument, Path):
        return _over(checker, node, checker.check(argument), ())
    if _names_a_form(checker, node, argument):
        return _counted(checker, node, argument)
    base, rest = (
        checker.names.first(argument, checker.bare) if _known(checker, argument) else _no_list(checker, argument)
    )
    return _over(checker, node, base, rest)


def _known(checker: Checker, path: Path) -> bool:
    return path.names[0] in checker.bare.fields or (path.names[0] in SOURCES and not _absent(checker, path.names[0]))


def _absent(checker: Checker, head: str) -> bool:
    place = checker.place
    return (head == "line" and place.table is None) or (head == "event" and place.event is None)


def _names_a_form(checker: Checker, node: Call, path: Path) -> bool:
    head = path.names[0]
    if head not in checker.shapes or head in SOURCES:
        return False
    own = checker.bare.fields.get(head)
    if own is None:
        return True
    if own.kind in ("list", "choices"):
        return False
    return node.where is not None or len(path.names) == 1 or not _follows(checker, own, path.names[1:])


def _follows(checker: Checker, start: Type, names: tuple[str, ...]) -> bool:
    current = start
    for name in names:
        if current.kind == "list":
            return True
        current = (checker.names.below(current) or {}).get(name, ANY)
    return current.kind in ("list", "choices")


def _no_list(checker: Checker, path: Path) -> tuple[Name, tuple[str, ...]]:
    head = path.names[0]
    place = checker.place
    if place.form and place.form in checker.shapes and head in checker.shapes[place.form].tables:
        raise ExpressionError(
            Words(
                f"'{head}' is a table of the document; write this.{head}", f"“{head}” 是单据的明细表，请写 this.{head}"
            ),
            path.start,
            len(head),
        )
    tables = [name for name, given in checker.bare.fields.items() if given.kind in ("list", "choices")]
    words = said.guessed(
        Words(
            f"'{head}' is neither a line table of this form nor a form", f"“{head}” 既不是本表单的明细表，也不是表单"
        ),
        head,
        [*tables, *checker.shapes],
    )
    raise ExpressionError(words, path.start, len(head))


def _over(checker: Checker, node: Call, base: Typed, rest: tuple[str, ...]) -> Typed:
    """Check a list function over a list at hand."""
    if base.type.kind not in ("list", "choices", "any"):
        given = said.type_words(base.type)
        raise error(
            Words(
                f"{node.name} needs a list, such as lines.amount, not {given.en}",
                f"{node.name} 需要列表，如 lines.amount，而不是{given.zh}",
            ),
            base,
        )
    item = base.type.item or (Type("choice", options=base.type.options) if base.type.kind == "choices" else ANY)
    argument = node.arguments[0]
    inner = Bare(checker.names.below(item) or {}, base.dotted if isinstance(base, Name) else "the list", table="")
    value = _value(checker, argument, rest, inner) if rest else None
    where = _within(checker, node.where, inner)
    kind = value.type if value is not None else item
    return Fold(_result(node, kind, argument), node.start, node.length, node.name, base, value, where)


def _value(checker: Checker, argument: Node, rest: tuple[str, ...], inner: Bare) -> Typed:
    length = len(".".join(rest))
    start = argument.start + argument.length - length
    return checker.names.resolve(Path(start, length, rest), inner)


def _within(checker: Checker, where: Node | None, inner: Bare) -> Typed | None:
    if where is None:
        return None
    if checker.inside >= MOST_INSIDE:
        words = Words("list functions stand inside each other at most twice", "列表函数最多嵌套两层")
        raise ExpressionError(words, where.start, where.length)
    outer, checker.bare = checker.bare, inner
    checker.inside += 1
    try:
        part = checker.check(where)
    finally:
        checker.bare = outer
        checker.inside -= 1
    checker.condition(part)
    return part


def _over_source(checker: Checker, node: Call, argument: Node) -> Typed:
    checker.counting = True
    try:
        value = checker.check(argument)
        where = checker.check(node.where) if node.where is not None else None
    finally:
        checker.counting = False
    return Fold(_result(node, value.type, argument), node.start, node.length, node.name, None, value, where)


def _result(node: Call, kind: Type, argument: Node) -> Type:
    """Give the type of a list function over values of a type."""
    name = node.name
    if name in ("any", "none"):
        return BOOLEAN
    if name == "count":
        return NUMBER
    if kind.kind == "row":
        written = ".".join(argument.names) if isinstance(argument, Path) else "lines"
        raise ExpressionError(
            Words(f"say which figure: {name}({written}.amount)", f"请说明取哪个数：{name}({written}.amount)"),
            argument.start,
            argument.length,
        )
    allowed = {"sum": (*FIGURES, "duration"), "avg": FIGURES, "min": ORDERED, "max": ORDERED}.get(name)
    if allowed is not None and kind.kind not in (*allowed, "any", "null"):
        given = said.type_words(kind)
        raise ExpressionError(
            Words(f"{name} can't be made of {given.en}", f"{given.zh}不能求 {name}"), argument.start, argument.length
        )
    return kind


def _counted(checker: Checker, node: Call, path: Path) -> Typed:
    """Check a figure over the documents of another form."""
    form, names = path.names[0], path.names[1:]
    _allowed(checker, node, form)
    table = names[0] if names and names[0] in checker.shapes[form].tables else None
    rest = names[1:] if table else names
    inner = checker.names.rows_of(form, table)
    checker.counting = True
    try:
        value = _value(checker, path, rest, inner) if rest else None
        where = _within(checker, node.where, inner)
    finally:
        checker.counting = False
    if value is None and node.name in NEEDS_FIGURE:
        _result(node, Type("row"), path)
    equalities = tuple(_equalities(where, inner)) if where is not None else ()
    if not any(inner.fields[name].kind in FAST_KINDS for name, _ in equalities):
        raise ExpressionError(_reads_all(checker, node, path, inner), node.start, node.length)
    count = Count(node.name, form, table, value, where, equalities)
    return Counted(_result(node, value.type if value else Type("row"), path), node.start, node.length, count)


def _allowed(checker: Checker, node: Call, form: str) -> None:
    if checker.counting:
        raise ExpressionError(
            Words("a count can't stand inside another count. Keep it in a field", "统计里不能再套统计，请存入字段"),
            node.start,
            node.length,
        )
    if not checker.place.others:
        place = checker.place.said
        raise ExpressionError(
            Words(
                f"{place.en} can't count other documents ({form}). Keep the figure in a field and compare that",
                f"{place.zh}不能统计其他单据（{form}），请把结果存入字段后再比较",
            ),
            node.start,
            node.length,
        )


def _equalities(where: Typed, inner: Bare) -> list[tuple[str, Typed]]:
    if not isinstance(where, Apply):
        return []
    if where.name == "and":
        return [pair for part in where.arguments for pair in _equalities(part, inner)]
    if where.name not in ("==", "in"):
        return []
    left, right = where.arguments
    sides = ((left, right), (right, left)) if where.name == "==" else ((left, right),)
    return [
        (side.path[0], other)
        for side, other in sides
        if isinstance(side, Name) and side.source == "row" and len(side.path) == 1 and _outside(other)
    ][:1]


def _outside(node: Typed) -> bool:
    return not any((isinstance(part, Name) and part.source == "row") or isinstance(part, Fold) for part in walk(node))


def _reads_all(checker: Checker, node: Call, path: Path, inner: Bare) -> Words:
    own = checker.place.form
    links = [
        name
        for name, given in inner.fields.items()
        if given.kind == "link" and name not in ("created_by", "changed_by")
    ]
    to_own = [name for name in links if inner.fields[name].form == own]
    example = f"{to_own[0]} == this" if to_own else f"{links[0]} == this.{links[0]}" if links else "stage == 'approved'"
    written = f"{node.name}({'.'.join(path.names)} where {example})"
    return Words(
        f"this would read every {path.names[0]} each time. Say which, with at least one '==': {written}",
        f"这样每次都要读取全部 {path.names[0]}，请至少用一个 “==” 限定：{written}",
    )

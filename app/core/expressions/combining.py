"""Which types go together: under an operator, in a comparison, as results of `if`, as the value of a field."""

from __future__ import annotations

from decimal import Decimal

from app.core.expressions import said
from app.core.expressions.functions import FIGURES, ORDERED
from app.core.expressions.nodes import Name, Typed, Value, walk
from app.core.expressions.types import ANY, BOOLEAN, DURATION, MONEY, NUMBER, ExpressionError, Type
from app.core.words import Words

LOOSE = ("any", "null")
TEXTS = ("text", "choice")
SPANS = ("duration", "months", "working_days")
DAYS = ("date", "datetime")


def error(words: Words, node: Typed) -> ExpressionError:
    """Make an error that points at a checked part."""
    return ExpressionError(words, node.start, max(node.length, 1))


def common(first: Type, second: Type) -> Type | None:
    """Give the type that two results share, or None."""
    if first.kind in LOOSE or second.kind in LOOSE:
        return second if first.kind == "null" else first if second.kind == "null" else ANY
    if first.kind in FIGURES and second.kind in FIGURES:
        return MONEY if "money" in (first.kind, second.kind) else NUMBER
    if first.kind in TEXTS and second.kind in TEXTS:
        kind = "choice" if first.kind == second.kind == "choice" else "text"
        both = first.options and second.options
        return Type(kind, options=tuple(dict.fromkeys(first.options + second.options)) if both else ())
    if first.kind != second.kind or (first.form and second.form and first.form != second.form):
        return None
    if first.kind == "list" and first.item and second.item:
        item = common(first.item, second.item)
        return Type("list", item=item) if item else None
    return first if first.form else second


def arithmetic(operator: str, left: Typed, right: Typed) -> Type:
    """Give the type of a sum, difference, product or quotient."""
    a, b = left.type, right.type
    if a.kind in LOOSE or b.kind in LOOSE:
        return _loose(operator, a if b.kind in LOOSE else b)
    found = _product(operator, a.kind, b.kind) if operator in "*/" else _sum(operator, a, b)
    if found is None:
        raise _mismatch(operator, left, right)
    return found


def _loose(operator: str, known: Type) -> Type:
    if known.kind in LOOSE or known.kind in FIGURES or known.kind in DAYS or known.kind in SPANS:
        return known if known.kind == "money" else ANY
    return ANY


def _sum(operator: str, a: Type, b: Type) -> Type | None:
    if a.kind in FIGURES and b.kind in FIGURES:
        return common(a, b)
    if a.kind in DAYS and (b.kind in SPANS) and not (a.kind == "datetime" and b.kind == "working_days"):
        return a
    if operator == "+" and b.kind in DAYS and a.kind in SPANS:
        return _sum("+", b, a)
    if operator == "-" and a.kind == b.kind and a.kind in DAYS:
        return NUMBER if a.kind == "date" else DURATION
    return DURATION if a.kind == b.kind == "duration" else None


def _product(operator: str, a: str, b: str) -> Type | None:
    if a == "duration":
        return DURATION if b == "number" else NUMBER if operator == "/" and b == "duration" else None
    if b == "duration":
        return DURATION if operator == "*" and a == "number" else None
    if a not in FIGURES or b not in FIGURES:
        return None
    if a == b == "money":
        return NUMBER if operator == "/" else None
    if operator == "/" and b == "money":
        return None
    return MONEY if "money" in (a, b) else NUMBER


def _mismatch(operator: str, left: Typed, right: Typed) -> ExpressionError:
    for day, number in ((left, right), (right, left)):
        if day.type.kind in (*DAYS, "duration") and number.type.kind in FIGURES and operator in "+-":
            return error(spelt_out(number), number)
    words = said.cannot(said.VERBS[operator], left.type, right.type)
    if operator == "+" and "text" in (left.type.kind, right.type.kind):
        words = Words(
            f"{words.en}; to put texts together write join(' ', a, b)", f"{words.zh}；连接文本请写 join(' ', a, b)"
        )
    return error(words, right)


def spelt_out(number: Typed) -> Words:
    """Ask what a bare number of days means."""
    written = (
        format(number.value, "f")
        if isinstance(number, Value) and isinstance(number.value, Decimal)
        else (number.dotted if isinstance(number, Name) else "3")
    )
    forms = f"days({written}), working_days({written}), months({written})"
    return Words(f"say what the number is: {forms}", f"请说明数字的含义：{forms}")


def compared(operator: str, left: Typed, right: Typed) -> Type:
    """Check a comparison: its sides go together, and texts are among the options."""
    a, b = left.type, right.type
    if a.kind in LOOSE or b.kind in LOOSE:
        return BOOLEAN
    if not (_ordered(a, b) if operator in ("<", "<=", ">", ">=") else equal(a, b)):
        raise _incomparable(operator, left, right)
    among(left, right)
    among(right, left)
    return BOOLEAN


def _ordered(a: Type, b: Type) -> bool:
    return a.kind in ORDERED and b.kind in ORDERED and (a.kind == b.kind or (a.kind in FIGURES and b.kind in FIGURES))


def equal(a: Type, b: Type) -> bool:
    """Tell whether two types may be asked for equality."""
    if a.kind == b.kind == "link":
        return a.form is None or b.form is None or a.form == b.form
    if "link" in (a.kind, b.kind):
        return "text" in (a.kind, b.kind)
    if a.kind in ("list", "choices", "row") or b.kind in ("list", "choices", "row"):
        return False
    return common(a, b) is not None


def _incomparable(operator: str, left: Typed, right: Typed) -> ExpressionError:
    a, b = left.type, right.type
    if "duration" in (a.kind, b.kind) and (a.kind in FIGURES or b.kind in FIGURES):
        number = right if b.kind in FIGURES else left
        return error(spelt_out(number), number)
    if a.kind in ("choice", "link", "boolean") and a.kind == b.kind and operator not in ("==", "!="):
        kind = said.kind_words(a.kind)
        return error(
            Words(f"a {kind.en} has no order; write == or 'in'", f"{kind.zh}没有大小顺序，请用 == 或 in"), left
        )
    if a.kind in ("list", "choices") or b.kind in ("list", "choices"):
        return error(Words("write 'in' to look into a list", "查看列表请用 “in”"), left)
    return error(said.cannot(said.VERBS["compare"], a, b), right)


def among(choice: Typed, text: Typed) -> None:
    """Refuse written texts that are none of a choice's options."""
    options_hold(choice.type, text)


def options_hold(wanted: Type, text: Typed) -> None:
    """Refuse written texts that are none of the wanted options, pointing at the text."""
    if wanted.kind not in ("choice", "choices") or not wanted.options or text.type.kind != "text":
        return
    for option in text.type.options:
        if option not in wanted.options:
            raise error(said.not_among(option, wanted.options), _written(text, option))


def _written(node: Typed, text: str) -> Typed:
    return next((part for part in walk(node) if isinstance(part, Value) and part.value == text), node)


def member(item: Typed, listing: Typed) -> Type:
    """Check `a in b`."""
    inside = listing.type
    if inside.kind == "choices":
        among(Value(Type("choice", options=inside.options), listing.start, listing.length), item)
        if item.type.kind in (*TEXTS, *LOOSE):
            return BOOLEAN
        raise error(said.cannot(said.VERBS["compare"], item.type, Type("choice")), item)
    if inside.kind == "list":
        of = inside.item or ANY
        if of.kind in LOOSE or item.type.kind in LOOSE or equal(item.type, of):
            among(Value(of, listing.start, listing.length), item)
            for written in listing.parts:
                among(item, written)
            return BOOLEAN
        raise error(said.cannot(said.VERBS["compare"], item.type, of), item)
    if inside.kind in LOOSE:
        return BOOLEAN
    if inside.kind in TEXTS:
        raise error(Words("to look into a text write contains(a, b)", "在文本中查找请写 contains(a, b)"), listing)
    raise error(Words("behind 'in' stands a list: in ['a', 'b']", "“in” 后面是列表：in ['a', 'b']"), listing)


def fits(wanted: Type, given: Type) -> bool:
    """Tell whether a value of a type can be kept in a field of the wanted type."""
    if given.kind in LOOSE or wanted.kind in LOOSE:
        return True
    if wanted.kind in FIGURES:
        return given.kind in FIGURES
    if wanted.kind in TEXTS:
        return given.kind in TEXTS
    if wanted.kind == "link":
        return given.kind == "text" or (
            given.kind == "link" and (None in (wanted.form, given.form) or wanted.form == given.form)
        )
    if wanted.kind == "choices":
        return given.kind in ("choices", "list")
    return wanted.kind == given.kind

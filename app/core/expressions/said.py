"""What the checker says about types and names, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from app.core.expressions.types import Type
from app.core.words import Words

KINDS = {
    "number": Words("number", "数字"),
    "money": Words("money", "金额"),
    "text": Words("text", "文本"),
    "boolean": Words("yes or no", "是或否"),
    "date": Words("date", "日期"),
    "datetime": Words("date and time", "日期时间"),
    "time": Words("time", "时间"),
    "duration": Words("length of time", "时长"),
    "choice": Words("choice", "选项"),
    "choices": Words("several choices", "多选"),
    "list": Words("list", "列表"),
    "row": Words("row", "行"),
    "months": Words("months", "月数"),
    "working_days": Words("working days", "工作日数"),
    "any": Words("value", "值"),
    "null": Words("nothing", "空"),
    "figure": Words("number", "数字"),
    "ordered": Words("number, date or text", "数字、日期或文本"),
    "link": Words("link", "链接"),
}


def kind_words(kind: str) -> Words:
    """Give the words for a kind; of a form's name: a link to it."""
    return KINDS.get(kind) or Words(f"link to {kind}", f"{kind} 链接")


def type_words(given: Type) -> Words:
    """Give the words for a type, such as `money` or `link to supplier`."""
    if given.kind == "link" and given.form:
        return Words(f"link to {given.form}", f"{given.form} 链接")
    if given.kind == "row" and given.form == "address":
        return Words("address", "地址")
    return kind_words(given.kind)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that looks most like this one."""
    candidates = list(known)
    lowered = {candidate.lower(): candidate for candidate in candidates}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def guessed(words: Words, name: str, known: Iterable[str]) -> Words:
    """Add `Did you mean ...?` where a known name is near."""
    right = nearest(name, known)
    if right is None:
        return words
    return Words(f"{words.en}. Did you mean '{right}'?", f"{words.zh}。是不是想写 “{right}”？")


def not_among(value: str, options: Iterable[str]) -> Words:
    """Say that a text is none of these options."""
    known = tuple(options)
    return guessed(
        Words(f"'{value}' is not one of {', '.join(known)}", f"“{value}” 不在 {'、'.join(known)} 之中"), value, known
    )


def no_field(name: str, where: str, known: Iterable[str]) -> Words:
    """Say that a form has no such field."""
    return guessed(Words(f"{where} has no field '{name}'", f"{where} 没有字段 “{name}”"), name, known)


def cannot(verb: Words, left: Type, right: Type) -> Words:
    """Say that two types don't go together: `money can't be compared with text`."""
    a, b = type_words(left), type_words(right)
    return Words(f"{a.en} can't be {verb.en} {b.en}", f"{a.zh}不能与{b.zh}{verb.zh}")


VERBS = {
    "compare": Words("compared with", "比较"),
    "+": Words("added to", "相加"),
    "-": Words("reduced by", "相减"),
    "*": Words("multiplied by", "相乘"),
    "/": Words("divided by", "相除"),
}

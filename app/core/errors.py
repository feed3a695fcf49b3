"""Errors that name the thing, the value and the way out, in both languages."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import ClassVar

from app.core.words import Words, say


class DaybookError(Exception):
    """That didn't work. Nothing was saved."""

    zh: ClassVar[str] = "没有成功，什么都没有保存。"
    status: ClassVar[int] = 400

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.say("en"))

    @property
    def code(self) -> str:
        """The name that a program compares, such as `not_enough`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self).__name__).lower()

    def say(self, locale: str) -> str:
        """Give the message: the docstring in English, `zh` in Chinese, with its facts."""
        template = type(self).zh if locale == "zh" else inspect.cleandoc(type(self).__doc__ or "")
        return template.format(**{name: say(value, locale) for name, value in self.facts.items()})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what was typed: where (`needed_on`, `lines.2.quantity`), which rule, in words."""

    path: str
    code: str
    words: Words
    warn: bool = False


class NotAllowed(DaybookError):
    """You can't {act} {thing}. Ask {owner} for access."""

    zh = "你无权{act}{thing}，可以向{owner}申请。"
    status = 403


class NotFound(DaybookError):
    """No {thing} has this number, or you may not see it."""

    zh = "没有这个编号，或者你无权查看。"
    status = 404


class Conflict(DaybookError):
    """{person} changed {number} while you were typing. Look at the change, then save again."""

    zh = "{person} 同时改了 {number}，看过改动后再保存。"
    status = 409


class KeyReused(DaybookError):
    """The key {key} was used for another request. Send a new key."""

    zh = "幂等键 {key} 已用于另一个请求，换一个新的。"
    status = 409


class Invalid(DaybookError):
    """{summary}"""

    zh = "{summary}"
    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        summary = Words("; ".join(p.words.en for p in problems), "；".join(p.words.zh for p in problems))
        super().__init__(field=problems[0].path if problems else None, summary=summary)

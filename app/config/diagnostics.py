"""What is wrong in a file: where, in words, with the line, a caret and the nearest right word."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.core.errors import DaybookError
from app.core.words import Words

MARKS = {"error": Words(), "warning": Words("warning: ", "提醒："), "note": Words("note: ", "说明：")}


@dataclass(frozen=True)
class Diagnostic:
    """One fault of one file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    words: Words
    excerpt: str = ""
    severity: str = "error"  # error warning note
    length: int = 1

    def say(self, locale: str = "en") -> str:
        """Give `file:line:column: message`, the line, and a caret below the fault."""
        mark = MARKS[self.severity].say(locale)
        told = f"{self.file}:{self.line}:{self.column}: {mark}{self.words.say(locale)}"
        if not self.excerpt:
            return told
        before = self.excerpt[: self.column - 1]
        return f"{told}\n    {self.excerpt}\n    {' ' * width(before)}^"


class ConfigError(DaybookError):
    """{summary}"""

    zh = "{summary}"
    status = 422

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = diagnostics
        texts = {locale: "\n".join(d.say(locale) for d in diagnostics) for locale in ("en", "zh")}
        super().__init__(summary=Words(**texts))


def width(text: str) -> int:
    """Give the columns that a text takes on a screen: 汉字 and full-width signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the right word that was probably meant: at most a third of its letters away."""
    candidates = sorted(set(known))
    limit = max(1, (len(word) + 1) // 3)
    found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=limit)
    return found[0] if found else None


def meant(word: str, known: Iterable[str]) -> Words:
    """Give ` Did you mean 'x'?`, or nothing where no word is near."""
    near = nearest(word, known)
    return Words(f" Did you mean '{near}'?", f"是不是“{near}”？") if near else Words()

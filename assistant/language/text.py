"""A question as the grammar sees it: normalised text, and which letters have been understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

MASK = "\x01"
HAN = re.compile(r"[\u4e00-\u9fff]")
_BETWEEN = re.compile(r"([\u4e00-\u9fff]) ?(\d{1,4}) ?(?=[\u4e00-\u9fff])")  # 最近 30 天 is 最近30天
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "～": "~", "。": ".", "、": ",", "「": '"', "」": '"'}
)


def normalise(text: str) -> str:
    """Give the text in half-width small letters, without invisible letters and doubled blanks."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    spaced = re.sub(r"\s+", " ", shown.translate(_QUOTES)).strip().lower()
    return _BETWEEN.sub(r"\1\2", spaced)


def pattern(text: str) -> re.Pattern[str]:
    """Compile a cue whose Latin edges stand alone; `\\b` would fail beside Chinese letters."""
    alternatives = split(text)
    return re.compile("|".join(_anchored(part) for part in alternatives))


def split(text: str) -> list[str]:
    """Give the alternatives of a pattern at its top level."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _anchored(part: str) -> str:
    """Keep a Latin edge from standing inside a longer word; what follows the last letter of the cue decides."""
    first, last = part.lstrip("(?:[^"), part.rstrip("?)+*]|")
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", first) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", last) else ""
    return f"{before}(?:{part}){after}"


@dataclass
class Sentence:
    """A question with a mark on each letter that some rule has understood."""

    raw: str
    text: str = ""
    masked: list[str] = field(default_factory=list)
    shown: list[tuple[int, int, str]] = field(default_factory=list)  # spans that an exemplar shows as a type word

    def __post_init__(self) -> None:
        self.text = self.text or normalise(self.raw)
        self.masked = list(self.text)

    @property
    def open(self) -> str:
        """The text with a mask over what has been understood."""
        return "".join(self.masked)

    def claim(self, start: int, end: int, kind: str = "") -> None:
        """Mark letters as understood."""
        self.masked[start:end] = MASK * (end - start)
        if kind:
            self.shown.append((start, end, kind))

    def take(self, wanted: re.Pattern[str], *, kind: str = "") -> Iterator[re.Match[str]]:
        """Claim and give each match among the letters that are still open."""
        for match in list(wanted.finditer(self.open)):
            if MASK not in match.group():
                self.claim(*match.span(), kind)
                yield match

    def rest(self) -> list[str]:
        """Give the runs of letters that nothing has understood."""
        runs = re.split(rf"[{MASK}\s,.;:!?\"'()\[\]/~…·&+*#%$¥-]+", self.open)
        return [run for run in runs if run]

    def typed(self) -> str:
        """Give the text with each name and figure replaced by the word of its type, as the exemplars have it."""
        text = self.text
        for start, end, kind in sorted(self.shown, reverse=True):
            text = text[:start] + kind + text[end:]
        return text

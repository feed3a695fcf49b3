"""What the grammar knows of an office: its forms, and the names of the records that the asker may see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from app.core.words import Words
from assistant.language.lexicon import Lexicon

COUNTERS = "个件台把箱盒只条张顶瓶套双包支块米打卷桶捆袋罐片元万千百号月日年"


@dataclass(frozen=True)
class FormFacts:
    """What the grammar needs to know of one form."""

    name: str
    title: Words
    pattern: str = ""  # of its numbers: PR-{year}-{seq:5}
    stages: Mapping[str, Words] = field(default_factory=dict)
    open_stages: tuple[str, ...] = ()
    money: bool = True  # it is worth an amount
    links: Mapping[str, str] = field(default_factory=dict)  # linked form -> path: supplier, lines.product
    fields: Mapping[str, Words] = field(default_factory=dict)  # of the header, as people call them

    @cached_property
    def number(self) -> re.Pattern[str] | None:
        """Recognise a number however it is typed: PR-2026-00007, pr2026-7, PR 2026 00007."""
        if not self.pattern or "{seq" not in self.pattern:
            return None
        head = re.split(r"[^A-Za-z]", self.pattern)[0].lower()
        year = r"(?P<year>20\d\d)[- ]?" if "{year}" in self.pattern else ""
        digits = r"(?P<seq>\d{1,8})" if year else r"(?P<seq>\d{2,8})"
        return re.compile(rf"(?<![a-z0-9]){head}[- #]?{year}{digits}(?![a-z0-9]|,\d)") if head else None

    @cached_property
    def short(self) -> re.Pattern[str] | None:
        """Recognise a number of this year without its year, where nothing can be counted by it: PR 21, PO#7."""
        if self.number is None or "{year}" not in self.pattern:
            return None
        head = re.split(r"[^A-Za-z]", self.pattern)[0].lower()
        return re.compile(
            rf"(?<![a-z0-9]){head} ?(?:[-#]|no\.? ?)?(?P<seq>\d{{1,5}})(?=\s*(?:[?!,.;]|$|[\u4e00-\u9fff]))(?!\s*[{COUNTERS}])"
        )

    def written(self, match: re.Match[str], today: date | None = None) -> str:
        """Give the number as the office writes it; of this year where none was said."""
        facts = match.groupdict()
        text = self.pattern.replace("{year}", facts.get("year") or (str(today.year) if today else ""))
        return re.sub(r"\{seq:(\d+)\}", lambda m: facts["seq"].lstrip("0").zfill(int(m[1])), text)


@dataclass(frozen=True)
class World:
    """Everything that a question is read against."""

    today: date
    lexicon: Lexicon
    forms: Mapping[str, FormFacts]
    me: str = ""

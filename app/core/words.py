"""Texts for people, in the languages of the product."""

from __future__ import annotations

from dataclasses import dataclass

LOCALES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English and Chinese; a missing language shows the other one."""

    en: str = ""
    zh: str = ""

    def say(self, locale: str) -> str:
        """Give the text in a language, or in the other one where it is missing."""
        if locale == "zh":
            return self.zh or self.en
        return self.en or self.zh

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)


def plain(text: str) -> Words:
    """Give the same text in both languages."""
    return Words(text, text)


def say(value: object, locale: str) -> str:
    """Give any fact of a message as text: words in the language, the rest as it is."""
    return value.say(locale) if isinstance(value, Words) else str(value)

"""The words of the frame, in the reader's language; forms bring their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from app.core.words import LOCALES, Words
from app.core.words import say as spoken

FRAME, TOLD, WORK, ACCOUNT = (
    Path(__file__).with_name(name) for name in ("words.yaml", "told.yaml", "work.yaml", "account.yaml")
)


@cache
def table() -> dict[str, Words]:
    """Give every text of the pages by name."""
    return _read(FRAME) | _read(TOLD) | _read(WORK) | _read(ACCOUNT)


@cache
def _read(file: Path) -> dict[str, Words]:
    read = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return {name: Words(**{locale: str(texts[locale]) for locale in LOCALES}) for name, texts in read.items()}


@cache
def chrome(locale: str) -> dict[str, str]:
    """Give the texts of the frame in one language by name, as the browser gets them."""
    return {name: words.say(locale) for name, words in _read(FRAME).items()}


@cache
def work(locale: str) -> dict[str, str]:
    """Give the texts of notebooks, assistant, jobs, notices and imports in one language by name."""
    return {name: words.say(locale) for name, words in _read(WORK).items()}


@cache
def account(locale: str) -> dict[str, str]:
    """Give the texts of signing in and of one's own account in one language by name."""
    return {name: words.say(locale) for name, words in _read(ACCOUNT).items()}


def text(name: str, locale: str, /, **facts: object) -> str:
    """Give one text with its facts put in."""
    template = table()[name].say(locale if locale in LOCALES else "en")
    return template.format(**{key: spoken(value, locale) for key, value in facts.items()}) if facts else template


def things(title: Words, locale: str) -> str:
    """Give a form's title for many: Purchase requests; Chinese has no plural."""
    one = title.say(locale)
    if locale != "en" or not one.isascii():
        return one
    if one.endswith("y") and one[-2:-1] not in "aeiou":
        return one[:-1] + "ies"
    return one + ("es" if one.endswith(("s", "x", "ch", "sh")) else "s")


def thing(title: Words, locale: str) -> str:
    """Give a form's title inside a sentence: small letters in English, save for abbreviations."""
    one = title.say(locale)
    return one[:1].lower() + one[1:] if locale == "en" and not one[:2].isupper() else one

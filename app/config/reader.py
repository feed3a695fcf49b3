"""Reading values out of a tree: each kind of value in one place, each fault noted where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from app.config.diagnostics import Diagnostic, meant
from app.config.faults import FAULTS
from app.config.tree import Node, key_of
from app.config.workflow_spec import Span
from app.core.actions import functions
from app.core.expressions import Expression, ExpressionError, Place, Shape, Type, compile_expression
from app.core.words import LOCALES, Words, plain, say

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
SPAN = re.compile(r"(\d+)\s+(?:(working|calendar)\s+)?(minute|hour|day|week|month|year)s?")
UNITS = {"week": ("days", 7), "year": ("months", 12)}
LANGUAGES = {"en": Words("English", "英文"), "zh": Words("Chinese", "中文")}
BOOLEAN = Type("boolean")


class Report:
    """All faults of all files, each said once."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, int, str], Diagnostic] = {}
        self.broken: set[str] = set()  # names whose files can't be read: what follows is not said
        self.silent: set[tuple[str, int]] = set()

    def say(self, node: Node, words: Words, *, offset: int = 0, severity: str = "error") -> None:
        """Note a fault at a letter of a node."""
        line, column = node.place(offset)
        if (node.file.name, line) in self.silent:
            return
        fault = Diagnostic(node.file.name, line, column, words, node.file.line(line), severity)
        self.found.setdefault((fault.file, line, column, words.en), fault)

    def fault(self, node: Node, rule: str, *, known: Iterable[str] = (), **facts: object) -> None:
        """Note a fault by its rule; `known` are the words that `word` may have meant."""
        self.say(node, fault_words(rule, known=known, **facts))

    def warn(self, node: Node, rule: str, **facts: object) -> None:
        """Note something that works but should be better."""
        self.say(node, fault_words(rule, known=(), **facts), severity="warning")

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Every fault, in the order of files and lines."""
        return sorted(self.found.values(), key=lambda d: (d.file, d.line, d.column))

    @property
    def errors(self) -> list[Diagnostic]:
        """The faults that refuse the files."""
        return [d for d in self.diagnostics if d.severity == "error"]


def fault_words(rule: str, *, known: Iterable[str] = (), **facts: object) -> Words:
    """Give the words of a rule with its facts."""
    near = meant(str(facts.get("word", "")), known)
    told = {"near": near, **facts}

    def said(locale: str) -> str:
        return FAULTS[rule].say(locale).format(**{name: say(value, locale) for name, value in told.items()})

    return Words(said("en"), said("zh"))


@dataclass
class Reader:
    """What every reader has at hand: where faults go, what is known, and how to read one value."""

    report: Report
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    glossary: Mapping[str, Words] = field(default_factory=dict)
    messages: Mapping[str, Words] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset()
    currency: str = "CNY"
    complete: bool = False  # all domains are loaded: their functions are known
    calendars: frozenset[str] = frozenset()

    # structure
    def options(self, node: Node | None, allowed: Iterable[str], *, example: str = "{…}") -> dict[str, Node]:
        """Give the entries of a map whose keys are known; name the others."""
        known = tuple(allowed)
        found = {}
        for key, value in self.entries(node, example=example).items():
            if key in known:
                found[key] = value
            else:
                self.unknown_key(node, key, value, known)
        return found

    def unknown_key(self, node: Node | None, key: str, value: Node, known: tuple[str, ...]) -> None:
        """Say that a key is unknown, or that an expression lost its quotes."""
        place = key_of(node, key)
        if value.empty and not NAME.fullmatch(key) and re.search(r"[)\]'\"]|^\d", key):
            self.report.fault(place, "unquoted")
            self.report.silent.add((place.file.name, place.line))
        else:
            self.report.fault(place, "unknown_key", word=key, known=known)

    def entries(self, node: Node | None, *, example: str = "{…}") -> dict[str, Node]:
        """Give the entries of a map, whatever their names."""
        if node is None or node.empty:
            return {}
        if node.kind != "map":
            self.report.fault(node, "not_map", example=example)
            return {}
        return node.entries

    def named(self, node: Node | None, *, example: str = "{…}") -> dict[str, Node]:
        """Give the entries of a map whose keys are names that people chose."""
        found = {}
        for key, value in self.entries(node, example=example).items():
            if value.empty and not NAME.fullmatch(key):
                self.unknown_key(node, key, value, ())
            elif NAME.fullmatch(key):
                found[key] = value
            else:
                self.report.fault(key_of(node, key), "not_name", word=key)
        return found

    def items(self, node: Node | None, *, example: str = "…") -> list[Node]:
        """Give the entries of a list."""
        if node is None or node.empty:
            return []
        if node.kind != "list":
            self.report.fault(node, "not_list", example=example)
            return []
        return node.items

    # values
    def text(self, node: Node | None, default: str = "") -> str:
        """Give one text."""
        if node is None:
            return default
        if node.kind != "text":
            self.report.fault(node, "not_text")
            return default
        return node.text

    def texts(self, node: Node | None, *, example: str = "…") -> list[Node]:
        """Give the texts of a list, with their places."""
        found = []
        for item in self.items(node, example=example):
            if item.kind == "text":
                found.append(item)
            else:
                self.report.fault(item, "not_text")
        return found

    def words(self, node: Node | None, default: Words = Words()) -> Words:
        """Give a text for people: one text, or one for each language."""
        if node is None:
            return default
        if node.kind != "map":
            return plain(self.text(node))
        found = {locale: self.text(value) for locale, value in self.options(node, LOCALES).items()}
        for locale in LOCALES:
            if not found.get(locale):
                self.report.warn(node, "one_language", language=LANGUAGES[locale])
        return Words(found.get("en", ""), found.get("zh", ""))

    def label(self, name: str, node: Node, own: Node | None, key: Node | None = None) -> Words:
        """Give the words of a name: its own, or the glossary's."""
        if own is not None:
            return self.words(own)
        if name not in self.glossary:
            self.report.fault(key or node, "no_words", word=name, known=self.glossary)
            return plain(name.replace("_", " "))
        return self.glossary[name]

    def flag(self, node: Node | None, default: bool = False) -> bool:
        """Give true or false."""
        if node is None:
            return default
        if node.kind == "text" and node.text in ("true", "false"):
            return node.text == "true"
        self.report.fault(node, "not_flag")
        return default

    def whole(self, node: Node | None, default: int = 0) -> int:
        """Give a whole number."""
        if node is None:
            return default
        if re.fullmatch(r"-?\d{1,15}", self.text(node)):
            return int(node.text)
        self.report.fault(node, "not_whole", word=node.text)
        return default

    def number(self, node: Node) -> Decimal:
        """Give a plain number, exactly."""
        try:
            found = Decimal(self.text(node))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            self.report.fault(node, "not_number", word=node.text)
            return Decimal(0)
        return found

    def one_of(self, node: Node | None, options: Iterable[str], default: str = "") -> str:
        """Give one of a few words."""
        if node is None:
            return default
        known = tuple(options)
        if self.text(node) in known:
            return node.text
        self.report.fault(node, "not_option", word=node.text, options=", ".join(known), known=known)
        return default

    def name(self, node: Node | None, known: Iterable[str], rule: str, **facts: object) -> str | None:
        """Give a name that must be known; broken files' names pass."""
        if node is None:
            return None
        word = self.text(node)
        known = tuple(known)
        if word in known or word in self.report.broken:
            return word
        self.report.fault(node, rule, word=word, known=known, **facts)
        return None

    def names(self, node: Node | None, known: Iterable[str], rule: str, **facts: object) -> tuple[str, ...]:
        """Give the known names of a list."""
        known = tuple(known)
        found = [self.name(item, known, rule, **facts) for item in self.texts(node, example=known[0] if known else "…")]
        return tuple(name for name in found if name)

    def span(self, node: Node | None, *, working: bool = False) -> Span | None:
        """Give a length of time; `working`: plain hours and days are working time here."""
        if node is None:
            return None
        match = SPAN.fullmatch(self.text(node).strip())
        if not match:
            self.report.fault(node, "not_span", word=node.text)
            return None
        amount, said, unit = int(match[1]), match[2], match[3]
        unit, factor = UNITS.get(unit, (unit + "s", 1))
        counts = said == "working" or (said is None and working and unit in ("hours", "days"))
        return Span(amount * factor, unit, counts)

    def share(self, node: Node | None) -> Decimal | int | None:
        """Give `60%` as Decimal('0.6') and `2` as 2."""
        if node is None:
            return None
        text = self.text(node).strip()
        if re.fullmatch(r"\d{1,3}(\.\d+)?%", text):
            return Decimal(text[:-1]) / 100
        if re.fullmatch(r"\d{1,4}", text):
            return int(text)
        self.report.fault(node, "not_share", word=text)
        return None

    # expressions
    def expression(self, node: Node | None, place: Place, expect: Type | None = None) -> Expression | None:
        """Give the compiled expression, or nothing where it is wrong."""
        if node is None:
            return None
        if node.kind != "text":
            self.report.fault(node, "not_text")
            return None
        return self.compiled(node, node.text, place, expect)

    def compiled(self, node: Node, text: str, place: Place, expect: Type | None = None) -> Expression | None:
        """Compile a text that stands at a node; nothing is said of what only follows from a broken file."""
        try:
            return compile_expression(text, place=place, shapes=self.shapes, expect=expect)
        except ExpressionError as error:
            if self.unready(text):
                return compile_expression(
                    "if(today == null, null, null)", place=place, shapes=self.shapes
                )  # live and empty
            if not any(re.search(rf"\b{name}\b", text) for name in self.report.broken):
                self.report.say(node, error.words, offset=error.start)
            return None

    def unready(self, text: str) -> bool:
        """Tell whether a ledger's function is named whose domain is not loaded (a test of a lower layer)."""
        areas = {name.partition(".")[0] for name in functions()}
        called = re.findall(r"\b([a-z_]+)\.[a-z_]+\(", text)
        return not self.complete and any(area not in areas for area in called)

    def condition(self, node: Node | None, place: Place, default: bool = False) -> bool | Expression:
        """Give true, false or a compiled condition."""
        if node is None:
            return default
        if node.kind == "text" and node.text in ("true", "false"):
            return node.text == "true"
        found = self.expression(node, place, BOOLEAN)
        return default if found is None else found

    def value(self, node: Node | None, place: Place, wanted: Type | None) -> Expression | None:
        """Give an expression for a field; the bare name of an option or a currency means itself."""
        if node is None:
            return None
        if node.kind == "text" and wanted is not None:
            option = wanted.kind in ("choice", "choices") and node.text in wanted.options
            currency = wanted.kind == "text" and re.fullmatch(r"[A-Z]{3}", node.text)
            if option or currency:
                return self.compiled(node, f"'{node.text}'", place)
        return self.expression(node, place, wanted)

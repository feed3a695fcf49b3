"""Reads the posting table and proves each event balanced for every amount."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from app.config.posting_spec import BookSpec, Figures, MoveLine, PlaceSpec, PostingLine, PostingSpec
from app.config.reader import Reader
from app.config.tree import Node

SIDES, ACTS = ("debit", "credit"), ("move", "hold", "release")
LINE_KEYS = (*SIDES, "amount", "each", "by", "party", "currency", "value_only")
MOVE_KEYS = (*ACTS, "from", "to", "amount", "value", "settles", "by", "party")
BOOK_KEYS = ("title", "decimals", "unit", "conserved", "owed", "costing")
OF_GOODS = "stock"  # its commodities are the goods themselves; no event of the table moves them
SUM = re.compile(r"\s*([+-]?)\s*([a-z][a-z0-9_]*)")


class PostingReader:
    """Reads posting.yaml."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.roles: Mapping[str, Mapping[str, str]] = {}
        self.books: Mapping[str, BookSpec] = {}
        self.places: Mapping[str, PlaceSpec] = {}

    def read(self, tree: Node) -> PostingSpec:
        """Give the table: roles, books, places, events."""
        read = self.reader
        entries = read.options(tree, ("posting", "roles", "books", "places", "events"))
        self.roles = {
            name: {chart: read.text(value) for chart, value in read.entries(node).items()}
            for name, node in read.named(entries.get("roles")).items()
        }
        self.books = {name: self.book(name, node) for name, node in read.named(entries.get("books")).items()}
        self.places = {name: self.place(node) for name, node in read.named(entries.get("places")).items()}
        events, moves = {}, {}
        for name, node in read.entries(entries.get("events")).items():
            lines = [self.line(item) for item in read.items(node, example="{debit: bank, amount: paid}")]
            events[name] = tuple(line for line in lines if isinstance(line, PostingLine))
            moves[name] = tuple(line for line in lines if isinstance(line, MoveLine))
            self.prove(name, events[name], entries["events"].keys[name])
            self.agree(events[name], moves[name], entries["events"].keys[name])
        return PostingSpec(
            self.roles, self.places, events, self.books, {name: own for name, own in moves.items() if own}
        )

    def book(self, name: str, node: Node) -> BookSpec:
        """Give one book."""
        read = self.reader
        entries = read.options(node, BOOK_KEYS)
        return BookSpec(
            name,
            read.label(name, node, entries.get("title")),
            read.whole(entries.get("decimals")),
            read.text(entries.get("unit")),
            read.flag(entries.get("conserved"), default=True),
            read.flag(entries.get("owed")),
            read.one_of(entries.get("costing"), ("average", "lot"), "average"),
        )

    def place(self, node: Node) -> PlaceSpec:
        """Give a place: a role alone, or its book and floor too."""
        read = self.reader
        if node.kind != "map":
            return PlaceSpec(read.name(node, self.roles, "no_posting_role") or "")
        entries = read.options(node, ("role", "book", "floor"))
        role = read.name(entries.get("role"), self.roles, "no_posting_role") or ""
        book = read.name(entries.get("book"), (*self.books, OF_GOODS), "no_book") or OF_GOODS
        floor = entries.get("floor")
        if floor is None:
            return PlaceSpec(role, book)
        decimals = self.books[book].decimals if book in self.books else 0
        return PlaceSpec(role, book, int(read.number(floor).scaleb(decimals)))

    def line(self, node: Node) -> PostingLine | MoveLine | None:
        """Give one line of an event: a side of a journal, or a move in a book."""
        acts = [act for act in ACTS if node.kind == "map" and node.get(act) is not None]
        return self.move(node, acts[0]) if acts else self.side(node)

    def side(self, node: Node) -> PostingLine | None:
        """Give one debit or credit."""
        read = self.reader
        entries = read.options(node, LINE_KEYS)
        if ("debit" in entries) == ("credit" in entries):
            read.report.fault(node, "debit_or_credit")
            return None
        side = "debit" if "debit" in entries else "credit"
        role = read.name(entries[side], self.roles, "no_posting_role")
        return PostingLine(
            side,
            role or "",
            self.needed(entries, node),
            read.text(entries.get("each")) or None,
            self.cuts(entries),
            read.text(entries.get("party")) or None,
            read.text(entries.get("currency")) or None,
            read.flag(entries.get("value_only")),
        )

    def move(self, node: Node, act: str) -> MoveLine:
        """Give one move, hold or release in a book."""
        read = self.reader
        entries = read.options(node, MOVE_KEYS)
        book = read.name(entries[act], self.books, "no_book") or ""
        source, target = (self.end(entries, key, node, book) for key in ("from", "to"))
        if act != "release" and not target:
            read.report.fault(node, "missing_key", word="to")
        if act != "move" and source and self.places[source].floor is None:
            read.report.fault(entries["from"], "no_floor", word=source)
        return MoveLine(
            act,
            book,
            source,
            target,
            self.figures(entries.get("amount")) if act == "release" else self.needed(entries, node),
            self.figures(entries.get("value")),
            self.figures(entries.get("settles")),
            self.cuts(entries),
            read.text(entries.get("party")) or None,
        )

    def end(self, entries: Mapping[str, Node], key: str, node: Node, book: str) -> str:
        """Give the place where a move begins or ends, which must be of its book."""
        if key not in entries:
            if key == "from":
                self.reader.report.fault(node, "missing_key", word=key)
            return ""
        own = [name for name, place in self.places.items() if place.book == book]
        return self.reader.name(entries[key], own, "no_place_in_book", book=book) or ""

    def cuts(self, entries: Mapping[str, Node]) -> tuple[str, ...]:
        """Give what an amount is cut by."""
        return tuple(item.text for item in self.reader.texts(entries.get("by")))

    def needed(self, entries: Mapping[str, Node], at: Node) -> Figures:
        """Give the figures of an amount that must be said."""
        if "amount" not in entries:
            self.reader.report.fault(at, "missing_key", word="amount")
        return self.figures(entries.get("amount"))

    def figures(self, node: Node | None) -> Figures:
        """Give the figures of a sum or difference, each with its sign."""
        if node is None:
            return {}
        text, found, position = self.reader.text(node), Counter[str](), 0
        while match := SUM.match(text, position):
            if position and not match[1]:
                break
            found[match[2]] += -1 if match[1] == "-" else 1
            position = match.end()
        if not found or text[position:].strip():
            self.reader.report.fault(node, "no_sum", word=text)
        return dict(found)

    def prove(self, name: str, lines: tuple[PostingLine, ...], at: Node) -> None:
        """Set each figure to 1 and the rest to 0: what is left over is a fault, whatever the amounts will be."""
        for figure, left in left_over(lines).items():
            if left:
                self.reader.report.fault(at, "unbalanced", event=name, figure=figure, sign="+" if left > 0 else "-")

    def agree(self, sides: tuple[PostingLine, ...], moves: tuple[MoveLine, ...], at: Node) -> None:
        """An event holds, releases or moves, for each is one step of the ledger; value moves between accounts only."""
        acts = {line.act for line in moves} | ({"move"} if sides else set())
        if len(acts) > 1:
            self.reader.report.fault(at, "mixed_event", acts=", ".join(sorted(acts)))
        for line in moves:
            ends = [place for place in (line.source, line.target) if place and not self.places[place].role]
            if line.value and ends:
                self.reader.report.fault(at, "no_value_there", word=ends[0])


def left_over(lines: Iterable[PostingLine]) -> dict[str, int]:
    """Give for each figure what its debits exceed its credits by; all zero means balanced for every amount."""
    sums = Counter[str]()
    for line in lines:
        for figure, sign in line.amount.items():
            sums[figure] += sign if line.side == "debit" else -sign
    return dict(sums)

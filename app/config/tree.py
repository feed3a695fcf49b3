"""YAML as a tree that knows its places: each key and value with its file, line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

TRAPS = frozenset({"on", "off", "yes", "no", "y", "n"})


@dataclass(eq=False)
class SourceFile:
    """One file: the name that messages show, its text, and the hash of it."""

    name: str
    text: str

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()
        self.hash = hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def line(self, number: int) -> str:
        """Give a line by its number from 1; nothing behind the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(eq=False, slots=True)
class Node:
    """A map, a list or a text, where it stands."""

    kind: str  # map list text
    file: SourceFile
    line: int
    column: int
    text: str = ""
    style: str = ""  # of a text: '' plain, quotes, | or >
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Node] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Tell whether nothing is written here."""
        return self.kind == "text" and not self.text and not self.style

    def get(self, key: str) -> Node | None:
        """Give the value of a key of a map."""
        return self.entries.get(key)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())

    def place(self, offset: int = 0) -> tuple[int, int]:
        """Give line and column of a letter of this text, also behind quotes, escapes and folded lines."""
        if self.kind != "text" or (not offset and not self.style):
            return self.line, self.column
        return find_letter(self, offset)

    def plain_value(self) -> object:
        """Give the tree as plain Python: texts stay texts, true and false become booleans."""
        if self.kind == "map":
            return {key: value.plain_value() for key, value in self}
        if self.kind == "list":
            return [item.plain_value() for item in self.items]
        if self.empty:
            return None
        return self.text == "true" if not self.style and self.text in ("true", "false") else self.text


def key_of(node: Node | None, name: str) -> Node:
    """Give the place of a key that is there."""
    assert node is not None, f"{name} is a key of nothing"
    return node.keys[name]


def without(node: Node, *names: str) -> Node:
    """Give a map without some of its keys; anything else as it is."""
    if node.kind != "map" or not set(names) & set(node.entries):
        return node
    left = {key: value for key, value in node if key not in names}
    return replace(node, entries=left, keys={key: node.keys[key] for key in left})


@dataclass(frozen=True)
class TreeFault:
    """Something wrong with the YAML itself: which rule, at which node, with what word."""

    rule: str  # syntax duplicate trap alias key
    node: Node
    word: str = ""


def find_letter(node: Node, offset: int) -> tuple[int, int]:
    """Walk the raw text of a scalar until its letter number `offset`."""
    line, column = (node.line, node.column + 1) if node.style in ("'", '"') else (node.line, node.column)
    if node.style in ("|", ">"):
        line, column = line + 1, indent_of(node.file.line(line + 1))
    done = 0
    while done < offset:
        raw = node.file.line(line)
        if column > len(raw):
            line, column, done = line + 1, indent_of(node.file.line(line + 1)), done + 1
            if line > len(node.file.lines):
                return node.line, node.column
            continue
        pair = raw[column - 1 : column + 1]
        escaped = (node.style == "'" and pair == "''") or (node.style == '"' and pair[:1] == "\\")
        column, done = column + (2 if escaped else 1), done + 1
    return line, column


def indent_of(line: str) -> int:
    """Give the column of the first letter of a line."""
    return len(line) - len(line.lstrip()) + 1


class TreeReader:
    """Turns the events of one file into nodes, and notes what the YAML itself gets wrong."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.faults: list[TreeFault] = []

    def read(self) -> Node | None:
        """Give the tree of the file, or nothing if it is empty or broken."""
        if not self.file.text.strip():
            return None
        try:
            events = self.events()
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = self.node("text", mark.line + 1, mark.column + 1) if mark else self.node("text", 1, 1)
            self.faults.append(TreeFault("syntax", at, error.problem or str(error)))
            return None
        except YAMLError as error:
            self.faults.append(TreeFault("syntax", self.node("text", 1, 1), str(error)))
            return None
        body = iter([event for event in events if type(event).__name__ in _CONTENT])
        first = next(body, None)
        return self.build(first, body) if first is not None else None

    def events(self) -> list[Any]:
        """Give the events of the text, read in C; what that refuses, the other reader says in better words or takes."""
        try:
            return list(yaml.parse(self.file.text, Loader=yaml.CLoader))
        except yaml.YAMLError:
            return list(YAML(pure=True).parse(self.file.text))

    def node(self, kind: str, line: int, column: int) -> Node:
        """Make a node of this file."""
        return Node(kind, self.file, line, column)

    def build(self, event: Any, rest: Iterator[Any]) -> Node:
        """Make the node that begins with an event."""
        mark, kind = event.start_mark, type(event).__name__
        node = self.node("text", mark.line + 1, mark.column + 1)
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            self.faults.append(TreeFault("alias", node))
        if kind == "MappingStartEvent":
            node.kind = "map"
            self.fill_map(node, rest)
        elif kind == "SequenceStartEvent":
            node.kind = "list"
            for item in iter(lambda: next(rest), None):
                if type(item).__name__ == "SequenceEndEvent":
                    break
                node.items.append(self.build(item, rest))
        elif kind == "ScalarEvent":
            node.text = event.value
            node.style = event.style or ""
        return node

    def fill_map(self, node: Node, rest: Iterator[Any]) -> None:
        """Read keys and values until the end of a map."""
        for event in iter(lambda: next(rest), None):
            if type(event).__name__ == "MappingEndEvent":
                return
            key = self.build(event, rest)
            value = self.build(next(rest), rest)
            if key.kind != "text":
                self.faults.append(TreeFault("key", key))
            elif key.text in node.entries:
                self.faults.append(TreeFault("duplicate", key, key.text))
            elif not key.style and key.text.lower() in TRAPS:
                self.faults.append(TreeFault("trap", key, key.text))
            else:
                node.keys[key.text] = key
                node.entries[key.text] = value


_CONTENT = frozenset(  # of both readers
    ("MappingStartEvent", "MappingEndEvent", "SequenceStartEvent", "SequenceEndEvent", "ScalarEvent", "AliasEvent")
)
_read: dict[tuple[str, str], tuple[Node | None, list[TreeFault]]] = {}


def read_tree(file: SourceFile) -> tuple[Node | None, list[TreeFault]]:
    """Give the tree of a file and its faults; the same text is parsed once in a process."""
    key = (file.name, file.hash)
    if key not in _read:
        if len(_read) > 2000:
            _read.clear()
        reader = TreeReader(file)
        _read[key] = (reader.read(), reader.faults)
    return _read[key]

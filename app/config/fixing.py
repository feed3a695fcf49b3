"""Mechanical repairs of files: only what a reader found wrong and what has one right answer; not a byte beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff

from app.config.diagnostics import Diagnostic
from app.config.loader import check
from app.config.sources import Sources
from app.config.tree import SourceFile, read_tree
from app.core.expressions.reader import FULL_WIDTH

ROUNDS = 6  # what stood behind a repaired fault shows in the next round
FLAGS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
FLAGS |= {"true": "true", "false": "false"}
FLAG = re.compile(rf"({'|'.join(FLAGS)})(?=\s*(?:[,}}#]|$))", re.IGNORECASE)
KEY = re.compile(r"(?<![\w.])([a-z][a-z0-9_]*):[ ]+")
NEXT_KEY = re.compile(r",\s*[a-z][a-z0-9_]*:(?:\s|$)")
OPEN, CLOSE = "([{", ")]}"


@dataclass(frozen=True)
class Fixed:
    """One file with its text before and after, line ends as they are."""

    name: str
    before: str
    after: str

    def diff(self) -> str:
        """Give what was changed, line by line."""
        old, new = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(
            line if line.endswith("\n") else f"{line}\n" for line in unified_diff(old, new, self.name, self.name)
        )


def fix(sources: Sources, raw: Mapping[str, str]) -> list[Fixed]:
    """Give the files that have something to repair; `raw` holds each with its own line ends, and none is written."""
    texts = {name: _without_blanks(name, text) for name, text in raw.items()}
    for _ in range(ROUNDS):
        faults = [fault for fault in check(replace(sources, texts=_plain(texts))) if fault.severity == "error"]
        repaired = {
            **texts,
            **{name: _repaired(texts[name], faults, name) for name in {f.file for f in faults} & set(texts)},
        }
        if repaired == texts:
            break
        texts = repaired
    return [Fixed(name, raw[name], texts[name]) for name in raw if texts[name] != raw[name]]


def _plain(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.replace("\r\n", "\n") for name, text in texts.items()}


def _without_blanks(name: str, text: str) -> str:
    """Take blanks off the ends of lines, unless they mean something: inside a text of several lines."""
    bare = re.sub(r"[ \t]+(?=\r?\n|\Z)", "", text)
    return bare if bare != text and _value(name, bare) == _value(name, text) else text


def _value(name: str, text: str) -> object:
    tree, faults = read_tree(SourceFile(name, text.replace("\r\n", "\n")))
    return tree.plain_value() if tree is not None and not faults else text.rstrip()


def _repaired(text: str, faults: list[Diagnostic], name: str) -> str:
    """Repair each faulty line once, from the right, so that places stay where they were told."""
    lines = text.splitlines(keepends=True)
    for fault in sorted(faults, key=lambda each: (each.line, -each.column)):
        if fault.file == name and 0 < fault.line <= len(lines):
            repair = next((make for sign, make in REPAIRS.items() if sign in fault.words.en), None)
            if repair is not None:
                lines[fault.line - 1] = repair(lines[fault.line - 1], fault.column - 1)
    return "".join(lines)


def _quote(line: str, _at: int) -> str:
    """Put quotes around each expression of the line's `{ }` that holds a comma or a bracket and has none."""
    for start, end in reversed(list(_bare_values(line))):
        value = line[start:end]
        if re.search(r"[,\[\]{}]", value):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            line = f'{line[:start]}"{escaped}"{line[end:]}'
    return line


def _bare_values(line: str) -> Iterator[tuple[int, int]]:
    """Give where each value inside `{ }` begins and ends that is no map, list or quoted text."""
    done = 0
    for match in KEY.finditer(line):
        start = match.end()
        if start < done or "{" not in line[:start] or line[start : start + 1] in ('"', "'", "{", "[", ""):
            continue
        end = _end(line, start)
        if end is not None:
            done = end
            yield start, end


def _end(line: str, start: int) -> int | None:
    """Give where a value ends: at the next key, or at the bracket that closes its map."""
    depth, quoted = 0, False
    for at in range(start, len(line)):
        letter = line[at]
        if letter == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in OPEN:
            depth += 1
        elif letter in CLOSE and depth == 0:
            return at
        elif letter in CLOSE:
            depth -= 1
        elif letter == "," and depth == 0 and NEXT_KEY.match(line, at):
            return at
    return None


def _compare(line: str, at: int) -> str:
    return f"{line[:at]}=={line[at + 1 :]}" if line[at : at + 1] == "=" else line


def _narrow(line: str, at: int) -> str:
    """Write the plain sign for a full-width one; two that stand for one sign become one."""
    letter = line[at : at + 1]
    right = FULL_WIDTH.get(letter)
    if right is None:
        return line
    width = 2 if letter == "＝" and line[at + 1 : at + 2] in ("＝", "=") else 1
    return f"{line[:at]}{right}{line[at + width :]}"


def _flag(line: str, at: int) -> str:
    """Write true or false where a whole value is another tool's word for it."""
    word = FLAG.match(line, at)
    if word is None or not line[:at].rstrip().endswith(":"):
        return line
    return f"{line[:at]}{FLAGS[word[1].lower()]}{line[word.end() :]}"


def _trap(line: str, at: int) -> str:
    word = re.compile(r"\w+").match(line, at)
    return f'{line[:at]}"{word[0]}"{line[word.end() :]}' if word else line


REPAIRS: dict[str, Callable[[str, int], str]] = {
    "stands in quotes inside": _quote,
    "can't be read as YAML": _quote,
    "write '==' to compare": _compare,
    "is a full-width sign": _narrow,
    "here stands true or false": _flag,
    "in small letters": _flag,
    **{f"has no field '{word}'": _flag for word in FLAGS},
    "is read as true or false by many tools": _trap,
}

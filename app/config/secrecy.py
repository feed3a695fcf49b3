"""Secrets that somebody wrote into a file: files are copied, versioned and sent about, so they are refused there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.config.diagnostics import Diagnostic
from app.config.reader import Report, fault_words
from app.config.tree import Node

NAMED = re.compile(r"(?:\w+_)?(?:password|passwd|passphrase|secret|token|credentials?|(?:api|access|private|secret)_?key)")
PLAIN = re.compile(r"[A-Za-z_.]*")  # a name of a field, a column, a word: no secret
LOOKS_SO = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\w+://[^/\s:@]+:[^/\s@]+@"  # an address with a password in it
    r"|\b(?:db_[\w-]{43}|whsec_[\w+/=-]{20,}|sk-[\w-]{20,}|gh[pousr]_\w{30,}|AKIA[0-9A-Z]{16}|xox[abp]-[\w-]{10,})"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}"
)


def refuse_secrets(tree: Node, report: Report) -> None:
    """Note every secret of a file, without showing it; nothing else is said of its line."""
    for name, node in texts(tree):
        if is_secret(name, node.text):
            line, column = node.place()
            words = fault_words("secret")
            fault = Diagnostic(node.file.name, line, column, words)
            report.found.setdefault((fault.file, line, column, words.en), fault)
            report.silent.add((node.file.name, line))


def is_secret(name: str, text: str) -> bool:
    """Tell whether a text is a secret, by what it is called or by how it looks."""
    if LOOKS_SO.search(text):
        return True
    bare = text.strip("'\" ")
    return bool(NAMED.fullmatch(name) and len(bare) >= 6 and bare.isascii() and " " not in bare and not PLAIN.fullmatch(bare))


def texts(node: Node, name: str = "") -> Iterator[tuple[str, Node]]:
    """Give every text of a tree with the key that it stands at."""
    if node.kind == "text":
        yield name, node
    for key, value in node:
        yield from texts(value, key)
    for item in node.items:
        yield from texts(item, name)

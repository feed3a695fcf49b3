"""What the language takes and this version does not carry out yet: said plainly, never passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.config.reader import Report
from app.config.sources import Sources, read_documents
from app.config.tree import Node
from app.core.words import Words

TOLD = Words("is read and checked, but not carried out in this version", "已读取并检查，但本版本尚未执行")


@dataclass(frozen=True)
class Undone:
    """A key that nothing carries out yet: where it stands, with which values, and what code would name to use it."""

    kind: str
    path: str  # names with dots, * for any; `step.x` is an option of a step or of `approval`
    sign: str  # what the code that carries it out would say
    values: tuple[str, ...] = ()


def _in_fields(key: str, sign: str) -> tuple[Undone, ...]:
    places = ("fields.*", "lines.*", "totals.*", "tables.*.fields.*")
    return tuple(Undone("form", f"{place}.{key}", sign) for place in places)


UNDONE = (
    Undone("form", "print", r"\.prints\b"),
    Undone("form", "public", r"spec\.public\b"),
    Undone("form", "keep", r"spec\.keep\b"),
    Undone("form", "views.*.as", r"\bgantt\b.*show_as", ("gantt", "map")),
    *_in_fields("scan", r"\.scan\b"),
    *_in_fields("over", r"\b(?:spec|field|each|one)\.over\b"),
    Undone("workflow", "stages.*.colour", r"stages\[\w+\]\.colour\b"),
    *(
        Undone("workflow", f"step.{key}", rf'others\.get\("{key}"|others\["{key}"')
        for key in (
            *("shrink_on_departure", "sign_in_again"),
        )
    ),
    Undone("dashboard", "dashboard", r"\.dashboards\b"),
    Undone("report", "report", r"catalogue\.reports\b"),
)


def note_undone(sources: Sources, report: Report) -> None:
    """Note once a file each key that is read and does nothing."""
    for (kind, _), document in read_documents(sources, Report()).items():
        for undone in UNDONE:
            found = next(_keys(document.tree, undone), None) if undone.kind == kind else None
            if found is not None:
                words = Words(f"'{found.text}' {TOLD.en}", f"“{found.text}”{TOLD.zh}。")
                report.say(found, words, severity="note")


def _keys(tree: Node, undone: Undone) -> Iterator[Node]:
    """Give the keys (or, where only some values are meant, these values) that an entry of the list speaks of."""
    first, *rest = undone.path.split(".")
    maps = _steps(tree) if first == "step" else _below(tree, undone.path.split(".")[:-1])
    key = rest[-1] if rest else first
    for node in maps:
        if node.kind == "map" and key in node.entries:
            value = node.entries[key]
            if not undone.values or value.text in undone.values:
                yield value if undone.values else node.keys[key]


def _below(node: Node, names: list[str]) -> Iterator[Node]:
    if not names:
        yield node
    elif node.kind == "map":
        for name, value in node:
            if names[0] in ("*", name):
                yield from _below(value, names[1:])


def _steps(node: Node) -> Iterator[Node]:
    """Give every step, and the options of all steps."""
    if node.kind == "map":
        if "step" in node.entries:
            yield node
        for name, value in node:
            yield from ((value,) if name == "approval" else _steps(value))
    for item in node.items:
        yield from _steps(item)

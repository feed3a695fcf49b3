"""The product's files as they were when the company last looked at what it changes: kept in site/base/.

With them an upgrade is told key by key: what the product changed, what the company changed, where both did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.config.reader import Report
from app.config.sources import FOLDERS, Document, Sources, read_documents, usable
from app.config.three_way import CONFLICTS, Meeting, compare, told
from app.config.tree import Node, read_tree
from app.core.words import Words

SAYS = {
    "both": Words("changed on both sides; yours runs until you settle it", "双方都改了；处理之前以你的为准"),
    "gone": Words("the product took it away; yours runs until you settle it", "产品已去掉；处理之前以你的为准"),
    "same": Words("changed on both sides to the same; your change may go", "双方改成了一样；你的改动可以删掉"),
    "shipped": Words("changed by the product; taken over", "产品改了；已采用"),
    "yours": Words("changed by you; stays", "你改的；保留"),
}


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade means for one of the company's changes."""

    file: str  # of the company
    name: str
    meetings: tuple[Meeting, ...]

    @property
    def conflicts(self) -> tuple[Meeting, ...]:
        """Give what somebody must settle."""
        return tuple(meeting for meeting in self.meetings if meeting.kind in CONFLICTS)

    def lines(self, locale: str = "en") -> Iterator[str]:
        """Give the report, a few lines a key: where, what happens, and the three values."""
        then, now, yours = (w.say(locale) for w in (Words("then", "原来"), Words("now", "现在"), Words("yours", "你的")))
        colon = Words(": ", "：").say(locale)
        yield f"{self.file} → {self.name}"
        for meeting in self.meetings:
            at = meeting.at
            place = f"{at.file.name}:{at.line}" if at is not None else ""
            yield f"  {'.'.join(meeting.path)} ({place}){colon}{SAYS[meeting.kind].say(locale)}"
            values = {then: meeting.then, now: meeting.now, yours: meeting.yours}
            for word, node in values.items():
                if node is not None or word != yours:
                    yield f"    {word}{colon}{told(node, locale)}"


def changes_of(sources: Sources) -> Iterator[tuple[str, Node, Document]]:
    """Give each of the company's changes with its folder and what it extends, as the product has it."""
    product = read_documents(replace(sources, site=None, texts={n: t for n, t in sources.texts.items() if n[:5] != "site/"}), Report())
    for folder, file in sources.files():
        tree = read_tree(file)[0] if file.name.startswith("site/") else None
        if tree is None or tree.kind != "map" or "extends" not in tree.entries:
            continue
        name = tree.entries["extends"].text
        base = next((d for k, d in product.items() if k[0] in FOLDERS[folder] and name in (k[1], k[0])), None)
        if base is not None:
            yield folder, tree, base


def upgrades(sources: Sources) -> list[Upgrade]:
    """Give what changed in the product's files since the company last looked, for each of its changes."""
    found = []
    for folder, tree, base in changes_of(sources):
        kept = sources.base_of(folder, tree.entries["extends"].text)
        then = usable(kept, Report()) if kept is not None else None
        meetings = compare(then, base.tree, tree) if then is not None else []
        found.append(Upgrade(tree.file.name, base.tree.file.name, tuple(meetings)))
    return found


def keep_bases(sources: Sources, *, settle: bool = False) -> list[Path]:
    """Keep a copy of each of the product's files that the company changes, unless one is kept; `settle`: all anew."""
    written = []
    for folder, tree, base in changes_of(sources) if sources.site is not None else ():
        path = sources.path(sources.base_name(folder, tree.entries["extends"].text))
        text = base.tree.file.text
        if not path.exists() or (settle and path.read_text("utf-8") != text):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            written.append(path)
    return written

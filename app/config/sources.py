"""Which files there are, what kind each is, and the company's changes laid over the product's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.config.overlay import dump, lay_over
from app.config.reader import NAME, Report
from app.config.secrecy import refuse_secrets
from app.config.three_way import CONFLICTS, compare, revived, told
from app.config.tree import Node, SourceFile, read_tree
from app.core.words import Words

FOLDERS = {
    "forms": ("form",),
    "workflows": ("workflow", "decision"),
    "reports": ("metrics", "dashboard", "report"),
    "examples": ("import", "plan"),
    "imports": ("import", "plan"),
    "config": ("organisation", "posting", "words", "messages", "stages", "areas"),
}
BASE = "site/base/"  # copies of what the company changes, as it was in the product when the company last looked
OWN = "own"  # the area of what a company adds without a folder
ADDED = frozenset({"words", "messages", "stages", "areas", "metrics"})  # several files of these add up
KINDS = tuple(dict.fromkeys(kind for kinds in FOLDERS.values() for kind in kinds))
SAID = {
    "form": Words("form", "表单"),
    "workflow": Words("workflow", "流程"),
    "decision": Words("decision", "决策表"),
    "metrics": Words("metrics", "指标"),
    "dashboard": Words("dashboard", "看板"),
    "report": Words("report", "报表"),
    "import": Words("import", "导入"),
    "plan": Words("plan", "导入计划"),
    "organisation": Words("organisation", "组织"),
    "posting": Words("posting table", "过账表"),
}


@dataclass(frozen=True)
class Sources:
    """Where files stand: the product's folder, the company's, and how strictly names of code are taken."""

    product: Path
    site: Path | None = None
    complete: bool = False  # all domains are loaded: an unknown action or function is a fault
    texts: dict[str, str] = field(default_factory=dict)  # files not yet saved, by the name that messages show

    def strictly(self) -> Sources:
        """Give the same files, with every name of code taken at its word."""
        return replace(self, complete=True)

    def files(self) -> Iterator[tuple[str, SourceFile]]:
        """Give each file with the folder that it stands in."""
        seen = set()
        for folder, root, prefix in self.roots():
            pattern = "*.yaml" if folder == "config" else "**/*.yaml"
            for path in sorted(root.glob(pattern)):
                name = prefix + path.relative_to(root).as_posix()
                seen.add(name)
                yield folder, SourceFile(name, self.texts[name] if name in self.texts else path.read_text("utf-8"))
        for name, text in self.texts.items():
            if name not in seen and not name.startswith(BASE):
                yield next((part for part in name.split("/") if part in FOLDERS), "config"), SourceFile(name, text)

    def roots(self) -> Iterator[tuple[str, Path, str]]:
        """Give each folder that may hold files, and what messages call it."""
        for folder in ("config", "forms", "workflows", "reports", "examples"):
            inside = f"app/{folder}" if folder == "config" else folder
            yield folder, self.product / inside, f"{inside}/"
        for folder in ("config", "forms", "workflows", "reports", "imports"):
            if self.site is not None:
                yield folder, self.site / folder, f"site/{folder}/"

    def base_name(self, folder: str, name: str) -> str:
        """Give what messages call the kept copy of a product's file that the company changes."""
        return f"{BASE}{folder}/{name}.yaml"

    def base_of(self, folder: str, name: str) -> SourceFile | None:
        """Give the product's file as it was when the company last looked, if it is kept."""
        called = self.base_name(folder, name)
        if called in self.texts:
            return SourceFile(called, self.texts[called])
        path = self.path(called) if self.site is not None and NAME.fullmatch(name) else None
        return SourceFile(called, path.read_text("utf-8")) if path is not None and path.is_file() else None

    def path(self, name: str) -> Path:
        """Give where a file stands that messages call so."""
        inside = name.removeprefix("site/")
        return self.product / name if inside == name or self.site is None else self.site / inside

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Give what tells cheaply whether any file changed."""
        stats = ((path, path.stat()) for _, root, _ in self.roots() for path in sorted(root.glob("**/*.yaml")))
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


@dataclass(frozen=True)
class Document:
    """One thing that files declare: kind, name, the merged tree, and its text."""

    kind: str
    name: str
    tree: Node
    area: str = ""
    text: str = ""

    @property
    def hash(self) -> str:
        """What tells one version from another."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def read_documents(sources: Sources, report: Report) -> dict[tuple[str, str], Document]:
    """Give every document by kind and name, the company's changes laid over it."""
    found: dict[tuple[str, str], Document] = {}
    changes: list[tuple[str, Node]] = []
    for folder, file in sources.files():
        tree = usable(file, report)
        if tree is None:
            continue
        if "extends" in tree.entries:
            changes.append((folder, tree))
            continue
        document = declared(folder, tree, report)
        if document is not None:
            add(document, found, report)
    for folder, tree in changes:
        change(folder, tree, found, report, sources.base_of(folder, tree.entries["extends"].text))
    return found


def usable(file: SourceFile, report: Report) -> Node | None:
    """Give the tree of a file whose YAML can be read."""
    tree, faults = read_tree(file)
    for fault in faults:
        report.fault(fault.node, fault.rule, word=fault.word)
    if tree is None:
        first = re.match(r"\s*(?:#.*\n\s*)*(\w+):\s*(\w+)", file.text)
        report.broken.update({Path(file.name).stem} | ({first[2]} if first else set()) if faults else set())
        return None
    if tree.kind != "map" or not tree.entries:
        report.fault(tree, "no_kind", kinds=", ".join(KINDS))
        return None
    refuse_secrets(tree, report)
    return tree


def declared(folder: str, tree: Node, report: Report) -> Document | None:
    """Give the document that a file declares by its first key."""
    kind = next(iter(tree.entries))
    key, value = tree.keys[kind], tree.entries[kind]
    if kind not in FOLDERS[folder]:
        report.broken.update({Path(tree.file.name).stem, value.text} - {""})
    if kind not in KINDS:
        report.fault(key, "no_kind", kinds=", ".join(FOLDERS[folder]))
        return None
    if kind not in FOLDERS[folder]:
        report.fault(key, "wrong_folder", kind=kind)
        return None
    area = Path(tree.file.name).parent.name
    area = OWN if area in FOLDERS else area
    if kind in ADDED or value.kind != "text":
        return Document(kind, kind, tree, area, tree.file.text)
    if not NAME.fullmatch(value.text):
        report.broken.add(Path(tree.file.name).stem)
        report.fault(value, "not_name", word=value.text)
        return None
    return Document(kind, value.text, tree, area, tree.file.text)


def add(document: Document, found: dict[tuple[str, str], Document], report: Report) -> None:
    """Keep a document; words of several files add up, a company's organisation takes the product's place."""
    key = (document.kind, document.name)
    one = document.kind in ("organisation", "posting")
    if one:
        found_one = next((k for k in found if k[0] == document.kind), None)
        if found_one:
            found.pop(found_one)
    if document.kind in ADDED:
        key = (document.kind, document.tree.file.name)
    elif key in found:
        first = next(iter(document.tree.entries.values()))
        report.fault(first, "twice", kind=SAID[document.kind], name=document.name, file=found[key].tree.file.name)
        return
    found[key] = document


def change(
    folder: str, tree: Node, found: dict[tuple[str, str], Document], report: Report, kept: SourceFile | None = None
) -> None:
    """Lay a company's changes over what they extend; where both changed the same, the company's side runs."""
    name = tree.entries["extends"].text
    keys = [key for key in found if key[0] in FOLDERS[folder] and name in (key[1], key[0])]
    if not keys:
        if name not in report.broken:
            known = [key[1] for key in found if key[0] in FOLDERS[folder]]
            report.fault(tree.entries["extends"], "no_base", kind=SAID[FOLDERS[folder][0]], word=name, known=known)
        return
    base = found[keys[0]]
    then = usable(kept, Report()) if kept is not None and kept.text != base.tree.file.text else None
    under, over = base.tree, tree
    if then is not None:
        for meeting in compare(then, base.tree, tree):
            if meeting.kind in CONFLICTS and meeting.yours is not None:
                word, was, now = (".".join(meeting.path), told(meeting.then, "en"), told(meeting.now, "en"))
                report.warn(meeting.yours, f"upgrade_{meeting.kind}", word=word, then=was, now=now)
        under, over = revived(base.tree, then, tree)
    merged = lay_over(under, over, report)
    found[keys[0]] = Document(base.kind, base.name, merged, base.area, dump(merged))


def of_kind(documents: dict[tuple[str, str], Document], kind: str) -> Iterable[Document]:
    """Give the documents of a kind, in the order of their files."""
    return [document for (found, _), document in documents.items() if found == kind]

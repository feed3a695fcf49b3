"""Reads the templates of the product, and checks each as if it were installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.config.catalogue import Catalogue
from app.config.diagnostics import Diagnostic
from app.config.linting import lint_words
from app.config.loader import Loader
from app.config.reader import Reader, Report
from app.config.sources import Sources, usable
from app.config.template_spec import SampleSpec, TemplateRole, TemplateSpec
from app.config.tree import Node, SourceFile, key_of

FOLDER = "templates"
KEYS = ("template", "title", "area", "picture", "summary", "files", "needs", "roles", "sample")


def read_templates(product: Path) -> dict[str, TemplateSpec]:
    """Give every template of the product by name."""
    report = Report()
    found = {path.parent.name: _read(path, report) for path in _paths(product)}
    assert not report.errors, [fault.say("en") for fault in report.errors]
    return {name: spec for name, (spec, _) in found.items()}


def check_templates(product: Path) -> list[Diagnostic]:
    """Give every fault of the templates, of their files as well, each laid over the product with its own roles."""
    report = Report()
    found = [_read(path, report) for path in _paths(product)]
    texts = {
        f"{FOLDER}/{spec.name}/{name}": text
        for spec, _ in found
        for name, text in zip(spec.files, spec.filled({}).values(), strict=True)
    }
    sources = Sources(product, complete=True, texts=texts)
    catalogue = Loader(sources, report).load()
    for spec, tree in found:
        _compare(spec, tree, catalogue, report)
    lint_words(replace(sources, texts=texts | {tree.file.name: tree.file.text for _, tree in found}), report)
    return [fault for fault in report.diagnostics if fault.file.startswith(f"{FOLDER}/")]


def _paths(product: Path) -> list[Path]:
    return sorted((product / FOLDER).glob("*/template.yaml"))


def _read(path: Path, report: Report) -> tuple[TemplateSpec, Node]:
    """Give one template as far as it can be read, with its tree."""
    file = SourceFile(f"{FOLDER}/{path.parent.name}/{path.name}", path.read_text("utf-8"))
    tree = usable(file, report) or Node("map", file, 1, 1)
    spec = TemplateReader(Reader(report), path.parent).read(tree)
    return spec, tree


class TemplateReader:
    """Reads one template.yaml and the files beside it."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.reader = reader
        self.folder = folder

    def read(self, tree: Node) -> TemplateSpec:
        """Give the template; it has the name of its folder."""
        read = self.reader
        entries = read.options(tree, KEYS)
        for needed in ("template", "title", "summary", "files"):
            if needed not in entries:
                read.report.fault(tree, "missing_key", word=needed)
        read.one_of(entries.get("template"), [self.folder.name])
        return TemplateSpec(
            self.folder.name,
            read.words(entries.get("title")),
            read.text(entries.get("area"), "own"),
            read.text(entries.get("picture")),
            read.words(entries.get("summary")),
            self.files(entries.get("files")),
            tuple(node.text for node in read.texts(entries.get("needs"), example="employee")),
            {name: self.role(name, node) for name, node in read.named(entries.get("roles")).items()},
            tuple(self.sample(node) for node in read.items(entries.get("sample"), example="{form: …, values: …}")),
        )

    def files(self, node: Node | None) -> dict[str, str]:
        """Give the texts of the files that are there; name the others."""
        known = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob("*/*.yaml"))
        names = [self.reader.name(item, known, "no_file") for item in self.reader.texts(node)]
        return {name: (self.folder / name).read_text("utf-8") for name in names if name in known}

    def role(self, name: str, node: Node) -> TemplateRole:
        """Give a role that the company may fill in with one of its own."""
        entries = self.reader.options(node, ("title", "default"))
        if "default" not in entries:
            self.reader.report.fault(node, "missing_key", word="default")
        return TemplateRole(name, self.reader.words(entries.get("title")), self.reader.text(entries.get("default")))

    def sample(self, node: Node) -> SampleSpec:
        """Give a sample document."""
        entries = self.reader.options(node, ("form", "stage", "values"))
        values = self.reader.entries(entries.get("values"))
        stage = self.reader.text(entries.get("stage")) or None
        return SampleSpec(
            self.reader.text(entries.get("form")), stage, {key: value.plain_value() for key, value in values.items()}
        )


def _compare(spec: TemplateSpec, tree: Node, catalogue: Catalogue, report: Report) -> None:
    """Compare what a template names with what there is."""
    reader = Reader(report)
    reader.names(tree.get("needs"), catalogue.forms, "no_form")
    if spec.area not in catalogue.areas and "area" in tree.entries:
        report.fault(tree.entries["area"], "not_option", word=spec.area, options=", ".join(catalogue.areas))
    for node in reader.entries(tree.get("roles")).values():
        reader.name(node.get("default"), catalogue.organisation.roles, "no_role")
    for node in reader.items(tree.get("sample")):
        if reader.name(node.get("form"), spec.forms, "no_form") in catalogue.forms:
            _compare_sample(node, catalogue, reader)


def _compare_sample(node: Node, catalogue: Catalogue, reader: Reader) -> None:
    form = catalogue.forms[node.entries["form"].text]
    values = node.get("values")
    for name in reader.entries(values):
        key = key_of(values, name)
        reader.name(replace(key, text=name), form.header, "no_field", form=form.name)
    workflow = catalogue.workflow_of(form.name)
    stages = workflow.stages if workflow else ("active", "archived")
    reader.name(node.get("stage"), stages, "no_stage")

"""Reads everything that a company declares, checks it together, and gives it as one value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.config.access_reader import VERBS
from app.config.catalogue import Catalogue, StageWord
from app.config.dashboard_reader import DashboardReader
from app.config.decision_reader import DecisionReader
from app.config.diagnostics import ConfigError, Diagnostic
from app.config.do_reader import DoReader
from app.config.form_reader import FormReader, outline_form
from app.config.form_spec import FormSpec
from app.config.import_reader import ImportReader, PlanReader
from app.config.import_spec import DecisionSpec, ImportSpec, PlanSpec
from app.config.linting import lint_words
from app.config.metric_reader import MetricReader
from app.config.metric_spec import MetricSpec
from app.config.ordering import FieldsInCircle, Key, mark_followers
from app.config.organisation_reader import OrganisationReader, read_stages, read_words
from app.config.organisation_spec import OrganisationSpec
from app.config.posting_reader import PostingReader
from app.config.posting_spec import PostingSpec
from app.config.reader import Reader, Report
from app.config.shapes import shapes_of
from app.config.sources import Document, Sources, of_kind, read_documents
from app.config.tree import Node
from app.config.workflow_reader import WorkflowReader, outline_stages
from app.config.workflow_spec import WorkflowSpec
from app.core.actions import actions
from app.core.words import Words

__all__ = ["ConfigError", "Sources", "check", "load_catalogue"]


def load_catalogue(sources: Sources) -> Catalogue:
    """Give the catalogue of all files; raise a ConfigError with every fault of every file."""
    report = Report()
    catalogue = Loader(sources, report).load()
    if report.errors:
        raise ConfigError(report.errors)
    return replace(catalogue, warnings=tuple(report.diagnostics))


def check(sources: Sources) -> list[Diagnostic]:
    """Give every fault and every warning of all files, also of their words."""
    return checked(sources)[1]


def checked(sources: Sources) -> tuple[Catalogue, list[Diagnostic]]:
    """Give the catalogue, as far as the files can be understood, and every fault and warning of them."""
    report = Report()
    catalogue = Loader(sources, report).load()
    lint_words(sources, report)
    return catalogue, report.diagnostics


@dataclass
class Loader:
    """One reading of all files: first names and types, then everything that speaks of them."""

    sources: Sources
    report: Report
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)

    def load(self) -> Catalogue:
        """Give the catalogue, as far as the files can be understood."""
        self.documents = read_documents(self.sources, self.report)
        self.reader = Reader(self.report, complete=self.sources.complete)
        words, messages = self.words("words"), self.words("messages")
        stages = self.stage_words()
        self.reader.glossary, self.reader.messages = words, messages
        organisation = self.organisation()
        self.reader.calendars = frozenset(organisation.calendars)
        self.reader.roles, self.reader.currency = frozenset(organisation.roles), organisation.currency
        self.reader.decisions = frozenset(document.name for document in of_kind(self.documents, "decision"))
        self.outlines = self.outline()
        self.reader.shapes = shapes_of(self.outlines)
        forms = self.forms()
        workflows = self.workflows(stages)
        self.company(organisation, workflows)
        imports = self.imports()
        metrics = self.metrics(forms)
        boards = DashboardReader(self.reader, metrics, forms)
        return Catalogue(
            self.version(),
            organisation,
            forms,
            workflows,
            words,
            messages,
            self.posting(),
            imports=imports,
            plans=self.plans(imports),
            decisions=self.decisions(),
            metrics=metrics,
            dashboards={each.name: boards.dashboard(each.tree, each.name) for each in self.of("dashboard")},
            reports={each.name: boards.report(each.tree, each.name) for each in self.of("report")},
            areas=self.words("areas"),
            stages=stages,
            shapes=self.reader.shapes,
        )

    def of(self, kind: str) -> list[Document]:
        """Give the documents of a kind."""
        return list(of_kind(self.documents, kind))

    def version(self) -> str:
        """Give one hash over all files."""
        parts = sorted(f"{kind} {name} {document.hash}" for (kind, name), document in self.documents.items())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def words(self, kind: str) -> dict[str, Words]:
        """Give the entries of all files of a kind of words."""
        found: dict[str, Words] = {}
        for document in of_kind(self.documents, kind):
            found.update(read_words(self.reader, document.tree.get(kind)))
        return found

    def stage_words(self) -> dict[str, StageWord]:
        """Give what stages are called and mean."""
        found: dict[str, StageWord] = {}
        for document in of_kind(self.documents, "stages"):
            found.update(read_stages(self.reader, document.tree.get("stages")))
        return found

    def organisation(self) -> OrganisationSpec:
        """Give the company."""
        document = next(iter(of_kind(self.documents, "organisation")), None)
        return OrganisationReader(self.reader).read(document.tree, document.name) if document else OrganisationSpec()

    def company(self, organisation: OrganisationSpec, workflows: Mapping[str, WorkflowSpec]) -> None:
        """Compare the company's duties and admins with what workflows ask for."""
        document = next(iter(of_kind(self.documents, "organisation")), None)
        duties = document.tree.get("duties") if document else None
        for node in self.reader.entries(duties).values():
            for item in node.items:
                self.duty(item, workflows)
        money = any(spec.amount and any(stage.steps for stage in spec.stages.values()) for spec in workflows.values())
        if document and money and len(organisation.process_admins) < 2:
            self.report.fault(document.tree.keys.get("process_admins", document.tree), "two_admins")

    def duty(self, node: Node, workflows: Mapping[str, WorkflowSpec]) -> None:
        """Check one `form.action` of a duty."""
        form, _, action = node.text.partition(".")
        if self.reader.name(replace(node, text=form), self.outlines, "no_form") not in self.outlines:
            return
        stages = [stage for spec in workflows.values() if spec.form == form for stage in spec.stages.values()]
        known = {*VERBS, "approve", *(name for stage in stages for name in (*stage.actions, *stage.events))}
        if action not in known:
            self.report.fault(node, "no_act", word=action, form=form, known=known)

    def posting(self) -> PostingSpec:
        """Give the posting table, each event proved."""
        document = next(iter(of_kind(self.documents, "posting")), None)
        return PostingReader(self.reader).read(document.tree) if document else PostingSpec()

    def outline(self) -> dict[str, FormSpec]:
        """Give every form with names, types and stages only."""
        documents = {document.name: document for document in of_kind(self.documents, "form")}
        stages: dict[str, tuple[str, ...]] = {}
        for document in of_kind(self.documents, "workflow"):
            form = document.tree.get("form")
            if form is not None:
                stages[form.text] = tuple(dict.fromkeys((*stages.get(form.text, ()), *outline_stages(document.tree))))
        plain = ("active", "archived")
        return {
            name: outline_form(name, document.tree, documents, stages.get(name, plain))
            for name, document in documents.items()
        }

    def forms(self) -> dict[str, FormSpec]:
        """Give the forms."""
        found = {}
        for document in of_kind(self.documents, "form"):
            spec = FormReader(self.reader, self.outlines, self.outlines[document.name]).read(
                document.tree, area=document.area
            )
            found[document.name] = self.order(replace(spec, hash=document.hash, text=document.text), document)
        return found

    def order(self, form: FormSpec, document: Document) -> FormSpec:
        """Work out in which order fields are filled in, and which have no column; a circle is a fault."""
        try:
            form, stale = mark_followers(form)
        except FieldsInCircle as circle:
            self.report.fault(_place(document, circle.keys[0]), "in_circle", names=str(circle))
            return form
        if stale is not None:
            self.report.fault(_place(document, stale), "stored_over_live", word=stale[1])
        return form

    def workflows(self, stages: Mapping[str, StageWord]) -> dict[str, WorkflowSpec]:
        """Give the workflows."""
        found = {}
        for document in of_kind(self.documents, "workflow"):
            form = self.form_of(document)
            if form is not None:
                do = DoReader(self.reader, form.name, self.outlines, actions(), self.sources.complete)
                spec = WorkflowReader(self.reader, form, stages, do).read(document.tree, document.name)
                found[document.name] = replace(
                    spec, hash=document.hash, text=document.text, title=spec.title or self.title(form.name)
                )
        return found

    def imports(self) -> dict[str, ImportSpec]:
        """Give the imports."""
        return {
            document.name: ImportReader(self.reader).read(document.tree, document.name)
            for document in of_kind(self.documents, "import")
        }

    def plans(self, imports: Mapping[str, ImportSpec]) -> dict[str, PlanSpec]:
        """Give the plans."""
        return {
            document.name: PlanReader(self.reader).plan(document.tree, document.name, imports)
            for document in of_kind(self.documents, "plan")
        }

    def decisions(self) -> dict[str, DecisionSpec]:
        """Give the decisions."""
        forms = {document.name: self.form_of(document) for document in of_kind(self.documents, "decision")}
        return {
            document.name: DecisionReader(self.reader, form).read(document.tree, document.name)
            for document in of_kind(self.documents, "decision")
            if (form := forms[document.name]) is not None
        }

    def metrics(self, forms: Mapping[str, FormSpec]) -> dict[str, MetricSpec]:
        """Give the metrics of all files."""
        return MetricReader(self.reader, forms).read([document.tree for document in of_kind(self.documents, "metrics")])

    def title(self, form: str) -> Words:
        """Give the title of a form."""
        document = self.documents[("form", form)]
        return Reader(Report()).words(document.tree.get("title"))

    def form_of(self, document: Document) -> FormSpec | None:
        """Give the form of a workflow or decision."""
        node = document.tree.get("form")
        if node is None:
            self.report.fault(document.tree, "missing_key", word="form")
        name = self.reader.name(node, self.outlines, "no_form")
        return self.outlines.get(name or "")


def _place(document: Document, key: Key) -> Node:
    """Give where a field stands in its file."""
    table, name = key
    ways = [("fields",), ("totals",)] if table is None else [(table,), ("tables", table, "fields")]
    for way in ways:
        found: Node | None = document.tree
        for step in way:
            found = found.get(step) if found is not None else None
        if found is not None and name in found.keys:
            return found.keys[name]
    return document.tree

"""Everything that a company declares, as one immutable value."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.config.dashboard_spec import DashboardSpec, ReportSpec
from app.config.form_spec import FormSpec
from app.config.metric_spec import MetricSpec
from app.config.organisation_spec import OrganisationSpec
from app.config.posting_spec import PostingSpec
from app.config.workflow_spec import WorkflowSpec
from app.core.expressions import Shape
from app.core.words import Words


@dataclass(frozen=True)
class StageWord:
    """What a stage is called and means wherever it stands: one of six meanings, and the icon for it."""

    name: str
    title: Words
    meaning: str = "under_way"
    icon: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Forms, workflows, organisation, words, books, imports: checked together, swapped as one reference."""

    version: str                                   # hash over all files
    organisation: OrganisationSpec
    forms: Mapping[str, FormSpec] = field(default_factory=dict)
    workflows: Mapping[str, WorkflowSpec] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    messages: Mapping[str, Words] = field(default_factory=dict)
    posting: PostingSpec = PostingSpec()
    imports: Mapping[str, Any] = field(default_factory=dict)      # ImportSpec by name
    plans: Mapping[str, Any] = field(default_factory=dict)        # PlanSpec by name
    decisions: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, MetricSpec] = field(default_factory=dict)
    dashboards: Mapping[str, DashboardSpec] = field(default_factory=dict)
    reports: Mapping[str, ReportSpec] = field(default_factory=dict)
    areas: Mapping[str, Words] = field(default_factory=dict)      # menu groups, in their order
    stages: Mapping[str, StageWord] = field(default_factory=dict)   # words of stages, also of forms without a workflow
    shapes: Mapping[str, Shape] = field(default_factory=dict)     # what expressions know of each form, and of `user`
    warnings: tuple[Any, ...] = ()                                # Diagnostics that refuse nothing

    def form(self, name: str) -> FormSpec:
        """Give a form, or say which forms there are."""
        return self.forms[name]

    def workflow_of(self, form: str) -> WorkflowSpec | None:
        """Give the workflow that a form's documents take, if it has one."""
        return next((w for w in self.workflows.values() if w.form == form and not w.retired), None)

    def label(self, name: str) -> Words:
        """Give the glossary's words for a name, or a stage's; its own letters where it has none."""
        text = name.replace("_", " ")
        stage = self.stages.get(name)
        return self.words.get(name) or (stage.title if stage else Words(text[:1].upper() + text[1:], ""))

    def stage_of(self, form: str, stage: str) -> StageWord:
        """Give what a stage of a form is called and means, with or without a workflow."""
        workflow = self.workflow_of(form)
        spec = workflow.stages.get(stage) if workflow else None
        if spec is not None:
            return StageWord(stage, spec.title, spec.meaning, spec.icon)
        return self.stages.get(stage) or StageWord(stage, self.label(stage))

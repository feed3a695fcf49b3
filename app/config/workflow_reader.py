"""Reads one workflow: the short form is written out as stages, the long form is read as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from app.config.catalogue import StageWord
from app.config.do_reader import DoReader
from app.config.form_spec import FormSpec
from app.config.reader import Reader
from app.config.stage_ways import opened, ways_of
from app.config.step_reader import OPTION_KEYS, StepReader
from app.config.tree import Node, key_of
from app.config.way_reader import WayReader
from app.config.who_reader import money_fields
from app.config.workflow_spec import AfterSpec, ExampleSpec, StageSpec, TogetherSpec, WaySpec, Who, WorkflowSpec
from app.core.expressions import Place, Type
from app.core.words import Words

WORKFLOW_KEYS = (
    "workflow",
    "form",
    "title",
    "when",
    "start",
    "amount",
    "approval",
    "submit",
    "on_approved",
    "on_rejected",
    "on_returned",
    "on_withdrawn",
    "steps",
    "stages",
    "actions",
    "events",
    "after_approval",
    "examples",
    "retired",
    "was",
)
STAGE_KEYS = (
    "title",
    "meaning",
    "do",
    "editable",
    "owner",
    "colour",
    "final",
    "steps",
    "on_approved",
    "on_rejected",
    "on_returned",
    "on_withdrawn",
    "actions",
    "events",
    "after",
    "auto",
    "was",
)
APPROVAL_KEYS = ("withdraw", "resume", "forbid_unchanged", "returns_max", "shelf_life", "admins")
AFTER_KEYS = ("material", "free", "tolerance", "lowering", "then", "resume")
MEANINGS = ("not_begun", "waiting", "under_way", "ended_well", "stopped", "goes_back")
WITHDRAW = ("before_first_decision", "before_final", "never")
SHORT = ("draft", "in_review", "returned", "approved", "rejected", "cancelled")
SUBMIT = Words("Submit", "提交")


def outline_stages(tree: Node) -> tuple[str, ...]:
    """Give the stages that a workflow's file names, before anything of it is checked."""
    stages = tree.get("stages")
    return tuple(stages.entries) if stages is not None and stages.kind == "map" else SHORT


class WorkflowReader:
    """Reads one workflow whose form's shape is known."""

    def __init__(self, reader: Reader, form: FormSpec, words: Mapping[str, StageWord], do: DoReader) -> None:
        self.reader = reader
        self.form = form
        self.stage_words = words
        self.do = do
        self.steps = StepReader(reader, form)
        self.place = Place(form.name)

    def read(self, tree: Node, name: str) -> WorkflowSpec:
        """Give the workflow."""
        read = self.reader
        entries = read.options(tree, WORKFLOW_KEYS)
        if ("steps" in entries) == ("stages" in entries):
            read.report.fault(tree.keys.get("steps", tree), "steps_or_stages")
        approval = self.approval(entries.get("approval"))
        self.stages = outline_stages(tree)
        self.ways = WayReader(read, self.form.name, self.stages, self.do)
        stages = self.long(entries) if "stages" in entries else self.short(tree, entries)
        start = read.name(entries.get("start"), stages, "no_stage") or next(iter(stages), "draft")
        if "stages" in entries:
            self.reachable(entries["stages"], stages, start)
        after = self.after_approval(entries.get("after_approval"))
        stages = opened(stages, after) if after else stages
        amount, together, own_band = self.amount(entries.get("amount"))
        return WorkflowSpec(
            name,
            self.form.name,
            read.words(entries.get("title")),
            stages,
            start,
            when=read.expression(entries.get("when"), self.place, Type("boolean")),
            amount=amount,
            after_approval=after,
            examples=self.examples(entries.get("examples")),
            retired=read.flag(entries.get("retired")),
            hash=tree.file.hash,
            text=tree.file.text,
            file=tree.file.name,
            together=together,
            own_band=own_band,
            **approval,
        )

    def approval(self, node: Node | None) -> dict[str, Any]:
        """Give the options of the whole workflow, and lay those of every step below the steps."""
        read = self.reader
        entries = read.options(node, (*OPTION_KEYS, *APPROVAL_KEYS))
        self.steps.base = replace(
            self.steps.base,
            **self.steps.given(
                {key: value for key, value in entries.items() if key in OPTION_KEYS},
                node.keys if node is not None else {},
            ),
        )
        return {
            "withdraw": read.one_of(entries.get("withdraw"), WITHDRAW, "before_first_decision"),
            "resume": read.one_of(entries.get("resume"), ("from_start", "from_returner"), "from_start"),
            "returns_max": read.whole(entries.get("returns_max"), 5),
            "admins": self.steps.people.many(entries.get("admins")),
            "approval": {
                "forbid_unchanged": read.flag(entries.get("forbid_unchanged")),
                "shelf_life": read.span(entries.get("shelf_life")),
            },
        }

    def amount(self, node: Node | None) -> tuple[str | None, TogetherSpec | None, bool]:
        """Give the figure that bands compare (the one written, or the only money total), and how it is counted."""
        read = self.reader
        money = money_fields({**read.shapes[self.form.name].fields})
        if node is None:
            totals = [name for name in self.form.totals if name in money]
            return (totals[0] if len(totals) == 1 else None), None, False
        if node.kind == "text":
            return read.name(node, money, "no_money", options=", ".join(money)), None, False
        entries = read.options(node, ("figure", "currency", "rate", "together", "negative"))
        for key in ("currency", "rate"):
            if key in entries:
                read.report.warn(node.keys.get(key, entries[key]), "not_yet", word=key)
        figure = read.name(entries.get("figure"), money, "no_money", options=", ".join(money))
        negative = read.one_of(entries.get("negative"), ("absolute", "own_band"), "absolute")
        return figure, self.together(entries.get("together")), negative == "own_band"

    def together(self, node: Node | None) -> TogetherSpec | None:
        """Give which documents count as one: the same values in some fields, within some time (R-4.10)."""
        if node is None:
            return None
        entries = self.reader.options(node, ("same", "within"), example="{same: [supplier], within: 30 days}")
        single = [name for name, spec in self.form.header.items() if spec.kept and not spec.many]
        same = self.reader.names(entries.get("same"), single, "no_field")
        for key in ("same", "within"):
            if key not in entries:
                self.reader.report.fault(node, "missing_key", word=key)
        within = self.reader.span(entries.get("within"))
        return TogetherSpec(same, within) if same and within else None

    # stages
    def short(self, tree: Node, entries: Mapping[str, Node]) -> dict[str, StageSpec]:
        """Write out the stages that the short form understands."""
        submit = self.ways.way("submit", entries["submit"]) if "submit" in entries else WaySpec("submit", SUBMIT)
        creator = (Who(field="created_by"),)
        submit = replace(submit, title=submit.title or SUBMIT, who=submit.who or creator, to="in_review", style="main")
        cancel = WaySpec("cancel", self.cancel_title(), who=creator, to="cancelled", style="danger")
        follow = {
            key: self.ways.follow_up(key, entries.get(key), stage)
            for key, stage in (
                ("on_approved", "approved"),
                ("on_rejected", "rejected"),
                ("on_returned", "returned"),
                ("on_withdrawn", "draft"),
            )
        }
        editing = {"editable": True, "actions": {"submit": submit, "cancel": cancel}}
        details: dict[str, dict[str, Any]] = {
            "draft": editing,
            "returned": editing,
            "in_review": {"steps": self.steps.steps(entries.get("steps")), "approval": True, **follow},
        }
        return {
            name: StageSpec(name, **self.said(name, None, tree), **details.get(name, {"final": True})) for name in SHORT
        }

    def cancel_title(self) -> Words:
        """Give the button that cancels this kind of document, by its name."""
        title = self.reader.glossary.get(self.form.name, Words("document", "单据"))
        return Words(f"Cancel {title.en[:1].lower()}{title.en[1:]}", f"取消{title.zh}")

    def long(self, entries: Mapping[str, Node]) -> dict[str, StageSpec]:
        """Give the stages as they are written, with the ways of several stages in each."""
        nodes = self.reader.named(entries["stages"])
        stages = {name: self.stage(name, node, entries["stages"].keys[name]) for name, node in nodes.items()}
        for kind in ("actions", "events"):
            for name, node in self.reader.named(entries.get(kind)).items():
                stages = self.spread(kind, name, node, stages, entries[kind].keys[name])
        return stages

    def spread(self, kind: str, name: str, node: Node, stages: dict[str, StageSpec], key: Node) -> dict[str, StageSpec]:
        """Add a way of several stages to each of them."""
        way = self.ways.way(name, node, key=key if kind == "actions" else None, event=kind == "events", extra=("from",))
        source = self.reader.names(node.get("from"), self.stages, "no_stage")
        chosen = source or tuple(stage.name for stage in stages.values() if not stage.final)
        return {stage.name: with_way(stage, kind, way) if stage.name in chosen else stage for stage in stages.values()}

    def stage(self, name: str, node: Node, key: Node) -> StageSpec:
        """Give one stage."""
        read, ways = self.reader, self.ways
        entries = read.options(node, STAGE_KEYS)
        decided = "steps" in entries
        back = "returned" if "returned" in self.stages else self.stages[0]
        refused = "rejected" if "rejected" in self.stages else self.stages[0]
        return StageSpec(
            name,
            **self.said(name, node, key),
            do=self.do.many(entries.get("do")),
            editable=self.editable(entries.get("editable")),
            owner=self.do.path(entries["owner"]) if "owner" in entries else None,
            final=read.flag(entries.get("final")),
            steps=self.steps.steps(entries.get("steps")),
            approval=decided,
            on_approved=ways.follow_up("on_approved", entries.get("on_approved"), None),
            on_rejected=ways.follow_up("on_rejected", entries.get("on_rejected"), refused if decided else None),
            on_returned=ways.follow_up("on_returned", entries.get("on_returned"), back if decided else None),
            on_withdrawn=ways.follow_up(
                "on_withdrawn", entries.get("on_withdrawn"), self.stages[0] if decided else None
            ),
            actions=ways.actions(entries.get("actions")),
            events=ways.events(entries.get("events")),
            after=ways.list_of(entries.get("after"), clock=True),
            auto=ways.list_of(entries.get("auto")),
            was=read.text(entries.get("was")) or None,
        )

    def said(self, name: str, node: Node | None, key: Node) -> dict[str, Any]:
        """Give title, meaning and icon of a stage: its own, or those of stages.yaml, or what its ways tell."""
        entries = node.entries if node is not None and node.kind == "map" else {}
        word = self.stage_words.get(name)
        guess = "waiting" if "steps" in entries else "ended_well" if "final" in entries else "under_way"
        meaning = self.reader.one_of(entries.get("meaning"), MEANINGS, word.meaning if word else guess)
        own = self.reader.words(entries["title"]) if "title" in entries else None
        if own is None and word is None:
            own = self.reader.label(name, node or key, None, key)
        icon = (
            word.icon
            if word and "meaning" not in entries
            else next((w.icon for w in self.stage_words.values() if w.meaning == meaning), "")
        )
        return {"title": own or (word.title if word else Words()), "meaning": meaning, "icon": icon}

    def editable(self, node: Node | None) -> bool | tuple[str, ...]:
        """Give what may be changed in a stage: all, nothing, some fields and tables."""
        if node is None:
            return False
        return self.ways.fields(node) if node.kind == "list" else self.reader.flag(node)

    def reachable(self, node: Node, stages: Mapping[str, StageSpec], start: str) -> None:
        """Say which stages no way reaches (S-1) or leaves (S-2); a misspelt way has been said already."""
        if any(
            found.file == node.file.name and "no stage" in found.words.en for found in self.reader.report.found.values()
        ):
            return
        reached = {start}
        for stage in stages.values():
            ways = ways_of(stage)
            reached.update(target for way in ways for target in (way.to, way.if_refused) if target)
            leaves = any(way.to not in (None, stage.name) for way in ways)
            if stage.final and leaves:
                self.reader.report.fault(node.keys[stage.name], "final_out", word=stage.name)
            elif not stage.final and not leaves:
                self.reader.report.fault(node.keys[stage.name], "no_way_out", word=stage.name)
        for name in stages:
            if name not in reached:
                self.reader.report.fault(node.keys[name], "no_way_in", word=name)

    # the rest
    def after_approval(self, node: Node | None) -> AfterSpec | None:
        """Give which later changes need a new approval."""
        if node is None:
            return None
        read = self.reader
        entries = read.options(node, AFTER_KEYS)
        tables = [
            f"{table}.{column}" for table, columns in read.shapes[self.form.name].tables.items() for column in columns
        ]
        known = [*self.do.known(), *tables]
        tolerance = {}
        for name, value in read.named(entries.get("tolerance")).items():
            if name not in self.form.header:
                read.report.fault(key_of(entries.get("tolerance"), name), "no_field", word=name, known=self.form.header)
            sides = read.options(value, ("amount", "share"))
            share = read.share(sides.get("share"))
            tolerance[name] = (
                read.number(sides["amount"]) if "amount" in sides else None,
                None if share is None else Decimal(share),
            )
        return AfterSpec(
            read.names(entries.get("material"), known, "no_field"),
            read.names(entries.get("free"), known, "no_field"),
            tolerance,
            read.one_of(entries.get("lowering"), ("material", "free"), "material"),
            read.one_of(entries.get("then"), ("refuse", "new_round"), "refuse"),
            read.one_of(entries.get("resume"), ("from_start", "affected_steps"), "from_start"),
        )

    def examples(self, node: Node | None) -> tuple[ExampleSpec, ...]:
        """Give the acceptance tests, each with the place of its path."""
        return tuple(self.example(item) for item in self.reader.items(node, example="{given: {…}, path: [step]}"))

    def example(self, node: Node) -> ExampleSpec:
        """Give one acceptance test."""
        entries = self.reader.options(node, ("given", "path"))
        given, path = entries.get("given"), entries.get("path")
        for name in self.reader.entries(given):
            if name not in self.do.known():
                self.reader.report.fault(key_of(given, name), "no_field", word=name, known=self.do.known())
        at = node.keys.get("path", node)
        values = exact(given) if given is not None else {}
        names = self.reader.names(path, self.steps.seen, "no_step")
        return ExampleSpec(values, names, at.line, at.column, at.file.name, at.file.line(at.line))


def with_way(stage: StageSpec, kind: str, way: WaySpec) -> StageSpec:
    """Give the stage with one more button or event."""
    if kind == "actions":
        return replace(stage, actions={**stage.actions, way.name: way})
    return replace(stage, events={**stage.events, way.name: way})


def exact(node: Node) -> Any:
    """Give example values as Python: numbers exact, texts as they are."""
    if node.kind == "map":
        return {key: exact(value) for key, value in node}
    if node.kind == "list":
        return [exact(item) for item in node.items]
    if node.style or node.text in ("true", "false", "", "null"):
        return (
            {"true": True, "false": False, "": None, "null": None}.get(node.text, node.text)
            if not node.style
            else node.text
        )
    try:
        return Decimal(node.text)
    except InvalidOperation:
        return node.text

"""Reads approval steps: who decides, groups, and the options of each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.config.form_spec import FormSpec
from app.config.reader import Reader
from app.config.tree import Node
from app.config.who_reader import WhoReader
from app.config.workflow_spec import ChooseSpec, Options, ParallelSpec, StepSpec, Who
from app.config.workflow_spec import Node as StepNode
from app.core.expressions import Place, Type
from app.core.words import Words

MODES = {"approver": "single", "any_of": "any_of", "all_of": "all_of", "some_of": "some_of"}
WORDS = {
    "settle": ("first_decision", "all_reject", "veto", "collect_all"),
    "return": ("decisive", "needs_mode", "never"),
    "empty": ("rescue_admin", "next_manager_up", "named_fallback", "auto_reject", "skip_with_reason"),
    "self": ("next_manager_up", "skip_if_others", "forbid_submit", "allow"),
    "repeat": ("ask_again", "auto_pass_if_consecutive", "auto_pass_if_earlier_in_round"),
    "comment": ("on_reject", "optional", "required"),
    "approver_edits": ("void_earlier", "forward_only"),
}
FLAGS = ("in_order", "abstain", "distinct_persons", "bulk", "transfer", "add_signer", "consult", "reset_clock")
SPANS = ("auto_return", "auto_reject", "auto_approve")
PEOPLE = ("escalate", "reassign")
OTHERS = (
    "shrink_on_departure",
    "signature",
    "sign_in_again",
)
SWITCHES = ("shrink_on_departure", "signature", "sign_in_again")
PAUSES = ("consult", "add_signer")
PEOPLE_LISTS = ("carbon_copy", "on_passed", "transfer_to")
RENAMED = {"return": "returns", "self": "self_rule"}
OPTION_KEYS = (
    *WORDS,
    *FLAGS,
    *SPANS,
    *PEOPLE,
    *OTHERS,
    *PEOPLE_LISTS,
    "return_to",
    "need",
    "fallback",
    "distinct_from",
    "deadline",
    "deadline_field",
    "calendar",
    "remind",
    "editable",
    "ask",
    "checklist",
    "pause_on",
    "transfers_max",
    "limit",
)
STEP_KEYS = ("step", "title", "when", *MODES, *OPTION_KEYS, "was")


@dataclass
class StepReader:
    """Reads the steps of one workflow."""

    reader: Reader
    form: FormSpec
    base: Options = Options()

    def __post_init__(self) -> None:
        self.seen: set[str] = set()
        self.people = WhoReader(self.reader, self.form.name)
        self.place = Place(self.form.name, person=False)

    def steps(self, node: Node | None) -> tuple[StepNode, ...]:
        """Give steps and groups in their order."""
        found = (self.entry(item) for item in self.reader.items(node, example="{step: …}"))
        return tuple(entry for entry in found if entry)

    def entry(self, node: Node) -> StepNode | None:
        """Give one step or group."""
        if node.kind == "map" and "choose" in node.entries:
            return self.choose(node)
        if node.kind == "map" and "parallel" in node.entries:
            return self.parallel(node)
        return self.step(node)

    def choose(self, node: Node) -> ChooseSpec:
        """Give a group of which the first case that fits is taken."""
        entries = self.reader.options(node, ("choose", "cases"))
        cases = self.reader.items(entries.get("cases"), example="{when: …, steps: […]}")
        found = []
        for item in cases:
            case = self.reader.options(item, ("when", "otherwise", "steps"))
            last = "otherwise" in case
            if last != (item is cases[-1]) or last == ("when" in case):
                self.reader.report.fault(item, "no_otherwise")
            when = self.reader.expression(case.get("when"), self.place, Type("boolean"))
            found.append((when, self.steps(case.get("steps"))))
        return ChooseSpec(self.name(entries["choose"]), tuple(found))

    def parallel(self, node: Node) -> ParallelSpec:
        """Give branches that run side by side."""
        entries = self.reader.options(node, ("parallel", "branches", "on_reject"))
        branches = {}
        for name, value in self.reader.named(entries.get("branches")).items():
            branch = self.reader.options(value, ("when", "steps", "title"))
            branches[name] = (
                self.reader.expression(branch.get("when"), self.place, Type("boolean")),
                self.steps(branch.get("steps")),
            )
        rule = self.reader.one_of(entries.get("on_reject"), ("cancel_siblings", "wait_siblings"), "cancel_siblings")
        return ParallelSpec(self.name(entries["parallel"]), branches, rule)

    def name(self, node: Node) -> str:
        """Give the name of a step or group, which stands once."""
        name = self.reader.text(node)
        if name in self.seen:
            self.reader.report.fault(node, "step_twice", word=name)
        self.seen.add(name)
        return name

    def step(self, node: Node) -> StepSpec | None:
        """Give one step."""
        entries = self.reader.options(node, STEP_KEYS, example="{step: …}")
        if "step" not in entries:
            if node.kind == "map":
                self.reader.report.fault(node, "missing_key", word="step")
            return None
        name = self.name(entries["step"])
        key = self.mode(node, name, entries)
        if key is None:
            return None
        approvers = (self.people.read(entries[key]),) if key == "approver" else self.people.many(entries[key])
        return StepSpec(
            name,
            self.reader.label(name, node, entries.get("title"), entries["step"]),
            MODES[key],
            tuple(who for who in approvers if who),
            self.reader.expression(entries.get("when"), self.place, Type("boolean")),
            self.options(entries, node.keys, MODES[key]),
        )

    def mode(self, node: Node, name: str, entries: dict[str, Node]) -> str | None:
        """Give the one key that says who decides."""
        found = [key for key in MODES if key in entries]
        if len(found) != 1:
            both = Words(f" (not {' and '.join(found)})", f"（不能同时写 {' 和 '.join(found)}）") if found else Words()
            self.reader.report.fault(node, "who_decides", word=name, found=both)
            return None
        if (found[0] == "some_of") != ("need" in entries):
            self.reader.report.fault(node, "need_some")
        return found[0]

    def options(self, entries: dict[str, Node], keys: Mapping[str, Node], mode: str) -> Options:
        """Give the options of a step over those of the workflow, with the mode's own way to settle."""
        found = replace(self.base, **self.given(entries, keys))
        settle = {"single": "first_decision", "any_of": "first_decision", "all_of": "veto"}.get(mode, "")
        return found if found.settle else replace(found, settle=settle)

    def given(self, entries: dict[str, Node], keys: Mapping[str, Node]) -> dict[str, Any]:
        """Give the options that are written, by the names of the specification."""
        read = self.reader
        found: dict[str, Any] = {}
        for key, node in entries.items():
            if key in WORDS:
                found[RENAMED.get(key, key)] = read.one_of(node, WORDS[key], WORDS[key][0])
            elif key in FLAGS:
                found[key] = read.flag(node)
            elif key in SPANS:
                found[key] = self.clock(key, node, keys.get(key, node))
            elif key in PEOPLE:
                found[key] = self.after_to(node)
        fields = [*self.form.header, *self.form.tables]
        single = {
            "need": read.share,
            "fallback": self.people.read,
            "deadline": lambda node: read.span(node, working=True),
            "deadline_field": lambda node: read.name(node, self.dates(), "no_field"),
            "calendar": lambda node: read.name(node, [*read.calendars], "no_calendar"),
            "remind": lambda node: tuple(span for item in read.items(node) if (span := read.span(item, working=True))),
            "distinct_from": lambda node: read.names(node, self.seen, "no_step"),
            "return_to": lambda node: read.names(node, self.seen, "no_step"),
            "editable": lambda node: read.names(node, fields, "no_field"),
            "ask": lambda node: read.names(node, fields, "no_field"),
            "checklist": lambda node: tuple(read.words(item) for item in read.items(node)),
            **dict.fromkeys(PEOPLE_LISTS, self.people.many),
            "pause_on": lambda node: read.names(node, PAUSES, "not_option", options=", ".join(PAUSES)),
            "transfers_max": read.whole,
            "limit": lambda node: read.name(node, self.money(), "no_money", options=", ".join(self.money())),
        }
        found.update({key: value(entries[key]) for key, value in single.items() if key in entries})
        for key in OTHERS:
            if key in entries:
                read.report.warn(keys.get(key, entries[key]), "not_yet", word=key)
        others = {key: self.other(key, entries[key]) for key in OTHERS if key in entries}
        return {**found, "others": {**self.base.others, **others}} if others else found

    def money(self) -> list[str]:
        """Give the figures of money that a limit may be compared with."""
        return [name for name, spec in self.form.header.items() if spec.type == "money"]

    def dates(self) -> list[str]:
        """Give the dates that a deadline may be read from."""
        fields = self.reader.shapes[self.form.name].fields
        return [name for name, kind in fields.items() if kind.kind in ("date", "datetime")]

    def other(self, key: str, node: Node) -> Any:
        """Check an option whose value is kept as it is written."""
        read = self.reader
        if key in SWITCHES:
            read.flag(node)
        else:
            read.text(node)
        return node.plain_value()

    def clock(self, key: str, node: Node, at: Node) -> Any:
        """Give when a clock decides; it never approves money."""
        entries = self.reader.options(node, ("after",))
        if key == "auto_approve" and any(spec.type == "money" for _, spec in self.form.all_fields()):
            self.reader.report.fault(at, "clock_approves")
        return self.reader.span(entries.get("after"), working=True)

    def after_to(self, node: Node) -> tuple[Any, Who] | None:
        """Give after which time whom to ask as well."""
        entries = self.reader.options(node, ("after", "to"))
        span, who = self.reader.span(entries.get("after"), working=True), self.people.read(entries.get("to"))
        return (span, who) if span and who else None

"""Proves a workflow before it is published: every path in every company ends, and no step is left to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from app.config.catalogue import Catalogue
from app.config.diagnostics import Diagnostic
from app.config.workflow_spec import ChooseSpec, Node, ParallelSpec, StageSpec, StepSpec, WaySpec, WorkflowSpec
from app.core.expressions import Expression
from app.core.words import Words
from app.workflow.bands import Situation, World, guessed, holds, situations, worlds
from app.workflow.definitions import Definition, make
from app.workflow.scenes import Scene, scenes
from app.workflow.tree import follows, sequences_of, steps_before, steps_of, taken_steps
from app.workflow.walks import Walked, Walks, Way

SEVERITIES = {0: "error", 1: "error", 2: "warning"}  # by how many things are amiss; more of them: a note


@dataclass(frozen=True)
class Finding:
    """What a proof found: an error refuses publishing, a warning is to be read, a note says what would happen."""

    severity: str
    words: Words
    step: str = ""

    def say(self, locale: str = "en") -> str:
        """Give the finding as a sentence."""
        return self.words.say(locale)


def prove(catalogue: Catalogue, name: str) -> list[Finding]:
    """Give everything that is wrong with a workflow, or that people should know before they publish it."""
    spec = catalogue.workflows[name]
    definition = make(catalogue, spec)
    found = [*_loops(spec), *_admins(catalogue, definition)]
    for stage in spec.stages.values():
        if stage.approval:
            found += [*_steps(stage, definition), *prove_stage(catalogue, definition, stage)]
    return list(dict.fromkeys(found))


def faults(catalogue: Catalogue, names: Iterable[str] | None = None) -> list[Diagnostic]:
    """Give the errors and warnings of workflows as diagnostics, each at its step: what publishing refuses.

    Workflows that a proof can't tell apart, whatever they are called, are proved once in a process.
    """
    found = []
    for name in catalogue.workflows if names is None else names:
        spec = catalogue.workflows[name]
        key = _looked_at(catalogue, make(catalogue, spec))
        if key not in _proved:
            _proved[key] = prove(catalogue, name)
        for finding in _proved[key]:
            if finding.severity != "note":
                line, column, excerpt = _place(spec, finding.step)
                found.append(Diagnostic(spec.file, line, column, finding.words, excerpt, finding.severity))
    return found


_proved: dict[str, list[Finding]] = {}  # by all that a proof looks at


def _looked_at(catalogue: Catalogue, definition: Definition) -> str:
    """Give the fingerprint of everything that a proof reads: not the names of workflow and form, nor what is done."""
    spec, organisation = definition.spec, catalogue.organisation
    whens = [when for stage in spec.stages.values() for when in conditions(stage.steps)]
    autos = [way for stage in spec.stages.values() for way in stage.auto]
    read = (
        [(stage.name, stage.approval, stage.steps) for stage in spec.stages.values()],
        [(name, [(way.when, way.to) for way in stage.auto]) for name, stage in spec.stages.items()],
        [when.node for when in (*whens, *(way.when for way in autos)) if when],
        (spec.admins, spec.resume, spec.amount, definition.money),
        (sorted(definition.form.totals), sorted(_optional(definition))),
        (organisation.process_admins, [(name, role.title) for name, role in organisation.roles.items()]),
    )
    return sha256(repr(read).encode()).hexdigest()


def _place(spec: WorkflowSpec, step: str) -> tuple[int, int, str]:
    """Give where a step stands in its file; what is no step's stands at the top."""
    lines = spec.text.splitlines()
    for number, line in enumerate(lines, 1):
        words = line.replace(",", " ").replace("{", " ").replace("}", " ").split()
        if step and any(pair == ("step:", step) for pair in pairwise(words)):
            return number, line.index("step:") + 1, line
    return 1, 1, lines[0] if lines else ""


def _loops(spec: WorkflowSpec) -> Iterator[Finding]:
    """Keep S-4: no document goes round stages by itself, whatever its values."""
    ways = {name: stage.auto for name, stage in spec.stages.items() if stage.auto}
    asked = [way.when for auto in ways.values() for way in auto if way.when]
    found: dict[str, bool] = {}
    for world in worlds(asked):
        for name in ways:
            circle = _circle(ways, name, world)
            for stage, _ in circle:
                sure = not any(one.when is not None and guessed(one.when) for _, one in circle)
                found[stage] = found.get(stage, False) or sure
    for name, sure in found.items():
        yield Finding(
            "error" if sure else "warning",
            Words(
                f"The stage '{name}' can come back to itself without anybody (S-4): its conditions must exclude each other.",
                f"阶段“{name}”无需任何人操作就可能回到自身（S-4），各条件必须互斥。",
            ),
        )


def _circle(ways: Mapping[str, tuple[WaySpec, ...]], name: str, world: World) -> list[tuple[str, WaySpec]]:
    """Give the stages, with the ways between them, that a document goes round from a stage; nothing where it stops."""
    seen: dict[str, WaySpec] = {}
    while name in ways and name not in seen:
        way = next((one for one in ways[name] if one.when is None or holds(one.when, world)), None)
        if way is None or way.to is None:
            return []
        seen[name], name = way, way.to
    return list(seen.items())[list(seen).index(name) :] if name in seen else []


def _admins(catalogue: Catalogue, definition: Definition) -> Iterator[Finding]:
    """Keep S-15: where money is at stake, two people can help a stuck document."""
    if definition.money and not definition.spec.admins and _helpers(catalogue, definition) < 2:
        yield Finding(
            "error",
            Words(
                "A workflow with money needs two process administrators (S-15).",
                "涉及金额的流程至少需要两名流程管理员（S-15）。",
            ),
        )


def _helpers(catalogue: Catalogue, definition: Definition) -> int:
    return 2 if definition.spec.admins else len(set(catalogue.organisation.process_admins))


def _steps(stage: StageSpec, definition: Definition) -> Iterator[Finding]:
    for step in steps_of(stage.steps):
        yield from _step(stage, step)
        if step.options.self_rule == "allow" and definition.money:
            yield _finding(
                "error",
                step,
                "lets people approve what they asked for, and money is at stake (S-6).",
                "允许本人审批自己的单据，但单据涉及金额（S-6）。",
            )


def _step(stage: StageSpec, step: StepSpec) -> Iterator[Finding]:
    options = step.options
    if not step.approvers:
        yield _finding("error", step, "names nobody who decides (S-8).", "没有指定审批人（S-8）。")
    if (
        isinstance(options.need, int)
        and not any(who.everyone for who in step.approvers)
        and options.need > len(step.approvers)
    ):
        yield _finding(
            "warning",
            step,
            f"needs {options.need} approvals of {len(step.approvers)} (S-7); it takes all of them.",
            f"需要 {options.need} 票，但只有 {len(step.approvers)} 个席位（S-7），将要求全部同意。",
        )
    if options.empty == "skip_with_reason" and not follows(stage.steps, step.name, lambda _: True):
        yield _finding(
            "warning",
            step,
            "is skipped when it has nobody, but no later step follows: a process administrator decides then (S-5).",
            "无人时本可跳过，但后面没有其他节点，因此由流程管理员审批（S-5）。",
        )
    if options.empty == "named_fallback" and options.fallback is None:
        yield _finding(
            "error", step, "names no fallback for when it has nobody (S-5).", "没有指定无人时的后备审批人（S-5）。"
        )
    before = {earlier.name for earlier in steps_before(stage.steps, step.name)}
    for target in options.return_to or ():
        if target not in before:
            yield _finding(
                "error",
                step,
                f"can't return to '{target}': not every path to it leads through there (S-11).",
                f"不能退回到“{target}”：并非每条路径都经过它（S-11）。",
            )


def _finding(severity: str, step: StepSpec, en: str, zh: str) -> Finding:
    return Finding(
        severity, Words(f"The step '{step.title.say('en')}' {en}", f"节点“{step.title.say('zh')}”{zh}"), step.name
    )


def prove_stage(catalogue: Catalogue, definition: Definition, stage: StageSpec) -> list[Finding]:
    """Walk the approval of a stage: in every company, for every band of its conditions."""
    steps = list(steps_of(stage.steps))
    totals = set(definition.form.totals)
    cases = situations(
        dict.fromkeys(conditions(stage.steps)),
        may_be_empty=lambda name: name not in totals and name in _optional(definition),
    )
    proof = _Proof(definition, stage, cases)
    for scene in scenes(catalogue, steps, admins=_helpers(catalogue, definition)):
        proof.take(scene)
    return [*proof.bands(), *proof.found.values(), *proof.alone()]


def _optional(definition: Definition) -> frozenset[str]:
    """Give the fields of the form that may be empty."""
    return frozenset(
        name for name, field in definition.form.header.items() if field.required is not True and field.formula is None
    )


def conditions(nodes: Sequence[Node]) -> Iterator[Expression]:
    """Give every condition of steps and groups, in the order of the file."""
    for node in nodes:
        if isinstance(node, StepSpec):
            whens = [node.when]
        elif isinstance(node, ChooseSpec):
            whens = [when for when, _ in node.cases]
        else:
            whens = [when for when, _ in node.branches.values()]
        yield from (when for when in whens if when)
        for sequence in sequences_of(node) if isinstance(node, (ChooseSpec, ParallelSpec)) else ():
            yield from conditions(sequence)


class _Proof:
    """What is found on the way through the scenes; of the same thing, the simplest scene with the shortest way."""

    def __init__(self, definition: Definition, stage: StageSpec, cases: list[Situation]) -> None:
        self.definition, self.stage, self.cases = definition, stage, cases
        self.walks = Walks(stage, resume=definition.spec.resume, money=definition.money)
        self.found: dict[tuple[str, ...], Finding] = {}
        self.stuck: set[str] = set()
        self.whole: dict[Situation, Walked] = {}  # with everybody there
        self.roles = {
            case: frozenset(
                who.role or ""
                for step in steps_of(stage.steps)
                if step.name in self.taken(case)
                for who in (*step.approvers, *((step.options.fallback,) if step.options.fallback else ()))
            )
            for case in cases
        }

    def taken(self, case: Situation) -> list[str]:
        """Give the steps that a document like this takes."""
        return taken_steps(self.stage.steps, lambda when: when is None or when.text in case.held)

    def take(self, scene: Scene) -> None:
        """Walk a scene in every situation that it concerns."""
        for case in self.cases:
            if scene.about and not scene.about <= self.roles[case]:
                continue
            walked = self.walks.walk(scene, case.held)
            if not scene.faults:
                self.whole[case] = walked
            self._tell(scene, case, walked)

    def _tell(self, scene: Scene, case: Situation, walked: Walked) -> None:
        if walked.refused is not None and scene.faults < 2:
            words = Words(
                f"If {scene.words.en}, it can't be submitted: {walked.refused.say('en')}",
                f"若{scene.words.zh}，则不能提交：{walked.refused.say('zh')}",
            )
            self.found.setdefault(("refused", scene.words.en), Finding("note", words))
        for step, way in walked.stuck.items():
            self._stuck(scene, case, step, way)
        for step in walked.rescued if scene.faults == 1 else ():
            finding = _finding(
                "note",
                self._step(step),
                f"goes to the process administrators if {scene.words.en}.",
                f"在{scene.words.zh}时转由流程管理员处理。",
            )
            self.found.setdefault(("rescue", step, *(sorted(scene.about) or (scene.words.en,))), finding)

    def _step(self, name: str) -> StepSpec:
        return next(step for step in steps_of(self.stage.steps) if step.name == name)

    def _stuck(self, scene: Scene, case: Situation, step: str, way: Way) -> None:
        """Note a dead end, with the shortest way there; of two things at once, only where neither alone leads there."""
        if scene.faults > 1 and step in self.stuck:
            return
        self.stuck.add(step)
        told = Words(_path(case, way, "en"), _path(case, way, "zh"))
        finding = _finding(
            SEVERITIES.get(scene.faults, "note"),
            self._step(step),
            f"ends in nobody's hands if {scene.words.en} (I-3).{told.en}",
            f"在{scene.words.zh}时无人可处理（I-3）。{told.zh}",
        )
        self.found.setdefault(("stuck", step, scene.words.en), finding)

    def bands(self) -> Iterator[Finding]:
        """Keep S-1 and S-3: every step is reached by some document, and no band between two others asks nobody."""
        reached = {step for case in self.cases for step in self.taken(case)}
        for step in steps_of(self.stage.steps):
            if step.name not in reached:
                yield _finding("error", step, "is reached by no document (S-1).", "没有任何单据会走到（S-1）。")
        yield from self._gaps()

    def _gaps(self) -> Iterator[Finding]:
        figure = self.definition.spec.amount or ""
        told = [(dict(case.values), case) for case in self.cases]
        sweep = [case for values, case in told if len(values) == 1 and figure in values and values[figure] is not None]
        sweep.sort(key=lambda case: dict(case.values)[figure])
        asked = [bool(self.taken(case)) for case in sweep]
        for place, case in enumerate(sweep):
            if not asked[place] and any(asked[:place]) and any(asked[place + 1 :]):
                yield Finding(
                    "error",
                    Words(
                        f"Nobody is asked for {case.words.en}, though below and above somebody is (S-3).",
                        f"{case.words.zh} 时无人审批，而更低和更高的金额都有人审批（S-3）。",
                    ),
                )

    def alone(self) -> Iterator[Finding]:
        """Tell which documents one person alone lets through (S-14)."""
        for case, walked in self.whole.items():
            people = {who for _, who in walked.deciders or ()}
            if walked.deciders is not None and len(people) == 1 and len(self.taken(case)):
                titles = [self._step(step).title for step, _ in walked.deciders]
                band = Words(f" ({case.words.en})", f"（{case.words.zh}）") if case.values else Words("", "")
                yield Finding(
                    "note",
                    Words(
                        f"One person alone can approve it{band.en}: {titles[0].say('en')} (S-14).",
                        f"一个人就能批准{band.zh}：{titles[0].say('zh')}（S-14）。",
                    ),
                )


def _path(case: Situation, way: Way, locale: str) -> str:
    """Name the way to a dead end: the document, then what people did."""
    told = [case.words.say(locale)] if case.values else []
    told += [words.say(locale) for words in way]
    if not told:
        return ""
    return " Path: " + "; ".join(told) + "." if locale == "en" else "路径：" + "；".join(told) + "。"

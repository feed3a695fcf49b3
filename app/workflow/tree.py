"""Reading the steps of a stage as a tree: which come before, after, beside a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.config.workflow_spec import ChooseSpec, Node, ParallelSpec, StepSpec
from app.core.expressions import Expression

Holds = Callable[[Expression | None], bool]


def steps_of(nodes: Sequence[Node]) -> Iterator[StepSpec]:
    """Give every step, in the order of the file."""
    for node in nodes:
        if isinstance(node, StepSpec):
            yield node
        else:
            for sequence in sequences_of(node):
                yield from steps_of(sequence)


def sequences_of(node: ChooseSpec | ParallelSpec) -> list[tuple[Node, ...]]:
    """Give the cases of a choice, or the branches of a split."""
    if isinstance(node, ChooseSpec):
        return [steps for _, steps in node.cases]
    return [steps for _, steps in node.branches.values()]


def find_step(nodes: Sequence[Node], name: str) -> StepSpec:
    """Give a step by name."""
    return next(step for step in steps_of(nodes) if step.name == name)


def way_to(nodes: Sequence[Node], name: str) -> list[tuple[Sequence[Node], int]]:
    """Give the sequences from the outermost to the one that holds the step, with the place in each."""
    for place, node in enumerate(nodes):
        if isinstance(node, StepSpec):
            if node.name == name:
                return [(nodes, place)]
            continue
        for sequence in sequences_of(node):
            inner = way_to(sequence, name)
            if inner:
                return [(nodes, place), *inner]
    return []


def steps_before(nodes: Sequence[Node], name: str) -> list[StepSpec]:
    """Give the steps on every path to a step that stand in the same parallel branch (guard of 2.1), nearest last."""
    found: list[StepSpec] = []
    for sequence, place in reversed(way_to(nodes, name)):
        if isinstance(sequence[place], ParallelSpec):
            break
        found = [node for node in sequence[:place] if isinstance(node, StepSpec)] + found
    return found


def names_from(nodes: Sequence[Node], name: str) -> tuple[set[str], set[str]]:
    """Give a step and all that stands after it on its way: names of steps, and of choices and splits."""
    steps: set[str] = set()
    groups: set[str] = set()
    way = way_to(nodes, name)
    for depth, (sequence, place) in enumerate(way):
        rest = sequence[place if depth == len(way) - 1 else place + 1 :]
        steps |= {step.name for step in steps_of(rest)}
        groups |= set(groups_of(rest))
    return steps, groups


def groups_of(nodes: Sequence[Node]) -> Iterator[str]:
    """Give the names of the choices and splits."""
    for node in nodes:
        if not isinstance(node, StepSpec):
            yield node.name
            for sequence in sequences_of(node):
                yield from groups_of(sequence)


def follows(nodes: Sequence[Node], name: str, holds: Holds) -> bool:
    """Tell whether, with these figures, another step comes after this one."""
    return any(taken_steps(sequence[place + 1 :], holds) for sequence, place in way_to(nodes, name))


def taken_steps(nodes: Sequence[Node], holds: Holds) -> list[str]:
    """Give the steps that a document with these figures takes."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, StepSpec):
            found += [node.name] if holds(node.when) else []
        elif isinstance(node, ChooseSpec):
            found += taken_steps(chosen_case(node, holds)[1], holds)
        else:
            for when, steps in node.branches.values():
                found += taken_steps(steps, holds) if holds(when) else []
    return found


def chosen_case(node: ChooseSpec, holds: Holds) -> tuple[int, tuple[Node, ...]]:
    """Give the first case that fits, with its place; none fitting is no steps."""
    return next(((place, steps) for place, (when, steps) in enumerate(node.cases) if holds(when)), (-1, ()))

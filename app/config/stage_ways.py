"""Which stages lead where, and which of them belong to documents that are approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.config.workflow_spec import AfterSpec, StageSpec, WaySpec


def ways_of(stage: StageSpec) -> list[WaySpec]:
    """Give every way out of a stage."""
    after_steps = (stage.on_approved, stage.on_rejected, stage.on_returned, stage.on_withdrawn)
    return [
        *stage.actions.values(),
        *stage.events.values(),
        *stage.after,
        *stage.auto,
        *(way for way in after_steps if way),
    ]


def opened(stages: dict[str, StageSpec], after: AfterSpec) -> dict[str, StageSpec]:
    """Let people change what is free or material in the stages after an approval (R-10.3)."""
    names = tuple(dict.fromkeys(place.partition(".")[0] for place in (*after.free, *after.material)))
    settled = settled_stages(stages)
    return {name: amendable(stage, names) if name in settled else stage for name, stage in stages.items()}


def amendable(stage: StageSpec, names: tuple[str, ...]) -> StageSpec:
    """Give a stage in which these fields and tables may be changed as well."""
    if stage.editable is True:
        return stage
    own = stage.editable or ()
    more = tuple(name for name in names if name not in own)
    return replace(stage, editable=(*own, *more), amends=more)


def settled_stages(stages: Mapping[str, StageSpec]) -> tuple[str, ...]:
    """Give the stages of documents that are approved: where approvals lead, and what follows until an end."""
    near = [stage.on_approved.to for stage in stages.values() if stage.on_approved and stage.on_approved.to]
    found = [name for name in near if name in stages and not _unsettled(stages[name])]
    for name in found:
        for way in ways_of(stages[name]):
            target = stages.get(way.to or "")
            if target and target.name not in found and not target.final and not _unsettled(target):
                found.append(target.name)
    return tuple(dict.fromkeys(found))


def _unsettled(stage: StageSpec) -> bool:
    return stage.approval or stage.meaning in ("stopped", "not_begun", "goes_back")

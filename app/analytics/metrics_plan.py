"""What is asked of a metric, thought through before anything is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.analytics.metrics_period import Period
from app.config.metric_spec import GRAINS, Dimension, MetricSpec
from app.core.words import Words


@dataclass(frozen=True)
class Plan:
    """One question: the metric, how it is cut, over which days, of which rows."""

    metrics: Mapping[str, MetricSpec]
    spec: MetricSpec
    by: tuple[str, ...] = ()  # as `called` gives them
    period: Period | None = None
    where: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def bases(self) -> tuple[MetricSpec, ...]:
        """Give the metrics that it is made of and that are gathered from rows, each once."""
        return tuple({each.name: each for each in self._gathered(self.spec)}.values())

    def _gathered(self, spec: MetricSpec) -> Iterator[MetricSpec]:
        if spec.source is not None:
            yield spec
        for part in spec.parts:
            yield from self._gathered(self.metrics[part])

    @cached_property
    def shared(self) -> dict[str, Dimension]:
        """Give the dimensions that all of them know."""
        first, *others = self.bases
        return {name: each for name, each in first.dimensions.items() if all(dimension_of(o, name) for o in others)}

    @property
    def possible_grains(self) -> tuple[str, ...]:
        """Give the stretches of time that it can be cut by."""
        return GRAINS if all(part.has_time for part in self.bases) else ()

    @property
    def grains(self) -> tuple[str, ...]:
        """Give the stretches of time that it is cut by, the shortest first."""
        return tuple(grain for grain in GRAINS if grain in self.by)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Give the dimensions that it is cut by."""
        return tuple(name for name in self.by if name not in GRAINS)

    @property
    def over_time(self) -> bool:
        """Tell whether days matter: a level is averaged over them, not taken as it is now."""
        return self.period is not None or bool(self.grains)

    def called(self, name: str) -> str | None:
        """Give the name of a dimension or stretch of time, also by its whole path."""
        if name in self.possible_grains or name in self.shared:
            return name
        return next((known for known, each in self.shared.items() if each.path.text == name), None)


def dimension_of(spec: MetricSpec, name: str) -> Dimension | None:
    """Give the dimension of a metric by its name, or by the last name of its path."""
    found = spec.dimensions.get(name)
    return found or next((each for each in spec.dimensions.values() if each.path.text.rpartition(".")[2] == name), None)


def quoted(title: Words) -> Words:
    """Give a title as it stands in a sentence."""
    return Words(f"“{title.en}”", f"“{title.zh}”")

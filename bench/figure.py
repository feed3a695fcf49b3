"""One figure of a measurement, and how it is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value with its unit and its goal; `least` tells that more is better."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is reached; nothing where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.least else self.value <= self.goal

    def as_json(self) -> dict[str, object]:
        """Give the figure for machines."""
        goal = None if self.goal is None else f"{'>=' if self.least else '<='} {self.goal:g}"
        return asdict(self) | {"goal": goal, "met": self.met, "value": round(self.value, 3)}

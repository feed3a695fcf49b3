"""What a dashboard and a report are, once their files have been read and checked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.config.workflow_spec import Who
from app.core.expressions import Expression
from app.core.words import Words


@dataclass(frozen=True)
class Tile:
    """One tile: figures, a list, a notebook or a note, and how it is drawn."""

    metrics: tuple[str, ...] = ()
    list: tuple[str, str] | None = None            # form and view
    notebook: str | None = None
    note: Words = Words()
    show_as: str = "number"                        # number line bar pie table pivot heat gauge
    by: str | None = None
    top: int = 0
    compare: str | None = None                     # last_period last_year goal
    where: str | None = None                       # a condition over the rows of the metric
    wide: int = 1


@dataclass(frozen=True)
class SendSpec:
    """To whom something is sent, how often, at what time of day."""

    to: tuple[Who, ...]
    every: str
    at: str = "08:00"


@dataclass(frozen=True)
class DashboardSpec:
    """Tiles for some roles, over a period, with filters."""

    name: str
    title: Words
    tiles: tuple[Tile, ...]
    roles: tuple[str, ...] = ()
    period: str = "this_month"
    filters: tuple[str, ...] = ()
    refresh: object = None                         # Span
    send: SendSpec | None = None
    file: str = ""


@dataclass(frozen=True)
class ReportSpec:
    """A table: metrics cut by dimensions, or columns of a form's documents."""

    name: str
    title: Words
    roles: tuple[str, ...] = ()
    parameters: Mapping[str, Words] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    across: str | None = None
    source: str | None = None
    columns: tuple[str, ...] = ()
    where: Expression | None = None
    sort: str = ""
    top: int = 0
    show_as: str = "table"
    send: SendSpec | None = None
    file: str = ""

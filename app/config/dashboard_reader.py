"""Reads dashboards and reports: what they show must be there, and be cut by what it can be cut by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.config.access_reader import follow
from app.config.dashboard_spec import DashboardSpec, ReportSpec, SendSpec, Tile
from app.config.metric_spec import GRAINS, MetricSpec
from app.config.reader import Reader, fault_words
from app.config.tree import Node
from app.config.workflow_spec import Who
from app.core.expressions import Place, Type
from app.core.words import Words

if TYPE_CHECKING:
    from app.config.form_spec import FormSpec

DASHBOARD_KEYS = ("dashboard", "title", "roles", "period", "filters", "tiles", "refresh", "send")
REPORT_KEYS = (
    *("report", "title", "roles", "parameters", "metrics", "by", "across"),
    *("from", "columns", "where", "sort", "top", "as", "send"),
)
OF_METRICS, OF_ROWS = ("metrics", "by", "across"), ("columns", "where", "sort")
CONTENTS = ("metric", "metrics", "list", "notebook", "note")
TILE_KEYS = (*CONTENTS, "as", "by", "top", "compare", "where", "wide")
SEND_KEYS = ("to", "every", "at")
DRAWN = ("number", "line", "bar", "pie", "table", "pivot", "heat", "gauge")
COMPARED = ("last_period", "last_year", "goal")
PERIODS = tuple(f"{which}_{grain}" for which in ("this", "last") for grain in GRAINS)
DAYS = ("day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "week", "month")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class DashboardReader:
    """Reads the dashboards and reports of a company whose metrics and forms are known."""

    def __init__(self, reader: Reader, metrics: Mapping[str, MetricSpec], forms: Mapping[str, FormSpec]) -> None:
        self.reader = reader
        self.metrics = metrics
        self.forms = forms

    def dashboard(self, tree: Node, name: str) -> DashboardSpec:
        """Give one dashboard."""
        read = self.reader
        entries = read.options(tree, DASHBOARD_KEYS)
        for needed in ("title", "tiles"):
            if needed not in entries:
                read.report.fault(tree, "missing_key", word=needed)
        tiles = tuple(self.tile(item) for item in read.items(entries.get("tiles"), example="{metric: orders}"))
        shown = [self.metrics[each] for tile in tiles for each in tile.metrics]
        known = {dimension for metric in shown for dimension in self.dimensions(metric)}
        return DashboardSpec(
            name,
            read.words(entries.get("title")),
            tiles,
            read.names(entries.get("roles"), read.roles, "no_role"),
            read.one_of(entries.get("period"), PERIODS, "this_month"),
            read.names(entries.get("filters"), known, "no_dimension"),
            read.span(entries.get("refresh")),
            self.send(entries.get("send")),
            tree.file.name,
        )

    def tile(self, node: Node) -> Tile:
        """Give one tile."""
        read = self.reader
        entries = read.options(node, TILE_KEYS)
        said = [key for key in CONTENTS if key in entries]
        if len(said) != 1:
            read.report.fault(node, "one_content", options=", ".join(CONTENTS))
        metrics = self.figures(entries)
        by = self.common(metrics)
        return Tile(
            metrics,
            self.view(entries.get("list")),
            read.text(entries.get("notebook")) or None,
            read.words(entries.get("note")),
            read.one_of(entries.get("as"), DRAWN, "number"),
            read.name(entries.get("by"), by, "no_dimension") if metrics else None,
            read.whole(entries.get("top")),
            read.one_of(entries.get("compare"), COMPARED) or None,
            self.condition(entries.get("where"), metrics),
            self.wide(entries.get("wide")),
        )

    def figures(self, entries: Mapping[str, Node]) -> tuple[str, ...]:
        """Give the metrics of a tile or report that are there."""
        one = self.reader.name(entries.get("metric"), self.metrics, "no_metric")
        many = self.reader.names(entries.get("metrics"), self.metrics, "no_metric")
        return tuple(name for name in (*([one] if one else []), *many) if name in self.metrics)

    def dimensions(self, metric: MetricSpec) -> tuple[str, ...]:
        """Give what a metric can be cut by: its own dimensions, or those that all its parts share."""
        if metric.source is None:
            shared = [self.dimensions(self.metrics[part]) for part in metric.parts if part in self.metrics]
            return tuple(name for name in (shared[0] if shared else ()) if all(name in each for each in shared))
        paths = (each.path.text for each in metric.dimensions.values())
        return (*metric.dimensions, *paths, *(GRAINS if metric.has_time else ()))

    def common(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give what several metrics can all be cut by."""
        each = [self.dimensions(self.metrics[name]) for name in names]
        return tuple(name for name in (each[0] if each else ()) if all(name in other for other in each))

    def condition(self, node: Node | None, metrics: tuple[str, ...]) -> str | None:
        """Give a condition over the rows of a tile's metric; what it names is checked."""
        if node is None:
            return None
        spec = self.metrics[metrics[0]] if metrics else None
        if spec is not None and spec.source is not None and spec.source[0] in self.reader.shapes:
            self.reader.expression(node, Place(spec.source[0], spec.source[1], others=False), Type("boolean"))
        return self.reader.text(node)

    def wide(self, node: Node | None) -> int:
        """Give how many of four columns a tile takes."""
        found = self.reader.whole(node, 1)
        if node is not None and not 1 <= found <= 4:
            self.reader.report.fault(node, "not_option", word=node.text, options="1, 2, 3, 4")
            return 1
        return found

    def view(self, node: Node | None) -> tuple[str, str] | None:
        """Give the form and the saved view of a list."""
        if node is None:
            return None
        form, _, view = self.reader.text(node).partition(".")
        if form not in self.forms:
            self.reader.report.fault(node, "no_form", word=form, known=self.forms)
            return None
        if view not in self.forms[form].views:
            words = fault_words("no_view", word=view, form=form, known=self.forms[form].views)
            self.reader.report.say(node, words, offset=len(form) + 1)
        return form, view

    def send(self, node: Node | None) -> SendSpec | None:
        """Give to whom something is sent, and when."""
        if node is None:
            return None
        entries = self.reader.options(node, SEND_KEYS)
        for needed in ("to", "every"):
            if needed not in entries:
                self.reader.report.fault(node, "missing_key", word=needed)
        at = self.reader.text(entries.get("at"), "08:00")
        if not CLOCK.fullmatch(at):
            self.reader.report.fault(entries["at"], "not_option", word=at, options='"08:00"')
        every = self.reader.one_of(entries.get("every"), DAYS, "day")
        roles = self.reader.names(entries.get("to"), self.reader.roles, "no_role")
        return SendSpec(tuple(Who(role=role) for role in roles), every, at)

    def report(self, tree: Node, name: str) -> ReportSpec:
        """Give one report: metrics cut by dimensions, or columns of documents."""
        read = self.reader
        entries = read.options(tree, REPORT_KEYS)
        if "title" not in entries:
            read.report.fault(tree, "missing_key", word="title")
        if ("metrics" in entries) == ("from" in entries):
            read.report.fault(tree, "one_target", one="metrics: […]", other="from: form")
        for key in OF_ROWS if "metrics" in entries else OF_METRICS:
            if key in entries:
                read.report.fault(tree.keys[key], "other_report", word=key)
        metrics = self.figures(entries)
        known = self.common(metrics)
        form = read.name(entries.get("from"), self.forms, "no_form")
        place = Place(form if form in self.forms else None, others=False)
        return ReportSpec(
            name,
            read.words(entries.get("title")),
            read.names(entries.get("roles"), read.roles, "no_role"),
            self.parameters(entries.get("parameters")),
            metrics,
            read.names(entries.get("by"), known, "no_dimension") if metrics else (),
            read.name(entries.get("across"), known, "no_dimension") if metrics else None,
            form,
            self.columns(entries.get("columns"), form),
            read.expression(entries.get("where"), place, Type("boolean")) if form in self.forms else None,
            read.text(entries.get("sort")),
            read.whole(entries.get("top")),
            read.one_of(entries.get("as"), DRAWN, "table"),
            self.send(entries.get("send")),
            tree.file.name,
        )

    def parameters(self, node: Node | None) -> dict[str, Words]:
        """Give what a person is asked for before a report is made; a name has its word in the glossary."""
        found = {}
        for name, value in self.reader.named(node).items():
            own = value.entries.get("title") if value.kind == "map" else None
            found[name] = self.reader.label(name, value, own)
        return found

    def columns(self, node: Node | None, form: str | None) -> tuple[str, ...]:
        """Give fields of a form, also of linked documents, that exist."""
        found = []
        for item in self.reader.texts(node, example="number"):
            if form is not None and form in self.forms and follow(item.text, form, self.reader.shapes) is None:
                known = self.reader.shapes[form].fields
                self.reader.report.fault(item, "no_field", word=item.text, known=known)
            else:
                found.append(item.text)
        return tuple(found)

"""Reads metrics: figures gathered from a source, and figures made of other figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from app.config.form_spec import FieldSpec, FormSpec
from app.config.metric_spec import GRAINS, LEDGER, MOVES, UNITS, AlertSpec, Dimension, MetricSpec
from app.config.reader import Reader, Report, fault_words
from app.config.tree import Node, SourceFile, key_of
from app.config.workflow_spec import Who
from app.core.errors import Invalid, Problem
from app.core.expressions import Expression, ExpressionError, Place, Type
from app.core.expressions.nodes import Apply, Fold, Name, Typed, walk
from app.core.expressions.reader import tokens
from app.core.words import Words, plain

if TYPE_CHECKING:
    from app.config.catalogue import Catalogue

KEYS = ("title", "help", "from", "value", "where", "at", "by", "as", "good", "goal", "balance", "alert")
OF_ROWS = ("where", "at", "by", "balance")
FOLDS = ("sum", "avg", "min", "max", "count")
IN_ROWS = frozenset(
    [
        *("or", "and", "not", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "+", "-", "*", "negative"),
        *("if", "coalesce", "empty", "abs", "min", "max", "contains", "starts_with", "ends_with"),
        *("days", "months", "years", "year", "month", "day", "month_start", "month_end"),
    ]
)
ONE_VALUE = ("number", "money", "text", "boolean", "date", "datetime", "choice", "link")
BOOLEAN = Type("boolean")
SAID = Words("a metric", "指标")


class MetricReader:
    """Reads all metrics together: each may speak of the others."""

    def __init__(self, reader: Reader, forms: Mapping[str, FormSpec]) -> None:
        self.reader = replace(reader, shapes={**LEDGER, **reader.shapes})
        self.forms = forms
        self.ledger = {name: shape.fields for name, shape in LEDGER.items() if name not in forms}
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, Node] = {}

    def read(self, files: list[Node]) -> dict[str, MetricSpec]:
        """Give the metrics of all files, those that are made of others behind them."""
        for tree in files:
            self.collect(tree)
        found = {name: spec for name, node in self.nodes.items() if (spec := self.metric(name, node))}
        return self.ordered(found)

    def collect(self, tree: Node) -> None:
        """Note the metrics of a file; a name stands once."""
        read = self.reader
        for name, node in read.named(read.options(tree, ("metrics",)).get("metrics")).items():
            key = key_of(tree.entries["metrics"], name)
            if name in self.nodes:
                kind, file = Words("metric", "指标"), self.nodes[name].file.name
                read.report.fault(key, "twice", kind=kind, name=name, file=file)
                continue
            self.nodes[name], self.keys[name] = node, key

    def metric(self, name: str, node: Node) -> MetricSpec | None:
        """Give one metric, or nothing where it can't be counted."""
        read = self.reader
        entries = read.options(node, KEYS, example="{value: sum(amount), …}")
        unit = read.one_of(entries.get("as"), UNITS, "number")
        for key in ("title", "value"):
            if key not in entries:
                read.report.fault(self.keys[name], "missing_key", word=key)
        if "value" not in entries:
            return None
        spec = self.gathered(name, entries, unit) if "from" in entries else self.made(name, entries, unit)
        return spec and replace(
            spec,
            title=read.words(entries.get("title"), plain(name)),
            help=read.words(entries.get("help")),
            good=read.one_of(entries.get("good"), ("up", "down")),
            goal=self.goal(entries.get("goal")),
            alert=self.alert(entries.get("alert"), unit),
        )

    def alert(self, node: Node | None, unit: str) -> AlertSpec | None:
        """Give when somebody is told of the figure, which is `value` here."""
        if node is None:
            return None
        entries = self.reader.options(node, ("when", "tell"))
        for needed in ("when", "tell"):
            if needed not in entries:
                self.reader.report.fault(node, "missing_key", word=needed)
        place = Place(None, person=False, others=False, columns={"value": UNITS[unit]}, said=SAID)
        when = self.reader.expression(entries.get("when"), place, BOOLEAN)
        people = []
        for item in self.reader.items(entries.get("tell"), example="{role: finance}"):
            role = self.reader.options(item, ("role",)).get("role") if item.kind == "map" else item
            name = self.reader.name(role, self.reader.roles, "no_role")
            people += [Who(role=name)] if name else []
        return AlertSpec(when, tuple(people)) if when else None

    # figures of rows

    def gathered(self, name: str, entries: Mapping[str, Node], unit: str) -> MetricSpec | None:
        """Give a metric that is gathered from the rows of a source."""
        source = self.source(entries["from"])
        if source is None:
            return None
        value = self.checked(entries["value"], source, UNITS[unit], gathers=True)
        if value is None:
            return None
        where = self.checked(entries.get("where"), source, BOOLEAN)
        spec = MetricSpec(
            name,
            Words(),
            value,
            unit,
            source,
            where=where,
            at=self.time(entries.get("at"), source),
            dimensions=self.dimensions(entries.get("by"), source),
            balance=self.reader.flag(entries.get("balance")),
        )
        if spec.balance and not self.is_level(spec):
            self.reader.report.fault(entries["balance"], "not_balance", options=", ".join(MOVES))
        return spec

    def source(self, node: Node) -> tuple[str, str | None] | None:
        """Give the form and the line table, or the ledger's view, whose rows are counted."""
        form, _, table = self.reader.text(node).partition(".")
        known = [*self.forms, *self.ledger]
        if self.reader.name(replace(node, text=form), known, "no_rows") not in known:
            return None
        if not table:
            return form, None
        tables = [each.name for each in self.forms[form].tables.values() if not each.rows] if form in self.forms else []
        if table not in tables:
            words = fault_words("no_table", word=table, form=form, known=tables)
            self.reader.report.say(node, words, offset=len(form) + 1)
            return None
        return form, table

    def checked(
        self, node: Node | None, source: tuple[str, str | None], expect: Type | None = None, *, gathers: bool = False
    ) -> Expression | None:
        """Give an expression over rows (or, with `gathers`, over all of them) if the analytics can count it."""
        place = Place(None, person=False, others=False, source=source, said=SAID)
        found = self.reader.expression(node, place, expect)
        if node is None or found is None:
            return None
        around = {id(part) for part in outside(found.node)} if gathers else set()
        good = [self.countable(node, part, source, around=id(part) in around) for part in walk(found.node)]
        return found if all(good) else None

    def countable(self, node: Node, part: Typed, source: tuple[str, str | None], *, around: bool) -> bool:
        """Tell whether the analytics can work out a part of an expression, and say so if not."""
        if isinstance(part, Name) and part.source == "row":
            return self.say(node, part, "ungathered", word=part.dotted) if around else self.column(node, part, source)
        if isinstance(part, Fold) and (part.name not in FOLDS or part.base is not None or not around):
            return self.say(node, part, "not_in_metric", word=part.name)
        if isinstance(part, Apply) and not around and not is_plain(part):
            return self.say(node, part, "row_division" if part.name == "/" else "not_in_metric", word=part.name)
        return True

    def column(self, node: Node, name: Name, source: tuple[str, str | None]) -> bool:
        """Tell whether a path leads to one kept value, and say so if not."""
        known = self.ledger.get(source[0])
        if known is not None and name.path[0] not in known:
            return self.say(node, name, "no_field", word=name.path[0], known=known)
        if any(step.kind == "any" for step in name.steps):
            return True  # what it is follows from a broken file
        through = [step.form if step.kind == "link" else None for step in name.steps[:-1]]
        if name.type.kind not in ONE_VALUE or None in through or "user" in through:
            return self.say(node, name, "not_one_value", word=name.dotted)
        field = self.field(name.path, source)
        if field is not None and not field.kept:
            return self.say(node, name, "not_kept", word=name.dotted)
        return True

    def field(self, path: tuple[str, ...], source: tuple[str, str | None]) -> FieldSpec | None:
        """Give the field at the end of a path, where a form declares it."""
        form, table = source
        own: Mapping[str, FieldSpec] = self.forms[form].header if form in self.forms else {}
        if table is not None:
            own = {**own, **self.forms[form].tables[table].fields}
        types = {name: given.form for name, given in self.ledger.get(form, {}).items()}
        for name in path[:-1]:
            target = own[name].link if name in own else types.get(name)
            own = self.forms[target].header if target and target in self.forms else {}
        return own.get(path[-1])

    def is_level(self, spec: MetricSpec) -> bool:
        """Tell whether a metric sums only what the moves of its source tell too."""
        assert spec.source is not None
        if spec.source[0] not in MOVES or spec.source[0] not in self.ledger or spec.at is not None:
            return False
        around = [part for part in outside(spec.value.node) if isinstance(part, Apply)]
        sums = all(part.name == "sum" for part in walk(spec.value.node) if isinstance(part, Fold))
        asked = [spec.value, *filter(None, [spec.where]), *(each.path for each in spec.dimensions.values())]
        reads = {name.partition(".")[0] for each in asked for name in each.reads}
        return (
            sums and all(part.name in "+-" for part in around) and reads <= {*LEDGER[MOVES[spec.source[0]][0]].fields}
        )

    def time(self, node: Node | None, source: tuple[str, str | None]) -> Expression | None:
        """Give the date at which a row counts."""
        found = self.path(node, source)
        if node is not None and found is not None and found.type.kind not in ("date", "datetime"):
            self.reader.report.fault(node, "no_time", word=node.text)
            return None
        return found

    def dimensions(self, node: Node | None, source: tuple[str, str | None]) -> dict[str, Dimension]:
        """Give what the metric is cut by; a path is called by its last name, unless two would be called alike."""
        items = self.reader.texts(node, example="supplier")
        last = [item.text.rpartition(".")[2] for item in items]
        found = {}
        for item, short in zip(items, last, strict=True):
            path = self.path(item, source)
            if path is not None:
                name = item.text if short in GRAINS or last.count(short) > 1 else short
                found[name] = Dimension(name, path, self.label(item.text, source))
        return found

    def path(self, node: Node | None, source: tuple[str, str | None]) -> Expression | None:
        """Give a path from a row to one value."""
        found = self.checked(node, source)
        if node is not None and found is not None and not (isinstance(found.node, Name) and found.node.source == "row"):
            self.reader.report.fault(node, "not_path", word=node.text)
            return None
        return found

    def label(self, text: str, source: tuple[str, str | None]) -> Words:
        """Give what people call a dimension: the label of its field."""
        path = tuple(text.split("."))
        field = self.field(path, source)
        return field.label if field else self.reader.glossary.get(path[-1], plain(path[-1].replace("_", " ")))

    # figures of figures

    def made(self, name: str, entries: Mapping[str, Node], unit: str) -> MetricSpec | None:
        """Give a metric that is made of others."""
        read, node = self.reader, entries["value"]
        for key in OF_ROWS:
            if key in entries:
                read.report.fault(entries[key], "needs_from", word=key)
        if not self.knows(node):
            return None
        units = {each: read.one_of(self.entry(each, "as"), UNITS, "number") for each in self.nodes}
        columns = {each: UNITS[found] for each, found in units.items()}
        place = Place(None, person=False, others=False, columns=columns, said=SAID)
        value = read.expression(node, place, UNITS[unit])
        if value is None:
            return None
        if not value.reads:
            read.report.fault(node, "made_of_nothing", known=self.nodes)
        return MetricSpec(name, Words(), value, unit, parts=tuple(part for part in self.nodes if part in value.reads))

    def knows(self, node: Node) -> bool:
        """Tell whether every bare name is a metric, and say which is not."""
        try:
            found = tokens(self.reader.text(node))
        except ExpressionError:
            return True  # said when it is compiled
        for at, token in enumerate(found[:-1]):
            is_name = token.kind == "name" and found[at + 1].text != "(" and found[at - 1].text != "."
            if is_name and token.text not in (*self.nodes, *WORDS):
                words = fault_words("no_metric", word=token.text, known=self.nodes)
                self.reader.report.say(node, words, offset=token.start)
                return False
        return True

    def entry(self, name: str, key: str) -> Node | None:
        """Give a key of another metric."""
        node = self.nodes[name]
        return node.entries.get(key) if node.kind == "map" else None

    def goal(self, node: Node | None) -> Decimal | None:
        """Give the figure that is hoped for: a number or a share."""
        if node is None:
            return None
        text = self.reader.text(node)
        share = text.endswith("%")
        return self.reader.number(replace(node, text=text.rstrip("%"))).scaleb(-2 if share else 0)

    def ordered(self, found: Mapping[str, MetricSpec]) -> dict[str, MetricSpec]:
        """Give the metrics with each behind its parts; those that wait for each other are a fault."""
        done: dict[str, MetricSpec] = {}
        waiting = dict(found)
        while ready := [name for name, spec in waiting.items() if not any(part in waiting for part in spec.parts)]:
            done |= {name: waiting.pop(name) for name in ready}
        if waiting:
            first = next(iter(waiting))
            self.reader.report.fault(self.keys[first], "metrics_in_circle", names=", ".join(waiting))
        usable: dict[str, MetricSpec] = {}
        for name, spec in done.items():
            if all(part in usable for part in spec.parts):
                usable[name] = spec
        return {name: usable[name] for name in found if name in usable}

    def say(self, node: Node, part: Typed, rule: str, **facts: object) -> bool:
        """Note a fault at a part of an expression."""
        known = facts.pop("known", ())
        self.reader.report.say(node, fault_words(rule, known=known, **facts), offset=part.start)  # type: ignore[arg-type]
        return False


WORDS = ("and", "or", "not", "in", "true", "false", "null", "where")


def condition_over(text: str, spec: MetricSpec, catalogue: Catalogue) -> Expression:
    """Give a condition over the rows of a metric, as somebody typed it; raise Invalid that says what is wrong."""
    assert spec.source is not None, f"{spec.name} has no rows of its own"
    report = Report()
    reader = MetricReader(Reader(report, shapes=catalogue.shapes, complete=True), catalogue.forms)
    readable = text.encode("utf-8", "replace").decode()
    found = reader.checked(Node("text", SourceFile("where", readable), 1, 1, text), spec.source, BOOLEAN)
    if found is None:
        raise Invalid([Problem("where", "expression", fault.words) for fault in report.diagnostics])
    return found


def outside(node: Typed) -> Iterator[Typed]:
    """Give the parts that stand around the figures, and the figures themselves."""
    yield node
    if not isinstance(node, Fold):
        for part in node.parts:
            yield from outside(part)


def is_plain(part: Apply) -> bool:
    """Tell whether the analytics can work out an operator or function row by row; an instant can't be moved there."""
    if not any(isinstance(each, Name) and each.source == "row" for each in walk(part)):
        return True
    return part.name in IN_ROWS and not (part.name in "+-" and part.type.kind == "datetime")

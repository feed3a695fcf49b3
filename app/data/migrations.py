"""Forms against the database: what would change, in sentences; and the change, if nothing is lost by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, inspect
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from app.config.form_spec import FieldSpec, FormSpec
from app.core.links import Link
from app.core.words import Words
from app.data import migration_steps as steps
from app.data.column_types import compact
from app.data.demands import Demand, asked_anew, demands_of, notes_of
from app.data.dry_run import Effect, documents_met, effect, living
from app.data.kinds import digits_of, kind_of, linked_form
from app.data.migration_steps import Step
from app.data.recomputing import recompute
from app.data.sorting import LISTED, list_indexes
from app.data.tables import FormTables, Registry
from app.data.transaction import Transaction

Kinds = dict[str, str]  # column -> what it keeps: `text`, `decimal:2`, `link:supplier`
State = dict[str, Kinds]  # table -> its columns, those of removed fields too


@dataclass(frozen=True)
class MigrationPlan:
    """Every step from the database as it is to the forms as they are."""

    steps: tuple[Step, ...]
    effects: tuple[Effect, ...] = ()  # what it does to the documents that are there
    seen: str = ""  # the version in force that it was compared with

    @property
    def parts(self) -> tuple[Step | Effect, ...]:
        """All that is told: what is done to the tables, and what that means for documents."""
        return (*self.steps, *self.effects)

    @property
    def refused(self) -> bool:
        """Tell whether a step would lose something, or leave a document nowhere."""
        return any(part.refused for part in self.parts)

    @property
    def only_adds(self) -> bool:
        """Tell whether nothing that stands is touched."""
        return all(part.adds and not part.refused for part in self.parts)

    def sentences(self, locale: str) -> list[str]:
        """Give the plan to read, refusals first."""
        parts = sorted(self.parts, key=lambda part: not part.refused)
        return [said for part in parts if (said := part.words.say(locale))]


def kind_kept(spec: FieldSpec) -> str:
    """Give what a field's column keeps, exactly enough to see whether values would be read wrongly."""
    kind = kind_of(spec)
    if kind == "decimal":
        return f"decimal:{digits_of(spec)}"
    return f"{kind}:{linked_form(spec)}" if kind in ("link", "links") else kind


def state_of(spec: FormSpec, tables: FormTables) -> State:
    """Give what the tables of a form keep."""
    state: State = {tables.table.name: _kinds(spec.header.values())}
    for name, table in tables.lines.items():
        state[table.name] = _kinds(spec.tables[name].fields.values())
    for (where, name), table in tables.links.items():
        field = spec.header[name] if where is None else spec.tables[where].fields[name]
        state[table.name] = {"target_id": kind_kept(field)}
    return state


def _kinds(fields: Any) -> Kinds:
    return {spec.name: kind_kept(spec) for spec in fields if spec.kept and kind_of(spec) != "links"}


def migrate(
    connection: Connection,
    registry: Registry,
    *,
    begin: Callable[[], Transaction],
    apply: bool,
    additions_only: bool,
) -> MigrationPlan:
    """Work out the plan under the caller's lock, and run it unless a step is refused; else nothing is left behind.

    The dry run is the publishing itself, undone: every document is looked at in the tables as they would be. `begin`
    gives the transaction of the forms as they would be.
    """
    trial = connection.begin_nested()
    plan = _Migration(connection, registry, begin, apply=apply, additions_only=additions_only).run()
    if apply and not plan.refused and not (additions_only and not plan.only_adds):
        trial.commit()
    else:
        trial.rollback()
    return plan


class _Migration:
    """One comparison of forms and database; each step is run as it is found, so that the next one builds on it."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        begin: Callable[[], Transaction],
        *,
        apply: bool,
        additions_only: bool,
    ) -> None:
        self.connection = connection
        self.registry = registry
        self.begin = begin
        self.apply = apply
        self.additions_only = additions_only
        self.mark = "?" if connection.dialect.name == "sqlite" else "%s"
        self.found: list[Step] = []
        self.effects: list[Effect] = []
        self.fresh: set[tuple[str, str]] = set()  # (form, field or table.field) that no document has a value of
        self.made: set[str] = set()  # tables
        self.links: list[AddConstraint] = []
        self._links_follow = connection.dialect.name == "postgresql"  # which refuses a link to a table not yet made
        rows = connection.exec_driver_sql("select name, columns, demands from office_form").all()
        self.known: dict[str, State] = {name: json.loads(columns or "{}") for name, columns, _ in rows}
        self.asked: dict[str, dict[str, str]] = {name: json.loads(asked) for name, _, asked in rows if asked}
        self.existing = set(inspect(connection).get_table_names())

    def run(self) -> MigrationPlan:
        """Give the plan; what is not refused has been run on the connection."""
        for spec in self.registry.catalogue.forms.values():
            self._rename(spec)
        for name, tables in self.registry.forms.items():
            self._make_tables(self.registry.catalogue.forms[name], tables)
        for link in self.links:
            self.connection.execute(link)
        for name, tables in self.registry.forms.items():
            self._change_tables(self.registry.catalogue.forms[name], tables)
            self._rename_values(self.registry.catalogue.forms[name], tables)
        if not any(step.refused for step in self.found):
            for table in self.registry.owned():
                self._index(table)
            for name, tables in self.registry.forms.items():
                self._index_lists(self.registry.catalogue.forms[name], tables)
        if not any(step.refused for step in self.found):
            for spec in self.registry.catalogue.forms.values():
                self._meet(spec)
            self._note()
        return MigrationPlan(tuple(self.found), tuple(self.effects))

    def _meet(self, spec: FormSpec) -> None:
        """Ask what is demanded anew of every document that is there; of an older office, only what must be filled."""
        notes = self.asked.get(spec.name)
        demands = asked_anew(spec, notes or {})
        if notes is None:
            demands = [each for each in demands if each.kind == "formula" and (spec.name, each.place) in self.fresh]
        if not demands or not self._count(f'select count(*) from (select 1 from "{spec.name}" limit 1) as one'):  # noqa: S608
            return
        tx = self.begin()
        for demand in demands:
            if demand.kind != "formula":
                self._affect(tx, spec, demand, documents_met(tx, spec.name, demand))
        if any(demand.kind == "formula" for demand in demands):
            self._recompute(tx, spec, {demand.place for demand in demands if demand.kind == "formula"})

    def _recompute(self, tx: Transaction, spec: FormSpec, changed: set[str]) -> None:
        """Count what formulas change, and save it if nothing can hold the publishing back any more.

        What is new is worked out for every document, whatever it comes to: it need not be tried.
        """
        fresh = {place for form, place in self.fresh if form == spec.name}
        demands = demands_of(spec)
        for place in sorted(changed & fresh):
            self._affect(tx, spec, demands[f"formula {place}"], living(tx, spec.name))
        if changed <= fresh and not self.apply:
            return
        at_once = self.apply and (not self.additions_only or changed <= fresh)
        told = recompute(tx, spec.name, write=at_once)
        if self.apply and not at_once and told.counts and set(told.counts) <= fresh:
            recompute(tx, spec.name, write=True)
        for place, count in told.counts.items():
            if place not in fresh:
                self._affect(tx, spec, demands[f"formula {place}"], (count, tuple(told.examples[place])))

    def _affect(self, tx: Transaction, spec: FormSpec, demand: Demand, found: tuple[int, tuple[Link, ...]]) -> None:
        if found[0]:
            adds = (spec.name, demand.place) in self.fresh
            self.effects.append(effect(tx, spec.name, demand, found, adds=adds))

    def _take(self, step: Step) -> None:
        self.found.append(step)
        if not step.refused:
            for statement in step.statements:
                if isinstance(statement, str):
                    self.connection.exec_driver_sql(statement)
                else:
                    self.connection.execute(statement)

    def _rename(self, spec: FormSpec) -> None:
        """Follow `was:` of forms, tables and fields, where only the old name is there."""
        if spec.was and spec.was in self.known and spec.name not in self.known:
            self._take(steps.rename_form(spec, self.known[spec.was], dialect=self.connection.dialect.name))
            renamed = {_swapped(name, spec.was, spec.name): kinds for name, kinds in self.known.pop(spec.was).items()}
            self.known[spec.name] = renamed
            if spec.was in self.asked:
                self.asked[spec.name] = self.asked.pop(spec.was)
            self.existing = set(inspect(self.connection).get_table_names())
        state = self.known.get(spec.name)
        if state is None:
            return
        for name, line in spec.tables.items():
            old, new = f"{spec.name}__{line.was}", f"{spec.name}__{name}"
            if line.was and old in state and new not in state:
                self._move(spec, state, old, new)
        for table, field in spec.all_fields():
            self._rename_field(spec, state, table, field)

    def _move(self, spec: FormSpec, state: State, old: str, new: str) -> None:
        """Rename a table, and those that stand below it: its many-links."""
        for name in [name for name in state if name == old or name.startswith(f"{old}__")]:
            renamed = _swapped(name, old, new)
            self._take(steps.rename_table(spec, name, renamed, quiet=name != old))
            state[renamed] = state.pop(name)
            self.existing.add(renamed)

    def _rename_field(self, spec: FormSpec, state: State, table: str | None, field: FieldSpec) -> None:
        owner = spec.name if table is None else f"{spec.name}__{table}"
        if field.was and kind_of(field) == "links" and f"{owner}__{field.was}" in state:
            if f"{owner}__{field.name}" not in state:
                self._move(spec, state, f"{owner}__{field.was}", f"{owner}__{field.name}")
            return
        kinds = state.get(owner, {})
        if field.was and field.was in kinds and field.name not in kinds:
            self._take(steps.rename_field(spec, owner, field))
            kinds[field.name] = kinds.pop(field.was)

    def _make_tables(self, spec: FormSpec, tables: FormTables) -> None:
        state = self.known.setdefault(spec.name, {})
        for table in (tables.table, *tables.lines.values(), *tables.links.values()):
            if table.name not in self.existing:
                later = self._links_follow
                made = CreateTable(table, include_foreign_key_constraints=[] if later else None)
                self._take(steps.make_table(spec, table, made))
                self.links += [AddConstraint(link) for link in table.foreign_key_constraints] if later else []
                state[table.name] = {}
                self.existing.add(table.name)
                self.made.add(table.name)
                state[table.name].update(state_of(spec, tables)[table.name])

    def _change_tables(self, spec: FormSpec, tables: FormTables) -> None:
        state = self.known[spec.name]
        wanted = state_of(spec, tables)
        for table in (tables.table, *tables.lines.values()):
            kinds = state.setdefault(table.name, {})
            for name, kind in wanted[table.name].items():
                if name not in kinds:
                    self._add(spec, tables, table, name=name, kind=kind)
                elif kinds[name] != kind:
                    self._change(spec, table, name, old=kinds[name], new=kind)
                else:
                    continue
                kinds[name] = kind
            for step in self._gone(spec, table, kinds, wanted[table.name]):
                self._take(step)

    def _rename_values(self, spec: FormSpec, tables: FormTables) -> None:
        """Follow `was:` of options and stages in the documents that hold the old word."""
        for table, field in spec.all_fields():
            rows = tables.table if table is None else tables.lines.get(table)
            for new, old in field.renamed.items():
                if rows is None:
                    continue
                step = steps.rename_option(spec, rows, field, old=old, new=new, dialect=self.connection.dialect.name)
                if old not in field.options and self._count(step.asks):
                    self._take(step)
        for workflow in self.registry.catalogue.workflows.values():
            for stage in workflow.stages.values() if workflow.form == spec.name else ():
                if stage.was and stage.was not in spec.stages:
                    self._rename_stage(spec, stage.was, stage.name)

    def _rename_stage(self, spec: FormSpec, old: str, new: str) -> None:
        if not self._count(f"select count(*) from \"{spec.name}\" where stage = '{old}'"):  # noqa: S608
            return
        open_runs = f"status in ('running', 'returned') and form = '{spec.name}'"
        known = "workflow_instance" in self.existing
        going = self._count(f"select count(*) from workflow_instance where {open_runs}") if known else 0  # noqa: S608
        self._take(
            steps.stage_in_use(spec, old=old, count=going)
            if going
            else steps.rename_stage(spec, old=old, new=new, dialect=self.connection.dialect.name, timers=known)
        )

    def _add(self, spec: FormSpec, tables: FormTables, table: Table, *, name: str, kind: str) -> None:
        self._take(steps.add_column(spec, table, table.c[name], dialect=self.connection.dialect.name))
        line = next((key for key, each in tables.lines.items() if each is table), None)
        self.fresh.add((spec.name, f"{line}.{name}" if line else name))

    def _change(self, spec: FormSpec, table: Table, name: str, *, old: str, new: str) -> None:
        filled = self._count(f'select count(*) from "{table.name}" where "{name}" is not null')  # noqa: S608
        self._take(
            steps.change_column(
                spec,
                table,
                table.c[name],
                change=(old, new),
                filled=filled,
                lossy=lambda sql: self._count(sql),
                dialect=self.connection.dialect.name,
            )
        )

    def _count(self, statement: str) -> int:
        return self.connection.exec_driver_sql(statement).scalar() or 0

    def _gone(self, spec: FormSpec, table: Table, kinds: Kinds, wanted: Mapping[str, str]) -> Iterator[Step]:
        """A removed field is told once; its column and values stay, and come back with it."""
        for name in [name for name in kinds if name not in wanted and not kinds[name].startswith("kept:")]:
            kinds[f"{name}"] = f"kept:{kinds[name]}"
            yield steps.keep_column(spec, name)

    def _index(self, table: Table) -> None:
        """Make the indexes that are missing, and drop our own that are no longer wanted."""
        known = inspect(self.connection)
        there = {index["name"] for index in known.get_indexes(table.name)}
        there -= {constraint["name"] for constraint in known.get_unique_constraints(table.name)}
        wanted = {index.name: index for index in table.indexes}
        for name in sorted(there - set(wanted), key=str):
            if str(name).startswith((f"ix_{table.name}_", f"uq_{table.name}_")):
                self._take(Step(Words(), (f'drop index if exists "{name}"',), quiet=True))
        for name in sorted(set(wanted) - there, key=str):
            index = wanted[name]
            doubled = steps.doubled(self.connection, index) if index.unique else None
            self._take(doubled or Step(Words(), (CreateIndex(index),), quiet=True))

    def _index_lists(self, spec: FormSpec, tables: FormTables) -> None:
        """Make the indexes that answer the form's lists in their order, and drop those that no list asks for."""
        found = inspect(self.connection).get_indexes(spec.name)
        there = {str(each["name"]): each["column_names"] for each in found if str(each["name"]).startswith(LISTED)}
        wanted = {index.name(spec.name): index for index in list_indexes(spec, tables)}
        right = {name for name, index in wanted.items() if there.get(name) == index.columns}
        for name in sorted(set(there) - right):
            self._take(steps.drop_list_index(name))
        for name in sorted(set(wanted) - right):
            statement = wanted[name].statement(tables, self.connection.dialect.name)
            self._take(steps.list_index(spec, wanted[name], statement, quiet=spec.name in self.made))

    def _note(self) -> None:
        """Keep what the tables now keep, so that the next comparison knows."""
        forms = self.registry.catalogue.forms
        for name, state in self.known.items():
            self.connection.exec_driver_sql(
                f"insert into office_form (name, columns, demands) values ({self.mark}, {self.mark}, {self.mark})"  # noqa: S608
                " on conflict (name) do update set columns = excluded.columns, demands = excluded.demands",
                (name, compact(state), compact(notes_of(forms[name])) if name in forms else None),
            )


def _swapped(table: str, old: str, new: str) -> str:
    return new + table[len(old) :] if table == old or table.startswith(f"{old}__") else table

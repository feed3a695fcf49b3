"""Versions of workflows: the one in force, and the one that a run began with, read again from its kept text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.config.catalogue import Catalogue
from app.config.do_reader import DoReader
from app.config.form_spec import FieldSpec, FormSpec
from app.config.reader import Reader, Report
from app.config.stage_ways import settled_stages
from app.config.tree import SourceFile, read_tree
from app.config.workflow_reader import WorkflowReader
from app.config.workflow_spec import StageSpec, Who, WorkflowSpec
from app.core.actions import actions
from app.data.kinds import kind_of
from app.data.transaction import Transaction

PEOPLE_FIELDS = frozenset({"requester", "requested_for", "applicant", "beneficiary", "payee"})
MATERIAL_TYPES = frozenset({"money", "price", "quantity", "currency", "percent"})
MATERIAL_NAMES = frozenset({"supplier", "customer", "cost_centre", "bank_name", "bank_account"})


@dataclass(frozen=True)
class Definition:
    """A workflow with its form, and what the law asks of the two together, worked out once."""

    spec: WorkflowSpec
    form: FormSpec
    admins: tuple[Who, ...]

    @cached_property
    def money(self) -> bool:
        """Tell whether money is at stake."""
        return self.spec.amount is not None or any(f.type in ("money", "price") for _, f in self.form.all_fields())

    @cached_property
    def people_fields(self) -> tuple[str, ...]:
        """Give the fields that hold whom the document is for (R-5.1)."""
        return tuple(name for name, field in self.form.header.items() if _is_person(field))

    @cached_property
    def typed(self) -> tuple[str, ...]:
        """Give the header fields that people fill in: what the document's hash covers."""
        return tuple(name for name, field in self.form.header.items() if not field.computed)

    @cached_property
    def typed_lines(self) -> dict[str, tuple[str, ...]]:
        """Give the columns of each line table that people fill in."""
        return {
            name: tuple(f.name for f in table.fields.values() if not f.computed)
            for name, table in self.form.tables.items()
            if table.rows is None
        }

    @cached_property
    def material(self) -> frozenset[str]:
        """Give the fields whose change voids approvals: those declared, else money, quantities, parties (R-10.3)."""
        if self.spec.after_approval is not None and self.spec.after_approval.material:
            return frozenset(self.spec.after_approval.material)
        return frozenset(
            f.name if table is None else f"{table}.{f.name}"
            for table, f in self.form.all_fields()
            if not f.computed and (f.type in MATERIAL_TYPES or f.name in MATERIAL_NAMES)
        )

    @cached_property
    def settled(self) -> tuple[str, ...]:
        """Give the stages of documents that are approved."""
        return settled_stages(self.spec.stages)

    def touches(self, names: object) -> bool:
        """Tell whether a diff (field names, tables with their lines) touches anything material."""
        return any(self._is_material(name, change) for name, change in getattr(names, "items", dict)())

    def _is_material(self, name: str, change: object) -> bool:
        if not isinstance(change, dict):
            return name in self.material
        columns = {field for fields in change.values() for field in (fields or {"*": 0})}
        whole = any(fields is None or "line_no" in fields for fields in change.values())
        return whole or any(f"{name}.{column}" in self.material for column in columns) or name in self.material

    def stage(self, name: str) -> StageSpec | None:
        """Give a stage, if this version has it."""
        return self.spec.stages.get(name)


def _is_person(field: FieldSpec) -> bool:
    me = field.default is not None and field.default.text == "me"
    return kind_of(field) == "link" and (me or field.name in PEOPLE_FIELDS)


def current(tx: Transaction, form: str) -> Definition | None:
    """Give the version in force of a form's workflow, if it has one."""
    key = ("workflow", form)
    cache = tx.registry.cache
    if key not in cache:
        spec = tx.catalogue.workflow_of(form)
        cache[key] = make(tx.catalogue, spec) if spec else None
    found: Definition | None = cache[key]
    return found


def make(catalogue: Catalogue, spec: WorkflowSpec) -> Definition:
    """Give a definition; its admins are its own, else those of the company (R-4.5a)."""
    admins = spec.admins or tuple(Who(user=name) for name in catalogue.organisation.process_admins)
    return Definition(spec, catalogue.forms[spec.form], admins)


def pinned(tx: Transaction, form: str, hash_: str) -> Definition:
    """Give the version that a run began with (R-11.1): the one in force if it is the same, else its kept text."""
    now = current(tx, form)
    if now is not None and now.spec.hash == hash_:
        return now
    key = ("workflow", form, hash_)
    found: Definition | None = tx.registry.cache.get(key)
    if found is None:
        row = tx.fetch_one(tx.sql("select name, text from workflow_definition where hash = ?"), (hash_,))
        assert row, f"the definition {hash_} of a run of {form} is not kept"
        found = tx.registry.cache[key] = make(tx.catalogue, read_text(tx.catalogue, row[0], row[1]))
    return found


def read_text(catalogue: Catalogue, name: str, text: str) -> WorkflowSpec:
    """Read a workflow's text against the forms of today; a fault in it is not new and refuses nothing."""
    tree, _faults = read_tree(SourceFile(f"{name}.yaml", text))
    assert tree is not None, f"the kept text of {name} is no YAML"
    organisation = catalogue.organisation
    reader = Reader(
        Report(),
        catalogue.shapes,
        frozenset(organisation.roles),
        catalogue.words,
        catalogue.messages,
        frozenset(catalogue.decisions),
        organisation.currency,
        calendars=frozenset(organisation.calendars),
    )
    form = catalogue.forms[tree.entries["form"].text]
    do = DoReader(reader, form.name, catalogue.forms, actions())
    return WorkflowReader(reader, form, catalogue.stages, do).read(tree, name)


def keep(tx: Transaction, spec: WorkflowSpec) -> None:
    """Keep the text of a version for as long as runs may ask for it.

    It counts as known only once another transaction has seen it: the one that wrote it may still be undone.
    """
    known, written = tx.registry.cache.setdefault("workflow_kept", (set(), {}))
    if spec.hash in known:
        return
    if written.get(spec.hash, tx.now) != tx.now and tx.fetch_one(
        tx.sql("select 1 from workflow_definition where hash = ?"), (spec.hash,)
    ):
        known.add(spec.hash)
        return
    written[spec.hash] = tx.now
    tx.run(
        tx.sql("insert into workflow_definition (hash, name, text) values (?, ?, ?) on conflict do nothing"),
        (spec.hash, spec.name, spec.text),
    )

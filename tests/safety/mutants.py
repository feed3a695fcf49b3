"""Every check switched off, one at a time, with who then meets what he must not, or does what he must not, and where."""

from __future__ import annotations

import importlib
import inspect
import textwrap
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """One check of a function (`module:function`), and what stands in its place."""

    where: str
    check: str
    instead: str
    person: str  # `keeper:visit`: by a token that has only this scope
    place: str  # the door or deed that shows it

    @property
    def name(self) -> str:
        """What a test calls it."""
        return f"{self.where.removeprefix('app.')}: {' '.join(self.check.split())[:50]}"


@contextmanager
def switched_off(mutant: Mutant) -> Iterator[None]:
    """Run with the check switched off, in every module that knows the function."""
    function = _function(mutant.where)
    kept = function.__code__
    function.__code__ = _code(function, mutant)
    try:
        yield
    finally:
        function.__code__ = kept


def _function(where: str) -> Any:
    module, _, path = where.partition(":")
    found: Any = importlib.import_module(module)
    path = next(each for each in path.split("|") if hasattr(found, each.partition(".")[0]))
    for name in path.split("."):
        found = inspect.getattr_static(found, name)
    if isinstance(found, (property, cached_property)):
        found = getattr(found, "fget", None) or found.func
    return inspect.unwrap(getattr(found, "__func__", found))


def _code(function: Any, mutant: Mutant) -> types.CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(mutant.check) == 1, f"{mutant.where} no longer holds the check {mutant.check!r} once"
    changed = "from __future__ import annotations\n" + source.replace(mutant.check, mutant.instead)
    made: dict[str, Any] = {}
    exec(compile(changed, f"<{mutant.where} without a check>", "exec"), dict(function.__globals__), made)  # noqa: S102
    code = inspect.unwrap(made[function.__name__]).__code__
    assert code.co_freevars == function.__code__.co_freevars
    return code


RIGHTS = "app.data.rights:"
TABLE: tuple[tuple[str, str, str, str, str], ...] = (
    # roles, and the rules behind them
    (RIGHTS + "_pass", "if not tx.actor.has_role(grant.role):", "if False:", "outsider", "a list"),
    (RIGHTS + "_pass", "within=_scopes(tx, spec, grant.role)", "within=()", "warden", "a list"),
    (RIGHTS + "ways_in", "if any(way.asks for way in found):", "if False:", "stranger", "a list"),
    (RIGHTS + "fence", "if tx.is_system:", "if True:", "guest", "a list"),
    (RIGHTS + "fence", "if not allowed_by_scope(tx, form, verb):", "if False:", "keeper:visit", "a link field"),
    (RIGHTS + "fence", "if any(way.open for way in ways):", "if ways:", "guest", "a list"),
    (RIGHTS + "_way_sql", "if way.person is not None:", "if False:", "owner", "a list"),
    (RIGHTS + "_way_sql", "if way.where is not None:", "if False:", "guest", "a list"),
    (RIGHTS + "_way_sql", "if way.within:", "if False:", "warden", "a list"),
    (RIGHTS + "_granted_sql", "c.account_id == tx.actor.account.id, ", "", "owner", "a list"),
    (RIGHTS + "_granted_sql", "c.document_id == rows.c.id, ", "", "helper", "a list"),
    (RIGHTS + "_granted_sql", "c.form == form, ", "", "helper", "a list"),
    (RIGHTS + "sees_all", "any(way.open for way in passes(tx, form, \"view\"))", "True", "guest", "link to what one may not see"),
    (RIGHTS + "may", "not allowed_by_scope(tx, form, verb)", "False", "helper:visit", "a document"),
    (RIGHTS + "may", "if verb not in (\"view\", \"edit\") or", "if", "filler", "delete what was given"),
    (RIGHTS + "may_by_role", "if not allowed_by_scope(tx, form, verb):", "if False:", "keeper:visit", "a document"),
    (RIGHTS + "may_by_role", "if any(way.open for way in ways):", "if ways:", "guest", "a document"),
    (RIGHTS + "allowed_by_scope", "if not scopes or tx.is_system:", "if True:", "keeper:visit", "a list"),
    (RIGHTS + "_admits", "if way.person is not None and", "if False and", "owner", "a document"),
    (RIGHTS + "_admits", "if way.where is not None and", "if False and", "guest", "a document"),
    (RIGHTS + "_admits", "not way.within or", "True or", "warden", "a document"),
    (RIGHTS + "granted_fields", "account_id = ?", "(account_id = ? or true)", "owner", "a document"),
    (RIGHTS + "granted_fields", "document_id = ?", "(document_id = ? or true)", "helper", "a document"),
    (RIGHTS + "granted_fields", "form = ?", "(form = ? or true)", "helper", "a document"),
    (RIGHTS + "granted_fields", "if verb == \"view\" or row[0] == \"edit\"", "", "helper", "press a button"),
    (RIGHTS + "require", "if not may(tx, form, verb, document):", "if False:", "guest", "delete"),
    # fields
    (RIGHTS + "_always_seen", "if _made_of_hidden(tx, spec, name):", "if False:", "clerk", "a document"),
    (RIGHTS + "_always_seen", "any(p.open for", "any(True for", "clerk", "a list"),
    (RIGHTS + "_made_of_hidden", "if any(not passes(tx, count.form, \"view\")", "if False and any(not passes(tx, count.form, \"view\")", "clerk", "a document"),
    (RIGHTS + "_viewers", "if access is not None and access.view is not None:", "if False:", "clerk", "a list"),
    (RIGHTS + "_viewers", "spec_at(spec, name).private", "False", "keeper", "a document"),
    (RIGHTS + "sees", "if name in shown_fields(tx, form):", "if True:", "clerk", "a document"),
    (RIGHTS + "sees", "_admits(tx, form, p, document)", "True", "clerk", "a document"),
    (RIGHTS + "masked_row", "not sees(tx, form, full, document)", "False", "clerk", "a document"),
    (RIGHTS + "has_hidden", "return len", "return False and len", "clerk", "a document"),
    (RIGHTS + "editable_fields", "if open_here and may_by_role(tx, form, \"edit\", document):", "if open_here:", "filler", "change more than was given"),
    (RIGHTS + "editable_fields", "if granted and name in granted", "if granted", "filler", "change more than was given"),
    (RIGHTS + "may_edit_field", "_admits(tx, form, p, document)", "True", "scribe", "change a field that others fill in"),
    (RIGHTS + "may_edit_field", "sees(tx, form, name, document)", "True", "scribe", "change a field that is hidden"),
    ("app.data.masks:mask", "return _MASKS[kind](value) if kind in _MASKS else \"\"", "return value", "clerk", "a document"),
    ("app.data.masks:_part", "return \"***\" + value[-length:] if last else value[:length] + \"***\"", "return value", "clerk", "a document"),
    ("app.data.masks:_band", "f\"{_short(lower)}+\"", "str(value)", "clerk", "a document"),
    # documents
    ("app.data.changing:trash", "rights.require(tx, form, \"delete\", before)", "pass", "guest", "delete"),
    ("app.data.changing:restore", "not rights.may(tx, form, \"delete\", before)", "False", "guest", "take out of the bin"),
    ("app.data.changing:visible", "(gone and not rights.may(tx, plan.form, \"delete\", document))", "False", "guest", "a document"),
    ("app.data.changing:visible", "or not rights.may(tx, plan.form, \"view\", document)", "", "guest", "a document"),
    ("app.data.changing:as_shown", "if tx.is_system or not rights.has_hidden(tx, document.form):", "if True:", "guest", "a document"),
    ("app.data.changing:as_shown", "rights.masked_row(tx, document.form, document.values_, document=document)", "document.values_", "guest", "a document"),
    ("app.data.changing:as_shown", "rights.masked_row(tx, document.form, line, table=name, document=document)", "line", "guest", "a document"),
    ("app.data.changing:locked", "or not rights.may(tx, form, \"view\", document)", "", "guest", "a number"),
    ("app.data.changing:create", "rights.require(tx, form, \"create\", work.document)", "pass", "scribe", "make a document"),
    ("app.data.bulk:_problems", "if not rights.may(tx, plan.form, _verb(tx), work.document):", "if False:", "scribe", "make many"),
    ("app.data.incoming:_find_document", "if not (tx.is_system or rights.may(tx, form, \"view\", document)):", "if False:", "guest", "link to what one may not see"),
    ("app.data.incoming:_files_known", "if not all(may_attach(work.tx, file, spec) for file in ids):", "if False:", "scribe", "attach another's file"),
    ("app.data.incoming:refuse_locked", "elif not rights.may_edit_field(", "elif False and not rights.may_edit_field(", "scribe", "change a hidden cell"),
    ("app.data.incoming:refuse_locked", "elif editable is not None and (table or name) not in editable:", "elif False:", "filler", "change more than was given"),
    # lists, and what is asked of them
    ("app.data.listing:list_condition", "rights.fence(tx, plan.form, \"delete\" if query.deleted else \"view\")", "true()", "guest", "a list"),
    ("app.data.listing:list_condition", "\"delete\" if query.deleted else \"view\"", "\"view\"", "guest", "a list"),
    ("app.data.listing:_seen", "tx.is_system\n", "True\n", "guest", "a list"),
    ("app.data.listing:_add_many", "and name in shown and rows", "and rows", "guest", "a list"),
    ("app.data.listing:sum_columns", "if name not in rights.shown_fields(tx, plan.form):", "if False:", "guest", "a list"),
    ("app.data.filters:_next_form", "if name not in rights.shown_fields(tx, form):", "if False:", "guest", "a guess"),
    ("app.data.filters:reach", "require_readable(tx, form, path)", "pass", "guest", "a guess"),
    ("app.data.filters:where_sql", "require_all(tx, form, expression)", "pass", "guest", "a guess"),
    ("app.data.filters:guard_of", "return None if tx.is_system else", "return None if True else", "guest", "a guess"),
    ("app.data.names:_through", "guard is not None and target", "False and target", "guest", "a guess"),
    # around a document
    ("app.data.relations:history", "if not tx.is_system and rights.has_hidden(tx, form):", "if False:", "guest", "a document"),
    ("app.data.relations:_visible_diff", "elif name not in plan.header or rights.sees(tx, plan.form, name, document):", "else:", "guest", "a document"),
    ("app.data.relations:_visible_line", "if name not in known or rights.sees(tx, plan.form, f\"{table}.{name}\", document)", "", "guest", "a document"),
    ("app.data.relations:_incoming", "rights.fence(tx, form), ", "", "guest", "a link"),
    ("app.data.relations:_incoming", "if name not in rights.shown_fields(tx, form):", "if False:", "guest", "a link"),
    ("app.data.relations:_candidates|_documents", "rights.fence(tx, form)", "true()", "guest", "a link field"),
    ("app.data.searching:_in_form", "rights.fence(tx, form),", "", "guest", "the search"),
    ("app.data.search:searched_fields", "and not plan.header[name].private and name not in hidden", "", "guest", "the search"),
    ("app.data.files:read", "not may_read(tx, file)", "False", "guest", "a file"),
    ("app.data.files:_sees", "not rights.may(tx, form, \"view\", document)", "False", "outsider", "a file"),
    ("app.data.files:_sees", "if not rights.sees(tx, form, field, document):", "if False:", "guest", "a file"),
    ("app.data.files:_sent", "row is not None and row[0] == tx.actor.account.id", "row is not None", "guest", "a file"),
    ("app.office.facade:Office.describe_files", "if files.may_read(tx, key)", "", "guest", "a file"),
    ("app.office.facade:Office.export", "rights.require(tx, form, \"export\")", "pass", "clerk", "an export"),
    ("app.office.facade:_may_export", "if all(way.open for way in rights.passes(tx, form, \"export\")):", "if True:", "scribe", "an export"),
    ("app.data.drafts:drafts", "account_id = ?", "(account_id = ? or true)", "guest", "what lies about"),
    ("app.data.views:views_of", "view.own or set(view.roles) & tx.actor.roles", "True", "guest", "what lies about"),
    ("app.data.views:delete_view", "account_id = ?", "(account_id = ? or true)", "guest", "delete another's view"),
    ("app.connect.notify.notices:notices", "account_id = ?", "(account_id = ? or true)", "guest", "what lies about"),
    ("app.jobs.service:_visible", "if tx.actor.has_role(\"admin\") or tx.actor.account.id == 0:", "if True:", "guest", "what lies about"),
    ("app.jobs.notebooks:result_html", "job.payload.get(\"account\") != tx.actor.name or", "", "boss", "what lies about"),
    ("app.jobs.notebooks:run_log", "job_of(tx, job_id).payload.get(\"account\") != tx.actor.name or", "", "guest", "what lies about"),
    ("assistant.memory:earlier", "if any(row[0] != actor.account.id for row in rows):", "if False:", "guest", "what lies about"),
    ("assistant.memory:threads", "account_id = ?", "(account_id = ? or true)", "guest", "what lies about"),
    ("app.imports.journal:runs", "tx.is_system or tx.actor.has_role(\"admin\")", "True", "guest", "what lies about"),
    ("app.office.importing:Importing.import_rejections", "if (found.parent or found.id) not in known:", "if False:", "guest", "what lies about"),
    # free SQL, metrics, the assistant
    ("app.analytics.views:_alive", "fence(tx, form) & ", "", "guest", "free SQL"),
    ("app.analytics.views:_alive", " & tx.registry.forms[form].table.c.deleted_at.is_(None)", "", "guest", "free SQL"),
    ("app.analytics.views:_header_columns", "if name in shown", "", "guest", "free SQL"),
    ("app.analytics.views:_lines", "if f\"{table.name}.{name}\" in shown", "", "guest", "free SQL"),
    # sessions and tokens
    ("app.data.accounts.sessions:actor_of_session", "not later(ends_at, now)", "False", "expired", "what pages fetch"),
    ("app.data.accounts.tokens:actor_of_token", "row[2] is not None and not later(row[2], tx.now)", "False", "expired", "the API"),
    ("app.data.accounts.tokens:actor_of_token", " and revoked_at is null", "", "revoked", "the API"),
    ("app.data.accounts.people:actor_of", "or not row[3] ", "", "stopped", "the API"),
    ("app.api.auth:require", "if scopes and not enough & scopes:", "if False:", "keeper:visit", "the API"),
    ("app.api.policy:is_foreign", "return not is_here(origin, headers)", "return False", "keeper:read", "write from another site"),
)
MUTANTS = tuple(Mutant(*row) for row in TABLE)

"""Who may press which button now, and why not; what a button asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.config.workflow_spec import StageSpec, WaySpec, Who
from app.core.errors import Invalid, NotAllowed, Problem
from app.core.words import Words
from app.data import documents, rights
from app.data.document import Document
from app.data.rights import value_at
from app.data.transaction import Transaction
from app.workflow.bars import kept_apart
from app.workflow.definitions import Definition
from app.workflow.doing import accounts_of
from app.workflow.errors import ActionRefused, KeptApart
from app.workflow.organisation import TableOrganisation
from app.workflow.people import people_of
from app.workflow.world import scope_of

WORKED_ON = frozenset({"not_begun", "goes_back"})  # stages in which a document may still be incomplete


def guard_press(tx: Transaction, document: Document, definition: Definition, *, action: str) -> WaySpec:
    """Give the way behind a button, or say why this person can't press it now."""
    stage = definition.stage(document.stage)
    way = stage.actions.get(action) if stage else None
    if stage is None or way is None:
        raise ActionRefused(
            action=title_of(definition, action),
            number=document.number,
            stage=_stage_title(stage, document),
            hint=_offered(stage),
        )
    if not is_among(tx, document, way):
        raise NotAllowed(
            act=way.title or Words(action, action), thing=document.number, owner=who_words(tx, definition, way)
        )
    if way.when is not None and not way.when.met(scope_of(tx, document)):
        raise ActionRefused(
            action=way.title,
            number=document.number,
            stage=stage.title,
            hint=Words(f"It needs: {way.when.text}", f"条件：{way.when.text}"),
        )
    if not tx.is_system:
        apart = kept_apart(tx, document, action)
        if apart:
            raise KeptApart(
                act=way.title, number=document.number, reason=Words(apart[0].en, apart[0].zh.rstrip("。") + "，")
            )
    return way


def title_of(definition: Definition, action: str) -> Words:
    """Give a button's words, from whatever stage has it."""
    ways = (stage.actions.get(action) for stage in definition.spec.stages.values())
    return next((way.title for way in ways if way and way.title), Words(action, action))


def _stage_title(stage: StageSpec | None, document: Document) -> Words:
    return stage.title if stage else Words(document.stage, document.stage)


def _offered(stage: StageSpec | None) -> Words:
    ways = list(stage.actions.values()) if stage else []
    if not ways:
        return Words("No button is open to people in this stage.", "此阶段没有可用的操作。")
    return Words(
        "Possible now: " + ", ".join(way.title.say("en") or way.name for way in ways) + ".",
        "可用操作：" + "、".join(way.title.say("zh") or way.name for way in ways) + "。",
    )


def is_among(tx: Transaction, document: Document, way: WaySpec) -> bool:
    """Tell whether a person is among those who may press a button; nothing written: those who may edit."""
    if tx.is_system:
        return True
    if not rights.allowed_by_scope(tx, document.form, "edit"):
        return False
    if way.who is None:
        return rights.may(tx, document.form, "edit", document)
    return any(_is(tx, document, who) for who in way.who)


def _is(tx: Transaction, document: Document, who: Who) -> bool:
    if who.role is not None:
        return _holds(tx, document, who)
    if who.field is not None:
        value = value_at(tx, document, who.field)
        return value == tx.actor.account or any(
            p.account == tx.actor.account.id for p in people_of(value, TableOrganisation(tx))
        )
    return tx.actor.account.id in accounts_of(tx, document, who)


def _holds(tx: Transaction, document: Document, who: Who) -> bool:
    """Tell whether a person holds the role; one held for some records only counts for documents of those records."""
    role = str(who.role)
    if not tx.actor.has_role(role):
        return False
    scopes = [(form, key) for held, form, key in tx.actor.role_scopes if held == role]
    if not scopes:
        return True
    if who.of is not None:
        link = value_at(tx, document, who.of)
        return link is not None and (link.form, link.id) in scopes
    links = {(link.form, link.id) for link in document.values() if hasattr(link, "form")} | {
        (document.form, document.id)
    }
    asked = {form for form, _ in links}
    return any(scope in links for scope in scopes) or not any(form in asked for form, _ in scopes)


def who_words(tx: Transaction, definition: Definition, way: WaySpec) -> Words:
    """Name those who may press a button, for a refusal."""
    roles = tx.catalogue.organisation.roles
    for who in way.who or ():
        if who.role in roles:
            return roles[str(who.role)].title
        if who.field == "created_by":
            return Words("whoever made it", "创建人")
        if who.field and who.field in definition.form.header:
            return definition.form.header[who.field].label
    return Words("an administrator", "管理员")


def take_inputs(
    tx: Transaction,
    document: Document,
    definition: Definition,
    *,
    way: WaySpec,
    inputs: Mapping[str, Any],
    checked: bool = False,
) -> Document:
    """Fill in what a button asks for, and refuse the press where a rule is broken."""
    given = {name: value for name, value in inputs.items() if name != "chosen"}
    _refuse_unknown(definition, way, given)
    if given:
        document = documents.set_values(tx, document, given)
    missing = [name for name in way.ask if document.get(name) in (None, "", ())]
    problems = [_required(definition, name) for name in missing]
    scope = scope_of(tx, document)
    problems += [
        Problem("", "check", check.message)
        for check in way.checks
        if not check.warn and (check.when is None or check.when.met(scope)) and check.check.failed(scope)
    ]
    if not checked and _begins(definition, document, way):
        problems += [problem for problem in documents.check_document(tx, document) if not problem.warn]
    if problems:
        raise Invalid(problems)
    return document


def _refuse_unknown(definition: Definition, way: WaySpec, given: Mapping[str, Any]) -> None:
    unknown = [name for name in given if name not in way.ask]
    if unknown:
        asked = ", ".join(way.ask) or "-"
        raise Invalid(
            [
                Problem(
                    name,
                    "not_asked",
                    Words(
                        f"This button doesn't ask for {name}. It asks for: {asked}.",
                        f"该操作不需要填写 {name}，只需填写：{asked}。",
                    ),
                )
                for name in unknown
            ]
        )


def _required(definition: Definition, name: str) -> Problem:
    label = definition.form.header[name].label if name in definition.form.header else Words(name, name)
    return Problem(name, "required", Words(f"{label.en} is needed.", f"请填写{label.zh or label.en}。"))


def _begins(definition: Definition, document: Document, way: WaySpec) -> bool:
    """Tell whether a document leaves the desk with this press: then it must be whole."""
    stage, target = definition.stage(document.stage), definition.stage(way.to or "")
    return bool(
        stage and target and stage.meaning in WORKED_ON and target.meaning not in WORKED_ON and not target.final
    )

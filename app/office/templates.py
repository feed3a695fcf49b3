"""Templates: put into the company's folder and in force, with samples to look at; taken out again without trace."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.config.diagnostics import ConfigError
from app.config.loader import load_catalogue
from app.config.settings import CHECKOUT, Settings
from app.config.sources import Sources
from app.config.template_reader import read_templates
from app.config.template_spec import SampleSpec, TemplateSpec
from app.config.tree import SourceFile, read_tree
from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.core.words import LOCALES, Words
from app.data import documents
from app.data.kinds import kind_of, linked_form
from app.data.samples import drop_forms, mark, real_documents
from app.data.transaction import Transaction

if TYPE_CHECKING:
    from app.office.facade import Office

DAY = re.compile(r"today(?:\s*([+-])\s*(\d{1,4}))?(?:\s+(\d\d:\d\d))?")
SHOWN = 5


class NoTemplate(DaybookError):
    """There is no template '{name}'. There are {known}."""

    zh = "没有模板“{name}”。现有：{known}。"
    status = 404


class TemplateThere(DaybookError):
    """The template {name} is installed already."""

    zh = "模板 {name} 已经安装。"
    status = 409


class TemplateNotThere(DaybookError):
    """The template {name} is not installed."""

    zh = "模板 {name} 没有安装。"
    status = 404


class NoSuchRole(DaybookError):
    """{name} has no role '{role}' to fill in. It has {known}."""

    zh = "{name} 没有可对应的角色“{role}”。现有：{known}。"
    status = 422


class NeedsForms(DaybookError):
    """{name} needs {forms}, and this company has none. Add the form first."""

    zh = "{name} 需要 {forms}，这里没有。请先添加该表单。"
    status = 409


class NotInstalled(DaybookError):
    """{name} does not fit into this company, nothing was changed: {reason}"""

    zh = "{name} 与现有配置不合，什么都没有改：{reason}"
    status = 409


class TemplateInUse(DaybookError):
    """{name} holds {count} real documents ({numbers}) and stays. Delete them first, or keep it."""

    zh = "{name} 里有 {count} 张正式单据（{numbers}），不能移除。先删除它们，或者保留模板。"
    status = 409


class TemplateChanged(DaybookError):
    """{file} was changed since it was installed. Keep a copy of it, then say --changed."""

    zh = "{file} 安装后改动过。先留一份副本，再加 --changed。"
    status = 409


@dataclass(frozen=True)
class Installed:
    """What the company keeps of an installed template: its files with their hashes, and who takes which role."""

    name: str
    files: Mapping[str, str]
    roles: Mapping[str, str]
    forms: tuple[str, ...]


def templates() -> dict[str, TemplateSpec]:
    """Give every template of the product by name."""
    return read_templates(CHECKOUT)


def installed(settings: Settings, name: str) -> Installed | None:
    """Give what is kept of a template that is installed, else nothing."""
    path = _note(settings, name)
    if not path.exists():
        return None
    tree, _ = read_tree(SourceFile(str(path), path.read_text("utf-8")))
    found: Any = tree.plain_value() if tree else {}
    return Installed(name, found["files"], found["roles"] or {}, tuple(found["forms"]))


def install(
    office: Office, name: str, *, roles: Mapping[str, str] | None = None, sample: bool = True, locale: str = "en"
) -> int:
    """Put a template in force, with its samples; give how many documents it brought. Nothing happens where it can't be."""
    spec = _spec(name)
    given = dict(roles or {})
    texts = spec.filled(given)
    _check(office, spec, given, texts)
    for place, text in texts.items():
        path = office.settings.site / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    problem = _publish(office)
    if problem:
        _take_away(office.settings, texts)
        _publish(office)
        raise NotInstalled(name=spec.title, reason=problem)
    _keep_note(office.settings, spec, given, texts)
    return _bring_samples(office, spec, locale) if sample else 0


def remove(office: Office, name: str, *, changed: bool = False) -> None:
    """Take a template out with its samples, as if it had never been; refused while a real document exists."""
    spec, kept = _spec(name), installed(office.settings, name)
    if kept is None:
        raise TemplateNotThere(name=spec.title)
    site = office.settings.site
    for place, digest in kept.files.items():
        if (site / place).exists() and _digest((site / place).read_text("utf-8")) != digest and not changed:
            raise TemplateChanged(file=f"site/{place}")
    with office.repository.reading(SYSTEM, door=office.door) as tx:
        _refuse_real(tx, spec, kept)
    texts = {place: (site / place).read_text("utf-8") for place in kept.files if (site / place).exists()}
    _take_away(office.settings, texts)
    problem = _publish(office)
    try:
        if problem:
            raise NotInstalled(name=spec.title, reason=problem)
        with office.repository.transaction(SYSTEM, door=office.door) as tx:
            _refuse_real(tx, spec, kept)  # nobody can make one any more
            drop_forms(tx, kept.forms)
    except DaybookError:
        _put_back(office, texts)
        raise
    _take_away(office.settings, {f"templates/{name}.yaml": ""})


def _spec(name: str) -> TemplateSpec:
    known = templates()
    if name not in known:
        raise NoTemplate(name=name, known=", ".join(known))
    return known[name]


def _check(office: Office, spec: TemplateSpec, roles: Mapping[str, str], texts: Mapping[str, str]) -> None:
    """Refuse what can't be installed, before a file is written."""
    if installed(office.settings, spec.name):
        raise TemplateThere(name=spec.title)
    for role in sorted(set(roles) - set(spec.roles)):
        raise NoSuchRole(name=spec.title, role=role, known=", ".join(spec.roles) or "—")
    missing = [form for form in spec.needs if form not in office.catalogue.forms]
    if missing:
        raise NeedsForms(name=spec.title, forms=", ".join(missing))
    for place in texts:
        if (office.settings.site / place).exists():
            raise NotInstalled(name=spec.title, reason=Words(f"site/{place} is there.", f"site/{place} 已经存在。"))
    beside = Sources(CHECKOUT, office.settings.site, complete=True, texts={f"site/{p}": t for p, t in texts.items()})
    try:
        load_catalogue(beside)
    except ConfigError as error:
        raise NotInstalled(name=spec.title, reason=_said(error.diagnostics)) from None


def _publish(office: Office) -> Words | None:
    """Let the office look at its files now, as it does by itself; give what keeps them out."""
    publisher = office.root.publisher
    publisher.look(now=True)
    if publisher.diagnostics:
        return _said(publisher.diagnostics)
    waiting = "; ".join(publisher.waiting)
    return Words(waiting, waiting) if waiting else None


def _said(diagnostics: Any) -> Words:
    said = ["\n".join(fault.say(locale) for fault in diagnostics[:SHOWN]) for locale in LOCALES]
    return Words(*said)


def _bring_samples(office: Office, spec: TemplateSpec, locale: str) -> int:
    with office.repository.transaction(SYSTEM, door=office.door) as tx:
        for sample in spec.sample:
            values = {name: _value(tx, sample, name, value, locale=locale) for name, value in sample.values.items()}
            given = {name: value for name, value in values.items() if value is not None}
            stage = sample.stage or _first_stage(tx, sample.form)
            mark(tx, spec.name, documents.create(tx, sample.form, given, stage=stage))
    return len(spec.sample)


def _first_stage(tx: Transaction, form: str) -> str:
    workflow = tx.catalogue.workflow_of(form)
    return workflow.start if workflow else "active"


def _value(tx: Transaction, sample: SampleSpec, name: str, value: Any, *, locale: str) -> Any:
    """Give what a sample's value means here and today; `any` is the first document that a link may point to."""
    field = tx.catalogue.forms[sample.form].header[name]
    if isinstance(value, dict) and set(value) <= set(LOCALES):
        return value.get(locale) or next(iter(value.values()))
    if kind_of(field) == "link" and value == "any":
        rows = documents.list_documents(tx, documents.Query(linked_form(field), limit=1)).rows
        return rows[0]["number"] if rows else None
    day = DAY.fullmatch(value) if isinstance(value, str) and kind_of(field) in ("date", "datetime") else None
    return _moment(tx, day, kind_of(field)) if day else value


def _moment(tx: Transaction, said: re.Match[str], kind: str) -> date | datetime:
    sign, days, at = said.groups()
    day = tx.today + timedelta(days=int(f"{sign or '+'}{days or 0}"))
    if kind == "date":
        return day
    zone = clock.zone(tx.catalogue.organisation.zone)
    return datetime.combine(day, time.fromisoformat(at or "09:00"), zone)


def _refuse_real(tx: Transaction, spec: TemplateSpec, kept: Installed) -> None:
    real = real_documents(tx, kept.forms)
    if real:
        numbers = ", ".join(real[:SHOWN]) + (" …" if len(real) > SHOWN else "")
        raise TemplateInUse(name=spec.title, count=len(real), numbers=numbers)


def _keep_note(settings: Settings, spec: TemplateSpec, given: Mapping[str, str], texts: Mapping[str, str]) -> None:
    roles = {name: given.get(name, role.default) for name, role in spec.roles.items()}
    lines = [f"template: {spec.name}", f"forms: [{', '.join(spec.forms)}]"]
    lines += ["roles:", *(f"  {name}: {role}" for name, role in roles.items())]
    lines += ["files:", *(f"  {place}: {_digest(text)}" for place, text in texts.items())]
    path = _note(settings, spec.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _note(settings: Settings, name: str) -> Path:
    return settings.site / "templates" / f"{name}.yaml"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _take_away(settings: Settings, texts: Mapping[str, str]) -> None:
    """Delete files of the company's folder, and the folders that become empty."""
    for place in texts:
        path = settings.site / place
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == settings.site or any(folder.iterdir()):
                break
            folder.rmdir()


def _put_back(office: Office, texts: Mapping[str, str]) -> None:
    for place, text in texts.items():
        path = office.settings.site / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    _publish(office)

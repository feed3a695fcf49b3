"""A company whose records hold words that nobody else uses: wherever one turns up, it got there from its record."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.config.settings import Settings
from app.core.actor import SYSTEM, Actor
from app.core.links import Link
from app.data import accounts, documents, drafts, grants, views
from app.data.accounts.sessions import hash_of
from app.data.transaction import Transaction
from app.office.facade import Office

PASSWORD = "open-the-door-9"
PEOPLE = {
    "keeper": ("keeper",),  # sees all of it
    "clerk": ("clerk",),  # every row, nothing private, nothing to take away
    "guest": ("guest",),  # the rows of his department
    "stranger": ("guest",),  # the same role, but no department
    "warden": (),  # a role held for one department only
    "owner": (),  # named in one document
    "helper": (),  # given one document to see by a run
    "filler": (),  # given one field of one document to fill in
    "scribe": ("scribe",),  # may change rows, but not everything in them
    "outsider": ("supplier",),  # nothing
}
ROLES = """
extends: organisation
roles:
  keeper: {title: {en: Keeper, zh: 保管员}, includes: [employee]}
  clerk: {title: {en: Clerk, zh: 文员}}
  guest: {title: {en: Guest, zh: 访客}}
  warden: {title: {en: Warden, zh: 看守}}
  scribe: {title: {en: Scribe, zh: 书记员}}
"""
VAULT = """
form: vault
title: {en: Vault, zh: 金库}
number: VT-{seq:4}
shown_as: "{number}"
search: [note, secret, phone]

fields:
  owner:      {type: user, label: {en: Owner, zh: 所有人}}
  department: {type: department}
  note:       {type: text}
  opened_on:  {type: date, default: today, label: {en: Opened, zh: 开启日期}}
  secret:     {type: text, private: true, label: {en: Secret, zh: 机密}}
  whisper:    {type: text, private: true, label: {en: Whisper, zh: 耳语}}
  diary:      {type: text, label: {en: Diary, zh: 日记}}
  allies:     {type: alias, many: true, label: {en: Allies, zh: 盟友}}
  partner:    {type: visit, label: {en: Partner, zh: 伙伴}}
  seen_in:    {type: visit, label: {en: Seen in, zh: 见于}}
  scan:       {type: files, label: {en: Scan, zh: 扫描件}}
  pay:        {type: money, label: {en: Pay, zh: 薪资}}
  phone:      {type: phone}
  paper:      {type: files, label: {en: Paper, zh: 文件}}
  cellar:     {type: cellar, label: {en: Cellar, zh: 地窖}}
  held:       {type: money, formula: sum(cellar.amount where vault == this), label: {en: Held, zh: 存量}}

lines:
  what:       {type: text, label: {en: What, zh: 内容}}
  cost:       {type: money, label: {en: Cost, zh: 成本}}

totals:
  total_cost: {type: money, formula: sum(lines.cost), label: {en: Total cost, zh: 总成本}}

list: {columns: [number, note, pay, stage], total: [pay]}

views:
  board: {title: {en: Board, zh: 看板}, as: kanban, by: stage}
  month: {title: {en: Month, zh: 月历}, as: calendar, from: opened_on}

access:
  create: [keeper, {role: scribe, where: note == 'mine'}]
  view:   [keeper, clerk, scribe, owner, warden, {role: guest, where: department == me.department}]
  edit:   [keeper, scribe]
  delete: [keeper]
  export: [keeper, {role: scribe, where: note == 'nothing special'}]
  import: [keeper]
  fields:
    secret:     {view: [keeper]}
    diary:      {view: [keeper, owner]}
    allies:     {view: [keeper]}
    partner:    {view: [keeper]}
    opened_on:  {edit: [keeper, owner]}
    pay:        {view: [keeper], mask: amount}
    phone:      {view: [keeper], mask: last 4}
    paper:      {view: [keeper]}
    lines.cost: {view: [keeper]}
    total_cost: {view: [keeper]}
"""
CELLAR = """
form: cellar
title: {en: Cellar, zh: 地窖}
number: CL-{seq:4}
shown_as: "{number}"

fields:
  content:  {type: text, label: {en: Content, zh: 内容}}
  vault:    {type: vault, label: {en: Vault, zh: 金库}}
  amount:   {type: money}

access:
  create: [keeper]
  delete: [keeper]
  import: [keeper]
"""
ALIAS = """
form: alias
title: {en: Alias, zh: 别名}
key: code

fields:
  code: {type: text, required: true}

access:
  create: [keeper]
"""
VISIT = """
form: visit
title: {en: Visit, zh: 来访}
number: VS-{seq:4}

fields:
  vault:     {type: vault, label: {en: Vault, zh: 金库}}
  cellar:    {type: cellar, label: {en: Cellar, zh: 地窖}}
  reason:    {type: text}

access:
  create: [everyone]
  view:   [everyone]
"""
METRICS = """
metrics:
  vault_pay:   {title: {en: Vault pay, zh: 金库薪资}, from: vault, value: sum(pay), by: [note, stage], as: money}
  vault_notes: {title: {en: Vault notes, zh: 金库说明}, from: vault, value: count(number), by: [note, stage]}
  cellar_sum:  {title: {en: Cellar sum, zh: 地窖合计}, from: cellar, value: sum(amount), by: [content], as: money}
"""
FILES = {
    "config/organisation.yaml": ROLES,
    "forms/vault.yaml": VAULT,
    "forms/cellar.yaml": CELLAR,
    "forms/alias.yaml": ALIAS,
    "forms/visit.yaml": VISIT,
    "reports/vault.yaml": METRICS,
}
EVERYBODY = frozenset(PEOPLE)
KEEPER = frozenset({"keeper"})
ALL_ROWS = KEEPER | {"clerk", "scribe"}
CANARIES: dict[str, frozenset[str]] = {  # the word, and who may meet it
    "quartzebra": ALL_ROWS | {"owner"},  # owned by the owner, in another department
    "jasperotter": ALL_ROWS | {"guest", "warden"},  # in the department of guest and warden
    "opalferret": ALL_ROWS | {"helper", "filler"},  # in another department, given to helper and filler
    "onyxbadger": ALL_ROWS,  # in no department
    "topazlemur": KEEPER,  # deleted
    "berylheron": KEEPER,  # a private text
    "silverswift": frozenset(),  # a private text that the form shows to nobody
    "cedarmarten": KEEPER,  # a text that owners see, but nobody owns this one
    "hazeldrake": KEEPER,  # the number of what a hidden field points to
    "willowcrane": KEEPER,  # that a hidden link is there at all
    "765432109": KEEPER,  # an amount behind a mask
    "13912345678": KEEPER,  # a phone behind a mask
    "876543210": KEEPER,  # the cost of a line, and so its sum
    "garnetgecko": KEEPER,  # name and content of a file in a private field
    "pearlstoat": KEEPER,  # a form that others may not open
    "654321098": KEEPER,  # its amount, and so what counts it
    "mossyokapi": ALL_ROWS | {"helper", "filler"},  # name and content of a file in an open field
    "fennecfox": KEEPER,  # that a row leaves the office
    "amberbison": KEEPER,  # typed and not saved
    "coralmoose": KEEPER,  # the title of a list of one's own
    "ivorytapir": KEEPER,  # asked of the assistant
    "jadeibex": KEEPER,  # told to one person
    "rubyshrew": KEEPER | {"boss"},  # what a job is about
    "flintvole": KEEPER,  # the page of a notebook's run
    "cobaltmink": KEEPER | {"boss"},  # a row that stayed out of an import
}
SIGNS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class Known:
    """What an attacker knows: every number and key there is."""

    numbers: dict[str, tuple[str, ...]]
    file: str  # in a field that is hidden
    scan: str  # in a document that is
    job: int
    view: int
    thread: str
    run: int
    question: int  # in SQL, that the keeper asked
    ghosts: dict[str, tuple[str, str]]  # sessions and tokens that open nothing any more

    @property
    def all_numbers(self) -> list[tuple[str, str]]:
        """Give each form with each of its numbers."""
        return [(form, number) for form, numbers in self.numbers.items() for number in numbers]


@dataclass(frozen=True)
class Company:
    """The office with its canaries."""

    office: Office
    known: Known

    def actor(self, name: str) -> Actor:
        """Give a person of the company."""
        return accounts.actor_named(self.office.repository, name)


def met(text: str) -> set[str]:
    """Give the canaries that stand in a text, however numbers are written."""
    plain = SIGNS.sub("", text.lower())
    return {canary for canary in CANARIES if canary in plain}


def a_guarded_company(home: Path, database_url: str | None = None) -> Company:
    """Give the company."""
    for name, text in FILES.items():
        path = home / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    office = Office.open(Settings(home=home, secret_key="for tests only", database_url=database_url))
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        for name, roles in PEOPLE.items():
            accounts.create_account(tx, name, title=name.title(), password=PASSWORD, roles=roles)
        accounts.create_account(tx, "boss", password=PASSWORD, roles=("admin", "human_resources"))
    _hire(office)
    numbers = _fill(office)
    return Company(office, Known(numbers, **_around(office, numbers)))


def _hire(office: Office) -> None:
    boss = office.as_user("boss")
    for code in ("NEAR", "FAR"):
        boss.create("department", {"code": code, "name": code.title()})
    for name, department in (("guest", "NEAR"), ("keeper", "FAR")):
        values = {"name": name.title(), "account": name, "department": department, "joined_on": date(2020, 1, 6)}
        boss.create("employee", values)
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        near = documents.get(tx, "department", "NEAR").link
        accounts.give_role(tx, _account(tx, "warden"), "warden", of=near)


def _fill(office: Office) -> dict[str, tuple[str, ...]]:
    keeper = office.as_user("keeper")
    kept = keeper.keep_file("garnetgecko.txt", b"garnetgecko")
    scan = keeper.keep_file("mossyokapi.txt", b"mossyokapi")
    cellar = keeper.create("cellar", {"content": "pearlstoat", "amount": "6543210.98"}).number
    full = {
        "secret": "berylheron",
        "diary": "cedarmarten",
        "allies": [keeper.create("alias", {"code": "hazeldrake"}).number],
        "partner": keeper.create("visit", {"reason": "partner"}).number,
        "pay": Decimal("7654321.09"),
        "phone": "13912345678",
        "paper": [kept.id],
        "cellar": cellar,
        "lines": [{"what": "gold", "cost": "8765432.10"}],
    }
    rows: list[dict[str, Any]] = [
        {"note": "quartzebra", "owner": "owner", "department": "FAR"},
        {"note": "jasperotter", "department": "NEAR", **full},
        {"note": "opalferret", "department": "FAR", "scan": [scan.id]},
        {"note": "onyxbadger"},
        {"note": "topazlemur", "department": "NEAR"},
        {"note": "nothing special", "owner": "clerk", "department": "NEAR", "pay": "5", "secret": "zzz", "diary": "dd"},
    ]
    vaults = tuple(keeper.create("vault", row).number for row in rows)
    keeper.update("cellar", cellar, {"vault": vaults[1]})
    keeper.update("vault", vaults[2], {"seen_in": "VS-0001"})
    keeper.delete("vault", vaults[4])
    visits = tuple(
        keeper.create("visit", {"vault": vault, "cellar": cellar, "reason": "a look"}).number for vault in vaults[:4]
    )
    with office.repository.transaction(SYSTEM, door="job") as tx:
        documents.set_values(tx, documents.get(tx, "vault", vaults[1]), {"whisper": "silverswift"})
        given = documents.get(tx, "vault", vaults[2])
        grants.give(tx, given, _account(tx, "helper"), source="task:1")
        grants.give(tx, documents.get(tx, "visit", "VS-0001"), _account(tx, "helper"), source="task:2")
        grants.give(tx, given, _account(tx, "filler"), verb="edit", fields=("note", "pay"), source="task:3")
    return {"vault": vaults, "cellar": (cellar,), "visit": visits}


def _around(office: Office, numbers: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Make what stands beside the records: drafts, views, jobs, runs, notices, talks, imports."""
    keeper = office.as_user("keeper")
    with keeper.transaction() as tx:
        drafts.save_draft(tx, "visit", drafts_of("amberbison"))
        drafts.save_draft(tx, "vault", drafts_of("amberbison"), number=numbers["vault"][1])
        view = views.save_view(tx, "visit", "coralmoose", content={"query": "search=coralmoose"})
        job = tx.post("message.send", {"title": "rubyshrew", "text": "rubyshrew"})
        run = tx.post("notebook.run", {"notebook": "supplier_performance", "parameters": {}, "account": "keeper"})
        tx.run(
            tx.sql("update office_outbox set state = 'done', result = ? where id = ?"),
            (json.dumps({"headline": "rubyshrew"}), run),
        )
        tx.run(tx.sql("update office_outbox set state = 'failed', error = 'rubyshrew' where id = ?"), (job,))
        from app.connect.notify.notices import _write

        _write(
            tx, tx.actor.account.id, {"job": job, "message": "jadeibex", "form": "vault", "number": numbers["vault"][1]}
        )
    folder = office.settings.home / "var" / "notebooks" / str(run)
    folder.mkdir(parents=True)
    (folder / "result.html").write_text("<html><body>flintvole</body></html>")
    (folder / "log.txt").write_text("flintvole")
    thread = keeper.ask("what is ivorytapir").thread
    rows = b"content,amount\ncobaltmink,not a number\n"
    report = keeper.import_file("cellar", ("cellar.csv", rows))
    question = keeper.keep_sql("select number, note, secret from vault", 2)
    file = keeper.get("vault", numbers["vault"][1])["paper"][0]
    scan = keeper.get("vault", numbers["vault"][2])["scan"][0]
    return {
        "file": file,
        "scan": scan,
        "job": run,
        "question": question,
        "view": view,
        "thread": thread,
        "run": report.run,
        "ghosts": _ghosts(office),
    }


def _ghosts(office: Office) -> dict[str, tuple[str, str]]:
    """Make sessions and tokens of who sees everything, which then end, are revoked, or lose their account."""
    made = {}
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        stopped = accounts.create_account(tx, "stopped", roles=("keeper",))
        for name, account in (
            ("expired", _account(tx, "keeper")),
            ("revoked", _account(tx, "keeper")),
            ("stopped", stopped),
        ):
            made[name] = accounts.open_session(tx, account.id), accounts.create_token(tx, account, title=name, days=1)
        tx.run(tx.sql("update office_account set active = ? where name = 'stopped'"), (False,))
        past = tx.instant(tx.now - timedelta(minutes=1))
        hashed = [hash_of(one) for one in made["expired"]]
        tx.run(tx.sql("update office_session set expires_at = ? where token = ?"), (past, hashed[0]))
        tx.run(tx.sql("update office_token set expires_at = ? where token = ?"), (past, hashed[1]))
        tx.run(tx.sql("update office_token set revoked_at = ? where title = 'revoked'"), (past,))
        tx.run(tx.sql("delete from office_session where token = ?"), (hash_of(made["revoked"][0]),))
    return made


def _account(tx: Transaction, name: str) -> Link:
    found = accounts.account_named(tx, name)
    assert found is not None
    return found


def drafts_of(word: str) -> dict[str, Any]:
    """Give what somebody typed."""
    return {"head": {"reason": word, "note": word}, "lines": {}, "texts": {"reason": word}, "version": 1}

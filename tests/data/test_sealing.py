"""The audit is sealed in blocks; whatever is changed behind its back is found and named."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from app.core.actor import SYSTEM
from app.data import sealing
from app.data.sealing import Verdict
from app.jobs import worker
from app.office import Office

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small company fill several blocks."""
    monkeypatch.setattr(sealing, "BLOCK", 20)


def seal_audit(office: Office, *, open_rows: int = 0) -> int:
    """Seal everything; on PostgreSQL what other tests write at the same time may hold the seal back a while."""
    sealed, until = worker.seal_audit(office.repository), time.monotonic() + 60
    while verdict(office).unsealed > open_rows and time.monotonic() < until:
        time.sleep(0.2)
        sealed += worker.seal_audit(office.repository)
    return sealed


def verdict(office: Office, noted: str = "") -> Verdict:
    with office.repository.reading(SYSTEM) as tx:
        return sealing.verify(tx, noted=noted)


def meddle(office: Office, statement: str) -> None:
    with office.repository.transaction(SYSTEM) as tx:
        assert tx.run(statement) > 0


def test_a_company_is_sealed_whole_and_sound(company: Office) -> None:
    rows = seal_audit(company)
    found = verdict(company)
    assert rows > sealing.BLOCK and found.blocks > 1
    assert found.broken == () and found.unsealed == 0 and len(found.head) == 64
    assert seal_audit(company) == 0


def test_a_noted_digest_stays_in_the_chain(company: Office) -> None:
    seal_audit(company)
    noted = verdict(company).head
    with company.repository.transaction(SYSTEM, door="job") as tx:
        tx.run(
            "insert into office_audit select max(id) + 1, max(chg) + 1, max(at), 0, null, 'job', 'unit', 1, 'x', 1, 'edit', '{}' from office_audit"
        )
    assert verdict(company).unsealed == 1
    seal_audit(company)
    assert verdict(company, noted).broken == ()
    assert "No seal has the digest" in verdict(company, "0" * 64).broken[0].en


CHANGES: dict[str, Callable[[int], tuple[str, str]]] = {
    "a digit of a diff": lambda row: (
        f"update office_audit set diff = replace(diff, 'stage', 'stagf') where id = {row}",
        f"Audit row {row} was changed from byte ",
    ),
    "who did it": lambda row: (
        f"update office_audit set actor_id = actor_id + 7 where id = {row}",
        f"Audit row {row} was changed from byte ",
    ),
    "a row taken away": lambda row: (f"delete from office_audit where id = {row}", f"Audit row {row} is gone"),
    "a row put in": lambda row: (
        "insert into office_audit (id, chg, at, actor_id, door, form, document_id, number, version, act, diff)"
        f" select 9999999, chg, at, actor_id, door, form, document_id, number, version, act, diff"
        f" from office_audit where id = {row}",
        "Audit row 9999999 was put in",
    ),
    "a seal taken away": lambda row: ("delete from office_audit_seal where no = 1", "Seal 1 is gone"),
    "a seal's digest": lambda row: ("update office_audit_seal set digest = 'x' where no = 1", "Seal 1 was changed"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_behind_its_back_is_named(company: Office, change: str) -> None:
    seal_audit(company)
    with company.repository.reading(SYSTEM) as tx:
        row = tx.fetch("select id from office_audit order by chg, id")[17][0]
    statement, sentence = CHANGES[change](row)
    meddle(company, statement)
    assert verdict(company).broken[0].en.startswith(sentence)


def test_the_byte_that_was_changed_is_shown_before_and_after(company: Office) -> None:
    with company.repository.transaction(SYSTEM) as tx:
        tx.run("delete from office_audit where act <> 'create' or form <> 'unit'")
    seal_audit(company)
    with company.repository.reading(SYSTEM) as tx:
        (row, number), *_ = tx.fetch("select id, number from office_audit order by chg, id")
    meddle(company, f"update office_audit set number = '{number}é' where id = {row}")
    sentence = verdict(company).broken[0]
    assert f'"{number}"' in sentence.en and f'"{number}é"' in sentence.en and "从第" in sentence.zh


def test_two_sealers_at_once_seal_each_row_once(company: Office) -> None:
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(seal_audit(company))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with company.repository.reading(SYSTEM) as tx:
        total = tx.fetch("select count(*) from office_audit")[0][0]
    assert sum(counts) == total
    assert verdict(company).broken == ()


ROW = (
    "insert into office_audit (chg, at, actor_id, door, form, document_id, number, version, act, diff)"
    " values (%s, now(), 0, 'job', 'unit', 1, 'x', 1, 'edit', '{}')"
)


@pytest.mark.parametrize("company", ["postgresql"], indirect=True)
def test_a_row_that_commits_late_is_still_sealed(company: Office) -> None:
    with company.repository.transaction(SYSTEM) as slow:
        slow.run(ROW, (slow.change(),))
        with company.repository.transaction(SYSTEM) as quick:
            quick.run(ROW, (quick.change(),))
        worker.seal_audit(company.repository)
        assert verdict(company).unsealed >= 1  # the quick one waits for the slow one
    seal_audit(company)
    assert verdict(company) == Verdict(verdict(company).blocks, verdict(company).head, 0, ())

"""The audit sealed in blocks, each chained to the one before: whoever changes a sealed row later is found out.

A block keeps the text of its rows and the SHA-256 of the block before it together with that text. So a change is not
only noticed: what stood there before can be shown, to the byte. Whoever could rewrite every later block too is found
out by a digest that was noted elsewhere (`daybook verify` prints the newest one).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from app.core.words import Words
from app.data.column_types import Instant, Key, compact, instant_text, read_instant
from app.data.transaction import Transaction

COLUMNS = ("id", "chg", "at", "actor_id", "cause_id", "door", "form", "document_id", "number", "version", "act", "diff")
ROWS = f"select {', '.join(COLUMNS)} from office_audit where (chg, id) > (?, ?)"  # noqa: S608
BLOCK = 1000  # rows
SHOWN = 40  # signs around a changed place


class AuditSeal(SQLModel, table=True):
    """One block of the sealed audit: the rows up to (`chg`, `last_id`), their text and the digest of the chain."""

    __tablename__ = "office_audit_seal"
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    chg: int = Field(sa_type=Key)
    last_id: int = Field(sa_type=Key)
    text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # zlib, a row a line
    digest: str
    sealed_at: datetime = Field(sa_type=Instant)


@dataclass(frozen=True)
class Block:
    """One sealed block as it was read."""

    no: int
    chg: int
    last_id: int
    text: bytes
    digest: str


START = Block(0, -1, 0, b"", "")


@dataclass(frozen=True)
class Verdict:
    """What the seals say: how many blocks there are, the newest digest, the rows that no block holds yet, and what is broken."""

    blocks: int
    head: str
    unsealed: int
    broken: tuple[Words, ...]


def seal(tx: Transaction) -> int:
    """Seal one more block of rows that can't get company any more; give how many rows it holds."""
    if tx.dialect == "postgresql":
        tx.run("lock table office_audit_seal in share row exclusive mode")
    last = next(_blocks(tx, newest_first=True), START)
    horizon = tx.repository.database.horizon(tx.connection)
    rows = tx.fetch(tx.sql(f"{ROWS} and chg < ? order by chg, id limit {BLOCK}"), (last.chg, last.last_id, horizon))
    if not rows:
        return 0
    text = _text(rows)
    block = (last.no + 1, rows[-1][1], rows[-1][0], zlib.compress(text), chained(last.digest, text), tx.instant(tx.now))
    insert = "insert into office_audit_seal (no, chg, last_id, text, digest, sealed_at) values (?, ?, ?, ?, ?, ?)"
    tx.run(tx.sql(insert), block)
    return len(rows)


def chained(before: str, text: bytes) -> str:
    """Give the digest of a block: SHA-256 over the digest before it and its text."""
    return hashlib.sha256(before.encode() + b"\n" + text).hexdigest()


def verify(tx: Transaction, *, noted: str = "") -> Verdict:
    """Compare every sealed row with its seal, and the chain with itself; `noted` is a digest that must be in it."""
    broken: list[Words] = []
    before, digests = START, {""}
    for block in _blocks(tx):
        broken += _broken(tx, block, before)
        before = block
        digests.add(block.digest)
    if noted not in digests:
        broken.append(Words(f"No seal has the digest {noted}.", f"没有任何封存块的摘要是 {noted}。"))
    rest = tx.fetch_one(
        tx.sql("select count(*) from office_audit where (chg, id) > (?, ?)"), (before.chg, before.last_id)
    )
    return Verdict(before.no, before.digest, rest[0] if rest else 0, tuple(broken))


def _broken(tx: Transaction, block: Block, before: Block) -> Iterator[Words]:
    """Name what is wrong with one block: its place in the chain, then the first row of it that was changed."""
    if block.no != before.no + 1:
        yield Words(f"Seal {before.no + 1} is gone.", f"封存块 {before.no + 1} 不见了。")
    sealed = zlib.decompress(block.text)
    if chained(before.digest, sealed) != block.digest:
        yield Words(f"Seal {block.no} was changed.", f"封存块 {block.no} 被改过。")
    window = (before.chg, before.last_id, block.chg, block.last_id)
    rows = tx.fetch(tx.sql(f"{ROWS} and (chg, id) <= (?, ?) order by chg, id"), window)
    if _text(rows) != sealed:
        yield _first_difference(sealed.decode().splitlines(), _text(rows).decode().splitlines())


def _first_difference(sealed: Sequence[str], found: Sequence[str]) -> Words:
    """Say which row differs first, from which byte on, and what it was."""
    place = next((at for at, pair in enumerate(zip(sealed, found, strict=False)) if pair[0] != pair[1]), None)
    if place is None:
        place = min(len(sealed), len(found))
    was, now = (lines[place] if place < len(lines) else "" for lines in (sealed, found))
    if not was or (now and _row(now) != _row(was)):
        gone = bool(was) and _row(was) not in map(_row, found)
        row, english, chinese = (was, "is gone", "不见了") if gone else (now, "was put in", "是后来塞进去的")
        return Words(f"Audit row {_row(row)} {english}: {row}", f"审计记录 {_row(row)} {chinese}：{row}")
    if not now:
        return Words(f"Audit row {_row(was)} is gone: {was}", f"审计记录 {_row(was)} 不见了：{was}")
    at = next(
        (at for at, pair in enumerate(zip(was, now, strict=False)) if pair[0] != pair[1]), min(len(was), len(now))
    )
    byte = len(was[:at].encode()) + 1
    old, new = (text[max(0, at - SHOWN // 2) : at + SHOWN // 2] for text in (was, now))
    return Words(
        f"Audit row {_row(was)} was changed from byte {byte} on: …{old}… became …{new}….",
        f"审计记录 {_row(was)} 从第 {byte} 个字节起被改过：…{old}… 变成了 …{new}…。",
    )


def _row(line: str) -> str:
    """Give the number of a row from its line."""
    return line[1:].partition(",")[0]


def _text(rows: Sequence[Sequence[Any]]) -> bytes:
    """Give rows as text, one a line, the same from both databases."""
    return b"".join(compact(_told(row)).encode() + b"\n" for row in rows)


def _told(row: Sequence[Any]) -> list[Any]:
    at = read_instant(row[2])
    assert at is not None
    return [*row[:2], instant_text(at), *row[3:]]


def _blocks(tx: Transaction, *, newest_first: bool = False) -> Iterator[Block]:
    order = "desc limit 1" if newest_first else ""
    numbers = tx.fetch(f"select no from office_audit_seal order by no {order}")  # noqa: S608
    for (no,) in numbers:
        row = tx.fetch_one(tx.sql("select no, chg, last_id, text, digest from office_audit_seal where no = ?"), (no,))
        assert row is not None
        yield Block(row[0], row[1], row[2], bytes(row[3]), row[4])

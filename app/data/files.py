"""Kept files: their content once by its hash, served only to those who may see where they stand."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.config.form_spec import FieldSpec
from app.core.errors import Invalid, NotFound, Problem
from app.core.words import Words
from app.data import access, rights
from app.data.column_types import read_instant
from app.data.reading import load
from app.data.transaction import Transaction

LARGEST = 25 * 1024 * 1024
REFUSED = frozenset(
    [
        ".exe",
        ".bat",
        ".cmd",
        ".com",
        ".msi",
        ".scr",
        ".ps1",
        ".vbs",
        ".js",
        ".jar",
        ".sh",
        ".dll",
        ".apk",
        ".app",
        ".hta",
        ".lnk",
        ".html",
        ".htm",
        ".xhtml",
        ".svg",
        ".php",
    ]
)
SHOWN_IN_PLACE = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv"}
)
BEGINNINGS = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8", "application/pdf": b"%PDF"}


@dataclass(frozen=True)
class KeptFile:
    """A kept file: what people call it, what it is, how big."""

    id: str
    name: str
    type: str
    size: int
    created_at: datetime | None
    sha256: str

    @property
    def in_place(self) -> bool:
        """Tell whether a browser may show it; all else is only handed out to be saved."""
        return self.type in SHOWN_IN_PLACE


def keep(tx: Transaction, name: str, content: bytes) -> KeptFile:
    """Keep a file that a person sends; give it with the id that fields hold."""
    name = Path(name.replace("\\", "/")).name.replace("\x00", "")[:200] or "file"
    kind = _kind_of(name, content)
    digest = hashlib.sha256(content).hexdigest()
    _write(_place(tx, digest), content)
    file = KeptFile(secrets.token_urlsafe(12), name, kind, len(content), tx.now, digest)
    statement = (
        "insert into office_file (id, sha256, name, type, size, created_at, created_by) values (?, ?, ?, ?, ?, ?, ?)"
    )
    row = (file.id, digest, name, kind, file.size, tx.instant(tx.now), tx.actor.account.id)
    tx.run(tx.sql(statement), row)
    return file


def _kind_of(name: str, content: bytes) -> str:
    ending = Path(name).suffix.lower()
    if ending in REFUSED:
        raise _refused("type", f"Files of the kind {ending} are not kept.", f"不接受 {ending} 类型的文件。")
    if len(content) > LARGEST:
        most = LARGEST // 1024 // 1024
        raise _refused(
            "too_big",
            f"At most {most} MB; this one has {len(content) // 1024 // 1024} MB.",
            f"文件不能超过 {most} MB。",
        )
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind in BEGINNINGS and not content.startswith(BEGINNINGS[kind]):
        raise _refused(
            "type", f"This is no {ending} file, whatever its name says.", f"文件内容与扩展名 {ending} 不符。"
        )
    return kind


def _refused(code: str, english: str, chinese: str) -> Invalid:
    return Invalid([Problem("file", code, Words(english, chinese))])


def _place(tx: Transaction, digest: str) -> Path:
    return Path(tx.repository.settings.var) / "files" / digest[:2] / digest


def _write(place: Path, content: bytes) -> None:
    """Write content whole or not at all; what is there already is the same."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(f".{secrets.token_hex(6)}")
    try:
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def read(tx: Transaction, file: str) -> tuple[KeptFile, bytes]:
    """Give a file to a person who sent it or may see a document that holds it; NotFound to others."""
    found = describe(tx, [file])
    if not found or not may_read(tx, file):
        raise NotFound(thing=Words("file", "文件"))
    return found[0], _place(tx, found[0].sha256).read_bytes()


def describe(tx: Transaction, files: Iterable[str]) -> list[KeptFile]:
    """Give name, type and size of files; whether a person may read them is asked by `read`."""
    wanted = list(files)
    if not wanted:
        return []
    marks = ", ".join([tx.mark] * len(wanted))
    rows = tx.fetch(f"select id, name, type, size, created_at, sha256 from office_file where id in ({marks})", wanted)  # noqa: S608
    known = {row[0]: KeptFile(row[0], row[1], row[2], row[3], read_instant(row[4]), row[5]) for row in rows}
    return [known[file] for file in wanted if file in known]


def may_read(tx: Transaction, file: str) -> bool:
    """Tell whether a person sent a file, or may see it where it stands."""
    if tx.is_system or _sent(tx, file):
        return True
    uses = tx.fetch(tx.sql("select form, document_id, field from office_file_use where file_id = ?"), (file,))
    return any(_sees(tx, *use) for use in uses)


def _sent(tx: Transaction, file: str) -> bool:
    row = tx.fetch_one(tx.sql("select created_by from office_file where id = ?"), (file,))
    return row is not None and row[0] == tx.actor.account.id


def _sees(tx: Transaction, form: str, key: int, field: str) -> bool:
    document = load(tx, form, key) if form in tx.registry.forms else None
    if document is None or document["deleted_at"] is not None or not rights.may(tx, form, "view", document):
        return False
    if not rights.sees(tx, form, field, document):
        return False
    access.note_fields(tx, form, document.number, [field])
    return True


def may_attach(tx: Transaction, file: str, spec: FieldSpec) -> bool:
    """Tell whether a person may put a kept file into a field: he may read it, and it is an image where one is asked."""
    found = describe(tx, [file])
    return bool(found) and (spec.type != "image" or found[0].type.startswith("image/")) and may_read(tx, file)

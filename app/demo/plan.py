"""What the demo company is drawn from: `company.yaml`, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SOURCE = Path(__file__).with_name("company.yaml")


@dataclass(frozen=True)
class Plan:
    """The lists of the file, with every pair of names in the language asked for."""

    locale: str

    def __getitem__(self, name: str) -> Any:
        return _in_language(_source()[name], 1 if self.locale == "zh" else 0)


@cache
def _source() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(SOURCE.read_text()))


def _in_language(value: Any, position: int) -> Any:
    if isinstance(value, dict):
        return {key: _in_language(part, position) for key, part in value.items()}
    if isinstance(value, list):
        if len(value) in (2, 3) and all(isinstance(part, str) for part in value) and _is_pair(value):
            return value[position] if len(value) == 2 else [value[position], value[2]]
        return [_in_language(part, position) for part in value]
    return value


def _is_pair(value: list[str]) -> bool:
    """Tell a pair of names [English, 中文] from a list of codes."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in value[1])

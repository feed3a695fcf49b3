"""The language as JSON Schema, for editors that complete and underline: made of the keys that the readers take.

A schema knows keys, words, lengths of time, and which option goes with which type; what names what, and the
expressions, `daybook check` knows. Every folder of files has one schema, which tells its kinds by their first key.
"""

from __future__ import annotations

from typing import Any

from app.config.schema_files import BUILDERS
from app.config.schema_parts import Parts, Schema
from app.config.sources import FOLDERS

DRAFT = "http://json-schema.org/draft-07/schema#"  # what the YAML extension of VS Code speaks best
NAMES = ("forms", "workflows", "reports", "imports", "config")
TEMPLATE = "template"
GLOBS = {
    "forms": ("forms/**/*.yaml",),
    "workflows": ("workflows/**/*.yaml",),
    "reports": ("reports/*.yaml",),
    "imports": ("examples/**/*.yaml", "imports/*.yaml"),
    "config": ("app/config/*.yaml", "site/config/*.yaml"),
    "template": ("templates/*/template.yaml",),
}
FIRST = ("report", "dashboard", "plan", "decision")  # whose files have keys that begin other kinds


def schemas(forms: tuple[str, ...] = (), roles: tuple[str, ...] = ()) -> dict[str, Schema]:
    """Give the schema of each folder, by its file's name without `.json`; forms and roles are offered by name."""
    found = {folder: _folder(FOLDERS[folder], forms, roles) for folder in NAMES}
    return found | {TEMPLATE: _folder(("template",), forms, roles)}


def settings(folder: str) -> dict[str, Any]:
    """Give what `.vscode/settings.json` says so that each file finds its schema in a folder."""
    return {"yaml.schemas": {f"{folder}/{name}.json": list(globs) for name, globs in GLOBS.items()}}


def _folder(kinds: tuple[str, ...], forms: tuple[str, ...], roles: tuple[str, ...]) -> Schema:
    """Give the schema of files of several kinds, and of the company's changes to them."""
    own, over = Parts(forms, roles), Parts(forms, roles, overlay=True)
    definitions = {**own.shared(), **{f"over_{name}": part for name, part in over.shared().items()}}
    definitions |= {f"file_{kind}": BUILDERS[kind](own) for kind in kinds}
    definitions |= {f"change_{kind}": BUILDERS[kind](over) for kind in kinds}
    ordered = [kind for kind in FIRST if kind in kinds] + [kind for kind in kinds if kind not in FIRST]
    told: Schema = {"required": [kinds[0]]} if len(kinds) == 1 else {"anyOf": [{"required": [k]} for k in kinds]}
    for kind in reversed(ordered):
        told = {"if": {"required": [kind]}, "then": {"$ref": f"#/definitions/file_{kind}"}, "else": told}
    changed = {"anyOf": [{"$ref": f"#/definitions/change_{kind}"} for kind in ordered]}
    top = {"if": {"required": ["extends"]}, "then": changed, "else": told}
    return {"$schema": DRAFT, "title": f"Daybook: {', '.join(kinds)}", "type": "object", **top, "definitions": definitions}

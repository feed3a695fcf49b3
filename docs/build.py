"""Writes what can be read from the code: docs/errors.md and docs/reference/. A test fails where they lag behind."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from app.analytics.metrics_plan import Plan
from app.config.catalogue import Catalogue
from app.config.form_spec import FieldSpec, FormSpec
from app.config.loader import Sources, load_catalogue
from app.config.schema import schemas
from app.config.settings import CHECKOUT
from app.config.workflow_spec import WorkflowSpec
from app.core.errors import DaybookError
from docs import capabilities

HERE = Path(__file__).parent
LAYERS = ("core", "config", "data", "ledger", "workflow", "analytics", "domain", "connect", "imports", "jobs", "office")


def pages() -> dict[str, str]:
    """Give every generated page by its path below docs/."""
    for layer in LAYERS:
        _import_all(f"app.{layer}")
    catalogue = load_catalogue(Sources(CHECKOUT))
    return {
        "errors.md": errors(),
        "reference/capabilities.md": capabilities.page(),
        "reference/forms.md": forms(catalogue),
        "reference/workflows.md": workflows(catalogue),
        "reference/metrics.md": metrics(catalogue),
        **{f"reference/schema/{name}.json": json.dumps(found) + "\n" for name, found in schemas().items()},
    }


def errors() -> str:
    """Give a table of every error that a person may read."""
    said = "What the product says when it refuses. A program compares `code`; words in braces are facts of the case."
    rows = ["# Errors", "", said, ""]
    rows += ["| code | status | English | 中文 |", "|---|---|---|---|"]
    for kind in sorted(_errors(), key=_code):
        english = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
        rows.append(f"| `{_code(kind)}` | {kind.status} | {_cell(english)} | {_cell(kind.zh)} |")
    return "\n".join(rows) + "\n"


def forms(catalogue: Catalogue) -> str:
    """Give every form of the product with its fields."""
    parts = ["# Forms", "", "Every form that the product brings. A page, a table, a REST resource each.", ""]
    for form in catalogue.forms.values():
        parts += [f"## {form.title.en} · {form.title.zh}", "", f"`/{form.name}`, file `{_file(form)}`", ""]
        parts += _fields(form.header.values())
        for table in form.tables.values():
            parts += [f"**{table.title.en or table.name}** (`{table.name}`)", "", *_fields(table.fields.values())]
    return "\n".join(parts).rstrip() + "\n"


def workflows(catalogue: Catalogue) -> str:
    """Give every workflow of the product with its stages and what leads out of them."""
    parts = ["# Workflows", "", "How the documents of each form live.", ""]
    for flow in catalogue.workflows.values():
        title = flow.title or catalogue.forms[flow.form].title
        parts += [f"## {title.en} · {title.zh}", "", "| stage | | buttons |", "|---|---|---|", *_stages(flow), ""]
    return "\n".join(parts).rstrip() + "\n"


def metrics(catalogue: Catalogue) -> str:
    """Give every metric of the product: how it is gathered and by what it can be cut."""
    parts = ["# Metrics", "", "Every figure that the product brings, as `reports/metrics.yaml` declares it.", ""]
    parts += ["| metric | | value | from | by |", "|---|---|---|---|---|"]
    for each in catalogue.metrics.values():
        source = ".".join(filter(None, each.source)) if each.source else ""
        cuts = ", ".join(Plan(catalogue.metrics, each).shared)
        value = _cell(f"`{each.value.text}`")
        parts.append(f"| `{each.name}` | {each.title.en} · {each.title.zh} | {value} | {source} | {cuts} |")
    return "\n".join(parts) + "\n"


def _stages(flow: WorkflowSpec) -> Iterator[str]:
    for stage in flow.stages.values():
        buttons = ", ".join(f"{way.title.en} → {way.to or 'stays'}" for way in stage.actions.values())
        yield f"| `{stage.name}` | {stage.title.en} · {stage.title.zh} | {buttons} |"


def _fields(fields: object) -> list[str]:
    rows = ["| field | type | | |", "|---|---|---|---|"]
    rows += [f"| `{f.name}` | {f.link or f.type} | {f.label.en} · {f.label.zh} | {_said(f)} |" for f in fields]  # type: ignore[attr-defined]
    return [*rows, ""]


def _said(field: FieldSpec) -> str:
    said = []
    if field.required is not False:
        said.append("required" if field.required is True else f"required when `{field.required.text}`")
    if field.formula:
        said.append(f"= `{field.formula.text}`")
    return _cell("; ".join(said))


def _file(form: FormSpec) -> str:
    return Path(form.file).relative_to(CHECKOUT).as_posix() if Path(form.file).is_absolute() else form.file


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(kind: type[DaybookError]) -> str:
    return DaybookError.code.fget(kind.__new__(kind))  # type: ignore[attr-defined]


def _errors(kind: type[DaybookError] = DaybookError) -> Iterator[type[DaybookError]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__.startswith(tuple(f"app.{layer}" for layer in LAYERS)):
            yield from _errors(below)


def _import_all(package: str) -> None:
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        if not module.name.endswith("child"):  # the sandbox's process
            importlib.import_module(module.name)


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

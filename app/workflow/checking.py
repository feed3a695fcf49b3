"""What `daybook check`, `daybook prove` and publishing say of workflows: their examples, and their proof."""

from __future__ import annotations

from app.config.catalogue import Catalogue
from app.config.diagnostics import ConfigError, Diagnostic
from app.core import events
from app.workflow.examples import check_examples
from app.workflow.prover import faults

_checked: dict[str, tuple[Diagnostic, ...]] = {}  # by version: many offices of one process have the same files


def check_workflows(catalogue: Catalogue) -> tuple[Diagnostic, ...]:
    """Give a diagnostic for each example that does not hold, and for each path that can get stuck."""
    known = _checked.get(catalogue.version)
    if known is None:
        known = _checked[catalogue.version] = (*check_examples(catalogue), *faults(catalogue))
    return known


@events.subscribe("catalogue.publishing")
def refuse(catalogue: Catalogue) -> None:
    """Refuse to publish workflows of which an example fails or a path ends in nobody's hands."""
    errors = [diagnostic for diagnostic in check_workflows(catalogue) if diagnostic.severity == "error"]
    if errors:
        raise ConfigError(errors)

"""Rows that a line table proposes when a link is chosen: what is open of an order, into its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.config.form_spec import FillSpec
from app.core.expressions import Scope
from app.core.links import Link
from app.data.computing import Work, empty_like
from app.data.reading import complete, load


def propose_rows(work: Work, *, given: Mapping[str, Any]) -> set[str]:
    """Fill tables that nobody typed into, where the link they are filled from was just chosen; give their names."""
    filled = set()
    for name, table in work.plan.lines.items():
        if table.fill is None or name in given or work.document.tables.get(name):
            continue
        link = work.document.values_.get(table.fill.link)
        if (None, 0, table.fill.link) in work.typed and isinstance(link, Link):
            work.document.tables[name] = proposed_rows(work, name, table.fill, link=link)
            filled.add(name)
    return filled


def proposed_rows(work: Work, table: str, fill: FillSpec, *, link: Link) -> list[dict[str, Any]]:
    """Give the rows that a link proposes for a table."""
    source = load(work.tx, link.form, link.id)
    if source is None:
        return []
    source = complete(work.tx, source)
    rows: list[dict[str, Any]] = []
    for line in source.tables.get(fill.table, ()):
        scope = Scope(
            row=line,
            this=source,
            services=work.services,
            line=line,
            me=work.services.me,
            today=work.tx.today,
            now=work.tx.now,
        )
        if fill.where is not None and not fill.where.met(scope):
            continue
        row = {"line_no": len(rows) + 1, **empty_like(work.plan, table)}
        row.update({name: line.get(name) for name in fill.copy})
        row.update({name: expression.value(scope) for name, expression in fill.set.items()})
        rows.append(row)
    return rows

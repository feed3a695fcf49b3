"""The connector `rows`: rows of JSON from outside, taken in by a declared import as if they stood in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.config.import_spec import ImportSpec
from app.connect.hooks.registry import Arrived, Inbound, inbound
from app.core.actor import Actor
from app.core.errors import DaybookError
from app.core.words import Words
from app.data.repository import Repository
from app.data.transaction import Transaction
from app.imports.errors import ColumnsMissing, UnknownImport
from app.imports.files import Files
from app.imports.running import Runner

MOST_ROWS = 5_000
LONGEST_CELL = 20_000
Cells = Mapping[str, Any]


class ImportNeedsKey(DaybookError):
    """The import '{name}' can't take deliveries: {reason}"""

    zh = "导入“{name}”不能接收推送：{reason}"
    status = 422


class RowsUnreadable(DaybookError):
    """Send {{"rows": [{{"Column": "cell"}}]}}: {reason}"""

    zh = '请发送 {{"rows": [{{"列名": "值"}}]}}：{reason}'
    status = 422


class Rows(Inbound):
    """Rows of JSON; the import of the hook says what they become."""

    name = "rows"
    title = Words("Rows of JSON", "JSON 数据行")

    def check(self, tx: Transaction, target: str) -> None:
        """Take only an import that makes one document a key, so that a row sent again makes nothing twice."""
        spec = _import(tx, target)
        if spec.source.join:
            reason = Words("it lays other files beside its rows.", "它还要合并其他文件。")
            raise ImportNeedsKey(name=target, reason=reason)
        for into in spec.into:
            form = tx.catalogue.forms[into.form]
            if not into.key and (form.key is None or form.key not in into.fields):
                reason = Words(
                    f"what it makes of {form.title.en} has no key. Write key: [...] into it.",
                    f"它生成的{form.title.zh}没有 key，请写上 key: [...]。",
                )
                raise ImportNeedsKey(name=target, reason=reason)

    def accept(self, tx: Transaction, target: str, body: Any) -> None:
        """Refuse what is no list of rows, or lacks a column of the import's contract."""
        rows = rows_of(body)
        there = list(dict.fromkeys(name for row in rows for name in row))
        missing = [name for name in _import(tx, target).source.columns if name not in there]
        if missing:
            said = Words("the delivery", "推送内容")
            raise ColumnsMissing(file=said, missing=", ".join(missing), there=", ".join(there)[:300] or "–")

    def take(self, repository: Repository, actor: Actor, arrived: Arrived) -> dict[str, Any]:
        """Import the rows as the account of the hook; give the counts."""
        with repository.reading(actor, door="import") as tx:
            spec = _import(tx, arrived.target)
        name = f"{arrived.shop}-{arrived.job}.csv"
        files = Files(contents={name: as_csv(spec.source.columns, rows_of(arrived.body))})
        report = Runner(repository, actor, _of_file(spec, name), files=files, file=name).run()
        return {"run": report.run, "headline": report.sentence().en, **report.as_json()}


def _import(tx: Transaction, name: str) -> ImportSpec:
    spec = tx.catalogue.imports.get(name)
    if spec is None:
        raise UnknownImport(name=name)
    return spec


def _of_file(spec: ImportSpec, name: str) -> ImportSpec:
    """Give the import over a plain file, whose name tells this delivery's run from all others."""
    source = replace(spec.source, file=name, separator=",", encoding="utf-8", sheet=None, header=1)
    return replace(spec, source=source)


def rows_of(body: Any) -> list[Cells]:
    """Give the rows of a delivery: a list of objects with plain values, alone or under `rows`."""
    rows = body.get("rows") if isinstance(body, dict) else body
    if not isinstance(rows, list) or not rows:
        raise RowsUnreadable(reason=Words("there are no rows.", "没有数据行。"))
    if len(rows) > MOST_ROWS:
        raise RowsUnreadable(reason=Words(f"at most {MOST_ROWS} rows at a time.", f"一次最多 {MOST_ROWS} 行。"))
    for number, row in enumerate(rows, 1):
        _check_row(number, row)
    return rows


def _check_row(number: int, row: Any) -> None:
    if not isinstance(row, dict):
        raise RowsUnreadable(reason=Words(f"row {number} is no object.", f"第 {number} 行不是对象。"))
    for name, cell in row.items():
        if isinstance(cell, dict | list) or len(_text(cell)) > LONGEST_CELL:
            reason = Words(
                f"'{name[:60]}' in row {number} is no plain value.", f"第 {number} 行的“{name[:60]}”不是单个值。"
            )
            raise RowsUnreadable(reason=reason)


def as_csv(columns: Sequence[str], rows: Sequence[Cells]) -> bytes:
    """Write the columns of the contract as a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_text(row.get(name)) for name in columns] for row in rows)
    return out.getvalue().encode()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


inbound(Rows())

"""What else the demo company decides: leave, expenses, contracts, prices, campaigns, payments, losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core import clock
from app.demo.company import approve
from app.demo.plan import Plan
from app.domain.stock import stock_of
from app.office import Office

Values = dict[str, Any]
ZONE = "Asia/Shanghai"


class Decider:
    """Asks for what the plan lists, each on its day, and lets people decide what does not wait."""

    def __init__(self, office: Office, plan: Plan) -> None:
        self.office, self.plan = office, plan
        self.taken: set[str] = set()  # products and orders that were used already

    def ask(self, asked: Mapping[str, Any]) -> None:
        """Raise one document as it stands in the plan, and see it through as far as it goes."""
        person = self.office.as_user(asked["by"], door="page")
        values = {**asked.get("values", {}), **{name: _day(days) for name, days in asked.get("days", {}).items()}}
        for key, fill in _FILLS.items():
            if key in asked:
                values |= fill(self, person, asked)
        made = person.create(asked["form"], _exact(values), submit=True)
        if asked.get("approve"):
            approve(self.office, asked["form"], made.number)
        if "then" in asked:
            name, action, inputs = asked["then"]
            presser = self.office.as_user(name, door="page")
            presser.act(asked["form"], made.number, action, **{key: _input(presser, one) for key, one in inputs.items()})

    def _lines(self, person: Office, asked: Mapping[str, Any]) -> Values:
        received = "lines.receipts" in asked.get("files", ())
        return {"lines": [line | ({"receipts": [_file(person)]} if received else {}) for line in asked["lines"]]}

    def _files(self, person: Office, asked: Mapping[str, Any]) -> Values:
        return {name: [_file(person)] for name in asked["files"] if "." not in name}

    def _prices(self, person: Office, asked: Mapping[str, Any]) -> Values:
        rows = self._fresh(person, "product", "stage == 'on_sale'", ["code", "list_price"], len(asked["prices"]))
        return {
            "lines": [
                {"product": row["code"], "new_price": (row["list_price"] * Decimal(str(share))).quantize(Decimal("0.1"))}
                for row, share in zip(rows, asked["prices"], strict=True)
            ]
        }

    def _order(self, person: Office, asked: Mapping[str, Any]) -> Values:
        where = "stage in ['ordered', 'partly_received', 'completed']"
        row = self._fresh(person, "purchase_order", where, ["number", "supplier", "total_amount"], 1)[0]
        amount = (row["total_amount"] * Decimal(str(asked["part"]))).quantize(Decimal("0.01"))
        return {"supplier": row["supplier"].number, "purchase_order": row["number"], "amount": amount}

    def _goods(self, person: Office, asked: Mapping[str, Any]) -> Values:
        where = "stage == 'on_sale' and has_variants == false and needs_lot == false and shelf_life_days == null"
        rows = person.list("product", where, columns=["code"], limit=60).rows
        with person.reading() as tx:
            free = {row["code"]: stock_of(tx, row["code"], warehouse=asked["values"]["warehouse"]).available for row in rows}
        product = max(free, key=free.__getitem__)
        return {"lines": [{"product": product, "quantity": asked["goods"]}]}

    def _fresh(self, person: Office, form: str, where: str, columns: list[str], count: int) -> list[Values]:
        """Give the latest documents that no other entry of the plan has used."""
        rows = person.list(form, where, columns=[*columns, "number"], order_by="-number", limit=60).rows
        free = [row for row in rows if row["number"] not in self.taken][:count]
        self.taken |= {row["number"] for row in free}
        return free


_FILLS: dict[str, Callable[[Decider, Office, Mapping[str, Any]], Values]] = {
    "lines": Decider._lines,
    "files": Decider._files,
    "prices": Decider._prices,
    "part": Decider._order,
    "goods": Decider._goods,
}


def _exact(value: Any) -> Any:
    """Give figures of the plan as texts: a float is no amount."""
    if isinstance(value, dict):
        return {key: _exact(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_exact(part) for part in value]
    return str(value) if isinstance(value, float) else value


def _day(days: int) -> Any:
    return clock.today(ZONE) + timedelta(days=days)


def _file(person: Office) -> str:
    return person.keep_file("scan.txt", b"A scan stands here in a real office.").id


def _input(person: Office, given: Any) -> Any:
    return [_file(person)] if given == "file" else _day(given) if isinstance(given, int) else given

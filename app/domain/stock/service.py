"""What happens to goods: places and commodities are opened, goods reserved, received, returned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.core.actions import action
from app.core.errors import DaybookError
from app.core.events import subscribe
from app.core.links import Link
from app.core.quantity import QUANTITY_DECIMALS
from app.data import documents
from app.data.document import Document
from app.data.services import services_of
from app.data.transaction import Transaction
from app.domain.stock.rules import Accepted, accepted_lines, place_code, transit_code, value_of
from app.ledger import Draft, Ledger, Move
from app.ledger.posting import PLACES, open_place
from app.ledger.values import day_number

LINES = {
    "warehouse": "warehouse",
    "lines": "table",
    "lines.product": "product",
    "lines.variant": "variant?",
    "lines.quantity": "quantity",
}
RECEIPT = {
    **LINES,
    "purchase_order": "purchase_order",
    "received_on": "date",
    "lines.order_line_no": "number",
    "lines.rejected_quantity": "quantity",
    "lines.lot": "lot?",
}
RETURN = {**LINES, "goods_receipt": "goods_receipt", "lines.receipt_line_no": "number"}


class NotReceived(DaybookError):
    """{number} was not received into stock, so nothing can go back. Choose the receipt that the goods came with."""

    zh = "{number} 没有入库记录，无法退货，请选择对应的收货单。"
    status = 409


def receive_many(tx: Transaction, receipts: Sequence[Document]) -> None:
    """Take what was accepted on many receipts into stock, one entry a receipt, at the order's price."""
    ledger = _ledger(tx)
    drafts = [draft for receipt in receipts if (draft := _receipt(ledger, receipt)).moves]
    ledger.post_many(drafts)


@action("stock.receive", needs=RECEIPT, many=receive_many)
def receive(tx: Transaction, receipt: Document, **_: object) -> None:
    """Take what was accepted into stock: suppliers -> warehouse at the order's price, with lot and expiry."""
    receive_many(tx, [receipt])


@action("stock.return_to_supplier", needs=RETURN)
def return_to_supplier(tx: Transaction, returned: Document, **_: object) -> None:
    """Send goods back at what they cost when they came; a difference to the average goes to the variance."""
    ledger = _ledger(tx)
    receipt = services_of(tx.as_system()).follow(returned["goods_receipt"])
    entry = _entry_of(ledger, receipt["number"])
    places = {line.line_no: 2 * place for place, line in enumerate(accepted_lines(receipt["lines"]), 1)}
    source = _place(ledger, returned["warehouse"])
    moves = []
    for line, accepted in _returned_lines(returned):
        if line["receipt_line_no"] not in places:
            raise NotReceived(number=receipt["number"])
        origin = (entry, places[line["receipt_line_no"]])
        moves.append(
            Move(
                source,
                "suppliers",
                accepted.sku,
                accepted.amount,
                lot=_lot_no(accepted),
                origin=origin,
                by={"warehouse": returned["warehouse"].number},
                party=_party(returned),
            )
        )
    day = returned.get("returned_on") or tx.today
    ledger.post(_draft(ledger, "goods.returned", returned, day=day, moves=moves))


@action("stock.write_off", needs={**LINES, "lines.lot": "lot?"})
def write_off(tx: Transaction, written: Document, **_: object) -> None:
    """Take goods that are damaged, expired or lost out of stock at their average cost; refused where less is free."""
    ledger = _ledger(tx)
    source = _place(ledger, written["warehouse"])
    cut = {"warehouse": written["warehouse"].number}
    moves = [
        Move(source, "scrap", _commodity(ledger, line), line.amount, lot=_lot_no(line), by=cut)
        for line in accepted_lines(written["lines"])
    ]
    ledger.post(_draft(ledger, "stock.written_off", written, day=written.get("found_on") or tx.today, moves=moves))


@action("stock.reserve", needs=LINES)
def reserve(tx: Transaction, order: Document, **_: object) -> None:
    """Promise the goods of all lines out of the order's warehouse, or refuse."""
    ledger = _ledger(tx)
    source = _place(ledger, order["warehouse"])
    moves = [
        Move(source, "customers", _commodity(ledger, line), line.amount) for line in accepted_lines(order["lines"])
    ]
    ledger.hold(_draft(ledger, "stock.reserved", order, day=tx.today, moves=moves))


@action("stock.release")
def release(tx: Transaction, order: Document, **_: object) -> None:
    """Give back what is still promised for a document."""
    ledger = _ledger(tx)
    holds = ledger.open_holds(_name(order))
    if holds:
        ledger.release(_draft(ledger, "stock.released", order, day=tx.today), [(hold, hold.open) for hold in holds])


@subscribe("document.created")
def open_what_was_created(tx: Transaction, change: Any) -> None:
    """Open the accounts of a new warehouse or location; give a new product its default variant."""
    _created(tx, change.form, [change.after])


@subscribe("documents.created")
def open_what_was_imported(tx: Transaction, form: str, made: Sequence[Document]) -> None:
    """Do the same for many at once."""
    _created(tx, form, made)


@subscribe("document.changed")
def follow_names(tx: Transaction, change: Any) -> None:
    """Keep the ledger's names those of the documents."""
    before, after = change.before, change.after
    if change.form == "lot" and before.get("expires_on") != after.get("expires_on"):
        Ledger(tx).names.set_expiry(after.number, _expiry(after))
    elif change.form in ("warehouse", "location"):
        _rename_place(tx, change.form, before, after)
    elif change.form in ("product", "variant") and before.number != after.number:
        family = after.number if change.form == "product" else after["product"].number
        Ledger(tx).names.rename_commodity(before.number, after.number, family=family)


def _created(tx: Transaction, form: str, made: Sequence[Document]) -> None:
    if form in ("warehouse", "location"):
        ledger = Ledger(tx)
        for document in made:
            _open(ledger, form, document.number, _title(document))
    elif form == "product" and _has_variants(tx):
        rows = [_default_variant(product) for product in made if not product.get("has_variants")]
        if len(rows) == 1:
            documents.create(tx.as_system(), "variant", rows[0])
        elif rows:
            documents.create_many(tx.as_system(), "variant", rows)


def _has_variants(tx: Transaction) -> bool:
    """Tell whether this company's variant is one that a product can be given by default."""
    spec = tx.catalogue.forms.get("variant")
    return spec is not None and {"sku", "product", "name"} <= set(spec.fields)


def _default_variant(product: Document) -> dict[str, Any]:
    link = Link("product", product.id, product.number)
    return {"sku": product.number, "product": link, "name": product.get("name") or product.number}


def _open(ledger: Ledger, form: str, number: str, title: str) -> str:
    code = place_code(form, number)
    open_place(ledger, code, "warehouse", guarded=True, title=title)
    if form == "warehouse":
        open_place(ledger, transit_code(number), "in_transit", guarded=True, title=title)
    return code


def _rename_place(tx: Transaction, form: str, before: Document, after: Document) -> None:
    if (before.number, _title(before)) == (after.number, _title(after)):
        return
    names = Ledger(tx).names
    names.rename_account(place_code(form, before.number), place_code(form, after.number), title=_title(after))
    names.rename_account(transit_code(before.number), transit_code(after.number), title=_title(after))


def _ledger(tx: Transaction) -> Ledger:
    """Give the ledger, with the partners of all goods opened."""
    ledger = Ledger(tx)
    for place in PLACES:
        if not ledger.names.has(place):
            open_place(ledger, place, place)
    return ledger


def _receipt(ledger: Ledger, receipt: Document) -> Draft:
    target = _place(ledger, receipt["warehouse"])
    warehouse = {"warehouse": receipt["warehouse"].number}
    moves = []
    for line in accepted_lines(receipt["lines"]):
        price = line.price if line.price is not None else _ordered_price(ledger.tx, receipt, line)
        moves.append(
            Move(
                "suppliers",
                target,
                _commodity(ledger, line),
                line.amount,
                value=value_of(line.amount, price),
                lot=_lot_no(line, ledger),
                by=warehouse,
                party=_party(receipt),
            )
        )
    return _draft(ledger, "goods.received", receipt, day=receipt.get("received_on") or ledger.tx.today, moves=moves)


def _draft(ledger: Ledger, event: str, document: Document, *, day: date, moves: Sequence[Move] = ()) -> Draft:
    return Draft(
        event, f"{event}:{_name(document)}", _name(document), ledger.open_day(day), moves=tuple(moves), occurred_on=day
    )


def _name(document: Document) -> str:
    return f"{document.form}:{document.number}"


def _place(ledger: Ledger, link: Link) -> str:
    code = place_code(link.form, link.number)
    return code if ledger.names.has(code) else _open(ledger, link.form, link.number, link.title)


def _commodity(ledger: Ledger, line: Accepted) -> str:
    return ledger.names.open_commodity(line.sku, scale=QUANTITY_DECIMALS, family=line.product).code


def _lot_no(line: Accepted, ledger: Ledger | None = None) -> str | None:
    """Give the lot's number; with a ledger, make it known with its day of expiry."""
    if line.lot is None:
        return None
    if ledger is not None:
        lot = services_of(ledger.tx.as_system()).follow(line.lot)
        ledger.names.lot(ledger.names.commodity(line.sku), line.lot.number, _expiry(lot))
    return str(line.lot.number)


def _ordered_price(tx: Transaction, receipt: Document, line: Accepted) -> Any:
    order_line = next(row["order_line_no"] for row in receipt["lines"] if row["line_no"] == line.line_no)
    order = services_of(tx.as_system()).follow(receipt["purchase_order"])
    return next((row["unit_price"] for row in order["lines"] if row["line_no"] == order_line), None)


def _returned_lines(returned: Document) -> list[tuple[dict[str, Any], Accepted]]:
    rows = {line["line_no"]: line for line in returned["lines"]}
    return [(rows[line.line_no], line) for line in accepted_lines(returned["lines"])]


def _entry_of(ledger: Ledger, number: str) -> int:
    entry = ledger.entry_of(f"goods.received:goods_receipt:{number}")
    if entry is None:
        raise NotReceived(number=number)
    return entry


def _party(document: Document) -> str | None:
    supplier = document.get("supplier")
    return f"supplier:{supplier.number}" if isinstance(supplier, Link) else None


def _expiry(lot: Any) -> int | None:
    day = lot.get("expires_on")
    return day_number(day) if day else None


def _title(document: Document) -> str:
    return str(document.get("name") or document.get("code") or document.number)

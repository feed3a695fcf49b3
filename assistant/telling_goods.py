"""Goods and suppliers as text: stock, what is still to come, prices, how suppliers delivered, a prepared request."""

from __future__ import annotations

from typing import Any

from app.core.formats import percent
from assistant.answers import Found
from assistant.speech import Speech, listed, more

Row = dict[str, Any]


def _due(row: Row, speech: Speech) -> str:
    if row["due"] is None:
        return speech.say("due", "none")
    return speech.say("due", "late" if row["late"] else "promised" if row["promised"] else "needed", day=row["due"])


def tell_stock(found: Found, speech: Speech) -> list[str]:
    """Tell what is there and what is still to come."""
    figures, unit = found.figures, found.figures["unit"]
    facts = {name: speech.quantity(figures[name], unit) for name in ("on_hand", "reserved", "available")}
    known = {"product": figures["product"], "number": figures["number"], "place": speech.place(figures["place"])}
    lines = [
        _enough(figures, speech),
        speech.say("stock_level", "line" if figures["on_hand"] else "nothing", **known, **facts),
        _below(figures, speech),
    ]
    for row in found.rows if len(found.rows) > 1 or figures["warehouse"] else ():
        there = {name: speech.quantity(row[name], unit) for name in ("on_hand", "available")}
        lines.append(f"- {speech.say('stock_level', 'by_warehouse', warehouse=row['warehouse'], **there)}")
    return [*lines, *_still_to_come(found, speech)]


def _enough(figures: Row, speech: Speech) -> str:
    """Say first whether as much as was asked for can be taken."""
    wanted, available = figures["wanted"], figures["available"]
    if wanted is None:
        return ""
    shown = {
        name: speech.quantity(value, figures["unit"]) for name, value in (("wanted", wanted), ("available", available))
    }
    return speech.say("stock_level", "enough" if available >= wanted else "not_enough", **shown)


def _below(figures: Row, speech: Speech) -> str:
    least = figures["safety_stock"]
    if not least or figures["warehouse"] or figures["available"] >= least:
        return ""
    return speech.say("stock_level", "below", safety_stock=speech.quantity(least, figures["unit"]))


def _still_to_come(found: Found, speech: Speech) -> list[str]:
    figures, unit = found.figures, found.figures["unit"]
    if figures["orders_hidden"]:
        return [speech.say("stock_level", "orders_hidden")]
    if not figures["expected"]:
        return [speech.say("stock_level", "no_expected")]
    lines = [speech.say("stock_level", "expected", total=speech.quantity(figures["expected_total"], unit))]
    for row in figures["expected"]:
        facts = {
            "open": speech.quantity(row["open"], unit),
            "due": _due(row, speech),
            "place": speech.place(row["place"]),
        }
        lines.append(f"- {speech.say('stock_level', 'expected_line', **row | facts)}")
    return lines + more(found, speech)


def tell_low(found: Found, speech: Speech) -> list[str]:
    """Tell what is below its safety stock."""
    return listed(
        "low_stock",
        found,
        speech,
        lambda row: row | {name: speech.quantity(row[name], row["unit"]) for name in ("available", "safety_stock")},
    )


def tell_expected(found: Found, speech: Speech) -> list[str]:
    """Tell what is ordered and has not come."""
    figures = found.figures
    total = speech.quantity(figures["total"], figures["unit"]) if figures["total"] else ""
    head = speech.say("expected_receipts", "total", total=total) if total else None
    lines = listed(
        "expected_receipts",
        found,
        speech,
        lambda row: (
            row
            | {name: speech.quantity(row[name], row["unit"]) for name in ("open", "quantity")}
            | {"due": _due(row, speech)}
        ),
    )
    return [head or lines[0], *lines[1:]]


def tell_prices(found: Found, speech: Speech) -> list[str]:
    """Tell what suppliers ask."""

    def facts(row: Row) -> Row:
        least, days = row["least"], row["lead_time_days"]
        return row | {
            "price": speech.price(row["price"], row["currency"]),
            "least": speech.say("supplier_prices", "least", least=least) if least and least > 1 else "",
            "lead": speech.say("supplier_prices", "lead", days=days) if days else "",
        }

    lines = listed("supplier_prices", found, speech, facts, head=False)
    last = found.figures["last"]
    if last:
        shown = last | {"price": speech.price(last["price"], last["currency"]), "place": speech.place(last["place"])}
        lines.append(speech.say("supplier_prices", "last", **shown))
    return lines


def tell_performance(found: Found, speech: Speech) -> list[str]:
    """Tell how suppliers delivered."""
    return listed(
        "supplier_performance",
        found,
        speech,
        lambda row: row | {name: percent(row[name]) for name in ("rejected_rate", "on_time_rate")},
        head=False,
    )


def tell_draft(found: Found, speech: Speech) -> list[str]:
    """Tell what was prepared and what it still lacks."""
    figures, group = found.figures, "draft_purchase_request"
    shown = {name: speech.say(group, name, **figures) if figures[name] else "" for name in ("warehouse", "supplier")}
    money = {
        "price": speech.price(figures["price"], figures["currency"]),
        "amount": speech.money(figures["amount"], figures["currency"]),
    }
    shown["price"] = speech.say(group, "price", **money) if figures["price"] is not None else ""
    shown["quantity"] = speech.quantity(figures["quantity"], figures["unit"])
    lines = [speech.say(group, "head", **figures | shown)]
    if figures["missing"]:
        lines.append(speech.say(group, "missing", missing=" ".join(speech.tell(words) for words in figures["missing"])))
    return lines

"""Random expressions and rows, to ask Python and the databases the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from app.core.expressions import Place, Shape, Type, choice_of

FIELDS = {
    "amount": Type("money"),
    "paid": Type("money"),
    "quantity": Type("number"),
    "count_no": Type("number"),
    "rate": Type("number"),
    "name": Type("text"),
    "note": Type("text"),
    "urgent": Type("boolean"),
    "closed": Type("boolean"),
    "made_on": Type("date"),
    "due_on": Type("date"),
    "made_at": Type("datetime"),
    "wait": Type("duration"),
    "kind": choice_of("sale", "gift", "sample"),
}
EPOCH = datetime(1999, 1, 1, tzinfo=UTC)
SCALES = {"amount": 2, "paid": 2, "quantity": 4, "count_no": 0, "rate": 6}
LINES = {"quantity": Type("number"), "amount": Type("money"), "kind": choice_of("sale", "gift", "sample")}
SHAPES = {"order": Shape("order", FIELDS, {"lines": LINES}, ("draft", "done"))}
PLACE = Place("order", person=False, others=False)


def figures(scale: int, most: int) -> st.SearchStrategy[Decimal]:
    """Exact numbers of one scale, small ones and zero often."""
    return st.one_of(st.integers(-12, 12), st.integers(-most, most)).map(lambda n: Decimal(n).scaleb(-scale))


DAYS = st.dates(date(1999, 1, 1), date(2033, 12, 31))
TEXTS = st.text(alphabet="aAbB'é张 %_*", max_size=4)
VALUES = {
    "amount": figures(2, 10_000_00),
    "paid": figures(2, 10_000_00),
    "quantity": figures(4, 100_0000),
    "count_no": figures(0, 100),
    "rate": figures(6, 1_000000),
    "name": TEXTS,
    "note": TEXTS,
    "urgent": st.booleans(),
    "closed": st.booleans(),
    "made_on": DAYS,
    "due_on": DAYS,
    "made_at": st.integers(0, 10**15).map(lambda n: EPOCH + timedelta(microseconds=n)),
    "wait": st.integers(-(10**12), 10**12).map(lambda n: timedelta(microseconds=n)),
    "kind": st.sampled_from(("sale", "gift", "sample")),
}


def rows() -> st.SearchStrategy[dict[str, object]]:
    """Rows in which any field may be empty."""
    return st.fixed_dictionaries(
        {name: st.one_of(st.none(), values, values, values) for name, values in VALUES.items()}
    )


def lines() -> st.SearchStrategy[list[dict[str, object]]]:
    """Lines of an order."""
    return st.lists(
        st.fixed_dictionaries({name: st.one_of(st.none(), VALUES[name], VALUES[name]) for name in LINES}), max_size=3
    )


LITERAL = st.sampled_from(("0", "1", "2", "3", "0.5", "13%", "100", "99.99", "-7", "0.000001"))
QUOTED = st.sampled_from(("''", "'a'", "'A'", "'张'", "'ab'", "'é'", "'%'"))
KIND = st.sampled_from(("'sale'", "'gift'", "'sample'"))


def number(depth: int) -> st.SearchStrategy[str]:
    """Figures that are no money."""
    leaf = st.one_of(LITERAL, st.sampled_from(("quantity", "count_no", "rate")))
    if depth <= 0:
        return leaf
    n, m = number(depth - 1), money(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(n, st.sampled_from("+-*"), n).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(n, n).map("({0[0]} / {0[1]})".format),
        st.tuples(m, m).map("({0[0]} / {0[1]})".format),
        n.map("(-{})".format),
        n.map("abs({})".format),
        st.tuples(st.sampled_from(("round", "round_up", "round_down")), n, st.integers(0, 4)).map(
            "{0[0]}({0[1]}, {0[2]})".format
        ),
        st.tuples(n, n).map("mod({0[0]}, {0[1]})".format),
        st.tuples(n, n, n).map("max({0[0]}, {0[1]}, {0[2]})".format),
        st.tuples(n, n).map("min({0[0]}, {0[1]})".format),
        st.tuples(n, n).map("coalesce({0[0]}, {0[1]})".format),
        st.tuples(truth(depth - 1), n, n).map("if({0[0]}, {0[1]}, {0[2]})".format),
        st.tuples(day(depth - 1), day(depth - 1)).map("({0[0]} - {0[1]})".format),
        st.tuples(st.sampled_from(("year", "month", "day", "weekday")), day(depth - 1)).map("{0[0]}({0[1]})".format),
        text(depth - 1).map("length({})".format),
        folded(("sum", "avg", "min", "max"), "quantity"),
        st.sampled_from(("count(lines)", "count(lines where kind == 'gift')", "count(lines.amount)")),
    )


def money(depth: int) -> st.SearchStrategy[str]:
    """Money."""
    leaf = st.sampled_from(("amount", "paid"))
    if depth <= 0:
        return leaf
    n, m = number(depth - 1), money(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(m, st.sampled_from("+-"), m).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(m, n).map("({0[0]} * {0[1]})".format),
        st.tuples(m, n).map("({0[0]} / {0[1]})".format),
        m.map("round({})".format),
        m.map("round_up({}, 1)".format),
        st.tuples(m, m).map("coalesce({0[0]}, {0[1]})".format),
        st.tuples(m, LITERAL).map("max({0[0]}, {0[1]})".format),
        folded(("sum", "avg", "min", "max"), "amount"),
    )


def folded(names: tuple[str, ...], field: str) -> st.SearchStrategy[str]:
    """List functions over the lines."""
    where = st.sampled_from(
        ("", " where kind == 'sale'", " where quantity > 1", " where kind != 'gift' and not (amount < 5)")
    )
    return st.tuples(st.sampled_from(names), where).map(f"{{0[0]}}(lines.{field}{{0[1]}})".format)


def text(depth: int) -> st.SearchStrategy[str]:
    """Texts."""
    leaf = st.one_of(QUOTED, st.sampled_from(("name", "note")))
    if depth <= 0:
        return leaf
    t, n = text(depth - 1), number(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(t, n).map("left({0[0]}, {0[1]})".format),
        st.tuples(t, n).map("right({0[0]}, {0[1]})".format),
        st.tuples(t, t).map("coalesce({0[0]}, {0[1]})".format),
        st.tuples(t, t).map("max({0[0]}, {0[1]})".format),
        st.tuples(truth(depth - 1), t, t).map("if({0[0]}, {0[1]}, {0[2]})".format),
    )


def day(depth: int) -> st.SearchStrategy[str]:
    """Dates."""
    leaf = st.sampled_from(("made_on", "due_on", "date(2024, 2, 29)", "today"))
    if depth <= 0:
        return leaf
    d, n = day(depth - 1), number(0)
    return st.one_of(
        leaf,
        st.tuples(d, st.sampled_from("+-"), st.sampled_from(("days", "months", "hours", "years")), n).map(
            "({0[0]} {0[1]} {0[2]}({0[3]}))".format
        ),
        d.map("month_start({})".format),
        d.map("month_end({})".format),
        d.map("({} + wait)".format),
        st.tuples(d, d).map("coalesce({0[0]}, {0[1]})".format),
        st.tuples(n, n, n).map("date(2000 + {0[0]}, {0[1]}, {0[2]})".format),
    )


def instant(depth: int) -> st.SearchStrategy[str]:
    """Instants."""
    leaf = st.sampled_from(("made_at", "now"))
    if depth <= 0:
        return leaf
    at = instant(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(at, st.sampled_from("+-"), length(depth - 1)).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(at, st.sampled_from("+-"), number(0)).map("({0[0]} {0[1]} months({0[2]}))".format),
    )


def length(depth: int) -> st.SearchStrategy[str]:
    """Lengths of time."""
    leaf = st.one_of(
        st.just("wait"),
        st.tuples(st.sampled_from(("days", "hours", "minutes")), number(0)).map("{0[0]}({0[1]})".format),
    )
    if depth <= 0:
        return leaf
    s = length(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(s, st.sampled_from("+-"), s).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(s, st.sampled_from("*/"), number(0)).map("({0[0]} {0[1]} {0[2]})".format),
        st.just("(made_at - now)"),
    )


ORDER = st.sampled_from(("==", "!=", "<", "<=", ">", ">="))


def truth(depth: int) -> st.SearchStrategy[str]:
    """Conditions."""
    leaf = st.one_of(
        st.sampled_from(
            ("urgent", "closed", "true", "false", "null", "urgent == closed", "closed != true", "note == null")
        ),
        st.tuples(st.just("kind"), st.sampled_from(("==", "!=")), KIND).map(" ".join),
        st.sampled_from(
            ("kind in ['sale', 'gift']", "kind not in ['gift']", "count_no in [1, 2, 0.5]", "name in ['a', null]")
        ),
    )
    if depth <= 0:
        return leaf
    b = truth(depth - 1)
    pairs = [
        st.tuples(kind(depth - 1), ORDER, kind(depth - 1)).map("({0[0]} {0[1]} {0[2]})".format)
        for kind in (number, money, text, day, instant, length)
    ]
    return st.one_of(
        leaf,
        *pairs,
        st.tuples(b, st.sampled_from(("and", "or")), b).map("({0[0]} {0[1]} {0[2]})".format),
        b.map("(not {})".format),
        st.tuples(st.sampled_from(("contains", "starts_with", "ends_with")), text(depth - 1), text(0)).map(
            "{0[0]}({0[1]}, {0[2]})".format
        ),
        st.tuples(st.just("name"), st.sampled_from(("'a*'", "'*b'", "'?'", "'[a-z]*'", "'*[!a]'"))).map(
            "like({0[0]}, {0[1]})".format
        ),
        text(depth - 1).map("empty({})".format),
        st.tuples(b, b, b).map("if({0[0]}, {0[1]}, {0[2]})".format),
        st.sampled_from(
            ("any(lines)", "none(lines where amount > 3)", "any(lines.amount where quantity > 0)", "empty(lines)")
        ),
    )


def expressions(depth: int = 3) -> st.SearchStrategy[str]:
    """Any expression."""
    return st.one_of(truth(depth), number(depth), money(depth), text(depth), day(depth), instant(depth), length(depth))

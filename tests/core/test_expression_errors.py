"""What wrong expressions say, where, and that hostile ones get no further."""

from __future__ import annotations

import re

import pytest

from app.core.expressions import ExpressionError, Place, Type, choice_of, compile_expression
from tests.core.expression_factories import HEADER, LINE, expression, refused

ROW_RULE = Place("sales_order", others=False)
FORMULA = Place("sales_order", person=False)
IMPORT = Place(None, person=False, others=False, columns={"StockCode": Type("text"), "Quantity": Type("text")})
MESSAGES = [
    ("ordered_on = today", 11, "'=' gives a value; write '==' to compare"),
    ("customer ＝＝ this.customer", 9, "'＝' is a full-width sign (全角). Write '=='"),
    ("round（weight）", 5, "'（' is a full-width sign (全角). Write '('"),
    ("weight > １２", 9, "'１' is a full-width sign (全角). Write '1'"),
    ("reason == ‘damaged’", 10, "'‘' is a full-width sign (全角). Write a plain quote: '"),
    ("weight % 2", 7, "'%' stands behind a number, as in 13%. For the rest of a division write mod(a, b)"),
    ("7 % 2", 2, "'%' stands behind a number, as in 13%. For the rest of a division write mod(a, b)"),
    ("urgent && urgent", 7, "write 'and', 'or'"),
    ("urgent || urgent", 7, "write 'and', 'or'"),
    ("!urgent", 0, "write 'not'"),
    ("weight <> 2", 7, "write '!=' for 'is not'"),
    ("weight ** 2", 7, "there is no '**'. Write a * a"),
    ('remark == "x"', 10, "write text in single quotes: 'text'"),
    ("remark == 'x", 10, "the text has no closing quote"),
    ("urgent AND urgent", 7, "write 'and' in small letters"),
    ("reason == None", 10, "write 'null' in small letters"),
    ("reason is null", 7, "write '==' to compare: == null"),
    ("1 < weight < 3", 11, "compare two things at a time: a < b and b < c"),
    ("urgent where urgent", 7, "'where' stands inside a list function: sum(lines.amount where kind == 'gift')"),
    ("(weight", 7, "here ')' is missing"),
    ("", 0, "here stands an expression"),
    ("weight +", 8, "the expression ends too early"),
    ("summ(lines.amount)", 0, "there is no function 'summ'. Did you mean 'sum'?"),
    ("sum(line.amount)", 4, "'line' is neither a line table of this form nor a form. Did you mean 'lines'?"),
    (
        "stage == 'in_reveiw'",
        9,
        "'in_reveiw' is not one of draft, in_review, completed, cancelled. Did you mean 'in_review'?",
    ),
    ("reason in ['damaged', 'lost']", 22, "'lost' is not one of damaged, wrong_item, changed_mind"),
    ("if(urgent, 'damaged', 'lost') == reason", 22, "'lost' is not one of damaged, wrong_item, changed_mind"),
    ("total_amount >= '50000'", 16, "money can't be compared with text"),
    ("ordered_on + 2", 13, "say what the number is: days(2), working_days(2), months(2)"),
    ("3 + ordered_on", 0, "say what the number is: days(3), working_days(3), months(3)"),
    ("ordered_on - weight", 13, "say what the number is: days(weight), working_days(weight), months(weight)"),
    ("wait > 3", 7, "say what the number is: days(3), working_days(3), months(3)"),
    ("total_amount * total_amount", 15, "money can't be multiplied by money"),
    ("total_amount + 'a'", 15, "money can't be added to text; to put texts together write join(' ', a, b)"),
    ("ordered_on < now", 13, "date can't be compared with date and time"),
    ("reason < 'lost'", 9, "choice can't be compared with text"),
    ("reason > reason", 0, "a choice has no order; write == or 'in'"),
    ("store == customer", 9, "link to store can't be compared with link to customer"),
    ("store == 3", 9, "link to store can't be compared with number"),
    ("customer.nam == 'x'", 9, "customer has no field 'nam'. Did you mean 'name'?"),
    ("totl_amount > 1", 0, "sales_order has no field 'totl_amount'. Did you mean 'total_amount'?"),
    ("remark.x == 'x'", 7, "'remark' is text and has no 'x'"),
    ("address.town == 'x'", 8, "address has no field 'town'"),
    ("lines.amount > 3", 0, "'lines.amount' is a list. Say which figure of it: sum(lines.amount)"),
    ("lines == remark", 0, "write 'in' to look into a list"),
    ("sum(lines) > 1", 4, "say which figure: sum(lines.amount)"),
    ("sum(total_amount)", 4, "sum needs a list, such as lines.amount, not money"),
    ("sum(lines.kind)", 4, "sum can't be made of choice"),
    ("round()", 0, "round takes 1 to 2 values in its brackets, not 0"),
    ("round('a')", 6, "round needs number, not text"),
    ("upper(weight)", 6, "upper needs text, not number"),
    ("year(paid_at)", 5, "year needs date, not date and time"),
    ("if(urgent, 1)", 0, "if needs a condition, a value, and at the end the value for all other cases: if(c, a, b)"),
    ("if(weight, 1, 2)", 3, "here stands a condition, not number"),
    ("if(urgent, 1, 'a')", 14, "the results differ: number and text"),
    ("weight and urgent", 0, "here stands a condition, not number"),
    ("-remark", 1, "text has no minus"),
    ("'a' in remark", 7, "to look into a text write contains(a, b)"),
    ("1 in weight", 5, "behind 'in' stands a list: in ['a', 'b']"),
    ("a.b.c.d.e", 0, "a path has at most 4 names"),
    ("line.amount", 0, "there is no line here"),
    ("event.amount", 0, "'event' stands only where an outside event is handled"),
    (
        "count(customer where name != 'x')",
        0,
        "this would read every customer each time. Say which, with at least one '==': "
        "count(customer where manager == this.manager)",
    ),
    (
        "count(sales_return where sales_order != this)",
        0,
        "this would read every sales_return each time. Say which, with at least "
        "one '==': count(sales_return where sales_order == this)",
    ),
    (
        "count(sales_return where sales_order == this or urgent)",
        48,
        "'urgent' is a field of the document; write this.urgent",
    ),
    (
        "count(sales_return where sales_order == this and any(customer where home == this.store))",
        49,
        "a count can't stand inside another count. Keep it in a field",
    ),
    (
        "any(lines where any(this.lines where any(this.lines where quantity > 1)))",
        58,
        "list functions stand inside each other at most twice",
    ),
    ("has_role(1)", 9, "has_role needs text, not number"),
    ("warp.drive(this)", 0, "there is no function 'warp.drive'"),
    ("column('x')", 0, "column('Order No.') names a column, in imports only"),
]


@pytest.mark.parametrize(("text", "start", "words"), MESSAGES)
def test_a_wrong_text_says_what_is_wrong_and_where(text: str, start: int, words: str) -> None:
    error = refused(text)
    assert (error.words.en, error.start) == (words, start)
    assert 0 <= error.start <= len(text) and error.length >= 1


def test_every_message_is_said_in_chinese_too() -> None:
    for text, _, _ in MESSAGES:
        assert re.search("[\u4e00-\u9fff]", refused(text).words.zh), text


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("paid_amount > 1", LINE, "'paid_amount' is a field of the document; write this.paid_amount"),
        ("count(lines)", LINE, "'lines' is a table of the document; write this.lines"),
        (
            "quantity > 1",
            Place("sales_order", table="lines", candidate="product"),
            "'quantity' is a field of the line; write line.quantity",
        ),
        (
            "count(sales_return where sales_order == this) > 1",
            ROW_RULE,
            "this rule can't count other documents (sales_return). Keep the figure in a field and compare that",
        ),
        (
            "today > ordered_on + working_days(2)",
            ROW_RULE,
            "this rule can't ask working_days. Keep it in a field and compare that",
        ),
        ("upper(remark) == 'A'", ROW_RULE, "this rule can't ask upper. Keep it in a field and compare that"),
        ("owner == me", FORMULA, "'me' can't stand here: the answer would depend on who looks"),
        ("has_role('buyer')", FORMULA, "'has_role' can't stand here: the answer would depend on who looks"),
        (
            "trim(Stockcode)",
            IMPORT,
            "the source has no column 'Stockcode'. Did you mean 'StockCode'? "
            "(a column with spaces or dots: column('Stockcode'))",
        ),
        ("column('Qantity')", IMPORT, "the source has no column 'Qantity'. Did you mean 'Quantity'?"),
        ("this.total > 1", IMPORT, "there is no document here"),
    ],
)
def test_a_place_says_what_it_does_not_allow(text: str, place: Place, words: str) -> None:
    assert refused(text, place=place).words.en == words


@pytest.mark.parametrize(
    ("text", "expect", "words"),
    [
        ("remark", "date", "this gives text, but here stands date"),
        ("weight", "boolean", "this gives number, but here stands yes or no"),
        ("'lost'", choice_of("a", "b"), "'lost' is not one of a, b"),
        ("store", Type("link", form="customer"), "this gives link to store, but here stands link to customer"),
    ],
)
def test_a_value_must_fit_where_it_goes(text: str, expect: Type | str, words: str) -> None:
    assert refused(text, expect=expect).words.en == words


HOSTILE = [
    "__import__('os')",
    "().__class__",
    "remark.__class__",
    "this.__class__.__mro__",
    "lambda: 1",
    "[x for x in lines]",
    "9**9**9",
    "f'{remark}'",
    "(x := 1)",
    "lines[0]",
    "remark[0:2]",
    "{1: 2}",
    "{1}",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "getattr(this, 'x')",
    "this.items()",
    "remark.upper()",
    "print(1)",
    "1; 2",
    "1\n2",
    "import os",
    "globals()",
    "*lines",
    "**this",
    "round(*lines)",
    "round(x=1)",
    "1 if urgent else 2",
    "yield",
    "await now",
    "remark @ remark",
    "~1",
    "1 << 9",
    "1 | 2",
    "1 ^ 2",
    "b'x'",
    "0x10",
    "1e9",
    "1_000",
    "1j",
    "'%s' % remark",
    "remark.format(1)",
    "...",
    "`ls`",
    "$HOME",
    "#comment",
    "\\x41",
    "remark\x00",
    "'\x00'",
    "\ud800",
    "1/*",
    "remark--",
    "'; drop table sales_order; --",
    "select(1)",
    "sum(lines.amount where sum(lines.amount where",
    "null()",
    "true.x",
    "1.",
    ".5",
    "a..b",
    "a.",
    "(" * 100 + "1" + ")" * 100,
    "-" * 100 + "1",
    "not " * 100 + "urgent",
    "abs(" * 100 + "1" + ")" * 100,
    "[" * 100 + "]" * 100,
    "1" * 31,
    "1+" * 200 + "1",
    "urgent or " * 200 + "urgent",
    "'" + "a" * 2000 + "'",
    " " * 2001,
    "if(" * 60,
    "like(remark, '" + "*a" * 1000 + "')",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_refused_with_a_place(text: str) -> None:
    error = refused(text)
    assert error.words.en and error.words.zh
    assert 0 <= error.start <= len(text)


def test_the_corpus_of_hostile_texts_is_large() -> None:
    assert len(set(HOSTILE)) >= 40


def test_a_pattern_with_many_stars_answers_at_once() -> None:
    from tests.core.expression_factories import value

    assert value("like('" + "a" * 500 + "', '" + "*a" * 60 + "b')") is False


def test_texts_do_not_grow_beyond_measure() -> None:
    from tests.core.expression_factories import value

    grown = "replace(" * 12 + "'aaaaaaaa'" + ", 'a', 'aaaaaaaa')" * 12
    assert value(grown) is None
    assert expression("join(remark, remark)", place=HEADER).type.kind == "text"


def test_the_field_that_takes_the_value_is_named() -> None:
    from tests.core.expression_factories import SHAPES

    with pytest.raises(ExpressionError) as caught:
        compile_expression("remark", place=HEADER, shapes=SHAPES, expect="date", field="due_on")
    assert caught.value.words.en == "this gives text, but 'due_on' is date"

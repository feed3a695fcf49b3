"""The grammar: each question to its call, and a question back wherever a word is not understood."""

from __future__ import annotations

import pytest

from assistant.evaluation.run import SETS, evaluate, load, world
from assistant.language.candidates import Before
from assistant.language.parser import read
from assistant.language.reading import Call
from assistant.talk import language_of

QUESTIONS = load("questions.yaml")
OFFICE = world()


def test_every_question_of_the_set_is_read_right() -> None:
    results = [r for r in evaluate(QUESTIONS) if r.verdict != "right"]
    assert [(r.question, r.verdict, r.reading) for r in results] == []


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [("unseen_1.yaml", 0.01, 0.95), ("unseen_2.yaml", 0.01, 0.88), ("unseen_3.yaml", 0.05, 0.70)],
)
def test_questions_that_nobody_tuned_are_seldom_read_wrong(name: str, wrong: float, right: float) -> None:
    verdicts = [result.verdict for result in evaluate(load(name))]
    assert len(verdicts) >= 120
    assert verdicts.count("wrong") <= wrong * len(verdicts) and verdicts.count("right") >= right * len(verdicts)


def test_nothing_is_drafted_that_nobody_asked_for() -> None:
    for name in SETS:
        asked = {one["q"]: one["tool"] for one in load(name)}
        drafts = [r.question for r in evaluate(load(name)) if r.reading.call and "draft" in r.reading.call.tool]
        assert [q for q in drafts if asked[q] != "draft_purchase_request"] == []


def test_the_set_is_large_and_in_both_languages() -> None:
    chinese = [q for q in QUESTIONS if any("\u4e00" <= c <= "\u9fff" for c in q["q"])]
    assert len(QUESTIONS) >= 80 and 0.35 < len(chinese) / len(QUESTIONS) < 0.65


@pytest.mark.parametrize(
    "question",
    [
        "orders except those from Galaxy",
        "星河以外的采购订单",
        "orders that are not late",
        "stock of A-1001 in week 37",
        "9月32日的采购订单",
        "purchase orders 17",
        "不是星河的订单",
        "list orders without Northwind",
        "orders from the last couple of weeks",
    ],
)
def test_a_digit_date_or_negation_that_no_rule_takes_is_asked_about(question: str) -> None:
    reading, _ = read(question, OFFICE)
    assert reading.kind in ("ask", "unknown"), reading


def test_a_name_that_fits_two_asks_which() -> None:
    reading, _ = read("耳机还有多少", OFFICE)
    assert reading.kind == "ask" and {c.arguments["product"] for c in reading.choices} == {"A-1001", "A-1003"}


def test_an_unknown_name_is_never_dropped() -> None:
    reading, _ = read("open orders with Contoso", OFFICE)
    assert reading.kind == "ask" and reading.facts["words"] == ["contoso"]


def test_a_number_is_read_however_it_is_typed() -> None:
    for typed in ("PR-2026-00007", "pr2026-7", "PR 2026 00007", "查一下PR-2026-00007"):
        reading, _ = read(f"where is {typed} stuck", OFFICE)
        assert reading.call == Call("approval_path", {"number": "PR-2026-00007"}), typed


def test_an_account_named_like_a_noun_is_no_person() -> None:
    reading, _ = read("average purchase order amount per supplier", OFFICE)
    assert reading.call and reading.call.arguments["by"] == "supplier" and "person" not in reading.call.arguments


def test_a_short_turn_changes_only_what_it_mentions() -> None:
    before = Before(Call("find_documents", {"form": "purchase_order", "supplier": "S-00001", "open_only": True}))
    reading, _ = read("那星河呢", OFFICE, before)
    assert reading.call and reading.call.arguments == {
        "form": "purchase_order",
        "supplier": "S-00002",
        "open_only": True,
    }


def test_this_means_the_record_on_the_page() -> None:
    reading, _ = read("when does the rest come?", OFFICE, Before(record=("purchase_order", "PO-2026-00012")))
    assert reading.call == Call("expected_receipts", {"number": "PO-2026-00012"})


@pytest.mark.parametrize(
    ("typed", "product"),
    [
        ("stock of tp 48", "TP-48"),
        ("tp48库存", "TP-48"),
        ("MG350 库存", "MG-350-WH"),
        ("蓝芽音箱还有货吗", "A-1002"),
        ("胶带 TP-48 还有多少", "TP-48"),
        ("stcok of foldng chairs", "CH-01"),
    ],
)
def test_a_product_is_found_by_part_of_its_code_its_sound_or_mistyped(typed: str, product: str) -> None:
    reading, _ = read(typed, OFFICE)
    assert reading.call and reading.call.arguments["product"] == product, reading


@pytest.mark.parametrize("place", ["Hangzhou", "hangzhou", "杭州", "杭州仓", "HZ"])
def test_a_warehouse_is_known_in_both_scripts(place: str) -> None:
    reading, _ = read(f"stock of CH-01 in {place}", OFFICE)
    assert reading.call == Call("stock_level", {"product": "CH-01", "warehouse": "HZ"}), reading


def test_a_size_in_a_name_is_no_quantity() -> None:
    reading, _ = read("green bottle 500 in stock", OFFICE)
    assert reading.call == Call("stock_level", {"product": "BL-500-GR"})


def test_a_suppliers_number_is_as_good_as_his_name() -> None:
    reading, _ = read("How does S-00003 perform?", OFFICE)
    assert reading.call == Call("supplier_performance", {"supplier": "S-00003"})


@pytest.mark.parametrize("question", ["open orders with this supplier", "这家供应商未完成的订单"])
def test_this_supplier_is_the_one_on_the_page_or_of_the_order_there(question: str) -> None:
    wanted = Call("find_documents", {"form": "purchase_order", "supplier": "S-00002", "open_only": True})
    for before in (
        Before(record=("supplier", "S-00002")),
        Before(record=("purchase_order", "PO-2026-00012"), related={"supplier": "S-00002"}),
        Before(Call("supplier_performance", {"supplier": "S-00002"})),
    ):
        assert read(question, OFFICE, before)[0].call == wanted
    assert read(question, OFFICE)[0].why == "which_supplier"  # never all suppliers


def test_this_request_is_not_the_order_on_the_page() -> None:
    reading, _ = read("这张采购申请谁还没批", OFFICE, Before(record=("purchase_order", "PO-2026-00012")))
    assert reading.kind == "ask"


@pytest.mark.parametrize(
    ("typed", "number"), [("pr 21 审批进度", "PR-2026-00021"), ("who has to approve PR#21?", "PR-2026-00021")]
)
def test_a_number_without_its_year_is_of_this_year(typed: str, number: str) -> None:
    reading, _ = read(typed, OFFICE)
    assert reading.call == Call("approval_path", {"number": number})


def test_a_counted_thing_is_no_number() -> None:
    reading, _ = read("raise a PR 20 个 CH-01", OFFICE)
    assert reading.call is None or reading.call.tool == "draft_purchase_request"


@pytest.mark.parametrize(
    ("question", "sort"), [("哪家供应商拒收最多", "worst"), ("谁的拒收率最低，哪家供应商", "best")]
)
def test_most_rejects_is_worst(question: str, sort: str) -> None:
    reading, _ = read(question, OFFICE)
    assert reading.call and reading.call.arguments["sort"] == sort, reading


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("上个月天猫的销售额", "beyond"),
        ("what was our gross margin in Q3", "beyond"),
        ("SO-2026-00123 到哪了", "no_such_number"),
        ("今年的预算还剩多少", "beyond"),
    ],
)
def test_what_no_form_holds_yet_is_told_apart_from_none(question: str, why: str) -> None:
    reading, _ = read(question, OFFICE)
    assert (reading.kind, reading.why) == ("unknown", why)


def test_a_form_is_not_narrowed_by_what_it_does_not_hold() -> None:
    reading, _ = read("仓库里还有没有有线耳机", OFFICE)
    assert reading.call == Call("stock_level", {"product": "A-1003"})


@pytest.mark.parametrize(
    ("question", "after", "wanted"),
    [
        ("and for MG-350-WH?", {"product": "CH-01", "warehouse": "HZ"}, {"product": "MG-350-WH", "warehouse": "HZ"}),
        ("广州呢", {"product": "CH-01", "warehouse": "HZ"}, {"product": "CH-01", "warehouse": "GZ"}),
    ],
)
def test_a_follow_up_keeps_what_it_does_not_mention(
    question: str, after: dict[str, str], wanted: dict[str, str]
) -> None:
    assert read(question, OFFICE, Before(Call("stock_level", after)))[0].call == Call("stock_level", wanted)


def test_the_month_before_replaces_the_period() -> None:
    spent = {"form": "purchase_order", "figure": "sum", "since": "2026-11-01", "until": "2026-11-30"}
    reading, _ = read("那上个月呢", OFFICE, Before(Call("count_documents", spent)))
    assert reading.call == Call("count_documents", spent | {"since": "2026-10-01", "until": "2026-10-31"})


def test_a_changed_field_is_named() -> None:
    reading, _ = read("who touched the price of A-1001", OFFICE)
    assert reading.call and reading.call.tool == "document_history" and reading.call.arguments["field"]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Galaxy Trading 的拒收率", "zh"),
        ("PO-2026-00012 剩下的什么时候到", "zh"),
        ("stock of 蓝牙音箱", "en"),
        ("帮我 check 一下 order status", "zh"),
        ("show 无线降噪耳机 please", "en"),
        ("A-1001", "en"),
    ],
)
def test_the_language_is_that_of_the_words_around_the_names(question: str, language: str) -> None:
    assert language_of(question, OFFICE, home="en") == language


def test_a_bare_name_is_answered_in_the_persons_language() -> None:
    assert language_of("A-1001", OFFICE, home="zh") == "zh"

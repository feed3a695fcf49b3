"""What a model wrote stands only on what was found; and what the grammar read is said back in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.core.words import Words
from app.data.values import Masked
from assistant.answers import Citation, Found
from assistant.evaluation.run import world
from assistant.grounding import figures_of, ungrounded
from assistant.language.lexicon import Lexicon, Name
from assistant.speech import Speech, phrases

OFFICE = world()
FOUND = Found(citations=[Citation("purchase_order", "PO-2026-00012")])
TOLD = '{"on_hand": "1234.50", "rejected_rate": "0.083", "day": "2026-11-27", "open": "64"}'


@pytest.mark.parametrize(
    "text",
    [
        "There are 1,234.5 on hand.",
        "1,235 on hand [1].",
        "8.3% were rejected, 64 are open with PO-2026-00012.",
        "1. 64 are open\n2. the rest came",
        "Due 2026-11-27.",
        "还有 64 个，订单 po-2026-12。",
    ],
)
def test_what_was_found_may_be_said_rounded_and_as_per_cent(text: str) -> None:
    assert ungrounded(text, TOLD, world=OFFICE, found=[FOUND]) == []


@pytest.mark.parametrize(
    "text",
    [
        "There are 1,234.6 on hand.",
        "9% were rejected.",
        "3 are open.",
        "See PO-2026-00013.",
        "See PR-2026-00012.",
        "It costs 64.01.",
        "Due 2026-11-28.",
    ],
)
def test_what_was_not_found_may_not_be_said(text: str) -> None:
    assert ungrounded(text, TOLD, world=OFFICE, found=[FOUND]) != []


def test_the_minute_of_an_answer_is_no_figure() -> None:
    told = '{"on_hand": "36", "as_of": "2026-11-22T05:58:31.123456+00:00"}'
    assert ungrounded("58% are there.", told, world=OFFICE, found=[FOUND]) == ["58%"]
    assert ungrounded("At 05:58 there were 36.", told, world=OFFICE, found=[FOUND]) == []


def test_every_number_of_a_text_is_exact() -> None:
    assert figures_of("1,200 and -3.50, 13%") == {Decimal(1200), Decimal("-3.50"), Decimal(13)}


def test_every_phrase_has_both_languages_and_the_same_facts() -> None:
    from string import Formatter

    for group, keys in phrases().items():
        for key, text in keys.items() if isinstance(keys, dict) else enumerate(keys):
            facts = [{name for _, name, _, _ in Formatter().parse(text[locale]) if name} for locale in ("en", "zh")]
            assert facts[0] >= facts[1], f"{group}.{key} says {facts[1] - facts[0]} in Chinese only"


def test_every_tool_has_its_words() -> None:
    from assistant.registry import tools
    from assistant.telling import TELLERS

    for name in tools():
        assert name in TELLERS and name in phrases()["readings"] and name in phrases(), name


def test_values_are_told_as_people_read_them() -> None:
    english, chinese = Speech("en", date(2026, 11, 21)), Speech("zh", date(2026, 11, 21))
    assert english.tell(Decimal("1234.5000")) == "1,234.5"
    assert english.tell(Masked("")) == "(hidden by your rights)" and chinese.tell(Masked("***12")) == "***12"
    assert chinese.tell(Words("Draft", "草稿")) == "草稿" and english.tell(True) == "yes"
    assert english.money(Decimal("825"), "CNY") == "¥825.00" and english.money(Decimal("825"), "USD") == "USD 825.00"


def test_names_are_found_shortened_and_never_inside_a_word() -> None:
    lexicon = Lexicon(
        [Name("supplier", "S-00001", "Beijing Galaxy Trading Co., Ltd."), Name("warehouse", "HZ", "杭州仓")]
    )
    assert lexicon.exact("orders of galaxy trading")[0][2][0].number == "S-00001"
    assert lexicon.exact("杭州还有多少")[0][2][0].number == "HZ"
    assert lexicon.exact("hzone") == [] and lexicon.exact("galaxytrading") == []


def test_a_typing_error_finds_its_one_name() -> None:
    lexicon = Lexicon([Name("product", "A-1", "Bluetooth speaker"), Name("product", "A-2", "Folding chair")])
    assert [name.number for name in lexicon.similar("blutooth speaker")] == ["A-1"]
    assert lexicon.similar("speaker 500") == [] and lexicon.similar("garden gnome") == []

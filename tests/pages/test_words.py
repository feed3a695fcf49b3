"""The words of the frame: whole in both languages, and written as Chinese is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.words import Words
from app.pages.wording import chrome, table, text, thing, things

PAGES = Path(__file__).parent.parent.parent / "app/pages"
CHINESE = "\u4e00-\u9fff"
SAME = {"product", "theme_system"}
NOT_OURS = ("您", "亲", "哦", "成功！", "非法", "是否确定", "进行")


@pytest.mark.parametrize("name", sorted(table()))
def test_chinese_is_set_as_chinese(name: str) -> None:
    said = table()[name].zh
    assert not re.search(f"[{CHINESE}][,:;?!()]|[,:;?!()][{CHINESE}]", said), "half-width marks beside 汉字"
    assert not re.search(f"[{CHINESE}][A-Za-z0-9]|[A-Za-z0-9][{CHINESE}]", said), "汉字 touching letters or figures"
    assert not [word for word in NOT_OURS if word in said]


@pytest.mark.parametrize("name", sorted(table()))
def test_both_languages_put_in_the_same_facts(name: str) -> None:
    words = table()[name]
    if name not in ("count_of", "language", "no_such_record"):
        assert set(re.findall(r"{(\w+)}", words.en)) == set(re.findall(r"{(\w+)}", words.zh))


@pytest.mark.parametrize("name", sorted(set(table()) - SAME))
def test_no_text_is_left_untranslated(name: str) -> None:
    assert table()[name].en != table()[name].zh


@pytest.mark.parametrize("name", sorted(table()))
def test_english_keeps_its_tone(name: str) -> None:
    said = table()[name].en.lower()
    assert not re.search(r"\b(please|sorry|oops|successfully|invalid)\b|!", said)


def test_every_word_that_a_page_asks_for_is_in_the_table() -> None:
    asked = {
        name for path in PAGES.rglob("*.py") for name in re.findall(r"(?:\bword|\btext)\(\"(\w+)\"", path.read_text())
    }
    assert asked
    assert not asked - set(table())


def test_facts_are_put_into_whole_sentences() -> None:
    assert text("home_waits_many", "zh", name="王敏", count=7) == "王敏，有 7 件事等你决定"
    assert text("new_thing", "en", thing=Words("purchase order", "采购订单")) == "New purchase order"


def test_titles_for_many_and_inside_sentences() -> None:
    assert [things(Words(one, "单"), "en") for one in ("Purchase order", "Category", "Box", "Key")] == [
        "Purchase orders",
        "Categories",
        "Boxes",
        "Keys",
    ]
    assert things(Words("Purchase order", "采购订单"), "zh") == "采购订单"
    assert thing(Words("Purchase order"), "en") == "purchase order"


def test_the_browser_gets_few_words() -> None:
    assert len(chrome("en")) < 300

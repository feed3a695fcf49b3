"""Chinese texts are written as we write them."""

from __future__ import annotations

import pytest

from app.config.linting import lint_zh
from app.config.loader import check
from tests.config.small import small


@pytest.mark.parametrize(
    "text",
    ["日期已过。", "30 天账期", "{number} 已批准。", "缺货：{product}差 {n}", "SKU", "编号（PR-1）", "占 13% 以上"],
)
def test_right_texts_pass(text: str) -> None:
    """Full-width signs, a space between 汉字 and letters."""
    assert list(lint_zh(text)) == []


@pytest.mark.parametrize(
    "text, said",
    [
        ("日期,已过", "half-width ','"),
        ("已批准(全部)", "half-width '('"),
        ("30天账期", "put a space"),
        ("用SKU查", "put a space"),
        ("您的申请", "is not how we speak"),
        ("保存成功！", "is not how we speak"),
        ("已批准 。", "half-width"),
    ],
)
def test_wrong_texts_are_named(text: str, said: str) -> None:
    """What and where."""
    assert any(said in words.en for words in lint_zh(text))


def test_check_warns_of_words_and_titles_alike() -> None:
    """At the text itself, as a warning."""
    (fault,) = check(small(("forms/sales/product.yaml", "zh: 商品", "zh: 商品3")))
    assert (fault.severity, fault.line) == ("warning", 2)


def test_check_warns_where_nobody_translated() -> None:
    """The same text in both languages."""
    (fault,) = check(
        small(
            ("forms/sales/product.yaml", "zh: 商品", "zh: our Product"),
            ("forms/sales/product.yaml", "en: Product", "en: our Product"),
        )
    )
    assert fault.words.en == "the Chinese text is the same as the English one"

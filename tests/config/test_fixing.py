"""`daybook check --fix` repairs what has one right answer, and leaves every other byte as it was."""

from __future__ import annotations

import pytest

from app.config.fixing import fix
from app.config.loader import check
from tests.config.small import small

FORM = "forms/purchasing/purchase_request.yaml"
APPROVAL = "workflows/purchasing/purchase_request.yaml"


def repaired(*changes: tuple[str, str, str]) -> dict[str, str]:
    sources = small(*changes)
    return {each.name: each.after for each in fix(sources, sources.texts)}


def test_files_in_order_are_left_alone() -> None:
    assert repaired() == {}


@pytest.mark.parametrize(
    ("file", "right", "wrong", "fixed"),
    [
        (FORM, "formula: quantity * unit_price", "formula: round(quantity, 2)", 'formula: "round(quantity, 2)"'),
        (
            FORM,
            "formula: quantity * unit_price",
            "formula: if(quantity in [1, 2], 3, 4)",
            'formula: "if(quantity in [1, 2], 3, 4)"',
        ),
        (FORM, "needed_on >= today", "needed_on = today", "needed_on == today"),
        (FORM, "needed_on >= today", "needed_on ＝＝ today", "needed_on == today"),
        (FORM, "needed_on >= today", "（needed_on ≥ today）", "(needed_on >= today)"),
        (APPROVAL, "total_amount >= 5000", "total_amount ＞ ５０００", "total_amount > 5000"),
        (FORM, "readonly: true", "readonly: yes", "readonly: true"),
        (FORM, "readonly: true", "readonly: True", "readonly: true"),
        (FORM, "readonly: true", "private: on", "private: true"),
    ],
)
def test_each_repair_changes_its_own_letters_only(file: str, right: str, wrong: str, fixed: str) -> None:
    before = small().texts[file]
    assert right in before
    after = repaired((file, before, before.replace(right, wrong, 1)))
    assert after == {file: before.replace(right, fixed, 1)}


def test_a_repaired_file_is_in_order_and_otherwise_the_same_byte_for_byte() -> None:
    """Comments, order, quotes, line ends and odd spaces stay as they were."""
    before = small().texts[FORM]
    odd = "# 注释，不动＝\r\n" + before.replace("\n", "\r\n").replace(
        "needed_on >= today", "needed_on ＞= today  # ＝ here"
    )
    odd = odd.replace("needed_on ＞= today  # ＝ here", "needed_on ＞ today  # ＝ here")
    sources = small((FORM, before, odd))
    (fixed,) = fix(sources, {**sources.texts, FORM: odd})
    assert fixed.after.encode() == odd.replace("needed_on ＞ today", "needed_on > today").encode()
    assert [line for line in fixed.diff().splitlines() if line[:1] in "+-"][2:] == [
        "-  - check: needed_on ＞ today  # ＝ here",
        "+  - check: needed_on > today  # ＝ here",
    ]
    again = small((FORM, before, fixed.after.replace("\r\n", "\n")))
    assert [fault.say() for fault in check(again) if fault.severity == "error"] == []


def test_blanks_at_the_end_of_lines_go_unless_they_mean_something() -> None:
    before = small().texts[FORM]
    assert repaired((FORM, before, before.replace("fields:\n", "fields:  \n", 1))) == {FORM: before}
    meant = before.replace("title: {en: Purchase request, zh: 采购申请}", "title: |\n  Purchase  \n  request\n")
    assert FORM not in repaired((FORM, before, meant))


def test_what_has_no_single_right_answer_is_left_to_people() -> None:
    assert repaired((FORM, "type: date, required: true", "type: date, requird: true")) == {}
    assert repaired((FORM, "needed_on >= today", "needed_on >= today + 2")) == {}


def test_a_key_that_tools_read_as_true_is_put_in_quotes() -> None:
    after = repaired((FORM, "  reason: ", "  yes: {type: text, label: {en: Yes, zh: 是}}\n  reason: "))[FORM]
    assert '  "yes": {type: text, label: {en: Yes, zh: 是}}\n' in after

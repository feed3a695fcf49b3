"""What wrong files are told, word for word, in both languages: `golden/wrong_files.txt`.

Write it anew with `python -m tests.config.test_wrong_files`, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.diagnostics import ConfigError, Diagnostic
from app.config.faults import FAULTS
from app.config.linting import lint_zh
from app.config.loader import Sources, check, checked, load_catalogue
from app.workflow.examples import check_examples
from tests.config.small import small
from tests.config.wrong import WRONG

GOLDEN = Path(__file__).parent / "golden" / "wrong_files.txt"


def everything(sources: Sources) -> list[Diagnostic]:
    """Give every fault of the files and, where there is none, of the examples in them."""
    catalogue, faults = checked(sources)
    return faults or check_examples(catalogue)


def told() -> str:
    """Give everything that is said of every wrong file."""
    blocks = []
    for title, file, old, new in WRONG:
        faults = everything(small((file, old, new)))
        said = [fault.say("en") for fault in faults] + [f"  {fault.words.zh}" for fault in faults]
        blocks.append("\n".join([f"### {title}", *said]))
    return "\n\n".join(blocks) + "\n"


def test_the_small_company_has_no_fault() -> None:
    """The wrong files begin from right ones."""
    assert [fault.say() for fault in check(small())] == []


def test_wrong_files_are_told_what_is_wrong_word_for_word() -> None:
    """Place, line, caret, nearest right word, in both languages."""
    assert told() == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("title, file, old, new", WRONG, ids=[wrong[0] for wrong in WRONG])
def test_each_fault_is_said_once_where_it_is(title: str, file: str, old: str, new: str) -> None:
    """What merely follows from a wrong file is not said twice."""
    faults = everything(small((file, old, new)))
    assert len(faults) == 1, "\n".join(fault.say() for fault in faults)
    assert faults[0].words.en and faults[0].words.zh


def test_all_faults_of_all_files_come_at_once() -> None:
    """Two wrong files, two faults, in the order of the files."""
    sources = small(
        *[(file, old, new) for title, file, old, new in WRONG if title in ("misspelt option", "unknown stage")]
    )
    with pytest.raises(ConfigError) as error:
        load_catalogue(sources)
    assert [fault.file for fault in error.value.diagnostics] == [
        "forms/purchasing/purchase_request.yaml",
        "workflows/sales/sales_order.yaml",
    ]


def test_every_message_is_written_as_we_write_chinese() -> None:
    """Full-width signs, spaces around letters, no empty courtesy."""
    assert [(rule, words.en) for rule, message in FAULTS.items() for words in lint_zh(message.zh)] == []


def test_the_caret_stands_below_the_fault_behind_chinese_too() -> None:
    """A Chinese sign takes two columns."""
    (fault,) = check(small(("forms/sales/product.yaml", "zh: 商品}", "zh: 商品, fr: produit}")))
    _, line, caret = fault.say().splitlines()
    assert line[caret.index("^") - 2 :].startswith("fr")


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(told(), "utf-8")

"""Every file of the reference, where it stands beside the checkout, loads; its wrong files are told the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config.loader import Sources, check, checked
from app.core.actions import Action
from app.workflow.examples import check_examples

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "examples"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the reference examples are not beside this checkout")

STAGES = "stages:\n  returned: {title: {en: Returned, zh: 已退回}, meaning: goes_back}\n"
LEDGER_WORDS = {"cost": "value", "cause": "event", "moved_on": "booked_on"}  # what our view of moves calls them
FLOW, RECEIPT, ORDER = (f"workflows/{name}.yaml" for name in ("purchase_request", "goods_receipt", "sales_order"))
BY_HAND = {  # the line that is shown is not the one that is changed
    "two ways to decide": ((FLOW, "    all_of:", "    approver: {role: buyer}\n    all_of:"),),
    "example contradicts": ((FLOW, "total_amount: 4999.99", "total_amount: 9000"),),
    "number as text": ((FLOW, ">= 50000", ">= '50000'"),),
    "a field that code needs is removed": (("forms/goods_receipt.yaml", "  warehouse:  ", "  warehouses: "),),
    "unknown action": ((ORDER, "stock.reserve", "stock.resrve"),),
}
UNCHANGED_BY_US = {"number as text": {"site/workflows/purchase_request.yaml": "extends: purchase_request\n"}}
ACTIONS = {"stock.receive": {"warehouse": "warehouse"}, "stock.reserve": {}}


def sources(**texts: str) -> Sources:
    """Give the reference as a product's files, with texts replaced."""
    found = {path.relative_to(EXAMPLES).as_posix(): path.read_text("utf-8") for path in EXAMPLES.rglob("*.yaml")}
    for name, here in LEDGER_WORDS.items():
        found["reports/metrics.yaml"] = re.sub(rf"\b{name}\b", here, found["reports/metrics.yaml"])
    found["config/posting.yaml"] = "posting: company\n" + found["config/posting.yaml"]
    found["config/stages.yaml"] = STAGES
    used = set(re.findall(r"message: (\w+)[,}]", "\n".join(found.values())))
    found["config/messages.yaml"] = "messages:\n" + "".join(
        f"  {name}: {{en: Told, zh: 通知}}\n" for name in sorted(used)
    )
    return Sources(Path("/nowhere"), texts={**found, **texts})


def wrong_files() -> Iterator[tuple[str, str, int, str, str]]:
    """Give title, file, line, the wrong line itself and the message of each wrong file."""
    text = (EXAMPLES / "wrong_messages.txt").read_text("utf-8") if EXAMPLES.is_dir() else ""
    for block in re.findall(r"^### \d+\. (.+)\n(\S+?):(\d+):(.+)\n    (.*)\n", text, flags=re.M):
        title, file, line, message, excerpt = block
        yield title, file, int(line), excerpt, f"{file}:{line}:{message}"


WRONG = list(wrong_files())
SHOWN = [wrong for wrong in WRONG if wrong[0] not in BY_HAND]


def test_every_file_of_the_reference_loads() -> None:
    """Known gaps: posting.yaml names no kind, messages and the stage `returned` are not in the reference.

    What the domains register comes with them: actions and functions that none has yet are no fault of a file.
    """
    faults = [fault.say() for fault in check(sources()) if fault.severity == "error"]
    assert [fault for fault in faults if not re.search("there is no (action|function)", fault)] == []


@pytest.mark.parametrize("title, file, line, excerpt, message", SHOWN, ids=[wrong[0] for wrong in SHOWN])
def test_wrong_files_are_told_the_words_of_the_reference(
    title: str, file: str, line: int, excerpt: str, message: str
) -> None:
    """The shown line put in place of the right one, or before it, gives the same place and the same words."""
    lines = (EXAMPLES / file).read_text("utf-8").splitlines()
    said: set[str] = set()
    for changed in ([*lines[: line - 1], excerpt, *lines[line:]], [*lines[: line - 1], excerpt, *lines[line - 1 :]]):
        said |= {fault.say().splitlines()[0] for fault in check(sources(**{file: "\n".join(changed) + "\n"}))}
    assert message in said


@pytest.mark.parametrize("title", BY_HAND)
def test_wrong_files_whose_fault_shows_elsewhere_are_told_so_too(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the actions that the reference names, and its examples tried as `daybook check` does."""
    known = {name: Action(name, lambda tx, document: None, needs, None) for name, needs in ACTIONS.items()}
    monkeypatch.setattr("app.core.actions._actions", known)
    texts = dict(UNCHANGED_BY_US.get(title, {}))
    for file, old, new in BY_HAND[title]:
        text = (EXAMPLES / file).read_text("utf-8")
        assert old in text
        texts[file] = text.replace(old, new, 1)
    catalogue, faults = checked(sources(**texts))
    faults += check_examples(catalogue)
    (message,) = [told for name, _, _, _, told in WRONG if name == title]
    assert message in {fault.say().splitlines()[0] for fault in faults}

"""The posting table is proved balanced for every amount."""

from __future__ import annotations

import pytest

from app.config.loader import check, load_catalogue
from app.config.posting_reader import left_over
from tests.config.small import small

TABLE = """\
posting: small
roles:
  bank:     {international: "1000"}
  payable:  {international: "2100"}
  tax_owed: {international: "2300"}
places:
  warehouse: bank
events:
  supplier.paid:
    - {debit: payable, amount: net + tax, party: supplier}
    - {credit: bank, amount: net}
    - {credit: tax_owed, amount: tax}
  goods.received: []
"""


def faults(old: str = "", new: str = "") -> list[str]:
    """Give what is said of the table, changed."""
    return [fault.words.en for fault in check(small(("app/config/posting.yaml", "", TABLE.replace(old, new))))]


def test_a_balanced_table_has_no_fault() -> None:
    """Debit = credit for each figure by itself."""
    assert faults() == []


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("amount: net}", "amount: net + tax}", "supplier.paid: -1 x tax is left over"),
        ("amount: net + tax", "amount: net", "supplier.paid: -1 x tax is left over"),
        ("amount: net + tax", "amount: net + tax + tax", "supplier.paid: +1 x tax is left over"),
        (
            "{credit: bank, amount: net}",
            "{credit: banc, amount: net}",
            "there is no role 'banc' in the posting table. Did you mean 'bank'?",
        ),
        (
            "{credit: bank, amount: net}",
            "{credit: bank, amount: net * 2}",
            "'net * 2' is not a sum or difference of figures: net + tax",
        ),
        ("{credit: bank, amount: net}", "{amount: net}", "a line is either a debit or a credit"),
    ],
)
def test_what_is_left_over_is_named(old: str, new: str, said: str) -> None:
    """Set one figure to 1 and the rest to 0."""
    assert said in faults(old, new)


def test_sums_and_differences_are_read_with_their_signs() -> None:
    """`-net - tax` as well."""
    sources = small(("app/config/posting.yaml", "", TABLE.replace("net + tax", "-net + tax")))
    with pytest.raises(Exception, match="left over"):
        load_catalogue(sources)
    lines = load_catalogue(small(("app/config/posting.yaml", "", TABLE))).posting.events["supplier.paid"]
    assert lines[0].amount == {"net": 1, "tax": 1}
    assert left_over(lines) == {"net": 0, "tax": 0}


BOOKS = (
    TABLE.replace(
        "places:\n",
        """\
books:
  budget: {title: {en: Budget, zh: 预算}, decimals: 2}
places:
  line:  {book: budget, floor: -10.5}
  given: {book: budget}
""",
    )
    + """\
  budget.granted:    [{move: budget, from: given, to: line, amount: granted - kept}]
  budget.encumbered: [{hold: budget, from: line, to: given, amount: ordered}]
  budget.closed:     [{release: budget, from: line}]
"""
)


def test_a_book_with_its_places_and_events_is_read() -> None:
    """A floor is said in the book's unit and kept in its smallest."""
    spec = load_catalogue(small(("app/config/posting.yaml", "", BOOKS))).posting
    assert (spec.books["budget"].title.zh, spec.places["line"].floor, spec.places["given"].floor) == (
        "预算",
        -1050,
        None,
    )
    [granted] = spec.moves["budget.granted"]
    assert (granted.act, granted.source, granted.target, granted.amount) == (
        "move",
        "given",
        "line",
        {"granted": 1, "kept": -1},
    )
    assert spec.moves["budget.closed"][0].amount == {}


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("move: budget", "move: budjet", "there is no book 'budjet' in the posting table. Did you mean 'budget'?"),
        ("{book: budget}", "{book: budjet}", "there is no book 'budjet' in the posting table. Did you mean 'budget'?"),
        ("to: line", "to: warehouse", "there is no place 'warehouse' in the book budget."),
        ("from: line, to: given", "from: given, to: line", "'given' has no floor, so nothing can be held there"),
        ("from: given, to: line, amount", "from: given, amount", "'to' is missing here"),
        ("amount: ordered", "amount: ordered, value: ordered", "'line' has no role, so no value goes there"),
        ("from: line}]", "from: line}, {debit: bank, amount: a}, {credit: bank, amount: a}]", "an event either moves,"),
        ("decimals: 2", "decimal: 2", "Did you mean 'decimals'?"),
    ],
)
def test_a_wrong_book_is_named_with_its_place(old: str, new: str, said: str) -> None:
    """One wrong word each."""
    wrong = BOOKS.replace(old, new)
    assert wrong != BOOKS
    told = [fault.words.en for fault in check(small(("app/config/posting.yaml", "", wrong)))]
    assert any(said in each for each in told), told

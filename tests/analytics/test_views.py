"""Free SQL over documents: named as people guess, exact, and only what the reader may see; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.analytics import SqlRefused
from app.analytics.views import fill, view_names
from app.core.actor import SYSTEM
from app.data import documents
from app.office.facade import Office
from tests.conftest import drop_schema, new_schema, require_postgres
from tests.office.offices import a_company_at_work, pens


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A company on each database, with two requests of one employee."""
    url = None
    if request.param == "postgresql":
        require_postgres()
        url = new_schema()
    office = a_company_at_work(tmp_path_factory.mktemp("views"), url)
    office.as_user("employee").create("purchase_request", pens("3.5"))
    office.as_user("employee").create("purchase_request", pens("100", reason="Pens for the fair"))
    yield office
    office.repository.close()
    if url:
        drop_schema(url)


def ask(office: Office, name: str, text: str) -> list[tuple]:
    """Give the rows that a person gets."""
    return [tuple(row.values()) for row in office.as_user(name).sql(text).rows()]


def test_each_form_and_line_table_is_a_table_with_exact_columns(office: Office) -> None:
    assert ask(office, "employee", "select sum(total_amount), count(*) from purchase_request") == [
        (Decimal("124.20"), 2)
    ]
    lines = "select product, product_name, sum(quantity), sum(amount) from purchase_request_lines group by all"
    assert ask(office, "employee", lines) == [("PEN-1", "Pen", Decimal("103.5000"), Decimal("124.20"))]


def test_lines_carry_what_their_document_is_grouped_by(office: Office) -> None:
    grouped = "stage, warehouse, requester, department_name"
    text = f"select {grouped}, max(needed_on) > date '2020-01-01' from purchase_request_lines group by all"
    assert ask(office, "employee", text) == [("draft", "HZ", "employee", "Operations", True)]


def test_rows_of_others_are_not_counted(office: Office) -> None:
    text = "select (select count(*) from purchase_request), (select count(*) from purchase_request_lines)"
    assert ask(office, "colleague", text) == [(0, 0)]
    assert ask(office, "buyer", text) == [(2, 2)]
    assert ask(office, "purchasing_manager", text) == [(2, 2)]


def test_deleted_documents_are_not_counted(office: Office) -> None:
    made = office.as_user("colleague").create("purchase_request", pens("1"))
    text = "select (select count(*) from purchase_request), (select count(*) from purchase_request_lines)"
    assert ask(office, "colleague", text) == [(1, 1)]
    with office.repository.transaction(SYSTEM) as tx:
        documents.trash(tx, "purchase_request", made.number)
    assert ask(office, "colleague", text) == [(0, 0)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("employee", "select purchase_price from product"),
        ("employee", "select salary from employee"),
        ("finance", "select salary from employee"),
        ("employee", "select id_card_no from employee"),
        ("employee", "select bank_account from supplier"),
        ("employee", "select id from unit"),
        ("employee", "select password from office_account"),
        ("employee", "select * from journal"),
        ("employee", "select value from stock_on_hand"),
        ("employee", "select * from unit where purchase_price = 1"),
        ("buyer", "select e.salary from employee e order by 1"),
    ],
)
def test_what_a_person_may_not_see_has_no_column_and_no_table(office: Office, name: str, text: str) -> None:
    with pytest.raises(SqlRefused, match="or you may not see it"):
        ask(office, name, text)


def test_hidden_columns_are_not_in_a_star(office: Office) -> None:
    seen = office.as_user("employee").sql("select * from employee").columns
    assert "name" in seen and not {"salary", "id_card_no", "id", "chg", "deleted_at"} & set(seen)


@pytest.mark.parametrize("name", ["admin", "finance", "employee", "buyer"])
def test_every_view_can_be_read_whole_by_whoever_may_name_it(office: Office, name: str) -> None:
    with office.as_user(name).reading() as tx:
        views = {view: make() for view, make in view_names(tx).items()}
        assert {"stock_on_hand", "stock_moves", "unit"} <= views.keys()
        for view in views.values():
            assert fill(tx, view, None).column_names == list(view.columns)


def test_times_dates_and_yes_or_no_keep_their_kind(office: Office) -> None:
    row = office.as_user("employee").sql(
        "select created_at, needed_on, total_amount, version from purchase_request limit 1"
    )
    assert [str(column.type) for column in row.table.columns] == [
        "timestamp[us, tz=UTC]",
        "date32[day]",
        "decimal128(18, 2)",
        "int64",
    ]
    flags = office.as_user("employee").sql("select has_variants from product").table
    assert str(flags.column(0).type) == "bool"

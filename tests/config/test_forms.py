"""What a form's file means once it is read."""

from __future__ import annotations

from app.config.form_spec import Grant
from app.config.loader import check, load_catalogue
from app.core.expressions import Type
from tests.config.small import small

REQUEST = "forms/purchasing/purchase_request.yaml"


def a_request(*changes: tuple[str, str]):
    """Give the small company's purchase request, changed."""
    return load_catalogue(small(*[(REQUEST, old, new) for old, new in changes])).forms["purchase_request"]


def test_the_short_form_lines_is_one_table() -> None:
    """`lines` is short for `tables: {lines: {fields: …}}`."""
    assert list(a_request().tables) == ["lines"]
    assert list(a_request().tables["lines"].fields) == ["product", "quantity", "unit_price", "amount"]


def test_computed_fields_come_after_what_they_read() -> None:
    """Lines first, then their total."""
    order = a_request().order
    assert order.index(("lines", "amount")) < order.index((None, "total_amount"))
    assert (None, "requester") in order


def test_what_is_stored_reads_only_what_is_stored() -> None:
    """A stored formula over a live one would never be refreshed: refused at its line, stored or not through a third."""
    totals = (
        "  total_amount: {type: money, formula: sum(lines.amount)}",
        "  total_amount: {type: money, formula: sum(lines.amount)}\n"
        "  earlier: {type: number, label: {en: Earlier, zh: 此前}, formula: count(purchase_request where department == this.department)}\n"
        "  between: {type: number, label: {en: Between, zh: 中间}, formula: earlier + 1}\n"
        "  after: {type: number, label: {en: After, zh: 之后}, formula: between + 1, stored: true}",
    )
    found = check(small((REQUEST, *totals)))
    assert [(one.line, one.words.en) for one in found if one.severity == "error"] == [
        (22, "'after' is stored, but reads a figure that isn't: nothing would refresh it. Store that figure too")
    ]
    totals = (totals[0], totals[1].replace(", stored: true", ""))
    fields = a_request(totals).totals
    assert [name for name, field in fields.items() if not field.kept] == ["earlier", "between", "after"]


def test_defaults_of_access_are_filled_in() -> None:
    """edit = create; export and print = view; delete and import = nobody."""
    verbs = a_request().access.verbs
    assert verbs["edit"] == verbs["create"] == (Grant(role="employee"),)
    assert (
        verbs["export"]
        == verbs["print"]
        == verbs["view"]
        == (Grant(person="requester"), Grant(role="buyer"), Grant(role="finance"))
    )
    assert verbs["delete"] == verbs["import"] == ()


def test_a_text_is_a_row_rule_for_everybody() -> None:
    """`view: department == me.department`."""
    form = a_request(("view:   [requester, buyer, finance]", "view:   department == me.department"))
    (grant,) = form.access.verbs["view"]
    assert grant.role == "everyone" and grant.where is not None


def test_a_row_rule_counts_no_other_documents() -> None:
    """It is answered by the database."""
    (fault,) = check(
        small((REQUEST, "view:   [requester, buyer, finance]", "view:   count(sales_order where customer == null) > 0"))
    )
    assert "count other documents" in fault.words.en


def test_money_keeps_two_digits_and_prices_four() -> None:
    """Digits by type."""
    fields = a_request().tables["lines"].fields
    assert [fields[name].decimals for name in ("amount", "unit_price", "quantity")] == [2, 4, 4]


def test_a_choice_starts_with_the_bare_name_of_an_option() -> None:
    """Options are words, not fields."""
    form = a_request(
        (
            "  reason: ",
            "  kind: {type: choice, label: {en: Kind, zh: 类型}, options: {low: {en: Low, zh: 低}}, default: low}\n"
            "  reason: ",
        )
    )
    assert form.fields["kind"].default is not None
    assert form.fields["kind"].options["low"].zh == "低"


def test_a_currency_starts_as_the_company_s() -> None:
    """Nothing is written, and yet it is there."""
    form = a_request(("  reason: ", "  currency: {type: currency, label: {en: Currency, zh: 币种}}\n  reason: "))
    assert form.fields["currency"].default is not None and "EUR" in form.fields["currency"].default.text


def test_links_show_number_and_name() -> None:
    """Unless the form says otherwise."""
    forms = load_catalogue(small()).forms
    assert (forms["department"].shown_as, forms["purchase_request"].shown_as) == ("{code} {name}", "{number}")


def test_the_list_shows_five_fields_unless_it_says_which() -> None:
    """Number first, stage last."""
    assert load_catalogue(small()).forms["sales_order"].list.columns == ("number", "customer", "ordered_on", "stage")


def test_an_account_has_the_fields_of_its_employee() -> None:
    """`me.department` is read through the account."""
    shape = load_catalogue(small()).shapes["user"]
    assert shape.fields["department"] == Type("link", form="department")


def test_a_rename_is_carried_by_was() -> None:
    """The field knows its earlier name."""
    assert (
        a_request(("  reason:       {type: long_text,", "  reason:       {type: long_text, was: cause,"))
        .fields["reason"]
        .was
        == "cause"
    )


def test_a_reminder_of_rows_reads_the_row() -> None:
    """`at: lines.x` means one reminder a row."""
    form = a_request(
        (
            "list:",
            "reminders:\n  - remind: [requester]\n    at: needed_on - days(2)\n"
            "    message: {en: Soon., zh: 快到了。}\nlist:",
        )
    )
    assert form.reminders[0]["remind"][0].field == "requester"


def test_a_column_of_no_field_is_refused_with_the_nearest_one() -> None:
    """Lists, views, sections alike."""
    (fault,) = check(small((REQUEST, "needed_on, total_amount, stage]", "needed_om, total_amount, stage]")))
    assert fault.words.en == "there is no field 'needed_om'. Did you mean 'needed_on'?"


def test_defaults_come_after_what_they_follow() -> None:
    """A default that reads a default."""
    first = "  starts: {type: date, label: {en: Starts, zh: 开始}, default: ends - days(1)}\n"
    second = "  ends: {type: date, label: {en: Ends, zh: 结束}, default: today}\n"
    order = a_request(("  reason: ", first + second + "  reason: ")).order
    assert order.index((None, "ends")) < order.index((None, "starts"))

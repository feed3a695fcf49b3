"""What a company changes is laid over the product's files and never loses its place."""

from __future__ import annotations

from app.config.loader import check, load_catalogue
from tests.config.small import small

SITE = "site/forms/purchase_request.yaml"
FLOW = "site/workflows/purchase_request.yaml"


def test_a_field_is_added_and_another_moved() -> None:
    """`place` says where each stands."""
    form = load_catalogue(small()).forms["purchase_request"]
    assert list(form.fields) == ["requester", "department", "urgent", "needed_on", "attachments", "reason"]


def test_a_list_of_names_gains_and_loses() -> None:
    """`add`, `remove`, `place`."""
    form = load_catalogue(small()).forms["purchase_request"]
    assert form.list.columns == ("number", "department", "urgent", "needed_on", "total_amount", "stage")


def test_only_the_keys_that_differ_are_written() -> None:
    """A map merges: the type stays, required changes."""
    changed = "  reason: {label: {en: Why, zh: 申购理由}, required: urgent}\n  attachments: {place: before reason}"
    sources = small((SITE, "  attachments: {place: before reason}", changed))
    field = load_catalogue(sources).forms["purchase_request"].fields["reason"]
    assert (field.type, field.label.en, str(field.required)) == ("long_text", "Why", str(field.required))
    assert field.required is not True


def test_a_field_is_removed() -> None:
    """`remove` instead of a map."""
    sources = small((SITE, "attachments: {place: before reason}", "attachments: remove"))
    assert "attachments" not in load_catalogue(sources).forms["purchase_request"].fields


def test_a_check_is_replaced_by_its_text() -> None:
    """Entries of a list are known by their first key."""
    checks = (
        "\nchecks:\n  - check: needed_on >= today\n    remove: true\n"
        "  - check: needed_on >= today + days(2) or urgent\n"
        "    message: {en: We need two days., zh: 至少提前两天。}\n"
    )
    form = load_catalogue(small((SITE, "", checks))).forms["purchase_request"]
    assert [check.message.en for check in form.checks] == ["We need two days."]


def test_steps_are_changed_added_and_removed_by_name() -> None:
    """The order is the product's, with the new step at its place."""
    steps = """\
extends: purchase_request
steps:
  - step: joint_review
    when: total_amount >= 8000
  - step: audit_review
    title: {en: Audit, zh: 审计}
    any_of: [{role: auditor}]
    place: after manager_review
examples:
  - given: {total_amount: 80000}
    path:  [manager_review, audit_review, joint_review]
"""
    workflow = load_catalogue(small((FLOW, "", steps))).workflows["purchase_request"]
    assert [step.name for step in workflow.stages["in_review"].steps] == [
        "manager_review",
        "audit_review",
        "joint_review",
    ]
    assert [example.path for example in workflow.examples] == [("manager_review", "audit_review", "joint_review")]


def test_a_fault_in_a_change_stands_where_the_change_is_written() -> None:
    """Not in the product's file."""
    (fault,) = check(small((SITE, "type: boolean", "type: bolean")))
    assert (fault.file, fault.line) == (SITE, 4)


def test_a_changed_file_has_another_hash_and_reads_back_as_itself() -> None:
    """A run keeps the merged text of its version."""
    plain = load_catalogue(small()).workflows["purchase_request"]
    steps = "extends: purchase_request\nsteps:\n  - {step: joint_review, when: total_amount >= 8000}\n"
    changed = load_catalogue(small((FLOW, "", steps))).workflows["purchase_request"]
    again = load_catalogue(small(("workflows/purchasing/purchase_request.yaml", plain.text, changed.text))).workflows[
        "purchase_request"
    ]
    assert plain.hash != changed.hash == again.hash
    assert str(again.stages["in_review"].steps) == str(changed.stages["in_review"].steps)


def test_the_company_changes_currency_and_keeps_its_roles() -> None:
    """`extends` in site/config, by the organisation's name."""
    sources = small(
        ("site/config/organisation.yaml", "", "extends: small\ntitle: {en: Ours, zh: 我们的公司}\ncurrency: USD\n")
    )
    organisation = load_catalogue(sources).organisation
    assert (organisation.currency, organisation.title.en, "buyer" in organisation.roles) == ("USD", "Ours", True)


def test_the_company_adds_words_and_a_form_of_its_own() -> None:
    """A file of words in the site adds to the glossary."""
    sources = small(
        ("site/config/words.yaml", "", "words:\n  plate: {en: Plate, zh: 车牌}\n"),
        (
            "site/forms/vehicle.yaml",
            "",
            "form: vehicle\ntitle: {en: Vehicle, zh: 车辆}\nnumber: V{seq:4}\n"
            "fields:\n  plate: {type: text}\naccess:\n  view: [employee]\n",
        ),
    )
    form = load_catalogue(sources).forms["vehicle"]
    assert (form.fields["plate"].label.zh, form.area, form.stages) == ("车牌", "own", ("active", "archived"))


def test_a_second_file_of_the_same_name_is_refused() -> None:
    """Changes begin with `extends`."""
    (fault,) = check(small(("site/forms/product.yaml", "", "form: product\ntitle: {en: Mine, zh: 我的}\n")))
    assert fault.words.en == "the form 'product' already stands in forms/sales/product.yaml"


def test_an_organisation_of_its_own_takes_the_product_s_place() -> None:
    """Without `extends`, the company says everything itself."""
    own = small()
    text = own.texts["app/config/organisation.yaml"].replace("organisation: small", "organisation: ours")
    organisation = load_catalogue(small(("site/config/organisation.yaml", "", text))).organisation
    assert organisation.name == "ours"

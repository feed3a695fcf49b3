"""The office in process: commands with keys, whole documents back, publishing while people work."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.config.diagnostics import ConfigError
from app.core.errors import KeyReused, NotAllowed, NotFound
from app.data.repository import PublishedMeanwhile
from app.office import publishing
from app.office.facade import Office
from tests.office.offices import a_company


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here."""
    return a_company(tmp_path_factory.mktemp("facade"))


def write(office: Office, name: str, text: str) -> None:
    """Put a file of the company's own into its site."""
    path = Path(office.settings.site) / "forms" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def a_form(name: str, *fields: str) -> str:
    lines = "\n".join(f"  {field}" for field in fields)
    head = f"form: {name}\ntitle: {{en: {name.title()}, zh: 表单}}\nnumber: {name[0].upper()}-{{seq:4}}\n"
    return f"{head}fields:\n{lines}\naccess:\n  create: [employee]\n"


def test_a_person_gets_the_forms_that_he_may_use(office: Office) -> None:
    assert {"unit", "product", "purchase_request"} <= {spec.name for spec in office.as_user("employee").forms()}


def test_an_unknown_person_or_form_is_told_in_words(office: Office) -> None:
    with pytest.raises(NotFound, match="nobody_here"):
        office.as_user("nobody_here")
    with pytest.raises(NotFound):
        office.as_user("employee").get("salaries", "1")


def test_a_repeated_command_gives_exact_values_again(office: Office) -> None:
    manager = office.as_user("product_manager")
    values = {"code": "PEN-7", "name": "Pen seven", "category": "office", "unit": "pcs", "list_price": "7.25"}
    first = manager.create("product", values, key="pen-7")
    again = manager.create("product", values, key="pen-7")
    assert (again.number, again.version, again["list_price"]) == (first.number, first.version, Decimal("7.2500"))
    assert again["unit"] == "pcs"
    with pytest.raises(KeyReused):
        manager.create("product", values | {"name": "Other"}, key="pen-7")


def test_a_key_of_one_person_is_no_key_of_another(office: Office) -> None:
    office.as_user("product_manager").create("unit", {"code": "mine", "name": "Mine"}, key="shared")
    made = office.as_user("purchasing_manager").create("unit", {"code": "yours", "name": "Yours"}, key="shared")
    assert made.number == "yours"


def test_a_refused_command_leaves_its_key_free(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.as_user("employee").create("unit", {"code": "no", "name": "No"}, key="again")
    assert office.as_user("product_manager").create("unit", {"code": "no", "name": "No"}, key="again").number == "no"


def test_a_file_that_only_adds_is_published_while_the_office_runs(office: Office) -> None:
    write(office, "errand.yaml", a_form("errand", "reason: {type: text, required: true}"))
    office.root.publisher.look(now=True)
    assert office.as_user("employee").create("errand", {"reason": "Stamps"}).number == "E-0001"


def test_a_broken_file_changes_nothing_and_is_told(office: Office) -> None:
    before = office.catalogue.version
    write(office, "broken.yaml", a_form("broken", "reason: {type: text, requird: true}"))
    office.root.publisher.look(now=True)
    assert office.catalogue.version == before
    assert "requird" in office.root.publisher.diagnostics[0].say("en")
    (Path(office.settings.site) / "forms" / "broken.yaml").unlink()
    office.root.publisher.look(now=True)
    assert office.root.publisher.diagnostics == ()


def test_a_change_that_would_lose_data_waits_for_a_person(office: Office) -> None:
    write(office, "trip.yaml", a_form("trip", "reason: {type: text}"))
    office.root.publisher.look(now=True)
    office.as_user("employee").create("trip", {"reason": "far away"})
    write(office, "trip.yaml", a_form("trip", "reason: {type: date}"))
    office.root.publisher.look(now=True)
    assert office.root.publisher.waiting
    assert office.as_user("employee").get("trip", "T-0001")["reason"] == "far away"
    write(office, "trip.yaml", a_form("trip", "reason: {type: text}"))


def test_the_files_are_looked_at_once_a_second_at_most(office: Office) -> None:
    write(office, "later.yaml", a_form("later", "reason: {type: text}"))
    office.root.publisher.look()
    office.root.publisher.look()
    assert office.root.publisher._looked > 0
    office.root.publisher.look(now=True)
    assert "later" in office.catalogue.forms


def test_a_review_says_what_documents_meet_before_anything_is_saved(office: Office) -> None:
    write(office, "loan.yaml", a_form("loan", "reason: {type: text}"))
    office.root.publisher.look(now=True)
    office.as_user("employee").create("loan", {"reason": "a long story"})
    admin, name = office.as_user("admin"), "site/forms/loan.yaml"
    short = {name: a_form("loan", "reason: {type: text, longest: 5}")}
    plan = publishing.review(admin, short)
    assert plan.sentences("en") == ["Reason is too long in 1 documents of Loan."]
    assert [link.number for link in plan.effects[0].examples] == ["L-0001"]
    assert "longest" not in (office.settings.site / "forms" / "loan.yaml").read_text()
    publishing.publish(admin, short, seen=plan.seen)
    assert office.catalogue.forms["loan"].fields["reason"].longest == 5
    assert (office.settings.site / "forms" / "loan.yaml").read_text() == short[name]


def test_of_two_administrators_the_second_is_told_and_his_file_is_not_saved(office: Office) -> None:
    first, second = office.as_user("admin"), office.as_user("admin")
    mine = {"site/forms/mine.yaml": a_form("mine", "reason: {type: text}")}
    yours = {"site/forms/yours.yaml": a_form("yours", "reason: {type: text}")}
    seen = [publishing.review(person, texts).seen for person, texts in ((first, mine), (second, yours))]
    publishing.publish(first, mine, seen=seen[0])
    with pytest.raises(PublishedMeanwhile):
        publishing.publish(second, yours, seen=seen[1])
    assert "mine" in office.catalogue.forms and "yours" not in office.catalogue.forms
    assert not (office.settings.site / "forms" / "yours.yaml").exists()
    publishing.publish(second, yours, seen=publishing.review(second, yours).seen)
    assert {"mine", "yours"} <= set(office.catalogue.forms)


def test_a_refused_change_leaves_the_file_as_it_was(office: Office) -> None:
    name, old = "site/forms/kept.yaml", a_form("kept", "reason: {type: text}")
    write(office, "kept.yaml", old)
    office.root.publisher.look(now=True)
    office.as_user("employee").create("kept", {"reason": "x"})
    retyped = {name: old.replace("type: text", "type: date")}
    admin = office.as_user("admin")
    plan = publishing.review(admin, retyped)
    assert plan.refused and publishing.publish(admin, retyped, seen=plan.seen).refused
    assert (office.settings.site / "forms" / "kept.yaml").read_text() == old
    with pytest.raises(ConfigError, match="requird"):
        publishing.review(admin, {name: old.replace("type: text", "type: text, requird: true")})


def test_only_administrators_publish_and_only_into_the_site(office: Office) -> None:
    with pytest.raises(NotAllowed, match="publish"):
        publishing.review(office.as_user("employee"))
    admin = office.as_user("admin")
    with pytest.raises(publishing.NotOfTheCompany, match=r"\.\./evil"):
        publishing.publish(admin, {"../evil.yaml": a_form("evil", "reason: {type: text}")}, seen="")

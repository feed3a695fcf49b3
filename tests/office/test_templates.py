"""Templates: a form of others in force within a moment, with samples; taken out again as if it had never been."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect

from app.config.loader import check
from app.config.settings import CHECKOUT
from app.config.sources import Sources
from app.config.template_reader import check_templates, read_templates
from app.core.actor import SYSTEM
from app.core.errors import DaybookError, Invalid, NotAllowed
from app.data import sealing
from app.ledger import Ledger
from app.office import Office
from app.office import templates as library
from app.workflow import log
from tests.office.offices import a_company_at_work

NAMES = ("asset_register", "vehicle_booking", "visitor_log")


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Office:
    """A company with employees, a manager and an administrator."""
    made = a_company_at_work(tmp_path, database_url)
    yield made
    made.repository.close()


def tables(office: Office) -> set[str]:
    with office.repository.reading(SYSTEM) as tx:
        return set(inspect(tx.connection).get_table_names())


def said_of(office: Office, word: str) -> dict[str, int]:
    """Count the rows that speak of a form, table by table; the audit, which is never cut, aside."""
    found = {}
    with office.repository.reading(SYSTEM) as tx:
        for table in tables(office) - {"office_audit", "office_audit_seal"}:
            if table.startswith("office_search") or table == "workflow_definition":
                continue
            count = sum(word in str(row) for row in tx.fetch(f'select * from "{table}"'))
            if count:
                found[table] = count
    return found


def sound(office: Office) -> bool:
    with office.repository.reading(SYSTEM) as tx:
        return not [*Ledger(tx).verify(), *log.verify(tx), *sealing.verify(tx).broken]


def in_site(office: Office) -> list[str]:
    return sorted(path.relative_to(office.settings.site).as_posix() for path in office.settings.site.rglob("*"))


@pytest.mark.capability("TPL-01")
@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_in_force_with_its_samples_and_gone_without_trace(office: Office, name: str) -> None:
    before, files = tables(office), in_site(office)
    spec = library.templates()[name]
    assert library.install(office, name) == len(spec.sample) > 1
    seen = [row for form in spec.forms for row in office.as_user("employee").list(form).rows]
    assert len(seen) == len(spec.sample)
    assert not check(Sources(CHECKOUT, office.settings.site, complete=True))
    with office.repository.transaction(SYSTEM) as tx:
        sealing.seal(tx)
    library.remove(office, name)
    assert (tables(office), in_site(office)) == (before, files)
    assert not [found for form in spec.forms if (found := said_of(office, form))]
    assert not office.as_user("admin").search("Sample")
    assert not {form.name for form in office.as_user("admin").forms()} & set(spec.forms)
    assert sound(office)


def test_samples_speak_the_language_and_stand_in_their_stages(office: Office) -> None:
    library.install(office, "visitor_log", roles={"front_desk": "warehouse"}, locale="zh")
    rows = office.as_user("warehouse").list("visitor", columns=["guest", "stage", "host", "arrived_at"]).rows
    assert {(row["guest"], row["stage"]) for row in rows} == {
        ("示例·陈安", "expected"),
        ("示例·王波", "on_site"),
        ("示例·米娅", "left"),
    }
    assert all(row["host"] for row in rows) and sum(row["arrived_at"] is not None for row in rows) == 2


def test_a_role_of_the_template_becomes_a_role_of_the_company(office: Office) -> None:
    library.install(office, "visitor_log", roles={"front_desk": "warehouse"})
    guest = {"guest": "Li", "host": office.as_user("admin").list("employee").rows[0]["number"], "purpose": "meeting"}
    number = office.as_user("employee").create("visitor", guest).number
    with pytest.raises(NotAllowed):
        office.as_user("employee").act("visitor", number, "arrive", badge_no="3")
    assert office.as_user("warehouse").act("visitor", number, "arrive", badge_no="3").stage == "on_site"
    assert office.as_user("warehouse").act("visitor", number, "leave").stage == "left"
    text = (office.settings.site / "forms/people/visitor.yaml").read_text()
    assert "<front_desk>" not in text and "view:   [warehouse," in text


def test_a_template_with_real_documents_stays_and_says_how_many(office: Office) -> None:
    library.install(office, "vehicle_booking")
    admin = office.as_user("admin")
    for plate in ("A-1", "A-2"):
        admin.create("vehicle", {"plate": plate, "name": "Van"})
    with pytest.raises(library.TemplateInUse, match=r"holds 2 real documents \(A-1, A-2\)"):
        library.remove(office, "vehicle_booking")
    assert admin.get("vehicle", "A-1") and library.installed(office.settings, "vehicle_booking")
    for plate in ("A-1", "A-2"):
        admin.delete("vehicle", plate)
    library.remove(office, "vehicle_booking")
    assert "vehicle" not in tables(office) and sound(office)


def test_a_sample_that_somebody_tried_out_is_still_a_sample(office: Office) -> None:
    library.install(office, "asset_register", sample=True)
    office.as_user("admin").act("asset", "SAMPLE-1", "write_off")
    library.remove(office, "asset_register")
    assert "asset" not in tables(office) and sound(office)


def test_a_template_that_comes_again_remembers_nothing(office: Office) -> None:
    library.install(office, "asset_register")
    office.as_user("admin").act("asset", "SAMPLE-1", "write_off")
    library.remove(office, "asset_register")
    library.install(office, "asset_register", sample=False)
    assert not office.as_user("admin").list("asset").rows
    made = office.as_user("admin").create("asset", {"code": "B-1", "name": "Desk", "kind": "furniture"})
    assert [entry.act for entry in office.as_user("admin").history("asset", made.number)] == ["create"]
    assert office.as_user("admin").act("asset", "B-1", "repair").stage == "in_repair"
    assert sound(office)


def test_a_car_is_never_booked_twice_for_the_same_time(office: Office) -> None:
    library.install(office, "vehicle_booking", roles={"fleet_keeper": "warehouse"})
    office.as_user("warehouse").create("vehicle", {"plate": "A-1", "name": "Van", "seats": 3})
    booking = {
        "vehicle": "A-1",
        "starts_at": "2090-05-01T09:00:00+08:00",
        "ends_at": "2090-05-01T12:00:00+08:00",
        "purpose": "Fetch",
    }
    first, second = (
        office.as_user(name).create("vehicle_booking", booking).number for name in ("employee", "colleague")
    )
    office.as_user("employee").act("vehicle_booking", first, "ask_for")
    office.as_user("colleague").act("vehicle_booking", second, "ask_for")
    assert office.as_user("warehouse").act("vehicle_booking", first, "agree").stage == "booked"
    with pytest.raises(Invalid, match="booked for this time meanwhile"):
        office.as_user("warehouse").act("vehicle_booking", second, "agree")
    with pytest.raises(Invalid, match="too few seats"):
        office.as_user("employee").create(
            "vehicle_booking",
            booking | {"people": 4, "starts_at": "2090-06-01T09:00:00+08:00", "ends_at": "2090-06-02T09:00:00+08:00"},
            submit=True,
        )


def test_an_asset_is_asked_for_agreed_and_handed_over(office: Office) -> None:
    library.install(office, "asset_register", roles={"asset_keeper": "warehouse"})
    request = office.as_user("employee").create(
        "asset_request", {"asset": "SAMPLE-1", "reason": "New desk"}, submit=True
    )
    (task,) = office.as_user("purchasing_manager").inbox()
    assert office.as_user("purchasing_manager").decide(task.id, "approve").stage == "approved"
    holder = office.as_user("admin").list("employee", where="account == 'employee'").rows[0]["number"]
    assert office.as_user("warehouse").act("asset", "SAMPLE-1", "hand_over", holder=holder).stage == "in_use"
    taken = office.as_user("warehouse").act("asset", "SAMPLE-1", "take_back")
    assert (taken.stage, taken["holder"]) == ("in_store", None) and request.number


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [
        (
            "visitor_book",
            {},
            "There is no template 'visitor_book'. There are asset_register, vehicle_booking, visitor_log",
        ),
        ("visitor_log", {"roles": {"desk": "buyer"}}, "has no role 'desk' to fill in. It has front_desk"),
        (
            "visitor_log",
            {"roles": {"front_desk": "recepton"}},
            "does not fit .*37:12: 'recepton' is neither a role nor",
        ),
    ],
)
def test_what_cannot_be_installed_changes_nothing_and_says_why(office: Office, name: str, how: dict, says: str) -> None:
    before, files = tables(office), in_site(office)
    with pytest.raises(DaybookError, match=says):
        library.install(office, name, **how)
    assert (tables(office), in_site(office)) == (before, files)


def test_a_form_of_the_same_name_is_not_written_over(office: Office) -> None:
    path = office.settings.site / "forms/people/visitor.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "form: visitor\ntitle: {en: Our visitor, zh: 我们的访客}\nnumber: V-{seq:3}\nfields:\n  note: {type: text}\naccess: {create: [employee]}\n"
    )
    office.root.publisher.look(now=True)
    with pytest.raises(library.NotInstalled, match="is there"):
        library.install(office, "visitor_log")
    assert "Our visitor" in path.read_text()


def test_a_form_that_somebody_builds_on_stays(office: Office) -> None:
    library.install(office, "vehicle_booking")
    trip = office.settings.site / "forms/trip.yaml"
    trip.write_text(
        "form: trip\ntitle: {en: Trip, zh: 出差}\nnumber: T-{seq:3}\nfields:\n  vehicle: {type: vehicle, label: {en: Car, zh: 车}}\naccess: {create: [employee]}\n"
    )
    office.root.publisher.look(now=True)
    with pytest.raises(library.NotInstalled, match="vehicle"):
        library.remove(office, "vehicle_booking")
    assert office.as_user("employee").list("vehicle").rows and not office.root.publisher.diagnostics


def test_a_changed_file_is_only_removed_when_it_is_said(office: Office) -> None:
    library.install(office, "visitor_log")
    path = office.settings.site / "forms/people/visitor.yaml"
    path.write_text(path.read_text().replace("Guest", "Caller"))
    with pytest.raises(library.TemplateChanged, match=r"site/forms/people/visitor\.yaml was changed"):
        library.remove(office, "visitor_log")
    library.remove(office, "visitor_log", changed=True)
    assert not path.exists()


def test_a_template_is_installed_once_and_removed_once(office: Office) -> None:
    library.install(office, "visitor_log")
    with pytest.raises(library.TemplateThere):
        library.install(office, "visitor_log")
    library.remove(office, "visitor_log")
    with pytest.raises(library.TemplateNotThere):
        library.remove(office, "visitor_log")


def test_every_template_is_in_order() -> None:
    assert tuple(read_templates(CHECKOUT)) == NAMES
    assert [fault.say("en") for fault in check_templates(CHECKOUT)] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "template.yaml",
            "needs: [employee]",
            "needs: [employe]",
            "template.yaml:9:9: there is no form 'employe'. Did you mean 'employee'?",
        ),
        (
            "template.yaml",
            "forms/visitor.yaml, ",
            "forms/visitors.yaml, ",
            "there is no file 'forms/visitors.yaml' here. Did you mean 'forms/visitor.yaml'?",
        ),
        (
            "template.yaml",
            "default: employee",
            "default: employes",
            "there is no role 'employes'. Did you mean 'employee'?",
        ),
        ("template.yaml", 'badge_no: "07"', 'badge: "07"', "there is no field 'badge'."),
        ("template.yaml", "stage: on_site", "stage: on_side", "there is no stage 'on_side'. Did you mean 'on_site'?"),
        ("template.yaml", "picture:", "pictur:", "'pictur' is not an option here. Did you mean 'picture'?"),
        ("template.yaml", "template: visitor_log", "template: visitors", "'visitors' is not one of"),
        ("template.yaml", "summary:", "needs_more: x\nsummary:", "'needs_more' is not an option here"),
        ("forms/visitor.yaml", "<front_desk>", "<frontdesk>", "<frontdesk>"),
        ("forms/visitor.yaml", "type: phone", "type: fone", "'fone' is neither a type nor a form"),
    ],
)
def test_a_wrong_template_is_told_with_its_place(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    for folder in ("forms", "workflows", "app/config"):
        (tmp_path / folder).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / folder).symlink_to(CHECKOUT / folder)
    place = tmp_path / "templates/visitor_log"
    for path in (CHECKOUT / "templates/visitor_log").rglob("*.yaml"):
        copy = place / path.relative_to(CHECKOUT / "templates/visitor_log")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    assert old in (place / file).read_text()
    (place / file).write_text((place / file).read_text().replace(old, new))
    assert any(says in fault.say("en") for fault in check_templates(tmp_path)), [
        f.say("en") for f in check_templates(tmp_path)
    ]

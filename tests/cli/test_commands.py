"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from typer.testing import CliRunner

from app.cli.commands import command_line
from app.cli.documents import _pairs
from app.config.settings import CHECKOUT
from app.core.errors import DaybookError
from app.office.facade import opened


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, opened anew by each test."""
    monkeypatch.setenv("DAYBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("DAYBOOK_LOCALE", "en")
    opened.cache_clear()
    yield tmp_path
    opened.cache_clear()


def said(*arguments: str) -> str:
    """Give what a command that ends well prints."""
    done = CliRunner().invoke(command_line(), list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_people_get_accounts_roles_and_tokens(home: Path) -> None:
    assert "ann can sign in with the password" in said(
        "user", "add", "ann", "--title", "Ann Lee", "--role", "buyer", "--role", "analyst"
    )
    assert "ann\tAnn Lee\tanalyst, buyer, employee\tyes" in said("user", "list")
    said("user", "role", "ann", "finance")
    said("user", "role", "ann", "buyer", "--take")
    assert "ann\tAnn Lee\tanalyst, employee, finance\tyes" in said("user", "list")
    token = said("token", "ann", "--scope", "read", "--days", "3").strip()
    assert opened().of_token(token).actor.name == "ann"
    said("user", "stop", "ann")
    assert opened().of_token(token) is None


def test_an_unknown_role_is_answered_with_those_there_are(home: Path) -> None:
    with pytest.raises(DaybookError, match=r"no role 'byer'.*buyer"):
        CliRunner().invoke(command_line(), ["user", "add", "bob", "--role", "byer"], catch_exceptions=False)


def test_sql_speaks_with_the_rights_of_the_person(home: Path) -> None:
    said("user", "add", "pam", "--role", "product_manager")
    opened().as_user("pam").create("unit", {"code": "pcs", "name": "Piece"})
    assert said("sql", "select code, name from unit", "--user", "pam") == "code\tname\npcs\tPiece\n"


def test_the_files_of_the_product_are_in_order(home: Path) -> None:
    assert "All files are in order." in said("check")


def test_a_wrong_file_is_told_with_its_place(home: Path) -> None:
    (home / "site" / "forms").mkdir(parents=True)
    (home / "site" / "forms" / "a.yaml").write_text(
        "form: trip\ntitle: {en: Trip, zh: 出差}\nnumber: T-{seq:4}\nfields:\n  reason: {typ: text}\n"
    )
    done = CliRunner().invoke(command_line(), ["check"])
    assert done.exit_code == 1 and "a.yaml:5:" in done.output and "'type'" in done.output


def test_the_number_of_mistakes_stands_on_a_line_of_its_own(home: Path) -> None:
    (home / "site" / "forms").mkdir(parents=True)
    (home / "site" / "forms" / "a.yaml").write_text("form: trip\n")
    lines = CliRunner().invoke(command_line(), ["check"]).output.splitlines()
    assert any(re.fullmatch(r"\d+ mistakes\.", line) for line in lines)


def test_check_repairs_what_has_one_right_answer_and_shows_it(home: Path) -> None:
    path = home / "site" / "forms" / "trip.yaml"
    path.parent.mkdir(parents=True)
    text = (
        "form: trip   # 出差\ntitle: {en: Trip, zh: 出差}\nnumber: T-{seq:4}\nfields:\n"
        "  days: {type: number, label: {en: Days, zh: 天数}, default: if(today = null, 1, 2)}\n"
        "access: {create: [employee]}\n"
    )
    path.write_text(text)
    done = CliRunner().invoke(command_line(), ["check", "--fix"])
    assert path.read_text() == text.replace("if(today = null, 1, 2)", '"if(today == null, 1, 2)"')
    assert '+  days: {type: number, label: {en: Days, zh: 天数}, default: "if(today == null, 1, 2)"}' in done.output
    assert done.exit_code == 0 and "1 files repaired." in done.output, done.output


def test_a_plan_changes_nothing_and_migrate_does(home: Path) -> None:
    assert "This would be done." in said("migrate", "--plan")
    assert "Done." in said("migrate")


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (["-p", "supplier", "S-1", "-p", "until", "2024-12-31"], {"supplier": "S-1", "until": "2024-12-31"}),
        (["-p", "supplier=S-1"], {"supplier": "S-1"}),
        ([], {}),
    ],
)
def test_parameters_of_a_notebook_are_read(arguments: list[str], values: dict[str, str]) -> None:
    assert _pairs(arguments) == values


def test_the_ledger_of_an_empty_office_is_sound(home: Path) -> None:
    assert "The ledger is sound." in said("verify")


def test_a_new_form_passes_the_check_and_takes_documents(home: Path) -> None:
    said("user", "add", "eve", "--role", "employee")
    said("new-form", "visit")
    first, schema = (home / "site/forms/visit.yaml").read_text("utf-8").splitlines()[0], home / "site/schema/forms.json"
    assert first == "# yaml-language-server: $schema=../schema/forms.json" and '"supplier"' in schema.read_text("utf-8")
    assert "schema/forms.json" in (home / "site/.vscode/settings.json").read_text("utf-8")
    assert "All files are in order." in said("check")
    opened().root.publisher.look(now=True)
    assert opened().as_user("eve").create("visit", {"reason": "Look at samples"}).number == "V-00001"
    assert CliRunner().invoke(command_line(), ["new-form", "visit"]).exit_code == 2
    assert CliRunner().invoke(command_line(), ["new-form", "../etc"]).exit_code == 2


def test_an_export_holds_what_the_person_sees_and_no_formula_for_a_spreadsheet(home: Path) -> None:
    said("user", "add", "pam", "--role", "product_manager")
    opened().as_user("pam").create("unit", {"code": "kg", "name": "=1+1"})
    said("export", "unit", "--user", "pam", "--to", str(home / "units.csv"))
    assert "'=1+1" in (home / "units.csv").read_text("utf-8-sig")


def test_no_path_of_a_shipped_workflow_gets_stuck(home: Path) -> None:
    assert "No path gets stuck." in said("prove", "purchase_request")
    assert CliRunner().invoke(command_line(), ["prove", "nosuch"]).exit_code == 2


def test_an_empty_home_takes_over_the_currency_of_a_plan(home: Path) -> None:
    (home / "data").mkdir()
    answer = CliRunner().invoke(
        command_line(), ["import", "--plan", "examples/adventureworks/plan.yaml", "--data", str(home / "data")]
    )
    assert isinstance(answer.exception, DaybookError) and "its books begin in USD" in answer.output
    assert opened().catalogue.organisation.currency == "USD"
    assert opened().as_user("admin").actor.has_role("buyer")


def test_an_unknown_plan_is_answered_with_those_there_are_and_a_missing_right_in_words(home: Path) -> None:
    unknown = CliRunner().invoke(command_line(), ["import", "--plan", "nosuch.yaml", "--data", "."])
    assert "adventureworks" in str(unknown.exception)
    said("user", "add", "ann", "--role", "admin")
    unmapped = CliRunner().invoke(command_line(), ["import", "department", "x.csv", "--user", "ann"])
    assert "can't import" in str(unmapped.exception)


def test_two_accounts_are_said_to_be_of_one_person_and_parted_again(home: Path) -> None:
    for name in ("ann", "ann2"):
        said("user", "add", name, "--role", "employee")
    assert "One person: ann, ann2." in said("user", "same", "ann2", "ann")
    assert "One person: ann, ann2." in said("user", "same", "ann")
    assert "One person: ann2." in said("user", "same", "ann2", "--own")


@pytest.mark.capability("IMP-10")
def test_an_upgrade_is_told_before_it_is_taken_and_settled_after(home: Path) -> None:
    mine = home / "site/forms/supplier.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("extends: supplier\nfields:\n  contact: {required: true}\n", "utf-8")
    assert "Nothing to settle." in said("upgrade"), "no office has put the change in force"
    opened()
    assert (home / "site/base/forms/supplier.yaml").read_bytes() == (CHECKOUT / "forms/purchasing/supplier.yaml").read_bytes()
    newer = home / "newer"
    for folder in ("forms", "workflows", "app/config"):
        copytree(CHECKOUT / folder, newer / folder, ignore=ignore_patterns("*.py", "__pycache__"))
    supplier = newer / "forms/purchasing/supplier.yaml"
    supplier.write_text(supplier.read_text("utf-8").replace("contact:        {type: text}", "contact: {type: text, required: tax_no != null}"), "utf-8")
    done = CliRunner().invoke(command_line(), ["upgrade", str(newer)])
    assert done.exit_code == 1 and "fields.contact.required (site/forms/supplier.yaml:3): changed on both sides" in done.output
    assert CliRunner().invoke(command_line(), ["upgrade", str(home)]).exit_code == 2
    assert "0 files settled." in said("upgrade", "--settle")

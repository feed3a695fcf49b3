"""An upgrade is told key by key: what the product changed, what the company changed, and where both did."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.bases import Upgrade, keep_bases, upgrades
from app.config.loader import Sources, check, load_catalogue
from tests.config.small import FILES, small

REQUEST, FLOW = "forms/purchasing/purchase_request.yaml", "workflows/purchasing/purchase_request.yaml"
OURS, OUR_FLOW, KEPT = "site/forms/purchase_request.yaml", "site/workflows/purchase_request.yaml", "site/base/forms/"
CHANGE = """\
extends: purchase_request
fields:
  reason:      {required: false, label: {en: Why, zh: 申购理由}}
  urgent:      {type: boolean, label: {en: Urgent, zh: 加急}, place: after department}
  attachments: {place: before reason, required: true}
list: {add: [urgent], remove: [requester], place: after department}
"""
STEPS = """\
extends: purchase_request
steps:
  - step: joint_review
    when: total_amount >= 8000
"""


def upgraded(*changes: tuple[str, str, str], ours: str = CHANGE, steps: str = STEPS) -> Sources:
    """Give the small company after the product changed texts of its own: (file, old, new)."""
    sources = small(*changes)
    sources.texts.update({OURS: ours, OUR_FLOW: steps})
    sources.texts.update({f"{KEPT}purchase_request.yaml": FILES[REQUEST]})
    sources.texts.update({"site/base/workflows/purchase_request.yaml": FILES[FLOW]})
    return sources


def of(sources: Sources, file: str = OURS) -> Upgrade:
    (found,) = [each for each in upgrades(sources) if each.file == file]
    return found


def kinds(upgrade: Upgrade) -> dict[str, str]:
    return {".".join(meeting.path): meeting.kind for meeting in upgrade.meetings}


def test_without_an_upgrade_there_is_nothing_but_what_the_company_changed() -> None:
    assert set(kinds(of(upgraded())).values()) == {"yours"} and not of(upgraded()).conflicts


def test_what_only_the_product_changed_is_taken_over() -> None:
    sources = upgraded((REQUEST, "needed_on:    {type: date, required: true}", "needed_on:    {type: date}"))
    assert kinds(of(sources))["fields.needed_on.required"] == "shipped"
    assert load_catalogue(sources).forms["purchase_request"].fields["needed_on"].required is False


def test_a_key_that_both_changed_is_told_with_place_and_all_three_values_and_ours_runs() -> None:
    sources = upgraded((REQUEST, "{type: long_text, required: true}", "{type: long_text, required: needed_on != null}"))
    (met,) = of(sources).conflicts
    assert (met.path, met.kind) == (("fields", "reason", "required"), "both")
    assert "\n".join(of(sources).lines()).splitlines()[1:5] == [
        "  fields.reason.required (site/forms/purchase_request.yaml:3): changed on both sides; yours runs until you settle it",
        "    then: true",
        '    now: "needed_on != null"',
        "    yours: false",
    ]
    assert "双方都改了；处理之前以你的为准" in "\n".join(of(sources).lines("zh"))
    (fault,) = check(sources)
    assert (fault.severity, fault.file, fault.line) == ("warning", OURS, 3) and "daybook upgrade" in fault.words.zh
    assert load_catalogue(sources).forms["purchase_request"].fields["reason"].required is False


def test_what_the_product_took_away_stays_with_the_company_s_change_until_it_is_settled() -> None:
    sources = upgraded((REQUEST, "  attachments:  {type: files}\n", ""))
    assert kinds(of(sources))["fields.attachments.required"] == "gone"
    field = load_catalogue(sources).forms["purchase_request"].fields["attachments"]
    assert (field.type, field.required) == ("files", True)
    del sources.texts[f"{KEPT}purchase_request.yaml"]
    assert "no field 'attachments' to change" in check(sources)[0].words.en, "nobody knows what it was"


def test_what_both_removed_is_done_and_what_stood_beside_it_finds_its_place() -> None:
    ours = "extends: purchase_request\nfields:\n  attachments: remove\n  urgent: {type: boolean, label: {en: U, zh: 急}, place: after attachments}\n"
    ours += "list: {remove: [requester]}\n"
    sources = upgraded((REQUEST, "  attachments:  {type: files}\n", ""), (REQUEST, "list: [number, department, requester,", "list: [number, department,"), ours=ours)
    assert kinds(of(sources)) == {"fields.attachments": "same", "list.requester": "same", "fields.urgent": "yours"}
    assert [fault.say() for fault in check(sources)] == []
    assert list(load_catalogue(sources).forms["purchase_request"].fields)[-1] == "urgent"


def test_the_same_change_on_both_sides_may_go() -> None:
    sources = upgraded((FLOW, "total_amount >= 5000", "total_amount >= 8000"))
    assert kinds(of(sources, OUR_FLOW)) == {"steps.joint_review.when": "same"}


def test_steps_are_compared_by_name() -> None:
    sources = upgraded((FLOW, "total_amount >= 5000", "total_amount >= 6000"), (FLOW, "2 days", "3 days"))
    assert kinds(of(sources, OUR_FLOW)) == {
        "steps.joint_review.when": "both",
        "steps.manager_review.escalate.after": "shipped",
    }
    steps = load_catalogue(sources).workflows["purchase_request"].stages["in_review"].steps
    assert str(steps[1].when) == "Expression('total_amount >= 8000')"  # type: ignore[union-attr]


def test_a_step_that_the_product_took_away_and_the_company_changes_stays() -> None:
    text = FILES[FLOW]
    gone = text[text.index("  - step: joint_review") : text.index("examples:")]
    sources = upgraded((FLOW, gone, ""))
    assert kinds(of(sources, OUR_FLOW))["steps.joint_review.when"] == "gone"
    steps = load_catalogue(sources).workflows["purchase_request"].stages["in_review"].steps
    assert [step.name for step in steps] == ["manager_review", "joint_review"]


def test_a_field_of_one_name_that_both_added_is_a_conflict() -> None:
    added = "  attachments:  {type: files}\n  urgent: {type: text, label: {en: Urgency, zh: 紧急程度}}\n"
    sources = upgraded((REQUEST, "  attachments:  {type: files}\n", added))
    assert kinds(of(sources))["fields.urgent.type"] == "both"
    assert load_catalogue(sources).forms["purchase_request"].fields["urgent"].type == "boolean"


def test_bases_are_kept_once_and_anew_only_when_settled(tmp_path: Path) -> None:
    product, site = tmp_path / "product", tmp_path / "site"
    for name, text in FILES.items():
        path = site / name.removeprefix("site/") if name.startswith("site/") else product / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    sources, base = Sources(product, site), site / "base/forms/purchase_request.yaml"
    assert base in keep_bases(sources) and keep_bases(sources) == []
    newer = FILES[REQUEST].replace("  attachments:  {type: files}\n", "")
    (product / REQUEST).write_text(newer, "utf-8")
    assert keep_bases(sources) == [] and base.read_text("utf-8") == FILES[REQUEST]
    assert of(sources).name == REQUEST and kinds(of(sources))["fields.attachments"] in ("shipped", "gone")
    assert keep_bases(sources, settle=True) == [base] and base.read_text("utf-8") == newer


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_kind_of_meeting_is_told_in_a_sentence(locale: str) -> None:
    sources = upgraded((REQUEST, "required: true}\n  reason", "required: false}\n  reason"))
    assert all("None" not in line for line in of(sources).lines(locale))

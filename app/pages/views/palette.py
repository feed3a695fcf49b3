"""What the palette finds among the records."""

from __future__ import annotations

from typing import Any

from app.office import Office
from app.pages.views.cells import stage_chip
from app.pages.views.menu import Command, icon_of

MOST = 14


def find(office: Office, text: str, locale: str) -> list[Command]:
    """Give the records that fit what was typed, the best first, only those the person may see."""
    return [_record(office, hit, locale) for hit in office.search(text, limit=MOST)]


def _record(office: Office, hit: Any, locale: str) -> Command:
    form, link = office.catalogue.forms[hit.link.form], hit.link
    stage = stage_chip(office.catalogue, form.name, hit.stage, locale).word
    named = form.title.say(locale) if str(link) == link.number else f"{form.title.say(locale)} {link.number}"
    hint = f"{named}{'，' if locale == 'zh' else ', '}{stage}"
    return Command(
        f"{form.name}/{link.number}", str(link), hint, f"/{form.name}/{link.number}", icon_of(form), "record"
    )

"""Who read what is sensitive, as an auditor sees it: by whom, when, through which door, which document and fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core import formats
from app.data.access import Read
from app.office import Office
from app.pages.views.cells import Reader
from app.pages.views.listing import reader_of
from app.pages.views.timeline import DOORS
from app.pages.wording import text

MOST, LONGEST = 200, 120


@dataclass
class ReadLine:
    """One reading."""

    when: str = ""
    who: str = ""
    door: str = ""
    form: str = ""
    what: str = ""
    href: str = ""
    fields: str = ""


@dataclass
class ReadsPage:
    """Everything of the page."""

    lines: list[ReadLine] = field(default_factory=list)
    number: str = ""
    as_of: str = ""


def reads_page(office: Office, locale: str, *, number: str = "") -> ReadsPage:
    """Give the newest readings, or those of one document; NotAllowed to anybody but an auditor."""
    found: Sequence[Read] = office.sensitive_reads(number=number.strip()[:200], limit=MOST)
    reader = reader_of(office, locale)
    as_of = text("reads_as_of", locale, time=formats.clock(reader.now, zone=reader.zone), count=len(found))
    return ReadsPage([_line(reader, office, read) for read in found], number, as_of)


def _line(reader: Reader, office: Office, read: Read) -> ReadLine:
    spec = office.catalogue.forms.get(read.form)
    one = read.rows == 1 and " " not in read.what
    labels = [_label(office, read.form, name, reader.locale) for name in read.fields]
    return ReadLine(
        formats.moment(read.at, now=reader.now, zone=reader.zone, locale=reader.locale),
        read.account.title or read.account.number,
        text(DOORS.get(read.door, "door_page"), reader.locale),
        spec.title.say(reader.locale) if spec else read.form,
        read.what if len(read.what) <= LONGEST else f"{read.what[:LONGEST]} …",
        f"/{read.form}/{read.what}" if one and spec else "",
        ("、" if reader.locale == "zh" else ", ").join(labels),
    )


def _label(office: Office, form: str, name: str, locale: str) -> str:
    spec = office.catalogue.forms.get(form)
    table, _, own = name.rpartition(".")
    fields = (spec.tables[table].fields if table in spec.tables else spec.header) if spec else {}
    return fields[own].label.say(locale) if own in fields else name

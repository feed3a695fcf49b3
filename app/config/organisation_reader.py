"""Reads the company: currency, calendars, roles, limits, duties; and the glossary, messages, stages, areas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from app.config.catalogue import StageWord
from app.config.organisation_spec import ApartSpec, CalendarSpec, OrganisationSpec, RoleSpec
from app.config.reader import Reader
from app.config.tree import Node
from app.config.workflow_reader import MEANINGS
from app.core.words import Words

KEYS = (
    "organisation",
    "title",
    "currency",
    "calendar",
    "calendars",
    "chart",
    "roles",
    "limits",
    "duties",
    "keep_apart",
    "process_admins",
)
CALENDAR_KEYS = ("zone", "hours", "week", "holidays", "days_off", "days_on")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ICONS = {
    "not_begun": "pencil",
    "waiting": "clock",
    "under_way": "package",
    "ended_well": "check",
    "stopped": "triangle-alert",
    "goes_back": "undo-2",
}


class OrganisationReader:
    """Reads organisation.yaml."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def read(self, tree: Node, name: str) -> OrganisationSpec:
        """Give the company."""
        read = self.reader
        entries = read.options(tree, KEYS)
        calendars = {key: self.calendar(key, node) for key, node in read.named(entries.get("calendars")).items()}
        roles = self.roles(entries.get("roles"))
        duties = {
            key: tuple(item.text for item in read.texts(node))
            for key, node in read.named(entries.get("duties")).items()
        }
        calendar = read.name(entries.get("calendar"), calendars, "no_calendar") or next(iter(calendars), "office")
        return OrganisationSpec(
            name,
            read.words(entries.get("title")),
            self.currency(entries.get("currency")),
            calendar,
            calendars,
            read.text(entries.get("chart"), "international"),
            roles,
            self.limits(entries.get("limits")),
            duties,
            self.apart(entries.get("keep_apart"), duties),
            tuple(item.text for item in read.texts(entries.get("process_admins"))),
        )

    def currency(self, node: Node | None) -> str:
        """Give a currency's code."""
        text = self.reader.text(node, "CNY")
        if node is not None and not re.fullmatch(r"[A-Z]{3}", text):
            self.reader.report.fault(node, "no_currency", word=text)
        return text

    def calendar(self, name: str, node: Node) -> CalendarSpec:
        """Give the working hours of a place."""
        read = self.reader
        entries = read.options(node, CALENDAR_KEYS)
        zone = read.name(entries.get("zone"), available_timezones(), "no_zone") or "UTC"
        hours = tuple(found for item in read.texts(entries.get("hours")) if (found := self.hours(item)))
        plain = CalendarSpec(name)
        return CalendarSpec(
            name,
            zone,
            hours or plain.hours,
            read.names(entries.get("week"), WEEK, "not_option", options=", ".join(WEEK)) or plain.week,
            read.text(entries.get("holidays")) or None,
            self.days(entries.get("days_off")),
            self.days(entries.get("days_on")),
        )

    def hours(self, node: Node) -> tuple[str, str] | None:
        """Give a stretch of hours."""
        match = re.fullmatch(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", node.text)
        if not match or match[0][:5] >= match[0][6:]:
            self.reader.report.fault(node, "bad_hours", word=node.text)
            return None
        return match[0][:5], match[0][6:]

    def days(self, node: Node | None) -> frozenset[date]:
        """Give dates."""
        found = set()
        for item in self.reader.texts(node):
            try:
                found.add(date.fromisoformat(item.text))
            except ValueError:
                self.reader.report.fault(item, "not_option", word=item.text, options="2026-10-01")
        return frozenset(found)

    def roles(self, node: Node | None) -> dict[str, RoleSpec]:
        """Give the roles; what one includes is a role."""
        found, read = {}, self.reader
        nodes = read.named(node)
        for name, value in nodes.items():
            entries = read.options(value, ("title", "includes", "outside", "two_factor"))
            found[name] = RoleSpec(
                name,
                read.label(name, value, entries.get("title")),
                read.names(entries.get("includes"), nodes, "no_role"),
                read.flag(entries.get("outside")),
                read.flag(entries.get("two_factor")),
            )
        return found

    def limits(self, node: Node | None) -> dict[str, Mapping[str, Decimal]]:
        """Give what one person of a post may approve alone."""
        return {
            post: {field: self.reader.number(value) for field, value in self.reader.named(entry).items()}
            for post, entry in self.reader.named(node).items()
        }

    def apart(self, node: Node | None, duties: Mapping[str, tuple[str, ...]]) -> tuple[ApartSpec, ...]:
        """Give the duties that one person never does along one chain of documents."""
        found, read = [], self.reader
        for item in read.items(node, example="{apart: [order_goods, receive_goods]}"):
            entries = read.options(item, ("apart", "because", "warn_only"))
            pair = read.names(entries.get("apart"), duties, "no_duty")
            found.append(ApartSpec(pair, read.words(entries.get("because")), read.flag(entries.get("warn_only"))))
        return tuple(found)


def read_words(reader: Reader, node: Node | None) -> dict[str, Words]:
    """Give the entries of a glossary, of messages, of areas."""
    return {
        name: reader.words(value) for name, value in reader.named(node, example="{needed_on: {en: …, zh: …}}").items()
    }


def read_stages(reader: Reader, node: Node | None) -> dict[str, StageWord]:
    """Give what stages are called and mean."""
    found = {}
    for name, value in reader.named(node).items():
        entries = reader.options(value, ("title", "meaning", "icon"))
        meaning = reader.one_of(entries.get("meaning"), MEANINGS, "under_way")
        icon = reader.text(entries.get("icon"), ICONS[meaning])
        found[name] = StageWord(name, reader.words(entries.get("title")), meaning, icon)
    return found

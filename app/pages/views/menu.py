"""The side menu, the keys and the commands of one person: only what may be opened, grouped by area."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from app.config.form_spec import FormSpec
from app.core.formats import initials
from app.core.words import Words
from app.data.access import AUDITOR
from app.office import Office
from app.pages.views.rights import creatable
from app.pages.wording import text, thing, things

ICONS = {
    "purchase_request": "file-plus-2",
    "purchase_order": "clipboard-list",
    "goods_receipt": "package-check",
    "supplier": "factory",
    "supplier_return": "undo-2",
    "quality_check": "shield-check",
    "product": "tag",
    "variant": "layers",
    "category": "folder-tree",
    "warehouse": "warehouse",
    "location": "map-pin",
    "lot": "barcode",
    "stocktake": "scan-barcode",
    "transfer_order": "arrow-left-right",
    "stock_adjustment": "scale",
    "sales_order": "shopping-cart",
    "sales_return": "undo-2",
    "customer": "users",
    "shipment": "truck",
    "carrier": "truck",
    "store": "store",
    "channel": "network",
    "invoice": "receipt-text",
    "settlement": "scale",
    "payment": "banknote",
    "account": "book-open-text",
    "journal_entry": "book-open-text",
    "budget": "wallet",
    "budget_line": "wallet",
    "employee": "id-card",
    "department": "building-2",
    "leave_request": "calendar-off",
    "absence": "calendar-off",
    "coupon": "ticket-percent",
    "campaign": "megaphone",
    "promotion": "badge-percent",
    "ticket": "ticket",
    "stock_move": "arrow-left-right",
}
WRITERS = frozenset(
    {
        "analyst",
        "admin",
        "auditor",
        "finance",
        "finance_controller",
        "director",
        "chief_executive",
        "chief_financial_officer",
    }
)
PARTNERS = frozenset({"supplier", "customer"})
AREA_ICONS = {
    "purchasing": "clipboard-list",
    "stock": "boxes",
    "sales": "shopping-cart",
    "finance": "wallet",
    "people": "users",
}


@dataclass
class MenuItem:
    """One line of the side menu."""

    name: str = ""
    title: str = ""
    href: str = ""
    icon: str = "file-text"
    count: str = ""


@dataclass
class MenuGroup:
    """A titled group of the side menu."""

    title: str = ""
    lines: list[MenuItem] = field(default_factory=list)


@dataclass
class Command:
    """One line of the palette; `keys` is all that it may be found by."""

    key: str = ""
    name: str = ""
    hint: str = ""
    href: str = ""
    icon: str = "file-text"
    group: str = "go"
    keys: str = ""
    shortcut: str = ""


@dataclass
class Person:
    """Who is signed in, as the user block shows him."""

    name: str = ""
    sign_in_name: str = ""
    initials: str = ""
    roles: str = ""
    locale: str = "en"


def icon_of(form: FormSpec) -> str:
    """Give a form's picture: its own, else the one its name is known by, else its area's."""
    if form.icon != "file-text":
        return form.icon
    return ICONS.get(form.name) or AREA_ICONS.get(form.area, "file-text")


def place_of(form: str) -> int:
    """Give where a form stands among its neighbours: the daily ones first, a company's own behind them."""
    known = list(ICONS)
    return known.index(form) if form in known else len(known)


def is_admin(office: Office) -> bool:
    """Tell whether this person keeps the accounts."""
    return office.actor.has_role("admin")


def menu(office: Office, locale: str) -> list[MenuGroup]:
    """Give the groups of the side menu: one an area, then the administrator's own."""
    groups: dict[str, list[MenuItem]] = {}
    for form in sorted(office.forms(), key=lambda one: place_of(one.name)):
        groups.setdefault(form.area, []).append(
            MenuItem(form.name, things(form.title, locale), f"/{form.name}", icon_of(form))
        )
    if "stock" in groups and any(item.name == "warehouse" for item in groups["stock"]):
        groups["stock"].insert(0, MenuItem("stock", text("stock_title", locale), "/stock", "boxes"))
    areas = office.catalogue.areas
    order = sorted(groups, key=lambda area: list(areas).index(area) if area in areas else len(areas))
    found = [MenuGroup(area_title(areas, area, locale), groups[area]) for area in order]
    if reads_reports(office):
        lines = [MenuItem("notebooks", text("notebooks", locale), "/notebooks", "notebook-text")]
        if writes_sql(office):
            lines.append(MenuItem("sql", text("sql", locale), "/sql", "database"))
        found.append(MenuGroup(text("analysis", locale), lines))
    if office.actor.has_role(AUDITOR):
        found.append(MenuGroup(text("audit", locale), [MenuItem("access", text("reads", locale), "/settings/access", "eye")]))
    if is_admin(office):
        people = MenuItem("people", text("people", locale), "/settings/people", "users")
        jobs = MenuItem("jobs", text("jobs", locale), "/settings/jobs", "list-checks")
        found.append(MenuGroup(text("administration", locale), [people, jobs]))
    return found


def reads_reports(office: Office) -> bool:
    """Tell whether this person works here: partners outside have no notebooks."""
    return not office.actor.roles <= PARTNERS


def area_title(areas: object, area: str, locale: str) -> str:
    """Give the words of a menu group; its own letters where it has none."""
    words = areas.get(area) if hasattr(areas, "get") else None
    return words.say(locale) if words else area.replace("_", " ").capitalize()


def commands(office: Office, locale: str) -> list[Command]:
    """Give what the palette can do without asking: go somewhere, or start a document."""
    found = [
        _go("home", text("home", locale), "/", "house", "G H"),
        _go("inbox", text("inbox", locale), "/inbox", "inbox", "G I"),
    ]
    startable = creatable(office)
    if "warehouse" in office.catalogue.forms:
        found.append(_go("stock", text("stock_title", locale), "/stock", "boxes", ""))
    for form in office.forms():
        found.append(_list_command(form, locale))
        if form.name in startable:
            found.append(_new_command(form, locale))
    found.append(_go("assistant", text("assistant", locale), "/assistant", "sparkles", "Ctrl /"))
    if reads_reports(office):
        found.append(_go("notebooks", text("notebooks", locale), "/notebooks", "notebook-text", ""))
    found.append(_go("account", text("my_account", locale), "/settings/account", "user", ""))
    found.append(_go("jobs", text("jobs", locale), "/settings/jobs", "list-checks", ""))
    if is_admin(office):
        found.append(_go("people", text("people", locale), "/settings/people", "users", ""))
    return found


def person(office: Office, locale: str) -> Person:
    """Give the user block: name, initials, what the person is."""
    actor = office.actor
    name = actor.person or actor.account.title or actor.name
    held = [
        spec.title.say(locale)
        for role, spec in office.catalogue.organisation.roles.items()
        if role in direct_roles(office)
    ]
    return Person(name, actor.name, initials(name), ("、" if locale == "zh" else ", ").join(held[:2]), locale)


def company(office: Office, locale: str) -> str:
    """Give the company's name; nothing while it has none of its own."""
    name = office.catalogue.organisation.title.say(locale)
    return "" if name == text("product", locale) else name


def direct_roles(office: Office) -> frozenset[str]:
    """Give the roles that are not merely included in another one the person holds."""
    roles = office.actor.roles
    specs = office.catalogue.organisation.roles
    included = {
        inner
        for role in roles
        if role in specs
        for inner in office.catalogue.organisation.expand(frozenset({role})) - {role}
    }
    return frozenset(roles) - included


@lru_cache(4096)
def sought(*names: str) -> str:
    """Give what a name may be found by: its letters, and the pinyin and initials of its 汉字."""
    from pypinyin import Style, lazy_pinyin

    parts = [name.lower() for name in names]
    for name in names:
        if not name.isascii():
            parts += ["".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))]
    return " ".join(parts)


def _go(key: str, name: str, href: str, icon: str, shortcut: str) -> Command:
    return Command(key, name, "", href, icon, "go", sought(name, key), shortcut)


def _list_command(form: FormSpec, locale: str) -> Command:
    keys = sought(form.title.en, form.title.zh, form.name)
    return Command(
        form.name, things(form.title, locale), text("list_word", locale), f"/{form.name}", icon_of(form), "go", keys
    )


def _new_command(form: FormSpec, locale: str) -> Command:
    name = text("new_thing", locale, thing=Words(thing(form.title, "en"), form.title.say("zh")))
    keys = sought(name, form.title.zh, f"new {form.title.en}", f"新建{form.title.zh}")
    return Command(f"new-{form.name}", name, text("command_word", locale), f"/{form.name}/new", "plus", "do", keys)


def writes_sql(office: Office) -> bool:
    """Tell whether this person has a page for SQL; whatever he asks anywhere, he sees only what is his to see."""
    return bool(WRITERS & office.actor.roles)

"""Three versions of a file at an upgrade: the product's then, the product's now, and what the company changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.config.overlay import HEAD, NAMED, dump, identity, without_place
from app.config.tree import Node, without
from app.core.words import Words

ORDER = ("both", "gone", "same", "shipped", "yours")
CONFLICTS = ("both", "gone")


@dataclass(frozen=True)
class Meeting:
    """A key, what it was and is in the product, and what the company makes of it; nothing where it isn't there.

    `both` and `gone` are conflicts: the company's side runs until somebody settles them.
    """

    path: tuple[str, ...]
    kind: str  # both gone same shipped yours
    then: Node | None
    now: Node | None
    yours: Node | None = None

    @property
    def at(self) -> Node | None:
        """Give where the company, else the product, writes it."""
        return self.yours or self.now or self.then


def compare(then: Node, now: Node, change: Node) -> list[Meeting]:
    """Give every key that the product or the company changed, conflicts first."""
    found = [_met(path, yours, then, now) for path, yours in _touched(without(change, *HEAD), now, then, (), "")]
    told = {meeting.path for meeting in found if meeting.kind != "yours"}
    for path, before, after in _changed(then, now, ()):
        if not any(path[: len(one)] == one or one[: len(path)] == path for one in told):
            found.append(Meeting(path, "shipped", before, after))
    return sorted(found, key=lambda meeting: ORDER.index(meeting.kind))


def _met(path: tuple[str, ...], yours: Node, then: Node, now: Node) -> Meeting:
    before, after = _at(then, path), _at(now, path)
    removes = _removes(yours)
    gone = next((n for n in range(1, len(path) + 1) if _at(then, path[:n]) and not _at(now, path[:n])), None)
    if gone is not None:
        kind, before = "same" if removes else "gone", _at(then, path[:gone])
    elif _same(before, after):
        kind = "yours"
    else:
        kind = "same" if not removes and _same(yours, after) else "both"
    return Meeting(path, kind, before, after, yours)


def _removes(yours: Node) -> bool:
    return yours.kind == "text" and yours.style == REMOVES


REMOVES = "remove"  # the style of a node that says that something goes


def _same(one: Node | None, other: Node | None) -> bool:
    if one is None or other is None:
        return one is other
    return dump(one) == dump(other)


def _at(node: Node | None, path: tuple[str, ...]) -> Node | None:
    """Give what stands at a path: of maps by key, of lists by what entries are known by."""
    for name in path:
        if node is None or node.kind == "text":
            return None
        node = node.entries.get(name) if node.kind == "map" else _item(node, name)
    return node


def _item(node: Node | None, name: str) -> Node | None:
    items = node.items if node is not None else ()
    return next((item for item in items if (item.text if item.kind == "text" else identity(item)) == name), None)


def _changed(
    then: Node | None, now: Node | None, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Node | None, Node | None]]:
    """Give what the product changed, as deep as it can be told."""
    if then is None or now is None or then.kind != now.kind or then.kind == "text":
        if not _same(then, now):
            yield path, then, now
        return
    names = _names(then) + [name for name in _names(now) if name not in _names(then)]
    if then.kind == "list" and set(_names(then)) == set(_names(now)) != set() and _names(then) != _names(now):
        yield path, then, now
    for name in names:
        yield from _changed(_at(then, (name,)), _at(now, (name,)), (*path, name))


def _names(node: Node) -> list[str]:
    if node.kind == "map":
        return list(node.entries)
    return [item.text if item.kind == "text" else identity(item) for item in node.items]


def _touched(
    change: Node, now: Node | None, then: Node | None, path: tuple[str, ...], name: str
) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Give each path that the company touches, with what it writes there."""
    for key, value in change:
        place, value = without_place(value) if name in NAMED else (None, value)
        base = _at(now, (key,)) or _at(then, (key,))
        here = (*path, key)
        if value.kind == "text" and value.text == "remove" and (name in NAMED or base is not None):
            yield here, replace(change.keys[key], style=REMOVES)
        elif base is not None and base.kind == value.kind == "map":
            yield from _touched(value, _at(now, (key,)), _at(then, (key,)), here, key if name not in NAMED else "")
        elif base is not None and base.kind == "list" and value.kind == "map" and set(value.entries) <= {"add", "remove", "place"}:
            yield from _names_touched(value, here)
        elif base is not None and base.kind == value.kind == "list" and all(i.kind == "map" for i in (*base.items, *value.items)):
            yield from _entries_touched(value, (_at(now, (key,)), _at(then, (key,))), here)
        elif place is None or value.entries or value.kind != "map":
            yield here, value


def _names_touched(change: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    for key in ("add", "remove"):
        for item in change.entries[key].items if key in change.entries else ():
            yield (*path, item.text), replace(item, style=REMOVES) if key == "remove" else item


def _entries_touched(
    change: Node, bases: tuple[Node | None, Node | None], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Node]]:
    for item in change.items:
        here = (*path, identity(item))
        now, then = (_item(base, identity(item)) for base in bases)
        if "remove" in item.entries:
            yield here, replace(item.keys["remove"], style=REMOVES)
        elif now is None and then is None:
            yield here, item
        else:
            rest = without(item, next(iter(item.entries)), "place")
            yield from _touched(rest, now, then, here, "")


def revived(now: Node, then: Node, change: Node) -> tuple[Node, Node]:
    """Give the product's file with what it lost and the company still changes, and the change without what is done.

    So the company's side runs until it is settled: a changed field that the product took away stays as it was.
    """
    if now.kind == then.kind == change.kind == "map":
        return _revived_map(now, then, change)
    if now.kind == then.kind == "list" and change.kind == "map":
        return now, _without_gone(now, then, change)
    if now.kind == then.kind == change.kind == "list" and all(i.kind == "map" for i in (*now.items, *change.items)):
        return _revived_entries(now, then, change)
    return now, change


def _revived_map(now: Node, then: Node, change: Node) -> tuple[Node, Node]:
    entries, keys, left = dict(now.entries), dict(now.keys), {}
    for key, value in change:
        gone = key not in entries and key in then.entries
        if gone and value.kind == "text" and value.text == "remove":
            continue
        if gone:
            entries[key], keys[key] = then.entries[key], then.keys[key]
        elif key in entries and key in then.entries:
            entries[key], value = revived(entries[key], then.entries[key], value)
        left[key] = _placed(value, now, then)
    return replace(now, entries=entries, keys=keys), replace(change, entries=left, keys={k: change.keys[k] for k in left})


def _placed(value: Node, now: Node, then: Node) -> Node:
    """Give an entry without its place where the product took away what it stood beside."""
    place, bare = without_place(value)
    beside = place.text.split()[-1] if place is not None and place.text.split() else ""
    return bare if beside in then.entries and beside not in now.entries else value


def _without_gone(now: Node, then: Node, change: Node) -> Node:
    """Give a change of a list of names without taking away what is gone already."""
    removes = change.entries.get("remove")
    if removes is None or not set(change.entries) <= {"add", "remove", "place"}:
        return change
    items = [item for item in removes.items if item.text in _names(now) or item.text not in _names(then)]
    return replace(change, entries={**change.entries, "remove": replace(removes, items=items)})


def _revived_entries(now: Node, then: Node, change: Node) -> tuple[Node, Node]:
    items, left = list(now.items), []
    for item in change.items:
        before, after = _item(then, identity(item)), _item(now, identity(item))
        if before is not None and after is None and "remove" in item.entries:
            continue
        if before is not None and after is None:
            items.append(before)
        left.append(item)
    return replace(now, items=items), replace(change, items=left)


def told(node: Node | None, locale: str) -> str:
    """Give a value on one line, shortened; nothing and what goes in words."""
    if node is None:
        return Words("not there", "没有").say(locale)
    if _removes(node):
        return Words("removed", "移除").say(locale)
    text = dump(node)
    return text if len(text) <= 120 else f"{text[:117]}…"

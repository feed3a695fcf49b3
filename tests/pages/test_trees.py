"""Trees and galleries as their pages show them, by the rights of whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.actor import SYSTEM
from app.core.errors import NotFound
from app.office.facade import Office
from app.pages.views import trees
from app.pages.views.address import ListAddress
from tests.pages.company import a_trading_company

Visit = Callable[..., Any]
PLACES = """
form: place
title: {en: Place, zh: 地点}
key: code
tree: within
fields:
  code:   {type: text, required: true}
  name:   {type: text}
  within: {type: place, label: {en: Within, zh: 上级}}
  secret: {type: boolean, label: {en: Secret, zh: 保密}}
  photo:  {type: image, label: {en: Photo, zh: 照片}}
list: {columns: [code, name], sort: code}
views:
  tree:    {title: {en: Tree, zh: 树}, as: tree, columns: [name, secret]}
  open:    {title: {en: Open, zh: 公开}, as: tree, where: not secret}
  gallery: {title: {en: Gallery, zh: 图册}, as: gallery, card: [photo, name]}
access:
  view:   [manager, {role: employee, where: not secret}]
  create: [manager]
  fields: {photo: {view: [manager, buyer]}}
"""
TREE = ListAddress("place", view="tree")
GALLERY = ListAddress("place", view="gallery")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000d49444154789c6360f8cf500f0003860180" "5a347d6b0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("home")
    (home / "site" / "forms" / "stock").mkdir(parents=True)
    (home / "site" / "forms" / "stock" / "place.yaml").write_text(PLACES, encoding="utf-8")
    office = a_trading_company(home)
    manager = office.as_user("manager")
    for code, within, secret in (
        ("site", None, False), ("hall", "site", False), ("vault", "site", True), ("shelf", "hall", False), ("box", "vault", False), ("alone", None, False)
    ):
        manager.create("place", {"code": code, "name": f"The {code}", "within": within, "secret": secret})
    yield office


def drawn(found: dict[str, Any]) -> list[str]:
    return ["  " * (node["level"] - 1) + node["number"] for node in found["nodes"]]


def test_a_tree_is_told_from_the_top_down_with_its_counts(office: Office) -> None:
    found = trees.tree(office.as_user("manager"), TREE, "en")
    assert drawn(found) == ["alone", "site", "  hall", "    shelf", "  vault", "    box"]
    assert {node["number"]: node["below"] for node in found["nodes"]} == {"alone": 0, "site": 2, "hall": 1, "shelf": 0, "vault": 1, "box": 0}
    assert [(node["place"], node["size"]) for node in found["nodes"]][:3] == [(1, 2), (2, 2), (1, 2)]
    assert not any(node["hidden"] for node in found["nodes"]) and found["nodes"][0]["title"] == "The alone"


def test_what_stands_below_something_hidden_stands_on_top_and_says_so(office: Office) -> None:
    found = trees.tree(office.as_user("employee"), TREE, "en")
    assert drawn(found) == ["alone", "box", "site", "  hall", "    shelf"]
    assert [node["number"] for node in found["nodes"] if node["hidden"]] == ["box"]
    assert "vault" not in str(found) and found["nodes"][2]["below"] == 1, "nor is it counted"


def test_a_search_keeps_what_leads_to_what_it_found(office: Office) -> None:
    found = trees.tree(office.as_user("manager"), TREE.with_search("shelf"), "en")
    assert drawn(found) == ["site", "  hall", "    shelf"] and found["open"]
    assert [node["found"] for node in found["nodes"]] == [False, False, True] and found["counted"].startswith("1 ")
    hidden = trees.tree(office.as_user("employee"), TREE.with_search("box"), "en")
    assert drawn(hidden) == ["box"] and hidden["nodes"][0]["hidden"]
    assert trees.tree(office.as_user("manager"), TREE.with_search("nowhere"), "en")["empty"] == "filter"
    assert drawn(trees.tree(office.as_user("manager"), ListAddress("place", view="open"), "en")) == ["alone", "site", "  hall", "    shelf", "  vault", "    box"]


def test_links_in_a_circle_are_shown_all_the_same(office: Office) -> None:
    manager = office.as_user("manager")
    for code in ("north", "south"):
        manager.create("place", {"code": code, "within": None})
    try:
        with office.repository.transaction(SYSTEM) as tx:
            tx.run("update place set within = (select p.id from place p where p.code = 'south') where code = 'north'")
            tx.run("update place set within = (select p.id from place p where p.code = 'north') where code = 'south'")
        assert sorted(one.strip() for one in drawn(trees.tree(manager, TREE, "en"))) == ["alone", "box", "hall", "north", "shelf", "site", "south", "vault"]
    finally:
        with office.repository.transaction(SYSTEM) as tx:
            tx.run("update place set within = null, deleted_at = created_at where code in ('north', 'south')")


def test_a_tree_too_large_to_show_says_so_and_still_leads_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST_NODES", 2)
    monkeypatch.setattr(trees, "AT_ONCE", 2)
    found = trees.tree(office.as_user("manager"), ListAddress("place", view="tree", sort="-code"), "en")
    assert "search" in found["counted"] and drawn(found) == ["site", "  vault"]


def test_a_gallery_shows_pictures_to_those_who_may_see_them(office: Office) -> None:
    manager = office.as_user("manager")
    kept = manager.keep_file("hall.png", PIXEL)
    manager.update("place", "hall", {"photo": [kept.id]})
    cards = {card["number"]: card for card in trees.gallery(manager, GALLERY, "en")["cards"]}
    assert cards["hall"]["picture"] == f"/api/pages/files/{kept.id}" and cards["hall"]["title"] == "The hall"
    assert cards["site"]["picture"] == "" and not cards["site"]["hidden"]
    theirs = {card["number"]: card for card in trees.gallery(office.as_user("employee"), GALLERY, "en")["cards"]}
    assert theirs["hall"]["hidden"] and theirs["hall"]["picture"] == "" and "vault" not in theirs
    with pytest.raises(NotFound):
        office.as_user("employee").file(kept.id)


def test_a_gallery_comes_block_by_block(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "PICTURES", 4)
    first = trees.gallery(office.as_user("manager"), GALLERY, "zh")
    rest = trees.gallery(office.as_user("manager"), GALLERY, "zh", after=first["next"])
    assert len(first["cards"]) == 4 and not {card["number"] for card in first["cards"]} & {card["number"] for card in rest["cards"]}
    assert rest["next"] == "" and "texts" not in rest


def test_only_the_view_that_is_a_tree_is_one(office: Office) -> None:
    for address in (ListAddress("place"), GALLERY, ListAddress("unit", view="tree")):
        with pytest.raises(NotFound):
            trees.tree(office.as_user("manager"), address, "en")


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_a_tree_goes_by_keys_and_a_gallery_shows_what_has_no_picture(visit: Visit) -> None:
    page = visit("/category?view=tree", "manager")
    page.wait_for_selector(".tab:has-text('Tree')")
    page.focus("[role=treeitem]")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.wait_for_url("**/category/office**")
    page = visit("/product?view=gallery", "buyer", lang="zh", width=390)
    page.wait_for_selector(".gallery-card .gallery-none:has-text('没有图片')")
    page.click(".gallery-card a:has-text('MUG-350')")
    page.wait_for_url("**/product/MUG-350**")

"""Files served only by right; drafts seen by nobody else; views of one's own and shared ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import Invalid, NotFound
from app.data import documents, drafts, files, views
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

PNG = b"\x89PNG\r\n\x1a\n....."
LETTER = a_form(
    "letter",
    {"scan": "files", "photo": "image", "contract": "files"},
    access={
        "create": ["everyone"],
        "view": ["@created_by", "boss", "clerk"],
        "fields": {"contract": {"view": ["boss"], "edit": ["boss"]}},
    },
)


@pytest.fixture
def repository(database_url: str, tmp_path: Path) -> Repository:
    return a_repository(database_url, a_catalogue(LETTER, roles=("boss", "clerk")), home=tmp_path)


def test_the_same_content_is_kept_once_and_comes_back_whole(repository: Repository, tmp_path: Path) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx:
        first, second = files.keep(tx, "a.png", PNG), files.keep(tx, "../../b.png", PNG)
        assert first.id != second.id and second.name == "b.png"
        assert files.read(tx, second.id) == (second, PNG)
    assert len([path for path in (tmp_path / "var" / "files").rglob("*") if path.is_file()]) == 1


def test_a_file_is_served_where_its_document_and_field_are_seen(repository: Repository) -> None:
    ann, boss, clerk, guest = (
        a_person(repository, *who) for who in (("ann",), ("boss", "boss"), ("clerk", "clerk"), ("guest",))
    )
    with repository.transaction(boss) as tx:
        scan, contract, loose = (files.keep(tx, name, b"text") for name in ("scan.txt", "contract.txt", "loose.txt"))
        letter = documents.create(tx, "letter", {"scan": [scan.id], "contract": [contract.id]})
    readable = {}
    for actor in (ann, boss, clerk, guest):
        with repository.reading(actor) as tx:
            readable[actor.name] = [files.may_read(tx, file.id) for file in (scan, contract, loose)]
    assert readable == {"ann": [False] * 3, "boss": [True] * 3, "clerk": [True, False, False], "guest": [False] * 3}
    with repository.reading(guest) as tx, pytest.raises(NotFound):
        files.read(tx, scan.id)
    with repository.transaction(boss) as tx:
        documents.update(tx, "letter", letter.number, {"scan": []})
    with repository.reading(clerk) as tx:
        assert not files.may_read(tx, scan.id)


def test_nobody_reaches_a_file_by_attaching_its_id(repository: Repository) -> None:
    ann, ben = a_person(repository, "ann"), a_person(repository, "ben")
    with repository.transaction(ann) as tx:
        mine = files.keep(tx, "mine.txt", b"secret")
    with repository.transaction(ben) as tx, pytest.raises(Invalid) as caught:
        documents.create(tx, "letter", {"scan": [mine.id]})
    assert caught.value.problems[0].code == "no_such_file"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("run.exe", b"MZ", "type"),
        ("page.html", b"<script>", "type"),
        ("a.PNG", b"<script>", "type"),
        ("big.bin", b"0" * (files.LARGEST + 1), "too_big"),
    ],
)
def test_what_could_harm_is_not_kept(repository: Repository, name: str, content: bytes, code: str) -> None:
    with repository.transaction(a_person(repository, "ann")) as tx, pytest.raises(Invalid) as caught:
        files.keep(tx, name, content)
    assert caught.value.problems[0].code == code


def test_an_image_field_takes_images_only(repository: Repository) -> None:
    with repository.transaction(a_person(repository, "ann")) as tx:
        text, image = files.keep(tx, "a.txt", b"text"), files.keep(tx, "a.png", PNG)
        assert documents.create(tx, "letter", {"photo": image.id})["photo"] == (image.id,)
        with pytest.raises(Invalid):
            documents.create(tx, "letter", {"photo": text.id})


def test_a_draft_is_private_and_has_no_number(repository: Repository) -> None:
    ann, ben = a_person(repository, "ann"), a_person(repository, "ben")
    with repository.transaction(ann) as tx:
        drafts.save_draft(tx, "letter", {"lines": [{"a": "1"}]})
        drafts.save_draft(tx, "letter", {"lines": [{"a": "2"}]})
        kept = drafts.draft(tx, "letter")
        assert kept is not None and kept.values == {"lines": [{"a": "2"}]}
        assert len(drafts.drafts(tx)) == 1 and documents.list_documents(tx, documents.Query("letter")).rows == []
    with repository.transaction(ben) as tx:
        assert drafts.draft(tx, "letter") is None
        drafts.drop_draft(tx, "letter")
    with repository.transaction(ann) as tx:
        drafts.drop_draft(tx, "letter")
        assert drafts.drafts(tx) == []


def test_a_view_is_ones_own_or_shared_with_a_role(repository: Repository) -> None:
    ann, boss, other = (
        a_person(repository, "ann"),
        a_person(repository, "boss", "boss"),
        a_person(repository, "other", "boss"),
    )
    with repository.transaction(boss) as tx:
        key = views.save_view(tx, "letter", "Open", content={"sort": "-number"}, roles=("boss",))
        views.save_view(tx, "letter", "Mine", content={})
    with repository.transaction(other) as tx:
        assert [(view.title, view.own) for view in views.views_of(tx, "letter")] == [("Open", False)]
        with pytest.raises(NotFound):
            views.delete_view(tx, key)
    with repository.transaction(ann) as tx:
        assert views.views_of(tx, "letter") == []
        with pytest.raises(Invalid):
            views.save_view(tx, "letter", "Open", content={}, roles=("boss",))

"""Accounts: sign-in, throttle, sessions, tokens, roles held from when to when and for which record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.config.organisation_spec import RoleSpec
from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotFound
from app.core.links import Link
from app.data import accounts
from app.data.accounts import SignInFailed, TooManyTries
from app.data.repository import Repository
from tests.data.factories import PASSWORD, a_catalogue, a_form, a_person, a_repository, words

NOTE = a_form("note", {"text": "text"})


@pytest.fixture
def repository(database_url: str) -> Repository:
    catalogue = a_catalogue(NOTE, roles=("employee", "buyer", "chief"))
    roles = {**catalogue.organisation.roles, "buyer": RoleSpec("buyer", words("buyer"), includes=("employee",))}
    from dataclasses import replace

    return a_repository(database_url, replace(catalogue, organisation=replace(catalogue.organisation, roles=roles)))


def test_the_right_password_opens_a_session_until_it_is_closed(repository: Repository) -> None:
    a_person(repository, "ann", "buyer")
    token = accounts.sign_in(repository, "ann", PASSWORD).token
    actor = accounts.actor_of_session(repository, token)
    assert actor is not None and (actor.name, actor.roles) == ("ann", {"buyer", "employee"})
    accounts.sign_out(repository, token)
    assert accounts.actor_of_session(repository, token) is None
    assert accounts.actor_of_session(repository, "") is None


def test_a_session_ends_by_itself(repository: Repository) -> None:
    a_person(repository, "ann")
    token = accounts.sign_in(repository, "ann", PASSWORD).token
    with clock.stopped(clock.now() + accounts.SESSION + timedelta(seconds=1)):
        assert accounts.actor_of_session(repository, token) is None


@pytest.mark.parametrize(
    ("name", "password"),
    [("ann", "wrong password"), ("nobody", PASSWORD), ("system", ""), ("", ""), ("ann' or '1'='1", PASSWORD)],
)
def test_anything_else_does_not(repository: Repository, name: str, password: str) -> None:
    a_person(repository, "ann")
    with pytest.raises(SignInFailed):
        accounts.sign_in(repository, name, password)


def test_who_guesses_waits_and_the_right_password_waits_too(repository: Repository) -> None:
    a_person(repository, "ann")
    start = clock.now()
    with clock.stopped(start):
        for _ in range(accounts.FREE_TRIES):
            with pytest.raises(SignInFailed):
                accounts.sign_in(repository, "ann", "wrong")
        with pytest.raises(TooManyTries):
            accounts.sign_in(repository, "ann", PASSWORD)
    with clock.stopped(start + timedelta(minutes=1)):
        assert accounts.sign_in(repository, "ann", PASSWORD)


def test_a_shut_out_account_is_out_at_once(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    session = accounts.sign_in(repository, "ann", PASSWORD).token
    with repository.transaction(SYSTEM) as tx:
        token = accounts.create_token(tx, ann.account)
        accounts.set_active(tx, ann.account, False)
    assert accounts.actor_of_session(repository, session) is None and accounts.actor_of_token(repository, token) is None
    with pytest.raises(SignInFailed):
        accounts.sign_in(repository, "ann", PASSWORD)
    with pytest.raises(NotFound):
        accounts.actor_named(repository, "ann")


def test_a_token_carries_its_scopes_and_can_be_revoked_or_end(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx:
        token = accounts.create_token(tx, ann.account, title="script", scopes=("note:read",), days=1)
        kept = accounts.tokens_of(tx, ann.account)[0]
    actor = accounts.actor_of_token(repository, token)
    assert actor is not None and (actor.scopes, kept.title, kept.scopes) == ({"note:read"}, "script", "note:read")
    with clock.stopped(clock.now() + timedelta(days=2)):
        assert accounts.actor_of_token(repository, token) is None
    with repository.transaction(ann) as tx:
        accounts.revoke_token(tx, ann.account, kept.key)
    assert accounts.actor_of_token(repository, token) is None and accounts.actor_of_token(repository, "db_x") is None


def test_no_secret_is_kept_as_it_is(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    session = accounts.sign_in(repository, "ann", PASSWORD).token
    with repository.transaction(SYSTEM) as tx:
        token = accounts.create_token(tx, ann.account)
        kept = str(
            [tx.fetch(f"select * from {table}") for table in ("office_account", "office_session", "office_token")]
        )
    assert not any(secret in kept for secret in (PASSWORD, session, token))


def test_a_role_is_held_from_day_to_day(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(SYSTEM) as tx:
        today = tx.today
        accounts.give_role(tx, ann.account, "chief", from_on=today + timedelta(days=1), to_on=today + timedelta(days=2))
        assert accounts.holders(tx, "chief") == []
        assert accounts.holders(tx, "chief", on=today + timedelta(days=2)) == [ann.account]
        assert accounts.holders(tx, "chief", on=today + timedelta(days=3)) == []
    assert "chief" not in accounts.actor_named(repository, "ann").roles


def test_holders_of_a_role_include_those_whose_role_includes_it_and_those_of_the_record(repository: Repository) -> None:
    ann, ben, eve = (
        a_person(repository, "ann", "buyer"),
        a_person(repository, "ben", "employee"),
        a_person(repository, "eve"),
    )
    with repository.transaction(SYSTEM) as tx:
        accounts.give_role(tx, eve.account, "employee", of=Link("note", 7, "N-7"))
        assert accounts.holders(tx, "employee", Link("note", 7)) == [ann.account, ben.account, eve.account]
        assert accounts.holders(tx, "employee", Link("note", 8)) == [ann.account, ben.account]
        accounts.take_role(tx, ben.account, "employee")
        assert ben.account not in accounts.holders(tx, "employee")
    assert accounts.actor_named(repository, "eve").role_scopes == (("employee", "note", 7),)


@pytest.mark.parametrize(
    ("name", "password"), [("a", PASSWORD), ("has space", PASSWORD), ("ann", "short"), ("x" * 61, PASSWORD)]
)
def test_a_weak_account_is_not_made(repository: Repository, name: str, password: str) -> None:
    with repository.transaction(SYSTEM) as tx, pytest.raises(Invalid):
        accounts.create_account(tx, name, password=password)

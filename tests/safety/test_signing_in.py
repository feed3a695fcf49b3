"""Signing in under attack: guessing, replaying, lost sessions, a second factor; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from app.config.organisation_spec import RoleSpec
from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotFound
from app.core.links import Link
from app.data import accounts
from app.data.accounts import Place, SignInAgain, SignInFailed, TooManyTries, WrongCode, passwords, second_factor
from app.data.accounts.sessions import LONGEST_SESSION, SESSION
from app.data.accounts.signing_in import waiting
from app.data.repository import Repository
from tests.data.factories import PASSWORD, a_catalogue, a_form, a_person, a_repository, words

NOON = datetime.fromisoformat("2026-11-23T12:00:00+00:00")
HERE = Place("203.0.113.7", "Firefox")


@pytest.fixture
def repository(database_url: str) -> Repository:
    """An office whose chief needs a second factor."""
    catalogue = a_catalogue(a_form("note", {"text": "text"}), roles=("employee", "chief"))
    roles = {**catalogue.organisation.roles, "chief": RoleSpec("chief", words("chief"), two_factor=True)}
    return a_repository(database_url, replace(catalogue, organisation=replace(catalogue.organisation, roles=roles)))


@contextmanager
def later(**how: float) -> Iterator[None]:
    with clock.stopped(clock.now() + timedelta(**how)):
        yield


def acts(repository: Repository, account: Link) -> list[str]:
    with repository.reading(SYSTEM) as tx:
        return [each.act for each in accounts.events_of(tx, account)]


# passwords


@pytest.mark.parametrize(
    "password",
    ["short", "password2024!", "P@ssw0rd2024", "1234512345", "qwertyuiop12", "aaaaaaaaaaab", "woaini13145", "ann-ann-ann1"],
)
def test_a_password_that_is_soon_guessed_is_refused_in_words(repository: Repository, password: str) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx, pytest.raises(Invalid) as refused:
        accounts.set_password(tx, ann.account, password)
    assert "password" in refused.value.problems[0].words.say("en").lower()
    assert refused.value.problems[0].words.say("zh") != refused.value.problems[0].words.say("en")


@pytest.mark.parametrize("password", ["open-the-door-9", "correct horse battery", "83920174650192", "采购员喜欢喝热豆浆和茶"])
def test_a_password_that_is_not_is_taken(password: str) -> None:
    assert not list(passwords.problems_of(password, ("ann", "Ann Lee")))


def test_a_password_kept_with_lesser_parameters_is_kept_anew_at_sign_in(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(SYSTEM) as tx:
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        tx.run(tx.sql("update office_account set password = ? where id = ?"), (weak, ann.account.id))
    accounts.sign_in(repository, "ann", PASSWORD)
    with repository.reading(SYSTEM) as tx:
        kept = tx.fetch_one(tx.sql("select password from office_account where id = ?"), (ann.account.id,))
    assert kept and kept[0] != weak and kept[0].startswith("$argon2id$")
    assert accounts.sign_in(repository, "ann", PASSWORD)


def test_the_parameters_are_above_the_least_that_owasp_names() -> None:
    from importlib import reload

    tried = passwords.HASHER
    fresh = reload(passwords).HASHER
    passwords.HASHER = tried
    assert fresh.time_cost >= 2 and fresh.memory_cost >= 19_456 and fresh.type.name == "ID"


# guessing


def test_guesses_from_one_address_over_many_names_wait_too(repository: Repository) -> None:
    a_person(repository, "ann")
    with clock.stopped(NOON):
        for guess in range(20):
            with pytest.raises(SignInFailed):
                accounts.sign_in(repository, f"name{guess}", "wrong", HERE)
        with pytest.raises(TooManyTries):
            accounts.sign_in(repository, "ann", PASSWORD, HERE)
        assert accounts.sign_in(repository, "ann", PASSWORD, replace(HERE, address="198.51.100.1"))


def test_a_wait_grows_is_told_in_words_and_ends(repository: Repository) -> None:
    a_person(repository, "ann")
    said, at = [], NOON
    for _ in range(16):
        with clock.stopped(at), pytest.raises((SignInFailed, TooManyTries)) as refused:
            accounts.sign_in(repository, "ann", "wrong")
        if refused.type is TooManyTries:
            said.append(refused.value.say("en"))
            at += timedelta(minutes=15)
    assert said[:2] == ["Too many tries. Wait 2 seconds, then try again.", "Too many tries. Wait 3 seconds, then try again."]
    assert said[-1] == "Too many tries. Wait 33 seconds, then try again."
    with clock.stopped(at + timedelta(days=2)):
        assert accounts.sign_in(repository, "ann", PASSWORD)


def test_a_wait_is_told_as_people_say_it() -> None:
    said = [waiting(timedelta(seconds=n)) for n in (0, 30, 59, 61, 899)]
    assert [each.en for each in said] == ["a second", "31 seconds", "a minute", "2 minutes", "15 minutes"]
    assert [each.zh for each in said] == ["1 秒", "31 秒", "1 分钟", "2 分钟", "15 分钟"]


def test_what_was_tried_in_vain_is_forgotten_after_a_day(repository: Repository) -> None:
    with clock.stopped(NOON):
        for guess in range(6):
            with pytest.raises(SignInFailed):
                accounts.sign_in(repository, f"nobody{guess}", "wrong")
    with clock.stopped(NOON + timedelta(days=2)), pytest.raises(SignInFailed):
        accounts.sign_in(repository, "someone", "wrong")
    with repository.reading(SYSTEM) as tx:
        assert tx.fetch("select name from office_sign_in_failure") == [("someone",)]


# sessions


def test_signing_in_again_at_the_same_browser_ends_the_session_before(repository: Repository) -> None:
    a_person(repository, "ann")
    first = accounts.sign_in(repository, "ann", PASSWORD, HERE).token
    second = accounts.sign_in(repository, "ann", PASSWORD, replace(HERE, replaces=first)).token
    assert accounts.actor_of_session(repository, first) is None
    assert accounts.actor_of_session(repository, second) is not None


def test_a_session_lives_while_it_is_used_and_not_for_ever(repository: Repository) -> None:
    a_person(repository, "ann")
    with clock.stopped(NOON):
        token = accounts.sign_in(repository, "ann", PASSWORD).token
    at = NOON
    while at < NOON + LONGEST_SESSION - SESSION:
        at += SESSION - timedelta(minutes=30)
        with clock.stopped(at):
            assert accounts.actor_of_session(repository, token) is not None
    with clock.stopped(NOON + LONGEST_SESSION + timedelta(seconds=1)):
        assert accounts.actor_of_session(repository, token) is None


def test_an_idle_session_ends(repository: Repository) -> None:
    a_person(repository, "ann")
    token = accounts.sign_in(repository, "ann", PASSWORD).token
    with later(seconds=SESSION.total_seconds() + 1):
        assert accounts.actor_of_session(repository, token) is None
        assert accounts.prolong_session(repository, token) is None


def test_others_sessions_are_listed_and_ended_but_never_anybody_elses(repository: Repository) -> None:
    ann, ben = a_person(repository, "ann"), a_person(repository, "ben")
    here, there = (accounts.sign_in(repository, "ann", PASSWORD, HERE).token for _ in range(2))
    foreign = accounts.sign_in(repository, "ben", PASSWORD).token
    with repository.transaction(ann) as tx:
        listed = accounts.sessions_of(tx, ann.account, here=here)
        theirs = accounts.sessions_of(tx, ben.account)[0].key
        assert [each.here for each in listed].count(True) == 1 and {each.agent for each in listed} == {"Firefox"}
        assert accounts.end_sessions(tx, ann.account, key=theirs) == 0
        assert accounts.end_sessions(tx, ann.account, but=here) == 1
    known = [accounts.actor_of_session(repository, each) is not None for each in (here, there, foreign)]
    assert known == [True, False, True]
    assert not any(token.startswith(each.key) for each in listed for token in (here, there))


def test_a_new_password_ends_every_session(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    tokens = [accounts.sign_in(repository, "ann", PASSWORD).token for _ in range(3)]
    with repository.transaction(ann) as tx:
        accounts.set_password(tx, ann.account, "another door opens")
    assert not any(accounts.actor_of_session(repository, each) for each in tokens)


# the second factor


def enrolled(repository: Repository, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """Set up a second factor at the sign-in of somebody whose role demands it."""
    waiting = accounts.sign_in(repository, name, PASSWORD)
    assert waiting.waits_for == "enrol"
    secret = accounts.begin_enrolling(repository, waiting.token)
    app = pyotp.parse_uri(secret.address)
    assert isinstance(app, pyotp.TOTP) and secret.typed.replace(" ", "") == app.secret
    _done, codes = accounts.end_enrolling(repository, waiting.token, app.at(clock.now()))
    return app, codes


def test_a_role_that_demands_it_lets_nobody_in_before_it_is_set_up(repository: Repository) -> None:
    a_person(repository, "ann", "chief")
    waiting = accounts.sign_in(repository, "ann", PASSWORD)
    assert accounts.actor_of_session(repository, waiting.token) is None
    with pytest.raises(SignInAgain):
        accounts.give_code(repository, waiting.token, "000000")
    accounts.begin_enrolling(repository, waiting.token)
    with pytest.raises(WrongCode):
        accounts.end_enrolling(repository, waiting.token, "12345")
    assert accounts.actor_of_session(repository, waiting.token) is None


def test_a_code_is_asked_for_and_good_once(repository: Repository) -> None:
    a_person(repository, "ann", "chief")
    with clock.stopped(NOON):
        app, _codes = enrolled(repository, "ann")
        used = accounts.sign_in(repository, "ann", PASSWORD)
        assert used.waits_for == "code" and accounts.actor_of_session(repository, used.token) is None
        with pytest.raises(WrongCode):
            accounts.give_code(repository, used.token, app.at(NOON))  # it set the factor up
    next_step = NOON + timedelta(seconds=30)
    with clock.stopped(next_step):
        done = accounts.give_code(repository, used.token, app.at(next_step))
        assert accounts.actor_of_session(repository, done.token) is not None
        assert accounts.actor_of_session(repository, used.token) is None
        again = accounts.sign_in(repository, "ann", PASSWORD)
        with pytest.raises(WrongCode):
            accounts.give_code(repository, again.token, app.at(next_step))


@pytest.mark.parametrize("off", [-120, -61, 61, 3600])
def test_a_code_of_another_time_is_refused(repository: Repository, off: int) -> None:
    a_person(repository, "ann", "chief")
    with clock.stopped(NOON):
        app, _codes = enrolled(repository, "ann")
    now = NOON + timedelta(hours=1)
    with clock.stopped(now):
        waiting = accounts.sign_in(repository, "ann", PASSWORD)
        with pytest.raises(WrongCode):
            accounts.give_code(repository, waiting.token, app.at(now + timedelta(seconds=off)))


@pytest.mark.parametrize("code", ["", "123", "１２３４５６", "000000 or 1=1", "\x00" * 6, "9" * 4000])
def test_nonsense_is_no_code(repository: Repository, code: str) -> None:
    a_person(repository, "ann", "chief")
    enrolled(repository, "ann")
    waiting = accounts.sign_in(repository, "ann", PASSWORD)
    with pytest.raises(WrongCode):
        accounts.give_code(repository, waiting.token, code)


def test_a_recovery_code_opens_once_and_belongs_to_one_account(repository: Repository) -> None:
    ann = a_person(repository, "ann", "chief")
    a_person(repository, "ben", "chief")
    _app, codes = enrolled(repository, "ann")
    enrolled(repository, "ben")
    assert len(set(codes)) == 10
    foreign = accounts.sign_in(repository, "ben", PASSWORD)
    with pytest.raises(WrongCode):
        accounts.give_code(repository, foreign.token, codes[0])
    first = accounts.sign_in(repository, "ann", PASSWORD)
    assert accounts.give_code(repository, first.token, codes[0].upper().replace("-", " "))
    second = accounts.sign_in(repository, "ann", PASSWORD)
    with pytest.raises(WrongCode):
        accounts.give_code(repository, second.token, codes[0])
    assert acts(repository, ann.account).count("recovery_used") == 1


def test_guesses_of_a_code_wait(repository: Repository) -> None:
    a_person(repository, "ann", "chief")
    with clock.stopped(NOON):
        app, _codes = enrolled(repository, "ann")
        waiting = accounts.sign_in(repository, "ann", PASSWORD)
        for _ in range(5):
            with pytest.raises(WrongCode):
                accounts.give_code(repository, waiting.token, "000000")
        with pytest.raises(TooManyTries):
            accounts.give_code(repository, waiting.token, app.at(NOON + timedelta(seconds=30)))


def test_a_lost_factor_is_reset_by_an_administrator_and_the_log_says_by_whom(repository: Repository) -> None:
    ann, boss = a_person(repository, "ann", "chief"), a_person(repository, "boss")
    _app, codes = enrolled(repository, "ann")
    waiting = accounts.sign_in(repository, "ann", PASSWORD)
    session = accounts.give_code(repository, waiting.token, codes[0]).token
    with repository.transaction(boss) as tx:
        second_factor.reset(tx, ann.account)
    assert accounts.actor_of_session(repository, session) is None
    assert accounts.sign_in(repository, "ann", PASSWORD).waits_for == "enrol"
    with repository.transaction(boss) as tx:
        told = next(each for each in accounts.events_of(tx, ann.account) if each.act == "factor_reset")
        assert told.by == boss.account
        with pytest.raises(NotFound):
            second_factor.reset(tx, boss.account)


def test_a_new_app_takes_the_place_of_the_old_one_only_when_it_is_confirmed(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with clock.stopped(NOON), repository.transaction(ann) as tx:
        first = pyotp.parse_uri(second_factor.begin(tx, ann.account).address)
        assert second_factor.confirm(tx, ann.account, first.at(NOON))  # type: ignore[union-attr]
        second = pyotp.parse_uri(second_factor.begin(tx, ann.account).address)
    at = NOON + timedelta(minutes=5)
    with clock.stopped(at):
        waiting = accounts.sign_in(repository, "ann", PASSWORD)
        with pytest.raises(WrongCode):
            accounts.give_code(repository, waiting.token, second.at(at))  # type: ignore[union-attr]
        assert accounts.give_code(repository, waiting.token, first.at(at))  # type: ignore[union-attr]


def test_no_secret_of_it_is_kept_as_it_is(repository: Repository) -> None:
    a_person(repository, "ann", "chief")
    app, codes = enrolled(repository, "ann")
    with repository.reading(SYSTEM) as tx:
        kept = str([tx.fetch(f"select * from {table}") for table in ("office_second_factor", "office_recovery_code")])
    assert app.secret not in kept and not any(code in kept or code.replace("-", "") in kept for code in codes)


# tokens


@pytest.mark.parametrize("scope", ["reed", "note:delete", "nothing:read", "read write", ""])
def test_a_scope_that_means_nothing_is_refused(repository: Repository, scope: str) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx, pytest.raises(Invalid):
        accounts.create_token(tx, ann.account, scopes=(scope,))


def test_a_token_shows_when_it_was_last_used_and_is_revoked_by_its_owner_alone(repository: Repository) -> None:
    ann, ben = a_person(repository, "ann"), a_person(repository, "ben")
    with repository.transaction(ann) as tx:
        token = accounts.create_token(tx, ann.account, title="script", scopes=("note:read",))
        kept = accounts.tokens_of(tx, ann.account)[0]
    assert kept.used_at is None and accounts.actor_of_token(repository, token)
    with repository.transaction(ben) as tx, pytest.raises(NotFound):
        accounts.revoke_token(tx, ben.account, kept.key)
    with repository.transaction(ann) as tx:
        assert accounts.tokens_of(tx, ann.account)[0].used_at is not None
        accounts.revoke_token(tx, ann.account, kept.key)
        assert accounts.tokens_of(tx, ann.account) == []
    assert accounts.actor_of_token(repository, token) is None


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "x", str.swapcase, lambda t: t[3:], lambda t: "db_" + "a" * 43])
def test_a_forged_token_opens_nothing(repository: Repository, change: object) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx:
        token = accounts.create_token(tx, ann.account)
    assert accounts.actor_of_token(repository, change(token)) is None  # type: ignore[operator]


def test_a_token_of_another_office_opens_nothing_here(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("other")
    other = a_repository(f"sqlite:///{home / 'daybook.db'}", a_catalogue(a_form("note", {"text": "text"})))
    a_person(repository, "ann")
    ann = a_person(other, "ann")
    with other.transaction(ann) as tx:
        token = accounts.create_token(tx, ann.account)
    assert accounts.actor_of_token(other, token) and accounts.actor_of_token(repository, token) is None

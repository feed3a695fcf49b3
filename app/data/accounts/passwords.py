"""Passwords: hashed with argon2id, hard to guess, and hashed anew at sign-in when the parameters have risen."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import Invalid, Problem
from app.core.words import Words

SHORTEST, LONGEST = 10, 200
HASHER = PasswordHasher(time_cost=3, memory_cost=32_768, parallelism=1)  # above OWASP's least: 19 MiB in 2 rounds
SIGNS_LEAST = 6
ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "1qaz2wsx3edc4rfv")
RUN = 5  # so many signs in the order of the alphabet or the keyboard count as one
LIKE = str.maketrans("013457@$!", "oieastasi")  # what people write in the place of letters
_turns = threading.BoundedSemaphore(2)  # each takes 32 MB for a moment


def hashed(password: str) -> str:
    """Give what is kept of a password."""
    with _turns:
        return HASHER.hash(password)


def fits(kept: str, password: str) -> bool:
    """Tell whether a password is the one; for an account without one it takes as long and is never so."""
    with _turns:
        try:
            return HASHER.verify(kept or _nobodys(), password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def is_weak_hash(kept: str) -> bool:
    """Tell whether a password is kept with lesser parameters than today's."""
    return HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")


def refuse_guessable(password: str, names: Iterable[str] = ()) -> None:
    """Raise Invalid for a password that is short, known, a pattern, or made of the person's own names."""
    problems = list(problems_of(password, names))
    if problems:
        raise Invalid(problems)


def problems_of(password: str, names: Iterable[str] = ()) -> Iterable[Problem]:
    """Give what is wrong with a new password, in words that say what to do."""
    if len(password) < SHORTEST:
        words = Words(f"A password has at least {SHORTEST} characters.", f"密码至少 {SHORTEST} 位。")
        yield Problem("password", "too_short", words)
    elif len(password) > LONGEST:
        words = Words(f"A password has at most {LONGEST} characters.", f"密码不能超过 {LONGEST} 位。")
        yield Problem("password", "too_long", words)
    elif _is_guessable(password, names):
        words = Words(
            "This password is easy to guess. Take several words that have nothing to do with each other.",
            "这个密码太容易猜到。换成几个互不相关的词。",
        )
        yield Problem("password", "guessable", words)


def _is_guessable(password: str, names: Iterable[str]) -> bool:
    """Count the signs that differ, where a known word, a name or a run counts as one: fewer than six are soon guessed."""
    left, known = password.lower().translate(LIKE), 0
    for word in sorted({*common(), *_parts(names)}, key=len, reverse=True):
        as_written = word.translate(LIKE)
        known += as_written in left
        left = left.replace(as_written, " ")
    left, runs = _without_runs(left)
    return len({sign for sign in left if sign.isalnum()}) + known + runs < SIGNS_LEAST


def _parts(names: Iterable[str]) -> Iterable[str]:
    """A name counts where it has three letters or more."""
    return (part for name in names for part in name.lower().replace("_", " ").replace(".", " ").split() if len(part) > 2)


def _without_runs(text: str) -> tuple[str, int]:
    """Take `67890` and `trewq` out, forwards and backwards; tell how many there were."""
    left, at, runs = "", 0, 0
    while at < len(text):
        run = next((n for n in range(len(text) - at, RUN - 1, -1) if _is_run(text[at : at + n])), 1)
        left += text[at] if run == 1 else " "
        runs += run > 1
        at += run
    return left, runs


def _is_run(text: str) -> bool:
    return any(text in row or text[::-1] in row for row in _rows())


@cache
def _rows() -> tuple[str, ...]:
    return tuple(row.translate(LIKE) for row in ROWS)


@cache
def common() -> frozenset[str]:
    """Give the words that most known passwords are made of."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())

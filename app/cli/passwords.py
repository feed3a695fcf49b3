"""First passwords, printed once: easy to read aloud, to select with a double click and to type."""

from __future__ import annotations

import secrets

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0 and 1, which look alike
LENGTH = 12  # 59 bits


def first_password() -> str:
    """Give a password that nobody had before."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))

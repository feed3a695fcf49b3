"""Secrets stand in the environment; a file that holds one is refused, without showing it again."""

from __future__ import annotations

import pytest

from app.config.loader import check
from app.config.secrecy import is_secret
from tests.config.small import small

SECRETS = [
    ("client_secret", "hunter-2-hunter"),
    ("password", "'open-the-door-9'"),
    ("api_key", "0123456789abcdef"),
    ("shop_token", "QmFzZTY0IHNheXM="),
    ("goal", "postgresql://shop:word@db/x"),
    ("help", "use db_" + "a1B2" * 10 + "a1B"),
    ("help", "-----BEGIN RSA PRIVATE KEY-----"),
    ("note", "sk-" + "a1" * 12),
]
NONE = [
    ("secret", "diary"),
    ("password", "Password"),
    ("token", "event.token"),
    ("api_key", "ApiKey"),
    ("token", "令牌"),
    ("secret", "coalesce(a, 'b 1')"),
    ("help", "https://docs.example/how-to"),
    ("when", "secret == 'berylheron'"),
    ("number", "PR-{year}-{seq:5}"),
]


@pytest.mark.parametrize("name, text", SECRETS)
def test_a_secret_is_known_by_its_name_or_its_looks(name: str, text: str) -> None:
    assert is_secret(name, text)


@pytest.mark.parametrize("name, text", NONE)
def test_names_and_expressions_are_none(name: str, text: str) -> None:
    assert not is_secret(name, text)


def test_what_is_said_of_it_does_not_show_it() -> None:
    file = "app/config/organisation.yaml"
    faults = check(small((file, "currency: EUR", "currency: EUR\nclient_secret: hunter-2-hunter")))
    assert [(fault.file, fault.line, fault.severity) for fault in faults] == [(file, 3, "error")]
    assert not [said for fault in faults for locale in ("en", "zh") if "hunter" in (said := fault.say(locale))]
    assert "environment" in faults[0].say() and "环境变量" in faults[0].say("zh")

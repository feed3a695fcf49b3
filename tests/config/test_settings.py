"""Settings come from the environment; none is needed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.config.settings import OidcSettings, Settings, WrongSetting


def test_a_home_is_enough(tmp_path: Path) -> None:
    """SQLite in var, the key made once and kept for its owner only."""
    first = Settings.read({"DAYBOOK_HOME": str(tmp_path)})
    again = Settings.read({"DAYBOOK_HOME": str(tmp_path)})
    assert first == again
    assert first.database == f"sqlite:///{tmp_path}/var/daybook.db"
    assert len(first.secret_key) > 40
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_variables_take_precedence(tmp_path: Path) -> None:
    """An empty one counts as unset."""
    settings = Settings.read(
        {
            "DAYBOOK_HOME": str(tmp_path),
            "DAYBOOK_SECRET_KEY": "s",
            "DAYBOOK_LOCALE": "zh_CN.UTF-8",
            "DAYBOOK_DATABASE_URL": "postgresql+psycopg://x/y",
            "DAYBOOK_MODEL": "",
        }
    )
    assert (settings.secret_key, settings.locale, settings.database, settings.model) == (
        "s",
        "zh",
        "postgresql+psycopg://x/y",
        None,
    )
    assert not (tmp_path / "var").exists()


def test_the_companys_sign_in_is_asked_over_https_or_not_at_all() -> None:
    """Whoever stands on the way could vouch for anybody; on this very machine nobody does."""
    here = {"DAYBOOK_OIDC_CLIENT_ID": "daybook"}
    for issuer in ("https://id.example/", "http://localhost:9000", "http://127.0.0.1:9000"):
        found = OidcSettings.read(here | {"DAYBOOK_OIDC_ISSUER": issuer})
        assert found and found.issuer == issuer.rstrip("/") and not found.by_email
    for issuer in ("http://id.example", "http://localhost.example", "id.example", "file:///etc"):
        with pytest.raises(WrongSetting):
            OidcSettings.read(here | {"DAYBOOK_OIDC_ISSUER": issuer})
    with pytest.raises(WrongSetting):
        OidcSettings.read({"DAYBOOK_OIDC_ISSUER": "https://id.example"})
    assert OidcSettings.read(here) is None

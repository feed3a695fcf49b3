"""What the environment says: where the home is, which database, which model. Everything is optional."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.core.errors import DaybookError

CHECKOUT = Path(__file__).resolve().parents[2]


class WrongSetting(DaybookError):
    """{name} is {value}. It takes {wanted}."""

    zh = "{name} 的值是 {value}，应为 {wanted}。"


@dataclass(frozen=True)
class OidcSettings:
    """Where people sign in with a company account: the provider, what we are called there, and how accounts are found."""

    issuer: str
    client_id: str
    client_secret: str = ""
    by_email: bool = False  # also by the verified e-mail address, not only by what an administrator linked

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> OidcSettings | None:
        """Give the settings that `DAYBOOK_OIDC_...` variables name, if there is a provider."""
        issuer, client = environ.get("DAYBOOK_OIDC_ISSUER", ""), environ.get("DAYBOOK_OIDC_CLIENT_ID", "")
        if not issuer:
            return None
        if not client:
            raise WrongSetting(name="DAYBOOK_OIDC_CLIENT_ID", value="–", wanted="client id")
        if not _is_safe(issuer):
            raise WrongSetting(name="DAYBOOK_OIDC_ISSUER", value=issuer[:200], wanted="https://…")
        match = environ.get("DAYBOOK_OIDC_MATCH") or "linked"
        if match not in ("linked", "email"):
            raise WrongSetting(name="DAYBOOK_OIDC_MATCH", value=match, wanted="linked, email")
        return cls(issuer.rstrip("/"), client, environ.get("DAYBOOK_OIDC_CLIENT_SECRET", ""), match == "email")


@dataclass(frozen=True)
class Settings:
    """The settings of one running office."""

    home: Path  # holds site/ and var/
    secret_key: str
    database_url: str | None = None  # None: SQLite in var/
    redis_url: str | None = None
    model: str | None = None  # the assistant's own model
    model_base_url: str | None = None
    model_api_key: str | None = None
    locale: str = "en"
    oidc: OidcSettings | None = None  # the company's own sign-in
    log: str = "text"  # or json
    access_days: int = 180  # how long it is known who read sensitive fields

    @property
    def site(self) -> Path:
        """What this company changed."""
        return self.home / "site"

    @property
    def var(self) -> Path:
        """Database, uploads, snapshots, runs."""
        return self.home / "var"

    @property
    def database(self) -> str:
        """The database as an SQLAlchemy address."""
        return self.database_url or f"sqlite:///{self.var / 'daybook.db'}"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Give the settings that `DAYBOOK_...` variables name; make the secret key at the first run."""

        def named(name: str) -> str | None:
            return environ.get(f"DAYBOOK_{name}") or None

        home = Path(named("HOME") or CHECKOUT).expanduser().resolve()
        return cls(
            home=home,
            secret_key=named("SECRET_KEY") or kept_secret(home / "var"),
            database_url=named("DATABASE_URL"),
            redis_url=named("REDIS_URL"),
            model=named("MODEL"),
            model_base_url=named("MODEL_BASE_URL"),
            model_api_key=named("MODEL_API_KEY"),
            oidc=OidcSettings.read(environ),
            log=_style(named("LOG")),
            access_days=_days(named("ACCESS_DAYS")),
            locale="zh" if (named("LOCALE") or "").lower().startswith("zh") else "en",
        )


def _is_safe(issuer: str) -> bool:
    """Tell whether nobody on the way can answer in the issuer's place."""
    address = urlsplit(issuer)
    return address.scheme == "https" or (address.scheme == "http" and address.hostname in ("localhost", "127.0.0.1", "::1"))


def _style(text: str | None) -> str:
    if text not in (None, "text", "json"):
        raise WrongSetting(name="DAYBOOK_LOG", value=str(text)[:40], wanted="text, json")
    return text or "text"


def _days(text: str | None) -> int:
    if text is None:
        return 180
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 36_500:
        raise WrongSetting(name="DAYBOOK_ACCESS_DAYS", value=text[:40], wanted="1 … 36500")
    return int(text)


def kept_secret(var: Path) -> str:
    """Give the key that signs sessions, made once and kept readable for its owner only."""
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.replace(path) if not path.exists() else fresh.unlink()
    return path.read_text().strip()

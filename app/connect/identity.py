"""The company's own sign-in (OpenID Connect): sent there with state, nonce and PKCE, and every claim checked that comes back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.config.settings import OidcSettings
from app.core import clock
from app.core.errors import DaybookError
from app.data.accounts.identities import Flow, Person

SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]  # never `none`
SECONDS, KEPT = 10.0, 3600
LEEWAY = 60  # seconds that clocks may differ


class ProviderSilent(DaybookError):
    """The company's sign-in at {issuer} isn't answering. Try again, or sign in with a password."""

    zh = "公司登录 {issuer} 没有响应。稍后再试，或用密码登录。"
    status = 502


class NotVouchedFor(DaybookError):
    """The company's sign-in gave an answer that can't be trusted: {reason}."""

    zh = "公司登录返回的结果不可信：{reason}。"
    status = 401


@dataclass(frozen=True)
class Provider:
    """What a provider says of itself."""

    issuer: str
    sign_in: str
    token: str
    keys: str


def address_of(oidc: OidcSettings, flow: Flow, here: str) -> str:
    """Give the address that a person is sent to, to sign in with the provider."""
    with _client(oidc, here) as client:
        address, _state = client.create_authorization_url(
            provider(oidc.issuer).sign_in, state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
        )
    return str(address)


def person_of(oidc: OidcSettings, flow: Flow, code: str, here: str) -> Person:
    """Give whom the provider vouches for, for the code that it sent back."""
    try:
        with _client(oidc, here) as client:
            given = client.fetch_token(provider(oidc.issuer).token, code=code, code_verifier=flow.verifier)
        id_token = given["id_token"]
    except Exception as error:  # whatever it answers, or doesn't: the client underneath has errors of its own
        raise NotVouchedFor(reason=str(error)[:200] or type(error).__name__) from error
    return checked(oidc, flow, str(id_token))


def checked(oidc: OidcSettings, flow: Flow, id_token: str) -> Person:
    """Give the person of an ID token whose signature, issuer, audience, nonce and times are right."""
    claims = _signed_claims(oidc, id_token)
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    now = clock.now().timestamp()
    wrong = {
        "issuer": claims.get("iss") != provider(oidc.issuer).issuer,
        "audience": oidc.client_id not in audiences,
        "authorized party": claims.get("azp", oidc.client_id) != oidc.client_id or (len(audiences) > 1 and "azp" not in claims),
        "nonce": not claims.get("nonce") or claims["nonce"] != flow.nonce,
        "end": not _is_time(claims.get("exp")) or claims["exp"] + LEEWAY < now,
        "beginning": not _is_time(claims.get("iat")) or claims["iat"] - LEEWAY > now,
        "subject": not isinstance(claims.get("sub"), str) or not claims["sub"],
    }
    reason = next((name for name, is_wrong in wrong.items() if is_wrong), None)
    if reason:
        raise NotVouchedFor(reason=reason)
    email = claims.get("email") if claims.get("email_verified") is True else ""
    return Person(oidc.issuer, claims["sub"], email if isinstance(email, str) else "")


def _signed_claims(oidc: OidcSettings, id_token: str) -> dict[str, Any]:
    """Give the claims of a token that one of the provider's keys signed; keys that are unknown are asked for anew once."""
    for fresh in (False, True):
        try:
            return dict(jwt.decode(id_token, _keys(oidc.issuer, fresh=fresh), algorithms=SIGNED_BY).claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            reason = str(error)[:200]
    raise NotVouchedFor(reason=reason or "signature")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _client(oidc: OidcSettings, here: str) -> OAuth2Client:
    return OAuth2Client(
        oidc.client_id,
        oidc.client_secret or None,
        token_endpoint_auth_method="client_secret_basic" if oidc.client_secret else "none",
        scope="openid email profile",
        redirect_uri=here,
        code_challenge_method="S256",
        timeout=SECONDS,
        trust_env=False,
    )


def provider(issuer: str) -> Provider:
    """Give what a provider says of itself, asked for once an hour."""
    return _provider(issuer, int(time.monotonic() // KEPT))


@lru_cache(maxsize=4)
def _provider(issuer: str, _hour: int) -> Provider:
    told = _asked(issuer, f"{issuer}/.well-known/openid-configuration")
    if str(told.get("issuer", "")).rstrip("/") != issuer:
        raise NotVouchedFor(reason="issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if not all(isinstance(told.get(name), str) for name in names):
        raise NotVouchedFor(reason="openid-configuration")
    return Provider(str(told["issuer"]), *(told[name] for name in names))


_known_keys: dict[str, KeySet] = {}


def _keys(issuer: str, *, fresh: bool) -> KeySet:
    if fresh or issuer not in _known_keys:
        _known_keys[issuer] = KeySet.import_key_set(_asked(issuer, provider(issuer).keys))  # type: ignore[arg-type]
    return _known_keys[issuer]


def _asked(issuer: str, address: str) -> Mapping[str, Any]:
    try:
        answer = httpx.get(address, timeout=SECONDS, trust_env=False)
        answer.raise_for_status()
        return dict(answer.json())
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise ProviderSilent(issuer=issuer) from error

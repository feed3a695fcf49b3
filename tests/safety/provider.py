"""A company's sign-in of our own: a small OpenID provider that signs with real keys, and that can lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "daybook", "between the two of us"
Claims = dict[str, Any]


class Provider:
    """The provider: who signs in next, and what it does wrong."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = self._new_key("first")
        self.shown = [self.key]  # the keys that it publishes
        self.person: Claims = {"sub": "p-17", "email": "buyer@example.com", "email_verified": True}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []  # what was fetched of it
        self.lie: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.answer: Callable[[Claims], Any] = lambda answer: answer  # of the token endpoint

    @staticmethod
    def _new_key(name: str) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}, private=True)

    def change_key(self, name: str, *, shown: bool) -> None:
        """Sign with another key from now on, published or not."""
        self.key = self._new_key(name)
        self.shown = [self.key] if shown else self.shown

    def signed(self, claims: Claims) -> str:
        """Give the ID token, signed as it should be."""
        return str(jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key))

    def told(self) -> Claims:
        """Give what the provider says of itself."""
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in names.items()}

    def authorize(self, query: dict[str, str]) -> str:
        """Sign the person in; give the address to go back to."""
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = secrets.token_urlsafe(12)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Give the tokens for a code, once, to the client that can prove that it began."""
        asked = self.codes.pop(form.get("code", ""), None)
        known = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '%20')}".encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if authorization not in (known, plain):
            return 401, {"error": "invalid_client"}
        if not asked or proof.decode() != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person}
        answer = {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(self.lie(claims))}
        return 200, self.answer(answer)


@contextmanager
def a_provider() -> Iterator[Provider]:
    """Serve a provider on this machine until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.handle_error = lambda *_given: None  # type: ignore[method-assign]  # one that breaks off does so quietly
    server.provider = provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    @property
    def provider(self) -> Provider:
        return self.server.provider  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self.provider.asked.append(address.path)
        if address.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.send_response(303)
            self.send_header("location", self.provider.authorize(query))
            self.end_headers()
        elif address.path == "/keys":
            self._json(200, {"keys": [key.as_dict(private=False) for key in self.provider.shown]})
        else:
            self._json(200, self.provider.told())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._json(*self.provider.redeem(form, self.headers.get("authorization", "")))

    def _json(self, status: int, content: Any) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *given: Any) -> None:
        """Say nothing."""

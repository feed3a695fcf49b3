"""What a browser may do with our answers: policies for pages and for the API, and where a change may come from."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
BY_HTTPS = {"strict-transport-security": "max-age=31536000"}
API_HEADERS = {"cache-control": "no-store", "content-security-policy": "default-src 'none'; frame-ancestors 'self'"}
# Reflex carries out what its server sends by eval, and emotion writes styles into the page: those two stay open.
# A script from anywhere else, or written into the page by what somebody typed, does not run.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; "
    "frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


@lru_cache(maxsize=64)
def page_policy(page: bytes) -> str:
    """Give the policy of a built page: of the scripts written in it, those that were there when it was built."""
    hashes = dict.fromkeys(b64encode(sha256(script).digest()).decode() for script in INLINE.findall(page))
    return PAGE_POLICY.format(scripts="".join(f" 'sha256-{each}'" for each in hashes))


def is_foreign(method: str, headers: Mapping[str, str], *, cookie: bool) -> bool:
    """Tell whether a change was sent by a page of another site (CSRF); with a cookie it must say where it is from."""
    if method in SAFE or (not cookie and "authorization" in headers):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin") or headers.get("referer")
    if origin:
        return not is_here(origin, headers)
    return cookie and site != "same-origin"


def is_here(origin: str, headers: Mapping[str, str]) -> bool:
    """Tell whether an address is of this very server, by whatever name it is reached."""
    hosts = (headers.get("host", ""), headers.get("x-forwarded-host", "").split(",")[0].strip())
    return urlsplit(origin).netloc.lower() in {host.lower() for host in hosts if host}

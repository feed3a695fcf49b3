"""Signatures of deliveries, as the Standard Webhooks specification (standardwebhooks.com) writes them.

The sender signs `{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA256 and sends the signature as
`webhook-signature: v1,<base64>`; several, with blanks between, while a secret is being changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from app.core.errors import DaybookError

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = 300  # seconds that the clocks of both sides may differ
PREFIX = "whsec_"
MOST_SIGNATURES = 5
NUMBER = re.compile(r"[!-~]{1,200}")
SECONDS = re.compile(r"[0-9]{1,12}")


class HookRefused(DaybookError):
    """There is no such hook, or the signature of this delivery doesn't fit it."""

    zh = "没有这个推送地址，或签名不符。"
    status = 401


class DeliveryLate(DaybookError):
    """This delivery was signed {seconds} seconds away from now; more than {most} are not taken. Sign it anew."""

    zh = "推送的签名时间与现在相差 {seconds} 秒，超过 {most} 秒，请重新签名发送。"
    status = 401


def signed_delivery(key: bytes, headers: Mapping[str, str], body: bytes, *, now: float) -> str:
    """Give the number of a delivery that the holder of the key signed within the window."""
    number, moment = headers.get(ID, ""), headers.get(TIME, "")
    right = signature(key, number, moment, body=body)
    given = headers.get(SIGNATURE, "").split(" ")[:MOST_SIGNATURES]
    found = [hmac.compare_digest(right.encode(), one.encode("utf-8", "replace")) for one in given]
    if not any(found) or not NUMBER.fullmatch(number) or not SECONDS.fullmatch(moment):
        raise HookRefused()
    if abs(now - int(moment)) > WINDOW:
        raise DeliveryLate(seconds=int(abs(now - int(moment))), most=WINDOW)
    return number


def signature(key: bytes, number: str, moment: str, *, body: bytes) -> str:
    """Give the signature of a delivery."""
    content = b".".join((number.encode("utf-8", "replace"), moment.encode("utf-8", "replace"), body))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def shown(key: bytes) -> str:
    """Give a key as people hand it on."""
    return PREFIX + base64.b64encode(key).decode()

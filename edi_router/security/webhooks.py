"""The signature of a webhook call, by the Standard Webhooks specification (1.0.0, "Signature scheme", HMAC-SHA256).

Signed are the id of the event, the instant of the call and the body, joined by dots. With several secrets there are
several signatures: the receiver takes the call when one of them fits, so that a secret can be changed without a break.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret."""


def key_of(secret: str) -> bytes:
    """The key that a secret stands for: base64 of 24 to 64 bytes, with or without ``whsec_`` before it.

    >>> key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").hex()[:8]
    '31f290f6'

    Raises ValueError when it is not; the text does not quote it.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is no base64 (make one with: openssl rand -base64 32)") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(
            f"it has {len(key)} bytes; {SHORTEST} to {LONGEST} are taken (openssl rand -base64 32)"
        )
    return key


def headers(keys: Sequence[bytes], id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The three headers of a call; `timestamp` in seconds since 1970 UTC.

    >>> key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> told = headers([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    >>> told["webhook-signature"]
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    told = " ".join(f"v1,{base64.b64encode(each).decode()}" for each in digests)
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": told}

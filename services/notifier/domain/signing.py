"""Signatures of webhooks, as the Standard Webhooks specification 1.0 says (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
MINIMUM_BYTES = 24
"""The specification asks for 24 to 64 random bytes."""


class BadSecret(ValueError):
    """A secret that can't sign."""


def signature(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: one signature per secret, so that a receiver can change to the new one
    at its own time. `timestamp` is seconds since 1970 of this attempt."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_seal(key_of(secret), signed)}" for secret in keys)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes behind `whsec_…`. Raises BadSecret, saying what to write instead."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise BadSecret("webhook secret: not base64 after whsec_; make one with new_secret()") from error
    if len(key) < MINIMUM_BYTES:
        raise BadSecret(
            f"webhook secret: {len(key)} bytes, needs {MINIMUM_BYTES}; make one with new_secret()"
        )
    return key


def _seal(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

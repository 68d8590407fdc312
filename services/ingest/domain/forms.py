"""A form's number: names one filling-in of the form, says when it was opened, and can't be made up."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

MANY_LINKS = 3


def new_number(keys: Sequence[bytes], now: datetime) -> str:
    body = f"{int(now.timestamp())}-{secrets.token_hex(8)}"
    return f"{body}-{_seal(keys[0], body)}"


def opened_at(keys: Sequence[bytes], number: str) -> datetime | None:
    """When the form of this number was opened; None when the number is not ours."""
    body, _, seal = number.rpartition("-")
    genuine = [hmac.compare_digest(seal.encode(), _seal(key, body).encode()) for key in keys]
    if not any(genuine):
        return None
    return datetime.fromtimestamp(int(body.partition("-")[0]), UTC)


def why_spam(
    *, trap: str, opened: datetime | None, text: str, now: datetime, quickest: timedelta
) -> str | None:
    """Why a form looks filled in by a program; None when a person may have done it."""
    if trap:
        return "the field no person sees was filled in"
    if opened is not None and now - opened < quickest:
        return f"filled in within {quickest.total_seconds():g} seconds"
    if opened is None and (links := links_in(text)) >= MANY_LINKS:
        return f"{links} links, and the form was never opened"
    return None


def links_in(text: str) -> int:
    return text.lower().count("http://") + text.lower().count("https://")


def desk_seal(key: bytes, partner: str, number: int = 0) -> str:
    """Opens the page where this partner's librarians type in what they were asked. `number` counts the
    addresses that the page has had before."""
    named = f"{partner}:{number}" if number else partner
    return hmac.new(key, b"sesame desk v1:" + named.encode(), hashlib.sha256).hexdigest()[:32]


def is_desk(keys: Sequence[bytes], partner: str, number: int, seal: str) -> bool:
    """Whether one of the keys sealed it. Constant time."""
    genuine = [hmac.compare_digest(seal.encode(), desk_seal(key, partner, number).encode()) for key in keys]
    return any(genuine)


def _seal(key: bytes, body: str) -> str:
    return hmac.new(key, b"sesame form v1:" + body.encode(), hashlib.sha256).hexdigest()[:20]

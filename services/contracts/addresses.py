"""Mail addresses as they are told apart and remembered without being kept."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator, Sequence

PARTNER_ID = r"[a-z0-9][a-z0-9-]{1,62}"
"""A partner's id, as it stands in routing keys, in links and behind the plus of `question+montreuil@…`."""
PARTNER_ID_PATTERN = f"^{PARTNER_ID}$"
"""The same for JSON Schema, where a pattern may match anywhere."""

TAG = "+"
"""Begins what most servers ignore: mail to `ada+sesame@…` reaches `ada@…`."""

WITHOUT_DOTS = frozenset({"gmail.com", "googlemail.com"})
"""Domains where `a.da@` is `ada@` too."""


def is_partner_id(text: str) -> bool:
    return re.fullmatch(PARTNER_ID, text) is not None


def mailbox(address: str) -> str:
    """Where mail to this address ends up, as far as can be known: case, tags, quotes and a final dot are
    off, the domain is in ASCII. For counting what one person is sent; never to write to."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    domain = _ascii(domain.rstrip("."))
    bare = local.strip('"').partition(TAG)[0] or local
    return f"{bare.replace('.', '') if domain in WITHOUT_DOTS else bare}@{domain}"


def address_digests(keys: Sequence[bytes], address: str) -> list[bytes]:
    """What stands for an address where it must be known again. The first is written, all are looked for.
    Keyed: a plain hash could be tried with every address there is."""
    said = b"sesame address v1:" + address.strip().lower().encode("utf-8", "replace")
    return [hmac.digest(key, said, "sha256") for key in keys]


def pattern_of(who: str) -> re.Pattern[str]:
    """Finds the address or account itself, not one that merely contains it."""
    return re.compile(rf"(?<![\w.+%-]){re.escape(who)}(?![\w-]|\.\w)", re.IGNORECASE)


def names(body: bytes, who: str) -> bool:
    """Whether this address or account stands in a message, however its JSON is written."""
    pattern = pattern_of(who)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    return any(pattern.search(text) for text in (body.decode("utf-8", "replace"), *_strings(said)))


def _strings(value: object) -> Iterator[str]:
    """Every text in a JSON value, names of fields included."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case dict(fields):
                waiting += [*fields.keys(), *fields.values()]
            case list(items):
                waiting += items
            case _:
                pass


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain

"""Addresses of files: each party has one of its own, which ends with what else that party may open.

An event names a file by `…/files/<id>`, which opens nothing. Who shows it to somebody adds who that is,
sealed. The key is made of the link secret and opens nothing else, so a service may have it that must forge
no link.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.contracts.links.signed_links import party_digest

NETWORK = "network"
"""The party of those who see the whole network: coordinators and observers."""

DIGEST, SEAL = 8, 16
"""Characters of base32 for the party's digest (40 bits) and the seal (80 bits)."""


def file_keys(link_keys: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(hmac.new(key, b"sesame files v1", hashlib.sha256).digest() for key in link_keys)


def addressed(files: Iterable[Mapping[str, Any]], keys: Sequence[bytes], party: str) -> list[dict[str, Any]]:
    """The same files with this party's addresses. `keys` are file keys, the first one seals."""
    return [{**file, "url": file_url(str(file["url"]), keys, party)} for file in files]


def file_url(url: str, keys: Sequence[bytes], party: str) -> str:
    """What an event says, made an address that opens for this party; another's address stays as it is."""
    try:
        file = UUID(url.rpartition("/")[2])
    except ValueError:
        return url
    return f"{url}/{_sealed(keys[0], file, party_digest(party))}"


def party_of(keys: Sequence[bytes], file: UUID, token: str) -> str | None:
    """The digest of the party it was sealed for; None where none of the keys sealed it. Constant time."""
    if len(token) != DIGEST + SEAL or not token.isascii():
        return None
    digest = token[:DIGEST]
    genuine = [hmac.compare_digest(token, _sealed(key, file, digest)) for key in keys]
    return digest if any(genuine) else None


def upload_token(keys: Sequence[bytes], question: UUID, partner: str) -> str:
    """Lets the workspace hand in files for an answer of this library to this question."""
    return hmac.new(keys[0], f"upload {question} {partner}".encode(), hashlib.sha256).hexdigest()


def may_upload(keys: Sequence[bytes], question: UUID, partner: str, token: str) -> bool:
    """Whether one of the keys made it. Constant time."""
    genuine = [
        hmac.compare_digest(token.encode(), upload_token([key], question, partner).encode()) for key in keys
    ]
    return any(genuine)


def _sealed(key: bytes, file: UUID, digest: str) -> str:
    seal = hmac.new(key, f"{file} {digest}".encode(), hashlib.sha256).digest()[:10]
    return digest + b32encode(seal).decode().rstrip("=").lower()

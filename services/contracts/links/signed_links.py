"""Signed links and reply addresses: the notifier writes them, ingest reads them back.

A token says who may speak of which question and proves that we wrote it. It is 51 characters of `[a-z2-7]`:
mail systems lower-case the part before the @, and that part may hold 64 characters (RFC 5321, 4.5.3.1.1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

LinkRole = Literal["partner", "asker", "bounce"]

LETTERS: dict[LinkRole, str] = {"partner": "p", "asker": "a", "bounce": "b"}
ROLES: dict[str, LinkRole] = {letter: role for role, letter in LETTERS.items()}
ASKER = "asker"
"""The party of an asker's token: a question has one asker."""

QUESTION, DIGEST, SEAL = 26, 8, 16
"""Characters of base32 for the question's id, the party's digest (40 bits) and the seal (80 bits)."""
LENGTH = 1 + QUESTION + DIGEST + SEAL


def fingerprint(key: bytes) -> str:
    """Names a key without telling it: 48 bits of a digest."""
    return hashlib.sha256(b"sesame link key " + key).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Link:
    """What a genuine token says. `digest` stands for the party: compare with `party_digest(partner_id)`, that
    of a bounce by `is_of_address`."""

    role: LinkRole
    question_id: UUID
    digest: str


def partner_token(keys: Sequence[bytes], question_id: UUID, partner: str) -> str:
    """For the mail to a partner: answers this question as this partner. The first key signs."""
    return _sealed(keys[0], "partner", question_id, party_digest(partner))


def asker_token(keys: Sequence[bytes], question_id: UUID) -> str:
    """For the mail to the asker: opens and continues their own question. The first key signs."""
    return _sealed(keys[0], "asker", question_id, party_digest(ASKER))


def bounce_token(keys: Sequence[bytes], question_id: UUID, address: str) -> str:
    """For the return path of a mail to this address, where reports come that it did not arrive. Whoever
    asked has not seen it, as they have the asker's. The first key signs."""
    return _sealed(keys[0], "bounce", question_id, _address_digest(keys[0], address))


def sign_in_token(key: bytes, sign_in: UUID) -> str:
    """For the mail that lets a person of the network in: 42 characters. Once and soon is the workspace's to
    see to; its key is no other link's."""
    return _base32(sign_in.bytes) + _seal(key, "sign-in:" + _base32(sign_in.bytes))


def read_sign_in_token(key: bytes, token: str) -> UUID | None:
    """The sign-in that it is for; None where the key did not seal it."""
    token = token.strip().lower()
    if len(token) != QUESTION + SEAL or not token.isascii() or not token.isalnum():
        return None
    id_, seal = token[:QUESTION], token[QUESTION:]
    if not hmac.compare_digest(seal, _seal(key, "sign-in:" + id_)):
        return None
    return UUID(bytes=base64.b32decode(id_.upper() + "======"))


def is_of_address(keys: Sequence[bytes], digest: str, address: str) -> bool:
    """Whether the mail whose return path says `digest` went to that address, whatever its case."""
    return any(hmac.compare_digest(digest, _address_digest(key, address)) for key in keys)


def read_token(keys: Sequence[bytes], token: str) -> Link | None:
    """The token's claim when any of the keys sealed it, whatever its case; None otherwise. Constant time."""
    token = token.strip().lower()
    if len(token) != LENGTH or token[0] not in ROLES:
        return None
    body, seal = token[:-SEAL], token[-SEAL:]
    genuine = [hmac.compare_digest(seal.encode(), _seal(key, body).encode()) for key in keys]
    if not any(genuine):
        return None
    question_id = UUID(bytes=base64.b32decode(body[1 : 1 + QUESTION].upper() + "======"))
    return Link(ROLES[body[0]], question_id, body[1 + QUESTION :])


def sealed(keys: Sequence[bytes], link: Link) -> str:
    """The token that says this. The first key signs."""
    return _sealed(keys[0], link.role, link.question_id, link.digest)


def reply_address(box: str, token: str) -> str:
    """`reponse@sesame.example` → `reponse+<token>@sesame.example`."""
    local, _, domain = box.rpartition("@")
    return f"{local}+{token}@{domain}"


@lru_cache(maxsize=4_096)
def party_digest(party: str) -> str:
    return _base32(hashlib.sha256(party.encode()).digest()[:5])


def _address_digest(key: bytes, address: str) -> str:
    """By the key: of a plain hash of 40 bits others could find an address with the same digest."""
    said = b"sesame bounce v1:" + address.lower().encode("utf-8", "replace")
    return _base32(hmac.digest(key, said, "sha256")[:5])


def _sealed(key: bytes, role: LinkRole, question_id: UUID, digest: str) -> str:
    body = LETTERS[role] + _base32(question_id.bytes) + digest
    return body + _seal(key, body)


def _seal(key: bytes, body: str) -> str:
    return _base32(hmac.digest(key, b"sesame link v1:" + body.encode(), "sha256")[:10])


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()

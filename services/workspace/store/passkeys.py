"""Passkeys of people, and the challenges that their next use must answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_CHALLENGE = "INSERT INTO passkey_challenge (challenge, person, expires_at) VALUES ($1, $2, $3)"

_FORGET = "DELETE FROM passkey_challenge WHERE expires_at <= $1"

# Answered once, by whoever it was made for.
_ANSWER = """
DELETE FROM passkey_challenge WHERE challenge = $1 AND person IS NOT DISTINCT FROM $2 AND expires_at > $3
RETURNING challenge
"""

_ADD = """
INSERT INTO passkey (id, person, public_key, sign_count, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING id
"""

_OF = "SELECT id, name, created_at, used_at FROM passkey WHERE person = $1 ORDER BY created_at, id"

_ONE = """
SELECT k.person, k.public_key, k.sign_count FROM passkey k JOIN person p ON p.id = k.person
WHERE k.id = $1 AND p.left_at IS NULL FOR UPDATE OF k
"""

_USED = "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1"

_NAME = "UPDATE passkey SET name = $3 WHERE id = $1 AND person = $2"

_REMOVE = "DELETE FROM passkey WHERE id = $1 AND person = $2 RETURNING id"

_REMOVE_ALL = "DELETE FROM passkey WHERE person = $1"


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """As a browser made it: what it signs is read with `public_key` (COSE, RFC 9053)."""

    id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


async def challenge(db: Db, value: bytes, person: UUID | None, now: datetime, until: datetime) -> None:
    await db.execute(_FORGET, now)
    await db.execute(_CHALLENGE, value, person, until)


async def answer(db: Db, value: bytes, person: UUID | None, now: datetime) -> bool:
    """Whether this challenge was made for them and never answered."""
    return await db.fetchval(_ANSWER, value, person, now) is not None


async def add(db: Db, person: UUID, key: NewPasskey, name: str, now: datetime) -> bool:
    """False where it is somebody's already."""
    row = (key.id, person, key.public_key, key.sign_count, name, now)
    return await db.fetchval(_ADD, *row) is not None


async def of(db: Db, person: UUID) -> list[Record]:
    return await db.fetch(_OF, person)


async def one(db: Db, key: bytes) -> Record | None:
    """Whose it is, of people who are here, and what its next use is held against."""
    return await db.fetchrow(_ONE, key)


async def used(db: Db, key: bytes, sign_count: int, now: datetime) -> None:
    await db.execute(_USED, key, sign_count, now)


async def name(db: Db, key: bytes, person: UUID, called: str) -> None:
    await db.execute(_NAME, key, person, called)


async def remove(db: Db, key: bytes, person: UUID) -> bool:
    return await db.fetchval(_REMOVE, key, person) is not None


async def remove_all(db: Db, person: UUID) -> None:
    await db.execute(_REMOVE_ALL, person)

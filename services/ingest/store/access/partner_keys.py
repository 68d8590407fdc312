"""Keys of partners that use HTTP. Only hashes are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from services.chassis.postgres.database import Db

_ADD = "INSERT INTO partner_key (hash, partner, label, created_at) VALUES ($1, $2, $3, $4)"
_OWNER = """
SELECT partner FROM partner_key WHERE hash = $1 AND revoked_at IS NULL AND NOT EXISTS (
    SELECT FROM partner_access a
    WHERE a.partner = partner_key.partner AND (suspended_at IS NOT NULL OR removed_at IS NOT NULL)
)
"""
_LIST = "SELECT hash, partner, label, created_at, revoked_at FROM partner_key ORDER BY partner, created_at"

_REVOKE_ALL = "UPDATE partner_key SET revoked_at = $2 WHERE partner = $1 AND revoked_at IS NULL"

_REVOKE = """
UPDATE partner_key SET revoked_at = $2
WHERE left(encode(hash, 'hex'), 8) = $1 AND revoked_at IS NULL RETURNING partner
"""


@dataclass(frozen=True, slots=True)
class PartnerKey:
    hash: bytes
    partner: str
    label: str
    created_at: datetime
    revoked_at: datetime | None

    @property
    def name(self) -> str:
        """What commands call it: the first eight digits of its hash."""
        return self.hash.hex()[:8]


def key_hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def add(db: Db, key: str, partner: str, label: str, now: datetime) -> None:
    await db.execute(_ADD, key_hash(key), partner, label, now)


async def owner(db: Db, key: str) -> str | None:
    """The partner whose key this is; None when it is nobody's, was revoked, or they are suspended."""
    found: str | None = await db.fetchval(_OWNER, key_hash(key))
    return found


async def keys(db: Db) -> list[PartnerKey]:
    return [PartnerKey(**row) for row in await db.fetch(_LIST)]


async def revoke(db: Db, name: str, now: datetime) -> str | None:
    """The partner it was of; None when there is no such key."""
    partner: str | None = await db.fetchval(_REVOKE, name, now)
    return partner


async def change(db: Db, digest: bytes, partner: str, label: str, now: datetime) -> None:
    """The key of this digest alone opens from now on."""
    await db.execute(_REVOKE_ALL, partner, now)
    await db.execute(_ADD, digest, partner, label, now)

"""Keys of partners that use HTTP. Only hashes are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Record

from services.chassis.postgres.database import Db

_ADD = """
INSERT INTO partner_key (hash, partner, label, created_at, made_by) VALUES ($1, $2, $3, $4, $5)
"""
_OWNER = """
SELECT partner, used_at FROM partner_key WHERE hash = $1 AND revoked_at IS NULL AND NOT EXISTS (
    SELECT FROM partner_access a
    WHERE a.partner = partner_key.partner AND (suspended_at IS NOT NULL OR removed_at IS NOT NULL)
)
"""
_LIST = """
SELECT hash, partner, label, created_at, revoked_at, number, made_by, used_at FROM partner_key
ORDER BY partner, created_at
"""

# Of many calls in the same moment one writes: the others find it written when they get the row.
_USED = """
UPDATE partner_key SET used_at = $2::timestamptz
WHERE hash = $1 AND (used_at IS NULL OR used_at < $2::timestamptz - $3::interval)
"""

_REVOKE_ALL = "UPDATE partner_key SET revoked_at = $2 WHERE partner = $1 AND revoked_at IS NULL"

_END = """
UPDATE partner_key SET revoked_at = $3 WHERE partner = $1 AND number = $2 AND revoked_at IS NULL
RETURNING label
"""

_NEWS = "SELECT id, number FROM key_news ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED"

_KEYS = """
SELECT number, partner, label, made_by, created_at, used_at, revoked_at FROM partner_key
WHERE number = ANY($1::bigint[]) ORDER BY number
"""

_TOLD = "DELETE FROM key_news WHERE id = ANY($1::bigint[])"

_TELL_ANEW = "INSERT INTO key_news (number) SELECT number FROM partner_key ORDER BY number"

_REVOKE = """
UPDATE partner_key SET revoked_at = $2
WHERE left(encode(hash, 'hex'), 8) = $1 AND revoked_at IS NULL RETURNING partner
"""


SEEN_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PartnerKey:
    hash: bytes
    partner: str
    label: str
    created_at: datetime
    revoked_at: datetime | None
    number: int
    made_by: str
    used_at: datetime | None

    @property
    def name(self) -> str:
        """What commands call it: the first eight digits of its hash."""
        return self.hash.hex()[:8]


def key_hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def add(db: Db, key: str, partner: str, label: str, now: datetime, made_by: str = "operator") -> None:
    await db.execute(_ADD, key_hash(key), partner, label, now, made_by)


async def owner(db: Db, key: str, now: datetime) -> str | None:
    """The partner whose key this is, which is seen to be used; None when it is nobody's, was revoked, or they
    are suspended."""
    row = await db.fetchrow(_OWNER, key_hash(key))
    if row is None:
        return None
    if row["used_at"] is None or row["used_at"] < now - SEEN_AGAIN_AFTER:
        await db.execute(_USED, key_hash(key), now, SEEN_AGAIN_AFTER)
    partner: str = row["partner"]
    return partner


async def keys(db: Db) -> list[PartnerKey]:
    return [PartnerKey(**row) for row in await db.fetch(_LIST)]


async def revoke(db: Db, name: str, now: datetime) -> str | None:
    """The partner it was of; None when there is no such key."""
    partner: str | None = await db.fetchval(_REVOKE, name, now)
    return partner


async def end(db: Db, partner: str, number: int, now: datetime) -> str | None:
    """What it was called; None where the partner has no such key that opens anything."""
    label: str | None = await db.fetchval(_END, partner, number, now)
    return label


async def end_all(db: Db, partner: str, now: datetime) -> None:
    await db.execute(_REVOKE_ALL, partner, now)


async def add_digest(db: Db, digest: bytes, partner: str, label: str, now: datetime, made_by: str) -> None:
    """A key that was made elsewhere, of which this is the SHA-256."""
    await db.execute(_ADD, digest, partner, label, now, made_by)


async def news(db: Db, most: int) -> tuple[list[int], list[Record]]:
    """Which news there are, and the keys that they are about, as they are now."""
    rows = await db.fetch(_NEWS, most)
    if not rows:
        return [], []
    return [row["id"] for row in rows], await db.fetch(_KEYS, [row["number"] for row in rows])


async def told(db: Db, news: Sequence[int]) -> None:
    await db.execute(_TOLD, news)


async def tell_anew(db: Db) -> None:
    """Every key is news again, ended ones too."""
    await db.execute(_TELL_ANEW)

"""The keys that signed links, by fingerprint: what was used once must be known as long as its links live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO link_key (fingerprint, first_used_at, last_used_at)
SELECT fingerprint, $2, $2 FROM unnest($1::text[]) AS fingerprint ORDER BY fingerprint
ON CONFLICT (fingerprint) DO UPDATE SET last_used_at = excluded.last_used_at
"""

_LOST = """
SELECT fingerprint, first_used_at, last_used_at FROM link_key
WHERE last_used_at < (SELECT max(last_used_at) FROM link_key) ORDER BY last_used_at
"""

_ALL = "SELECT fingerprint, first_used_at, last_used_at FROM link_key ORDER BY last_used_at DESC, fingerprint"

_FORGET = "DELETE FROM link_key WHERE fingerprint = $1 RETURNING fingerprint"


@dataclass(frozen=True, slots=True)
class LinkKey:
    """Used from its first start to its last."""

    fingerprint: str
    first_used_at: datetime
    last_used_at: datetime


async def note(db: Db, fingerprints: Sequence[str], now: datetime) -> None:
    """With these ingest starts now."""
    await db.execute(_NOTE, fingerprints, now)


async def lost(db: Db) -> list[LinkKey]:
    """Keys that the newest start did not have: links they signed are dead."""
    return [LinkKey(**row) for row in await db.fetch(_LOST)]


async def every(db: Db) -> list[LinkKey]:
    return [LinkKey(**row) for row in await db.fetch(_ALL)]


async def forget(db: Db, fingerprint: str) -> bool:
    """Its links may be dead: it was retired on purpose. False when it is not known."""
    return await db.fetchval(_FORGET, fingerprint) is not None

"""Links that were taken back, and the partners seen so far."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.chassis.database import Db

_REVOKE = "INSERT INTO revoked (question, partner, revoked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_REVOKED = """
SELECT EXISTS (SELECT FROM revoked WHERE question = $1 AND partner = $2) OR EXISTS (
    SELECT FROM partner_access
    WHERE partner = $2 AND (suspended_at IS NOT NULL OR removed_at IS NOT NULL)
)
"""

_SEEN = """
SELECT DISTINCT ON (partner) partner, partner_name FROM asked ORDER BY partner, position DESC LIMIT 1000
"""


async def revoke(db: Db, question: UUID, partner: str, now: datetime) -> None:
    await db.execute(_REVOKE, question, partner, now)


async def is_revoked(db: Db, question: UUID, partner: str) -> bool:
    """By itself, or for as long as its partner is suspended or removed."""
    return bool(await db.fetchval(_REVOKED, question, partner))


async def partners_seen(db: Db) -> dict[str, str]:
    """Id → name of every partner that was ever asked."""
    return {row["partner"]: row["partner_name"] for row in await db.fetch(_SEEN)}

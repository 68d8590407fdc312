"""Links that were taken back, and the partners seen so far."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_REVOKE = "INSERT INTO revoked (question, partner, revoked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_REVOKED = """
SELECT EXISTS (SELECT FROM revoked WHERE question = $1 AND partner = $2) OR EXISTS (
    SELECT FROM partner_access
    WHERE partner = $2 AND (suspended_at IS NOT NULL OR removed_at IS NOT NULL)
)
"""

# From partner to partner along the index: what DISTINCT would do by reading every row.
_SEEN = """
WITH RECURSIVE seen (partner) AS (
    SELECT min(partner) FROM asked
    UNION ALL
    SELECT (SELECT min(asked.partner) FROM asked WHERE asked.partner > seen.partner)
    FROM seen WHERE seen.partner IS NOT NULL
)
SELECT seen.partner, latest.partner_name FROM seen, LATERAL (
    SELECT partner_name FROM asked WHERE asked.partner = seen.partner
    ORDER BY written_by DESC, position DESC LIMIT 1
) AS latest LIMIT 1000
"""


async def revoke(db: Db, question: UUID, partner: str, now: datetime) -> None:
    await db.execute(_REVOKE, question, partner, now)


async def is_revoked(db: Db, question: UUID, partner: str) -> bool:
    """By itself, or for as long as its partner is suspended or removed."""
    return bool(await db.fetchval(_REVOKED, question, partner))


async def partners_seen(db: Db) -> dict[str, str]:
    """Id → name of every partner that was ever asked."""
    return {row["partner"]: row["partner_name"] for row in await db.fetch(_SEEN)}

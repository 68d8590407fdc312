"""What operators ask of deliveries, and have done to them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.postgres.database import Db

_OPEN_AGAIN = """
WITH again AS (
    UPDATE delivery d SET state = 'waiting', attempts = 0, decided_at = $1, next_at = $1, done_at = NULL
    FROM assignment a, question q
    WHERE a.id = d.assignment_id AND q.id = d.question_id AND d.state = 'sent'
        AND d.kind IN ('assigned', 'follow_up') AND d.way IN ('queue', 'webhook')
        AND ($2::text IS NULL OR a.partner = $2)
        AND q.ended IS NULL AND q.erased_at IS NULL
        AND (q.answered_at IS NULL OR q.answered_at < q.reopened_at)
        AND NOT EXISTS (SELECT FROM assignment n WHERE n.question_id = q.id AND n.attempt > a.attempt)
        AND NOT EXISTS (SELECT FROM delivery e WHERE e.assignment_id = a.id AND e.kind = 'ended')
    RETURNING a.partner
)
SELECT partner, count(*) AS deliveries FROM again GROUP BY partner ORDER BY partner
"""

_LOST_SINCE = "SELECT count(*) FROM delivery WHERE state = 'given_up' AND done_at >= $1"


async def send_open_again(db: Db, now: datetime, partner: str | None) -> dict[str, int]:
    """What partners' systems were sent of questions that are theirs still, from the beginning and under the
    same ids. Partner → how many."""
    return {row["partner"]: row["deliveries"] for row in await db.fetch(_OPEN_AGAIN, now, partner)}


async def lost_since(db: Db, since: datetime) -> int:
    """How many were given up."""
    return int(await db.fetchval(_LOST_SINCE, since))

"""What the network's term has passed for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

# Since when nothing is expected of anybody any more: withdrawn or ended, whichever came last.
_DUE = """
SELECT q.id FROM question q LEFT JOIN ended e ON e.question = q.id
WHERE q.erased_at IS NULL AND q.received_at < $1 AND greatest(q.withdrawn_at, e.ended_at) < $1
    AND NOT EXISTS (SELECT FROM follow_up f WHERE f.question = q.id AND f.written_at >= $1)
ORDER BY q.received_at, q.id LIMIT $2
"""

_COUNT = """
SELECT count(*) FILTER (WHERE greatest(q.withdrawn_at, e.ended_at) < $1
        AND NOT EXISTS (SELECT FROM follow_up f WHERE f.question = q.id AND f.written_at >= $1)),
    count(*) FILTER (WHERE q.withdrawn_at IS NULL AND e.question IS NULL),
    (SELECT count(*) FROM quarantine WHERE received_at < $1)
FROM question q LEFT JOIN ended e ON e.question = q.id WHERE q.erased_at IS NULL AND q.received_at < $1
"""

_DROP_HELD = """
WITH gone AS (DELETE FROM quarantine WHERE received_at < $1 RETURNING id)
SELECT count(*) FROM gone
"""

_BURY_LOOSE = """
UPDATE submission SET raw = NULL, key = tombstone(door, key)
WHERE question IS NULL AND received_at < $1 AND key NOT LIKE 'erased:%'
"""


async def due(db: Db, before: datetime, most: int) -> list[UUID]:
    """Questions that were over before this moment, the oldest first."""
    return [row["id"] for row in await db.fetch(_DUE, before, most)]


async def count(db: Db, before: datetime) -> tuple[int, int, int]:
    """How many questions are due, how many are as old and still open, how many held things are as old."""
    row = await db.fetchrow(_COUNT, before)
    return (row[0], row[1], row[2]) if row else (0, 0, 0)


async def drop_held(db: Db, before: datetime) -> int:
    """What nobody looked at in all that time."""
    return int(await db.fetchval(_DROP_HELD, before))


async def bury_loose(db: Db, before: datetime) -> None:
    """Of mails that became no question a tombstone stays."""
    await db.execute(_BURY_LOOSE, before)

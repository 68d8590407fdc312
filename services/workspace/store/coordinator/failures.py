"""What was given up and who is not written to, as the notifier tells it; the later word counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_FAILED = """
INSERT INTO failed_delivery (delivery, question, kind, way, partner, attempts, error, failed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (delivery) DO UPDATE SET question = excluded.question, kind = excluded.kind, way = excluded.way,
    partner = excluded.partner, attempts = excluded.attempts, error = excluded.error,
    failed_at = excluded.failed_at
WHERE failed_delivery.failed_at IS NULL OR failed_delivery.failed_at < excluded.failed_at
"""

_RESUMED = """
INSERT INTO failed_delivery (delivery, resumed_at) VALUES ($1, $2)
ON CONFLICT (delivery) DO UPDATE SET resumed_at = greatest(failed_delivery.resumed_at, excluded.resumed_at)
"""

_SILENCED = """
INSERT INTO silence (name, library, status, silenced_at, told_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET library = excluded.library, status = excluded.status,
    silenced_at = excluded.silenced_at, told_at = excluded.told_at
WHERE silence.told_at IS NULL OR silence.told_at <= excluded.told_at
"""

_LIFTED = """
INSERT INTO silence (name, lifted_at) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET lifted_at = greatest(silence.lifted_at, excluded.lifted_at)
"""

_LOST = """
SELECT f.delivery, f.question, f.kind, f.way, f.attempts, f.error, f.failed_at, q.heading,
    coalesce(l.name, f.partner) AS library
FROM failed_delivery f LEFT JOIN question q ON q.id = f.question LEFT JOIN library l ON l.id = f.partner
WHERE f.failed_at IS NOT NULL AND (f.resumed_at IS NULL OR f.resumed_at < f.failed_at)
    AND f.failed_at > $1 AND NOT EXISTS (
        SELECT FROM fact WHERE fact.question = f.question AND fact.type = 'asker.erased')
ORDER BY f.failed_at DESC, f.delivery LIMIT $2
"""

_SILENCES = """
SELECT s.name, coalesce(l.name, s.library) AS library, s.status, s.silenced_at FROM silence s
LEFT JOIN library l ON l.id = s.library
WHERE s.silenced_at IS NOT NULL AND (s.lifted_at IS NULL OR s.lifted_at < s.silenced_at)
ORDER BY s.silenced_at DESC, s.name LIMIT $1
"""

_REQUESTS = """
SELECT r.id, r.question, r.type, NULL AS about, r.asked_at, r.state, r.reason, r.field, r.value, r.person,
    p.name, NULL AS heading
FROM request r LEFT JOIN person p ON p.id = r.person
WHERE r.partner = '' AND r.type IN ('retry.requested', 'lift.requested')
    AND (r.state = 'under_way' OR r.asked_at > $1) ORDER BY r.asked_at DESC, r.id LIMIT 10
"""

SHOWN_FOR = timedelta(days=30)


async def failed(
    db: Db,
    delivery: UUID,
    question: UUID,
    kind: str,
    way: str,
    partner: str | None,
    attempts: int,
    error: str,
    at: datetime,
) -> None:
    await db.execute(_FAILED, delivery, question, kind, way, partner, attempts, error, at)


async def resumed(db: Db, delivery: UUID, at: datetime) -> None:
    await db.execute(_RESUMED, delivery, at)


async def silenced(
    db: Db, name: str, library: str | None, status: str | None, at: datetime, told_at: datetime
) -> None:
    """`at`: since when; of two words the one told later counts, though it names an earlier moment."""
    await db.execute(_SILENCED, name, library, status, at, told_at)


async def lifted(db: Db, name: str, at: datetime) -> None:
    await db.execute(_LIFTED, name, at)


async def lost(db: Db, now: datetime, most: int) -> list[Record]:
    """Given up within a month and not tried again, the latest first."""
    return await db.fetch(_LOST, now - SHOWN_FOR, most)


async def silences(db: Db, most: int) -> list[Record]:
    return await db.fetch(_SILENCES, most)


async def requests(db: Db, since: datetime) -> list[Record]:
    return await db.fetch(_REQUESTS, since)

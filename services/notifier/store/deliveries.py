"""Deliveries: decided by handlers, sent by the workers of any number of copies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.notifier.domain.plan import OF_WORDS, WORD_OF_THE_END, Planned

_DECIDE = """
INSERT INTO delivery (id, question_id, kind, way, destination, assignment_id, answer_id, details, traceparent,
    follow_up_id, message_id, happened_at, state, decided_at, next_at)
SELECT planned.id, question, kind, way, destination, assignment, answer,
    CASE WHEN q.erased_at IS NULL THEN details::jsonb ELSE '{}' END, traceparent, follow_up,
    message, happened,
    CASE WHEN q.erased_at IS NOT NULL AND (destination IS NULL OR kind = ANY ($15::text[])) THEN 'cancelled'
        WHEN kind = ANY ($13::text[]) THEN 'waiting'
        WHEN q.erased_at IS NOT NULL OR q.ended = 'withdrawn' THEN 'cancelled'
        WHEN happened > q.closed_at THEN 'waiting'
        WHEN q.closed_at IS NOT NULL OR q.ended IS NOT NULL THEN 'cancelled'
        ELSE 'waiting' END,
    $10, $10
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
    $9::text[], $11::timestamptz[], $12::uuid[], $14::uuid[]) AS planned
    (id, question, kind, way, destination, assignment, answer, details, traceparent, happened, follow_up,
    message)
JOIN LATERAL (
    SELECT erased_at, ended, closed_at FROM question WHERE question.id = planned.question LIMIT 1
) q ON true
ON CONFLICT DO NOTHING
"""

_SENT = """
UPDATE delivery d SET state = 'sent', done_at = $3, url = sent.url, details = '{}', last_error = NULL
FROM unnest($1::uuid[], $2::text[]) AS sent (id, url)
WHERE d.id = sent.id AND d.state = 'waiting'
RETURNING d.id
"""

_AGAIN = """
UPDATE delivery d SET next_at = again.next_at, last_error = again.error
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS again (id, next_at, error)
WHERE d.id = again.id AND d.state = 'waiting'
"""

_GIVEN_UP = """
UPDATE delivery d SET state = 'given_up', done_at = $3, last_error = lost.error
FROM unnest($1::uuid[], $2::text[]) AS lost (id, error)
WHERE d.id = lost.id AND d.state = 'waiting'
RETURNING d.id
"""

_HAND_BACK = """
UPDATE delivery d SET attempts = d.attempts - 1, next_at = back.next_at
FROM unnest($1::uuid[], $2::timestamptz[]) AS back (id, next_at)
WHERE d.id = back.id AND d.state = 'waiting'
"""

_CANCEL = (
    "UPDATE delivery SET state = 'cancelled', done_at = $2 WHERE id = ANY ($1::uuid[]) AND state = 'waiting'"
)

_LOST = """
SELECT id, kind, way, question_id, attempts, done_at, last_error FROM delivery
WHERE state = 'given_up' ORDER BY done_at DESC LIMIT 200
"""

_FROM_THE_BEGINNING = """
UPDATE delivery SET state = 'waiting', attempts = 0, decided_at = $2, next_at = $2, done_at = NULL
WHERE id::text = $1 AND state = 'given_up'
    AND NOT EXISTS (SELECT FROM question q WHERE q.id = question_id AND q.erased_at IS NOT NULL)
RETURNING question_id
"""

_FORGET_SIGN_INS = """
DELETE FROM delivery
WHERE kind IN ('sign_in', 'invitation', 'joining', 'applied', 'not_joined', 'readdressed', 'called',
        'turned_away')
    AND decided_at < $1 AND state <> 'waiting'
"""

_WAITING = """
SELECT way, count(*) AS deliveries, coalesce(extract(epoch FROM $1 - min(decided_at)), 0)::float8 AS oldest
FROM delivery WHERE state = 'waiting' AND decided_at <= $1 GROUP BY way
"""


async def decide(
    db: Db, planned: Sequence[Planned], traceparents: Sequence[str | None], now: datetime
) -> None:
    """Note what is to be sent, each with the trace it belongs to; one that was decided before keeps its first
    row. Of what a closing or withdrawal came after, only word of the end is sent."""
    if not planned:
        return
    await db.execute(
        _DECIDE,
        [one.id for one in planned],
        [one.question for one in planned],
        [one.kind for one in planned],
        [one.way for one in planned],
        [one.destination for one in planned],
        [one.assignment for one in planned],
        [one.answer for one in planned],
        [orjson.dumps(dict(one.details)).decode() for one in planned],
        traceparents,
        now,
        [one.happened_at for one in planned],
        [one.follow_up for one in planned],
        sorted(WORD_OF_THE_END),
        [one.message for one in planned],
        sorted(OF_WORDS),
    )


async def sent(db: Db, ids: Sequence[UUID], urls: Sequence[str | None], now: datetime) -> set[UUID]:
    """Note them as sent; returns those that were not noted before by anybody."""
    return {row["id"] for row in await db.fetch(_SENT, ids, urls, now)}


async def again(db: Db, ids: Sequence[UUID], moments: Sequence[datetime], errors: Sequence[str]) -> None:
    await db.execute(_AGAIN, ids, moments, errors)


async def given_up(db: Db, ids: Sequence[UUID], errors: Sequence[str], now: datetime) -> set[UUID]:
    return {row["id"] for row in await db.fetch(_GIVEN_UP, ids, errors, now)}


async def cancel(db: Db, ids: Sequence[UUID], now: datetime) -> None:
    """No longer worth sending."""
    await db.execute(_CANCEL, ids, now)


async def hand_back(db: Db, ids: Sequence[UUID], moments: Sequence[datetime]) -> None:
    """Claimed but never tried: due again at these moments, for any copy."""
    await db.execute(_HAND_BACK, ids, moments)


async def lost(db: Db) -> list[Record]:
    """What was given up, the latest first."""
    return await db.fetch(_LOST)


async def from_the_beginning(db: Db, delivery: str, now: datetime) -> UUID | None:
    """A given up delivery waits again, with its old id: its question. None when there is none of this id, or
    nobody left to send it to."""
    question: UUID | None = await db.fetchval(_FROM_THE_BEGINNING, delivery, now)
    return question


async def waiting(db: Db, now: datetime) -> dict[str, tuple[int, float]]:
    """Way → (how many wait, age of the oldest in seconds)."""
    return {row["way"]: (row["deliveries"], row["oldest"]) for row in await db.fetch(_WAITING, now)}


async def forget_sign_ins(db: Db, before: datetime) -> None:
    """Mails that let people of the network in."""
    await db.execute(_FORGET_SIGN_INS, before)

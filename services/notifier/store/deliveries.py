"""Deliveries: decided by handlers, claimed and settled by the workers of any number of copies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.notifier.domain.outgoing import (
    Answered,
    Assigned,
    DeliveryAttempt,
    FollowedUp,
    Message,
    QuestionToTell,
)
from services.notifier.domain.plan import NOTES, WORD_OF_THE_END, Planned

_DECIDE = """
INSERT INTO delivery (id, question_id, kind, way, destination, assignment_id, answer_id, details, traceparent,
    follow_up_id, message_id, happened_at, state, decided_at, next_at)
SELECT planned.id, question, kind, way, destination, assignment, answer,
    CASE WHEN q.erased_at IS NULL THEN details::jsonb ELSE '{}' END, traceparent, follow_up,
    message, happened,
    CASE WHEN q.erased_at IS NOT NULL AND destination IS NULL THEN 'cancelled'
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
JOIN question q ON q.id = planned.question
ON CONFLICT DO NOTHING
"""

_WHOLE = """
SELECT c.id, c.kind, c.way, coalesce(c.destination, q.asker ->> 'mail', '') AS destination, c.attempts,
    c.decided_at, c.traceparent, c.details::text AS details,
    q.id AS question_id, q.text, q.private_note, q.facets::text AS facets, q.place::text AS place,
    q.attachments::text AS attachments, q.asker::text AS asker, q.promise_at,
    q.reference, q.reopened_text,
    (SELECT f.text FROM follow_up f WHERE f.id = c.follow_up_id) AS follow_up, c.follow_up_id,
    (SELECT f.asked_at FROM follow_up f WHERE f.id = c.follow_up_id) AS follow_up_at,
    m.id AS message_id, m.kind AS message_kind, m.partner AS message_partner,
    m.partner_name AS message_partner_name, m.text AS message_text, m.sources::text AS message_sources,
    m.attachments::text AS message_attachments, m.written_at, m.ends_at,
    (SELECT r.outcome FROM release r WHERE r.assignment_id = a.id) AS outcome, a.follow_up_id AS about,
    (SELECT coalesce(json_agg(json_build_object('partner', e.partner, 'partner_name', e.partner_name,
            'text', e.text, 'sources', e.sources, 'answered_at', e.answered_at) ORDER BY e.answered_at), '[]')
        FROM answer e WHERE e.question_id = q.id AND e.answered_at < a.routed_at)::text AS earlier,
    a.id AS assignment_id, a.partner AS assigned_to, a.partner_name AS assigned_name, a.attempt, a.due_at,
    a.promise_at AS assignment_promise_at, a.reasons::text AS reasons,
    EXISTS (SELECT FROM overdue o WHERE o.assignment_id = a.id) AS overdue,
    EXISTS (SELECT FROM assignment n WHERE n.question_id = q.id AND n.attempt > a.attempt
        AND (n.follow_up_id IS NULL) = (a.follow_up_id IS NULL)) AS passed_on,
    q.ended,
    w.id AS answer_id, w.partner AS answered_by, w.partner_name AS answered_name, w.text AS answer_text,
    w.sources::text AS sources, w.attachments::text AS answer_attachments, w.answered_at,
    w.promise_at AS answer_promise_at, w.facets::text AS answer_facets, w.waited_seconds
FROM claimed c
JOIN question q ON q.id = c.question_id
LEFT JOIN assignment a ON a.id = c.assignment_id
LEFT JOIN message m ON m.id = c.message_id
LEFT JOIN LATERAL (
    SELECT * FROM answer
    WHERE answer.question_id = q.id AND answer.id = coalesce(c.answer_id, answer.id)
        AND (c.answer_id IS NOT NULL OR a.routed_at IS NULL OR answer.answered_at >= a.routed_at)
    ORDER BY answer.answered_at LIMIT 1
) w ON true
ORDER BY c.decided_at
"""
"""Of each delivery in `claimed`, everything that sending needs."""

# The lease is next_at itself: whoever dies with a delivery in hand leaves it due again after the lease.
_CLAIM = (
    """
WITH due AS (
    SELECT id FROM delivery
    WHERE state = 'waiting' AND way = $1 AND next_at <= $2 AND ($5::uuid IS NULL OR id = $5)
        AND id <> ALL ($6::uuid[]) AND (kind = ANY ($7::text[])) = $8
    ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE delivery d SET attempts = d.attempts + 1, next_at = $2 + $4::interval
    FROM due WHERE d.id = due.id
    RETURNING d.*
)
"""
    + _WHOLE
)

_DUE = (
    """
WITH claimed AS (
    SELECT * FROM delivery WHERE state = 'waiting' AND way = $1 AND next_at <= $2 ORDER BY next_at LIMIT $3
)
"""
    + _WHOLE
)


_ONE_TELLS = "SELECT pg_advisory_xact_lock(hashtextextended('sesame coordinator mail', 0))"

_TOLD_LATELY = """
SELECT EXISTS (SELECT FROM delivery WHERE kind = ANY ($1::text[]) AND state = 'sent' AND done_at > $3)
    OR EXISTS (SELECT FROM delivery WHERE kind = ANY ($1::text[]) AND way = 'mail' AND state = 'waiting'
        AND attempts > 0 AND next_at > $2)
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

_MOOT = (
    "UPDATE delivery SET state = 'cancelled', done_at = $2 WHERE id = ANY ($1::uuid[]) AND state = 'waiting'"
)

_SILENCE = """
INSERT INTO silenced_address (digest, silenced_at, diagnostic) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_ADDRESSES = """
SELECT asker ->> 'mail' AS address FROM question WHERE id = $1 AND asker ->> 'mail' <> ''
UNION SELECT address FROM assignment WHERE question_id = $1 AND way = 'mail'
UNION SELECT destination FROM delivery WHERE question_id = $1 AND way = 'mail' AND destination <> ''
"""
_SILENCED = "SELECT digest FROM silenced_address WHERE digest = ANY ($1::bytea[])"
_SILENCES = "SELECT digest, silenced_at, diagnostic FROM silenced_address ORDER BY silenced_at DESC LIMIT 200"

# The addresses themselves stand here only as long as somebody is asked or asks under them.
_LIBRARIES = """
SELECT address, string_agg(DISTINCT partner, ', ') AS partners FROM assignment WHERE way = 'mail' GROUP BY 1
"""
_ASKERS = """
SELECT asker ->> 'mail' AS address, count(*) AS questions FROM question WHERE asker ->> 'mail' <> '' GROUP BY
1
"""
_LIFT = """
DELETE FROM silenced_address
WHERE digest = ANY ($1::bytea[]) OR left(encode(digest, 'hex'), 12) = lower($2) RETURNING digest
"""

_LOST = """
SELECT id, kind, way, question_id, attempts, done_at, last_error FROM delivery
WHERE state = 'given_up' ORDER BY done_at DESC LIMIT 200
"""

_FROM_THE_BEGINNING = """
UPDATE delivery SET state = 'waiting', attempts = 0, decided_at = $2, next_at = $2, done_at = NULL
WHERE id::text = $1 AND state = 'given_up'
    AND NOT EXISTS (SELECT FROM question q WHERE q.id = question_id AND q.erased_at IS NOT NULL)
RETURNING id
"""

_FORGET_SIGN_INS = """
DELETE FROM delivery WHERE kind IN ('sign_in', 'invitation') AND decided_at < $1 AND state <> 'waiting'
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
    )


async def claim(
    db: Db,
    way: str,
    now: datetime,
    most: int,
    lease: timedelta,
    *,
    only: UUID | None = None,
    held: Sequence[UUID] = (),
) -> list[DeliveryAttempt]:
    """Take up to `most` deliveries that are due; nobody else gets them before the lease has run out, and the
    caller, who names what it holds, not even then."""
    notes = sorted(NOTES)
    rows = await db.fetch(_CLAIM, way, now, most, lease, only, held, notes, False)
    return [_read(row) for row in rows]


async def due(db: Db, way: str, now: datetime, most: int) -> list[DeliveryAttempt]:
    """Up to `most` deliveries that are due, only to be looked at; the longest waiting first."""
    return [_read(row) for row in await db.fetch(_DUE, way, now, most)]


async def claim_notes(
    db: Db, now: datetime, most: int, lease: timedelta, since: datetime
) -> list[DeliveryAttempt]:
    """What the coordinator is to hear, the oldest first; nothing where they heard something since `since`, or
    where somebody is just telling them."""
    await db.execute(_ONE_TELLS)
    if await db.fetchval(_TOLD_LATELY, sorted(NOTES), now, since):
        return []
    rows = await db.fetch(_CLAIM, "mail", now, most, lease, None, [], sorted(NOTES), True)
    return [_read(row) for row in rows]


async def sent(db: Db, ids: Sequence[UUID], urls: Sequence[str | None], now: datetime) -> set[UUID]:
    """Note them as sent; returns those that were not noted before by anybody."""
    return {row["id"] for row in await db.fetch(_SENT, ids, urls, now)}


async def again(db: Db, ids: Sequence[UUID], moments: Sequence[datetime], errors: Sequence[str]) -> None:
    await db.execute(_AGAIN, ids, moments, errors)


async def given_up(db: Db, ids: Sequence[UUID], errors: Sequence[str], now: datetime) -> set[UUID]:
    return {row["id"] for row in await db.fetch(_GIVEN_UP, ids, errors, now)}


async def moot(db: Db, ids: Sequence[UUID], now: datetime) -> None:
    """No longer worth sending."""
    await db.execute(_MOOT, ids, now)


async def silence(db: Db, digest: bytes, now: datetime, diagnostic: str | None) -> None:
    """Never write to this address again. Only its keyed digest is kept."""
    await db.execute(_SILENCE, digest, now, diagnostic)


async def addresses_of(db: Db, question: UUID) -> list[str]:
    """Where mail about this question goes and went."""
    return [row["address"] for row in await db.fetch(_ADDRESSES, question)]


async def silenced(db: Db, digests: Sequence[bytes]) -> set[bytes]:
    """Of these, the ones that are not written to."""
    return {row["digest"] for row in await db.fetch(_SILENCED, digests)}


async def silences(db: Db) -> list[Record]:
    """Who is not written to, the latest first."""
    return await db.fetch(_SILENCES)


async def libraries_by_address(db: Db) -> dict[str, str]:
    """Mail address → the partners reached there."""
    return {row["address"]: row["partners"] for row in await db.fetch(_LIBRARIES)}


async def questions_by_address(db: Db) -> dict[str, int]:
    """Mail address → how many questions were asked from there, of those not forgotten."""
    return {row["address"]: row["questions"] for row in await db.fetch(_ASKERS)}


async def lift(db: Db, digests: Sequence[bytes], name: str) -> bool:
    """Write there again, to one of these or to what `silences` calls it; False where nothing was silenced."""
    return await db.fetchval(_LIFT, digests, name) is not None


async def hand_back(db: Db, ids: Sequence[UUID], moments: Sequence[datetime]) -> None:
    """Claimed but never tried: due again at these moments, for any copy."""
    await db.execute(_HAND_BACK, ids, moments)


async def lost(db: Db) -> list[Record]:
    """What was given up, the latest first."""
    return await db.fetch(_LOST)


async def from_the_beginning(db: Db, delivery: str, now: datetime) -> bool:
    """A given up delivery waits again, with its old id; False when there is none of this id, or nobody left
    to send it to."""
    return await db.fetchval(_FROM_THE_BEGINNING, delivery, now) is not None


async def waiting(db: Db, now: datetime) -> dict[str, tuple[int, float]]:
    """Way → (how many wait, age of the oldest in seconds)."""
    return {row["way"]: (row["deliveries"], row["oldest"]) for row in await db.fetch(_WAITING, now)}


def _read(row: Record) -> DeliveryAttempt:
    return DeliveryAttempt(
        id=row["id"],
        kind=row["kind"],
        way=row["way"],
        destination=row["destination"],
        attempts=row["attempts"],
        decided_at=row["decided_at"],
        traceparent=row["traceparent"],
        details=orjson.loads(row["details"]),
        follow_up=None if row["follow_up"] is None else _followed_up(row),
        message=None if row["message_id"] is None else _message(row),
        question=_asked(row),
        assignment=None if row["assignment_id"] is None else _assigned(row),
        answer=None if row["answer_id"] is None else _answered(row),
    )


def _asked(row: Record) -> QuestionToTell:
    return QuestionToTell(
        id=row["question_id"],
        text=row["text"],
        private_note=row["private_note"],
        facets=orjson.loads(row["facets"]),
        place=None if row["place"] is None else orjson.loads(row["place"]),
        attachments=_many(row["attachments"]),
        asker=orjson.loads(row["asker"]),
        promise_at=row["promise_at"],
        ended=row["ended"],
        reference=row["reference"],
        reopened_text=row["reopened_text"],
    )


def _followed_up(row: Record) -> FollowedUp:
    return FollowedUp(row["follow_up_id"], row["follow_up"], row["follow_up_at"])


def _message(row: Record) -> Message:
    return Message(
        id=row["message_id"],
        kind=row["message_kind"],
        partner=row["message_partner"],
        partner_name=row["message_partner_name"],
        text=row["message_text"],
        sources=tuple(orjson.loads(row["message_sources"])),
        attachments=_many(row["message_attachments"]),
        written_at=row["written_at"],
        ends_at=row["ends_at"],
    )


def _assigned(row: Record) -> Assigned:
    return Assigned(
        id=row["assignment_id"],
        partner=row["assigned_to"],
        partner_name=row["assigned_name"],
        attempt=row["attempt"],
        due_at=row["due_at"],
        promise_at=row["assignment_promise_at"],
        reasons=_many(row["reasons"]),
        overdue=row["overdue"],
        passed_on=row["passed_on"],
        outcome=row["outcome"],
        about=row["about"],
        earlier=_many(row["earlier"]),
    )


def _answered(row: Record) -> Answered:
    return Answered(
        id=row["answer_id"],
        partner=row["answered_by"],
        partner_name=row["answered_name"],
        text=row["answer_text"],
        sources=tuple(orjson.loads(row["sources"])),
        attachments=_many(row["answer_attachments"]),
        answered_at=row["answered_at"],
        promise_at=row["answer_promise_at"],
        facets=orjson.loads(row["answer_facets"]),
        waited_seconds=row["waited_seconds"],
    )


def _many(raw: str) -> tuple[dict[str, Any], ...]:
    return tuple(orjson.loads(raw))


async def forget_sign_ins(db: Db, before: datetime) -> None:
    """Mails that let people of the network in."""
    await db.execute(_FORGET_SIGN_INS, before)

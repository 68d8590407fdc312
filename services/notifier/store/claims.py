"""Deliveries taken in hand, each with everything that sending needs. Any number of copies may take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.outgoing import (
    Answered,
    Assigned,
    DeliveryAttempt,
    FollowedUp,
    Message,
    QuestionToTell,
)
from services.notifier.domain.plan import NOTES

# LATERAL with LIMIT: by its key each. A plan made while a table holds a row or none, as on a new
# installation, would else join by reading all of it, and be kept while the table grows.
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
    m.attachments::text AS message_attachments, m.written_at, m.ends_at, m.marked AS message_marked,
    (SELECT r.outcome FROM release r WHERE r.assignment_id = a.id) AS outcome, a.follow_up_id AS about,
    (SELECT coalesce(json_agg(json_build_object('partner', e.partner, 'partner_name', e.partner_name,
            'text', e.text, 'marked', e.marked, 'sources', e.sources, 'answered_at', e.answered_at)
            ORDER BY e.answered_at), '[]')
        FROM answer e WHERE e.question_id = q.id AND e.answered_at < a.routed_at)::text AS earlier,
    a.id AS assignment_id, a.partner AS assigned_to, a.partner_name AS assigned_name, a.attempt, a.due_at,
    a.time_zone, first.id AS first_asked, first.about AS first_about,
    a.promise_at AS assignment_promise_at, a.reasons::text AS reasons,
    EXISTS (SELECT FROM overdue o WHERE o.assignment_id = a.id) AS overdue,
    EXISTS (SELECT FROM assignment n WHERE n.question_id = q.id AND n.attempt > a.attempt
        AND (n.follow_up_id IS NULL) = (a.follow_up_id IS NULL)) AS passed_on,
    q.ended,
    w.id AS answer_id, w.partner AS answered_by, w.partner_name AS answered_name, w.text AS answer_text,
    w.sources::text AS sources, w.attachments::text AS answer_attachments, w.answered_at,
    w.promise_at AS answer_promise_at, w.facets::text AS answer_facets, w.waited_seconds,
    w.waited_working_seconds, w.marked
FROM claimed c
JOIN LATERAL (SELECT * FROM question WHERE question.id = c.question_id LIMIT 1) q ON true
LEFT JOIN LATERAL (SELECT * FROM assignment WHERE assignment.id = c.assignment_id LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT * FROM message WHERE message.id = c.message_id LIMIT 1) m ON true
LEFT JOIN LATERAL (
    SELECT e.id, e.follow_up_id AS about FROM assignment e
    WHERE e.question_id = q.id AND e.partner = a.partner AND e.way = a.way
    ORDER BY e.follow_up_id IS NOT NULL, e.attempt LIMIT 1
) first ON true
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
# What the asker wrote since comes after the question: both may be decided at once, and connections overtake
# each other.
_CLAIM = (
    """
WITH due AS (
    SELECT id FROM delivery
    WHERE state = 'waiting' AND way = $1 AND next_at <= $2 AND ($5::uuid IS NULL OR id = $5)
        AND id <> ALL ($6::uuid[]) AND (kind = ANY ($7::text[])) = $8
        AND (kind <> 'follow_up' OR NOT EXISTS (
            SELECT FROM delivery b WHERE b.question_id = delivery.question_id
                AND b.assignment_id = delivery.assignment_id AND b.kind = 'assigned' AND b.state = 'waiting'))
    ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE delivery d SET attempts = d.attempts + 1, next_at = $2 + $4::interval
    FROM due WHERE d.id = due.id AND d.state = 'waiting'
    RETURNING d.*
)
"""
    + _WHOLE
)

_WAITING = (
    """
WITH claimed AS (SELECT * FROM delivery WHERE state = 'waiting' AND id = ANY ($1::uuid[]))
"""
    + _WHOLE
)

_ONE_TELLS = "SELECT pg_advisory_xact_lock(hashtextextended('sesame coordinator mail', 0))"

# NOTES, in the words of the index delivery_told_coordinator: by a parameter, all that was ever sent is read.
_TOLD_LATELY = """
SELECT EXISTS (
    SELECT FROM delivery
    WHERE kind IN ('failure', 'promise', 'unhandled', 'unroutable') AND state = 'sent' AND done_at > $2
) OR EXISTS (
    SELECT FROM delivery
    WHERE kind IN ('failure', 'promise', 'unhandled', 'unroutable') AND way = 'mail' AND state = 'waiting'
        AND attempts > 0 AND next_at > $1
)
"""


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


async def waiting(db: Db, ids: Sequence[UUID]) -> list[DeliveryAttempt]:
    """Those of these that wait to be sent, only to be looked at."""
    return [_read(row) for row in await db.fetch(_WAITING, ids)]


async def claim_notes(
    db: Db, now: datetime, most: int, lease: timedelta, since: datetime
) -> list[DeliveryAttempt]:
    """What the coordinator is to hear, the oldest first; nothing where they heard something since `since`, or
    where somebody is just telling them."""
    await db.execute(_ONE_TELLS)
    if await db.fetchval(_TOLD_LATELY, now, since):
        return []
    rows = await db.fetch(_CLAIM, "mail", now, most, lease, None, [], sorted(NOTES), True)
    return [_read(row) for row in rows]


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
        marked=row["message_marked"],
    )


def _first_delivery(row: Record) -> UUID:
    """What this partner was told of the question first."""
    if row["first_about"] is None:
        return delivery_id(row["question_id"], "assigned", row["first_asked"])
    return delivery_id(row["question_id"], "follow_up", f"{row['first_about']}:{row['first_asked']}")


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
        time_zone=row["time_zone"],
        began_with=_first_delivery(row),
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
        waited_working_seconds=row["waited_working_seconds"],
        marked=row["marked"],
    )


def _many(raw: str) -> tuple[dict[str, Any], ...]:
    return tuple(orjson.loads(raw))

"""What the daily list and the weekly digest tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

_DECIDED = """
SELECT EXISTS (
    SELECT FROM delivery WHERE question_id = '00000000-0000-0000-0000-000000000000' AND id = $1
)
"""

# The index question_open holds the few that are open. The version before leaves its answers unmarked: they
# are looked up one by one, which the planner would make a join over all answers of, were it an EXISTS.
_DAY = """
WITH open AS (
    SELECT q.id, left(q.text, 3000) AS headline, q.promise_at,
        (SELECT a.partner_name FROM assignment a WHERE a.question_id = q.id ORDER BY a.attempt DESC LIMIT 1)
            AS partner
    FROM question q
    WHERE q.promise_at < $1::timestamptz AND q.ended IS NULL AND q.erased_at IS NULL
        AND (q.answered_at IS NULL OR q.answered_at < q.reopened_at)
        AND NOT coalesce((SELECT max(w.answered_at) FROM answer w WHERE w.question_id = q.id)
            >= coalesce(q.reopened_at, '-infinity'), false)
    ORDER BY q.promise_at LIMIT 30
), lost AS (
    SELECT nullif(question_id, '00000000-0000-0000-0000-000000000000') AS question_id, kind, way
    FROM delivery
    WHERE state = 'given_up' AND done_at > $1::timestamptz - interval '1 day' ORDER BY done_at LIMIT 30
)
SELECT json_build_object(
    'late', (SELECT coalesce(json_agg(open), '[]') FROM open),
    'lost', (SELECT coalesce(json_agg(lost), '[]') FROM lost),
    'held', (SELECT count(*) FROM archive_entry WHERE state = 'held'),
    'to_post', (SELECT count(*) FROM delivery WHERE state = 'waiting' AND way = 'facebook_group')
)::text
"""

_WEEK = """
SELECT a.partner, max(a.partner_name) AS partner_name, max(a.address) AS address, json_build_object(
    'asked', count(*),
    'answered', count(*) FILTER (WHERE EXISTS (
        SELECT FROM answer w WHERE w.question_id = a.question_id AND w.partner = a.partner)),
    'open_questions', coalesce(json_agg(json_build_object('headline', left(q.text, 3000), 'id', q.id,
            'due_at', a.due_at, 'zone', a.time_zone) ORDER BY a.due_at) FILTER (
        WHERE q.ended IS NULL AND o.assignment_id IS NULL
            AND NOT EXISTS (SELECT FROM assignment n
                WHERE n.question_id = a.question_id AND n.attempt > a.attempt)
            AND NOT EXISTS (SELECT FROM answer w WHERE w.question_id = a.question_id
                AND (a.routed_at IS NULL OR w.answered_at >= a.routed_at))), '[]')
)::text AS told
FROM assignment a
JOIN question q ON q.id = a.question_id
JOIN delivery d ON d.assignment_id = a.id AND d.kind = 'assigned'
    AND d.decided_at > $1::timestamptz - interval '7 days'
LEFT JOIN overdue o ON o.assignment_id = a.id
WHERE a.way = 'mail'
GROUP BY a.partner
"""


async def is_decided(db: Db, delivery: UUID) -> bool:
    decided: bool = await db.fetchval(_DECIDED, delivery)
    return decided


async def day(db: Db, now: datetime) -> dict[str, Any]:
    """late: questions past their promise; lost: deliveries given up since yesterday; held and to_post: how
    many wait for the coordinator."""
    told: dict[str, Any] = orjson.loads(await db.fetchval(_DAY, now))
    return told


async def week(db: Db, now: datetime) -> list[Record]:
    """Each partner that reads mail and was asked in the last seven days."""
    return await db.fetch(_WEEK, now)

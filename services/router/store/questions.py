"""SQL of the router: one named function per query, constant text. Tables stand in `migrations/`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

_NETWORK = "SELECT partners_version, week FROM network FOR UPDATE"

_LOADS = "SELECT partner, asked, open, credit FROM load"

_SAVE_WEEK = "UPDATE network SET week = $1 WHERE week <> $1"

_SAVE_LOADS = """
INSERT INTO load (partner, asked, open, credit)
SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::float8[])
ON CONFLICT (partner) DO UPDATE SET asked = excluded.asked, open = excluded.open, credit = excluded.credit
"""

_QUESTIONS = """
SELECT question.*, (
    SELECT coalesce(json_agg(assignment ORDER BY attempt), '[]'::json)
    FROM assignment WHERE question = question.id
) AS assignments
FROM question WHERE id = ANY($1)
"""

_INSERT_QUESTIONS = """
INSERT INTO question (
    id, state, promise_at, facets, country, postcode, text, publish_consent,
    accepted_answer, accepted_partner, accepted_name, accepted_at, breached, learned, promised_at,
    promise_made_at, conversation, reopenings, asker_look_at
)
SELECT id, state, promise_at, facets, country, postcode, text, publish_consent,
    accepted_answer, accepted_partner, accepted_name, accepted_at, breached, learned, promised_at,
    promise_made_at, conversation, reopenings, asker_look_at
FROM jsonb_populate_recordset(NULL::question, $1::jsonb) ORDER BY id
ON CONFLICT DO NOTHING
RETURNING id
"""

_SAVE_QUESTIONS = """
UPDATE question SET
    state = new.state, promise_at = new.promise_at, facets = new.facets, country = new.country,
    postcode = new.postcode, text = new.text, accepted_answer = new.accepted_answer,
    accepted_partner = new.accepted_partner, accepted_name = new.accepted_name,
    accepted_at = new.accepted_at, breached = new.breached, learned = new.learned,
    promised_at = new.promised_at, promise_made_at = new.promise_made_at, conversation = new.conversation,
    reopenings = new.reopenings, asker_look_at = new.asker_look_at
FROM jsonb_populate_recordset(NULL::question, $1::jsonb) AS new
WHERE question.id = new.id
"""

# Ended ones first: the index that allows one open assignment per question is checked row by row.
_SAVE_ASSIGNMENTS = """
INSERT INTO assignment (
    id, question, partner, attempt, opened_at, remind_at, due_at, taken_at, reminded_at, ended_at, outcome,
    follow_up, look_at
)
SELECT id, question, partner, attempt, opened_at, remind_at, due_at, taken_at, reminded_at, ended_at, outcome,
    follow_up, look_at
FROM jsonb_populate_recordset(NULL::assignment, $1::jsonb) ORDER BY ended_at NULLS LAST
ON CONFLICT (id) DO UPDATE SET
    remind_at = excluded.remind_at, due_at = excluded.due_at, taken_at = excluded.taken_at,
    reminded_at = excluded.reminded_at, ended_at = excluded.ended_at, outcome = excluded.outcome,
    look_at = excluded.look_at
"""

_SAVE_DECISIONS = """
INSERT INTO decision (question, decided_at, chosen, account)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[])
"""

_SAVE_HISTORY = """
INSERT INTO history (question, at, what, actor, reason)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
"""


_SAVE_INTAKE = "UPDATE network SET paused_since = $1, notice = $2"

_HISTORY = "SELECT at, what, actor, reason FROM history WHERE question = $1 ORDER BY id"

_DECISIONS = "SELECT decided_at, chosen, account FROM decision WHERE question = $1 ORDER BY id"

# Breach of the promise, reminder or due time of an assignment, reminder or end of what the asker was asked:
# whatever lies before the moment.
_DUE = """
SELECT question FROM assignment WHERE ended_at IS NULL AND look_at <= $1
UNION
SELECT id FROM question WHERE asker_look_at <= $1
UNION
SELECT id FROM question
WHERE NOT breached AND promise_at <= $1
    AND state IN ('received', 'assigned', 'taken', 'reopened', 'unroutable')
LIMIT $2
"""


async def lock_network(db: Db) -> Record:
    """Until the transaction ends nobody else decides, in any copy."""
    row = await db.fetchrow(_NETWORK)
    if row is None:
        raise LookupError("table network is empty; it must hold its one row")
    return row


async def loads(db: Db) -> list[Record]:
    return await db.fetch(_LOADS)


async def save_loads(db: Db, week: date, rows: Sequence[tuple[str, int, int, float]]) -> None:
    await db.execute(_SAVE_WEEK, week)
    if rows:
        await db.execute(_SAVE_LOADS, *map(list, zip(*rows, strict=True)))


async def questions(db: Db, ids: Collection[UUID]) -> list[Record]:
    return await db.fetch(_QUESTIONS, ids)


async def due(db: Db, now: datetime, most: int) -> list[UUID]:
    """Questions of which something is to be seen to."""
    return [row["question"] for row in await db.fetch(_DUE, now, most)]


async def insert_questions(db: Db, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Those that were not there before."""
    inserted = await db.fetch(_INSERT_QUESTIONS, orjson.dumps(rows, default=str).decode())
    return {row["id"] for row in inserted}


async def save_questions(db: Db, rows: Sequence[dict[str, Any]]) -> None:
    await db.execute(_SAVE_QUESTIONS, orjson.dumps(rows, default=str).decode())


async def save_assignments(db: Db, rows: Sequence[dict[str, Any]]) -> None:
    await db.execute(_SAVE_ASSIGNMENTS, orjson.dumps(rows, default=str).decode())


async def save_decisions(db: Db, rows: Sequence[tuple[UUID, datetime, str | None, str]]) -> None:
    await db.execute(_SAVE_DECISIONS, *map(list, zip(*rows, strict=True)))


async def save_intake(db: Db, since: datetime | None, notice: str | None) -> None:
    await db.execute(_SAVE_INTAKE, since, notice)


async def history(db: Db, question: UUID) -> list[Record]:
    return await db.fetch(_HISTORY, question)


async def decisions(db: Db, question: UUID) -> list[Record]:
    return await db.fetch(_DECISIONS, question)


async def save_history(db: Db, rows: Sequence[tuple[UUID, datetime, str, str, str | None]]) -> None:
    await db.execute(_SAVE_HISTORY, *map(list, zip(*rows, strict=True)))


_COUNT_ANSWERED = """
SELECT count(*) FROM question
WHERE id = ANY($1::uuid[]) AND state = 'answered' AND accepted_answer IS NOT NULL
"""


async def count_answered(db: Db, ids: Sequence[UUID]) -> int:
    count: int = await db.fetchval(_COUNT_ANSWERED, ids)
    return count

"""SQL of the router: one named function per query, constant text. Tables stand in `migrations/`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

_NETWORK = """
SELECT partners_version, week, book, weights, (SELECT max(version) FROM subject_model) AS subjects
FROM network FOR UPDATE OF network
"""

_LOADS = "SELECT partner, asked, open, credit FROM load"

_QUESTIONS = """
SELECT question.*, (
    SELECT coalesce(json_agg(assignment ORDER BY attempt), '[]'::json)
    FROM assignment WHERE question = question.id
) AS assignments
FROM question WHERE id = ANY($1)
"""

# All that a batch decided. Ended assignments first: the index that allows one open assignment per question is
# checked row by row. A question that was known fails the batch by its own name, not by its assignment.
_SAVE = """
WITH new AS (
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
), changed AS (
    UPDATE question SET
        state = row.state, promise_at = row.promise_at, facets = row.facets, country = row.country,
        postcode = row.postcode, text = row.text, accepted_answer = row.accepted_answer,
        accepted_partner = row.accepted_partner, accepted_name = row.accepted_name,
        accepted_at = row.accepted_at, breached = row.breached, learned = row.learned,
        promised_at = row.promised_at, promise_made_at = row.promise_made_at,
        conversation = row.conversation, reopenings = row.reopenings, asker_look_at = row.asker_look_at
    FROM jsonb_populate_recordset(NULL::question, $2::jsonb) AS row
    WHERE question.id = row.id
), assigned AS (
    INSERT INTO assignment (
        id, question, partner, attempt, opened_at, remind_at, due_at, taken_at, reminded_at, ended_at,
        outcome, follow_up, look_at
    )
    SELECT id, question, partner, attempt, opened_at, remind_at, due_at, taken_at, reminded_at, ended_at,
        outcome, follow_up, look_at
    FROM jsonb_populate_recordset(NULL::assignment, $3::jsonb)
    WHERE (SELECT count(*) FROM new) = jsonb_array_length($1::jsonb)
    ORDER BY ended_at NULLS LAST
    ON CONFLICT (id) DO UPDATE SET
        remind_at = excluded.remind_at, due_at = excluded.due_at, taken_at = excluded.taken_at,
        reminded_at = excluded.reminded_at, ended_at = excluded.ended_at, outcome = excluded.outcome,
        look_at = excluded.look_at
), decided AS (
    INSERT INTO decision (question, decided_at, chosen, account)
    SELECT * FROM unnest($4::uuid[], $5::timestamptz[], $6::text[], $7::jsonb[])
), noted AS (
    INSERT INTO history (question, at, what, actor, reason)
    SELECT * FROM unnest($8::uuid[], $9::timestamptz[], $10::text[], $11::text[], $12::text[])
)
SELECT id FROM new
"""

# The trigger on `load` takes the stamp away from who writes without one.
_SAVE_LOADS = """
WITH stamped AS (
    UPDATE network SET week = $1, book = $2 RETURNING set_config('sesame.loads_stamped', 'yes', true)
)
INSERT INTO load (partner, asked, open, credit)
SELECT * FROM unnest($3::text[], $4::int[], $5::int[], $6::float8[])
ON CONFLICT (partner) DO UPDATE SET asked = excluded.asked, open = excluded.open, credit = excluded.credit
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


async def save_loads(db: Db, week: date, stamp: UUID, rows: Sequence[tuple[str, int, int, float]]) -> None:
    """`stamp`: by which whoever wrote them knows that they are still what it wrote."""
    await db.execute(_SAVE_LOADS, week, stamp, *_columns(rows, 4))


async def questions(db: Db, ids: Collection[UUID]) -> list[Record]:
    return await db.fetch(_QUESTIONS, ids)


async def due(db: Db, now: datetime, most: int) -> list[UUID]:
    """Questions of which something is to be seen to."""
    return [row["question"] for row in await db.fetch(_DUE, now, most)]


@dataclass(frozen=True, slots=True)
class Writing:
    """Rows of each table; `new` and `changed` are questions."""

    new: Sequence[dict[str, Any]] = ()
    changed: Sequence[dict[str, Any]] = ()
    assignments: Sequence[dict[str, Any]] = ()
    decisions: Sequence[tuple[UUID, datetime, str | None, str]] = ()
    history: Sequence[tuple[UUID, datetime, str, str, str | None]] = ()


async def save(db: Db, writing: Writing) -> set[UUID]:
    """In one statement; gives the new questions that were not there before."""
    texts = (_json(rows) for rows in (writing.new, writing.changed, writing.assignments))
    columns = (*_columns(writing.decisions, 4), *_columns(writing.history, 5))
    return {row["id"] for row in await db.fetch(_SAVE, *texts, *columns)}


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(count)]


async def save_intake(db: Db, since: datetime | None, notice: str | None) -> None:
    await db.execute(_SAVE_INTAKE, since, notice)


async def history(db: Db, question: UUID) -> list[Record]:
    return await db.fetch(_HISTORY, question)


async def decisions(db: Db, question: UUID) -> list[Record]:
    return await db.fetch(_DECISIONS, question)


_COUNT_ANSWERED = """
SELECT count(*) FROM question
WHERE id = ANY($1::uuid[]) AND state = 'answered' AND accepted_answer IS NOT NULL
"""


async def count_answered(db: Db, ids: Sequence[UUID]) -> int:
    count: int = await db.fetchval(_COUNT_ANSWERED, ids)
    return count

"""What is kept here of one asker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.chassis.messaging import announced
from services.chassis.postgres.database import Db

_TOLD = """
SELECT json_build_object(
    'question', q.id, 'state', q.state, 'promise_at', q.promise_at, 'facets', q.facets, 'text', q.text,
    'country', q.country, 'postcode', q.postcode,
    'partners_asked', (SELECT json_agg(json_build_object('partner', a.partner, 'from', a.opened_at,
        'due_at', a.due_at, 'ended_at', a.ended_at, 'outcome', a.outcome) ORDER BY a.attempt)
        FROM assignment a WHERE a.question = q.id),
    'history', (SELECT json_agg(json_build_object('at', h.at, 'what', h.what, 'reason', h.reason)
        ORDER BY h.id) FROM history h WHERE h.question = q.id)
)::text AS told
FROM question q WHERE q.id = ANY($1::uuid[]) ORDER BY q.id
"""

_LEFT = """
SELECT (SELECT count(*) FROM question
        WHERE id = ANY($1::uuid[]) AND (text IS NOT NULL OR postcode IS NOT NULL))
    + (SELECT count(*) FROM history WHERE question = ANY($1::uuid[]) AND reason IS NOT NULL)
"""

_FORGET_REASONS = "UPDATE history SET reason = NULL WHERE question = $1 AND reason IS NOT NULL"


async def told(db: Db, questions: Sequence[UUID]) -> list[dict[str, Any]]:
    """All that is kept of them, for the asker to read."""
    kept = [orjson.loads(row["told"]) for row in await db.fetch(_TOLD, questions)]
    facts = await announced.told(db, questions)
    return [one | {"announced": facts.get(UUID(one["question"]), [])} for one in kept]


async def left(db: Db, questions: Sequence[UUID]) -> int:
    """Rows that still hold something of the asker's."""
    return int(await db.fetchval(_LEFT, questions)) + await announced.left(db, questions)


async def forget_reasons(db: Db, question: UUID) -> None:
    """What people wrote about the question; that they did something, and when, stays."""
    await db.execute(_FORGET_REASONS, question)

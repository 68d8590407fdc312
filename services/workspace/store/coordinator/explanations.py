"""Why a question is where it is, as the router told it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.chassis.postgres.database import Db

_WANT = """
INSERT INTO explanation (question, asked_for, asked_at) VALUES ($1, $2, $3)
ON CONFLICT (question) DO UPDATE SET asked_for = excluded.asked_for, asked_at = excluded.asked_at
WHERE explanation.asked_for < excluded.asked_for OR explanation.asked_at < $4
RETURNING question
"""

_KEEP = """
INSERT INTO explanation (question, asked_for, asked_at, told_at, data) VALUES ($1, 0, $2, $2, $3::text::jsonb)
ON CONFLICT (question) DO UPDATE SET told_at = excluded.told_at, data = excluded.data
WHERE explanation.told_at IS NULL OR explanation.told_at < excluded.told_at
"""

_TOLD = "SELECT data::text FROM explanation WHERE question = ANY($1::uuid[]) AND data IS NOT NULL"

FRESH = timedelta(minutes=10)


async def want(db: Db, question: UUID, facts: int, now: datetime) -> bool:
    """Whether it is to be asked for: more is known of the question than then, or that was a while ago."""
    return await db.fetchval(_WANT, question, facts, now, now - FRESH) is not None


async def keep(db: Db, question: UUID, data: dict[str, Any], at: datetime) -> None:
    """The latest counts, in whatever order they come."""
    await db.execute(_KEEP, question, at, orjson.dumps(data).decode())


async def latest(db: Db, question: UUID) -> dict[str, Any] | None:
    """As in `question.explained`; None while nothing was told."""
    row = await db.fetchrow(_TOLD, [question])
    read: dict[str, Any] | None = orjson.loads(row["data"]) if row else None
    if read and "turns" in read:  # as it was kept before the word changed
        read["assignments"] = read.pop("turns")
    return read

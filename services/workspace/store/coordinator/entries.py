"""The archive's entries: what waits for release, what is out, and for a while the texts somebody looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

_NOTE = """
WITH known AS (
    INSERT INTO entry (number, question, state, version, at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (number) DO UPDATE SET state = excluded.state, version = excluded.version, at = excluded.at
    WHERE entry.version < excluded.version RETURNING number
)
DELETE FROM entry_shown s USING known WHERE s.number = known.number
"""

_WANT = """
INSERT INTO entry_shown (number, question, asked_at) VALUES ($1, $2, $3)
ON CONFLICT (number) DO UPDATE SET asked_at = excluded.asked_at
WHERE entry_shown.told_at IS NULL AND entry_shown.asked_at < $4
RETURNING number
"""

_SHOW = """
UPDATE entry_shown s SET told_at = $2, library = $3, texts = $4::text::jsonb
FROM entry e WHERE s.number = $1 AND e.number = s.number AND e.state = $5
"""

_LISTED = """
SELECT e.number, e.question, e.state, e.at, q.heading, q.language, q.subject, l.name AS library
FROM entry e LEFT JOIN question q ON q.id = e.question LEFT JOIN library l ON l.id = q.holder
WHERE e.state = $1 AND ($2::text IS NULL OR e.question IN (
    SELECT question FROM question_search WHERE words @@ websearch_to_tsquery('french', $2)))
ORDER BY CASE WHEN $1 = 'held' THEN e.at END, e.at DESC, e.number LIMIT $3 OFFSET $4
"""

_OF_QUESTION = "SELECT number, state, at FROM entry WHERE question = $1 ORDER BY number"

_COUNT = "SELECT count(*) FROM entry WHERE state = 'held'"

_ONE = """
SELECT e.number, e.question, e.state, e.at, q.heading, s.told_at, s.library, s.texts::text AS texts
FROM entry e LEFT JOIN question q ON q.id = e.question LEFT JOIN entry_shown s ON s.number = e.number
WHERE e.number = $1
"""

_REQUESTS = """
SELECT r.id, r.question, r.type, NULL AS about, r.asked_at, r.state, r.reason, r.field, r.value, r.person,
    p.name, NULL AS heading
FROM request r LEFT JOIN person p ON p.id = r.person
WHERE r.partner = '' AND r.type IN ('entry_release.requested', 'entry_keep.requested',
        'entry_withdraw.requested')
    AND ($1::text IS NULL OR r.about = $1)
    AND (r.state = 'under_way' OR r.asked_at > $2) ORDER BY r.asked_at DESC, r.id LIMIT 10
"""

_FORGET = "DELETE FROM entry_shown WHERE asked_at < $1"

AGAIN_AFTER = timedelta(minutes=1)
TEXTS_FOR = timedelta(days=1)


async def note(db: Db, number: int, question: UUID, state: str, version: int, at: datetime) -> None:
    """The highest version counts; what was shown of an earlier state is forgotten."""
    await db.execute(_NOTE, number, question, state, version, at)


async def want(db: Db, number: int, question: UUID, now: datetime) -> bool:
    """Whether its texts are to be asked for."""
    return await db.fetchval(_WANT, number, question, now, now - AGAIN_AFTER) is not None


async def show(
    db: Db, number: int, now: datetime, library: str, texts: Sequence[Mapping[str, Any]], state: str
) -> None:
    """Kept where somebody still wants them and it is still so."""
    await db.execute(_SHOW, number, now, library, orjson.dumps(texts).decode(), state)


async def listed(db: Db, state: str, words: str | None, most: int, offset: int) -> list[Record]:
    """Held ones by their age, published ones the newest first."""
    return await db.fetch(_LISTED, state, words, most, offset)


async def held(db: Db) -> int:
    return int(await db.fetchval(_COUNT))


async def one(db: Db, number: int) -> dict[str, Any] | None:
    row = await db.fetchrow(_ONE, number)
    return {**row, "texts": orjson.loads(row["texts"]) if row["texts"] else None} if row else None


async def requests(db: Db, number: int | None, since: datetime) -> list[Record]:
    return await db.fetch(_REQUESTS, None if number is None else str(number), since)


async def forget_texts(db: Db, now: datetime) -> None:
    await db.execute(_FORGET, now - TEXTS_FOR)


async def of_question(db: Db, question: UUID) -> list[Record]:
    """What of it waits for release, is out or was kept."""
    return await db.fetch(_OF_QUESTION, question)

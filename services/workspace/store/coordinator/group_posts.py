"""Answers for a group, where no program may post, as the notifier tells them; the later word counts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO group_post (delivery, question, version, at, text, library, url)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (delivery) DO UPDATE SET version = excluded.version, at = excluded.at, text = excluded.text,
    library = excluded.library, url = excluded.url
WHERE group_post.version < excluded.version
"""

_WAITING = """
SELECT g.delivery, g.question, g.at, g.text, g.library, g.url, q.heading
FROM group_post g LEFT JOIN question q ON q.id = g.question
WHERE g.text IS NOT NULL ORDER BY g.at, g.delivery LIMIT $1
"""

_REQUESTS = """
SELECT r.id, r.question, r.type, NULL AS about, r.asked_at, r.state, r.reason, r.field, r.value, r.person,
    p.name, q.heading
FROM request r LEFT JOIN person p ON p.id = r.person LEFT JOIN question q ON q.id = r.question
WHERE r.partner = '' AND r.type = 'posted.requested'
    AND (r.state = 'under_way' OR r.asked_at > $1) ORDER BY r.asked_at DESC, r.id LIMIT 10
"""

_QUESTION = "SELECT question FROM group_post WHERE delivery = $1"


async def note(
    db: Db,
    delivery: UUID,
    question: UUID,
    version: int,
    at: datetime,
    *,
    text: str | None,
    library: str | None,
    url: str | None,
) -> None:
    await db.execute(_NOTE, delivery, question, version, at, text, library, url)


async def waiting(db: Db, most: int) -> list[Record]:
    """The longest waiting first."""
    return await db.fetch(_WAITING, most)


async def question_of(db: Db, delivery: UUID) -> UUID | None:
    """Whose answer it is, whether it waits or not."""
    question: UUID | None = await db.fetchval(_QUESTION, delivery)
    return question


async def requests(db: Db, since: datetime) -> list[Record]:
    return await db.fetch(_REQUESTS, since)

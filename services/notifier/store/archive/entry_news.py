"""What the workspace is to be told of the archive's entries."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from services.chassis.postgres.database import Db

# One copy at a time, so that they are told in their order.
_NEWS = """
SELECT n.id, n.number, n.question, n.state,
    CASE n.state WHEN 'held' THEN e.held_at WHEN 'published' THEN e.published_at END AS since
FROM entry_news n LEFT JOIN archive_entry e ON e.number = n.number ORDER BY n.id LIMIT $1 FOR UPDATE OF n
"""

_TOLD = "DELETE FROM entry_news WHERE id = ANY($1::bigint[])"

_ANEW = """
INSERT INTO entry_news (number, question, state)
SELECT number, question_id, state FROM archive_entry WHERE state IN ('held', 'published') ORDER BY number
"""


async def anew(db: Db) -> None:
    """Everything that waits or is out is news again."""
    await db.execute(_ANEW)


async def news(db: Db, most: int) -> list[Record]:
    return await db.fetch(_NEWS, most)


async def told(db: Db, news: Sequence[int]) -> None:
    await db.execute(_TOLD, news)

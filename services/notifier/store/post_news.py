"""What the workspace is to be told of answers that a person must post."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from services.chassis.postgres.database import Db

# One copy at a time, so that they are told in their order.
_NEWS = "SELECT id, delivery, question FROM post_news ORDER BY id LIMIT $1 FOR UPDATE"

_TOLD = "DELETE FROM post_news WHERE id = ANY($1::bigint[])"

_ANEW = """
INSERT INTO post_news (delivery, question)
SELECT id, question_id FROM delivery WHERE way = 'facebook_group' AND state = 'waiting' ORDER BY next_at
"""


async def anew(db: Db) -> None:
    """All that waits is news again."""
    await db.execute(_ANEW)


async def news(db: Db, most: int) -> list[Record]:
    return await db.fetch(_NEWS, most)


async def told(db: Db, news: Sequence[int]) -> None:
    await db.execute(_TOLD, news)

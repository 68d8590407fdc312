"""What the workspace is told of held things, and what a coordinator there wants done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from services.chassis.postgres.database import Db

_NEWS = """
SELECT id, number, door, reason, size, received_at, ended, question, partner FROM held_news
ORDER BY id LIMIT $1 FOR UPDATE
"""

_TOLD = "DELETE FROM held_news WHERE id = ANY($1::bigint[])"

_TELL_ANEW = """
INSERT INTO held_news (number, door, reason, size, received_at, ended, question, partner)
SELECT id, door, split_part(reason, ':', 1), octet_length(raw), received_at, false, NULL::uuid, NULL::text
FROM quarantine
UNION ALL SELECT number, 'reply', reason, octet_length(text), held_at, false, question, partner
FROM held_reply WHERE done_at IS NULL ORDER BY 1
"""

_ADD = """
INSERT INTO held_order (request, type, number, asked_at, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""

# Another copy may be at the first one for minutes: a mail that breaks its reader.
_NEXT = """
DELETE FROM held_order WHERE request = (
    SELECT request FROM held_order ORDER BY asked_at, request LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING request, type, number, answer
"""


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """`type` is the request's wire name; `number` that of the held thing. `answer`: to the sender of
    what is dropped."""

    request: str
    type: str
    number: int
    answer: str | None = None


async def news(db: Db, most: int) -> list[Record]:
    """What nobody was told of yet, in its order."""
    return await db.fetch(_NEWS, most)


async def told(db: Db, news: Sequence[int]) -> None:
    await db.execute(_TOLD, news)


async def tell_anew(db: Db) -> None:
    """All that is held is news again."""
    await db.execute(_TELL_ANEW)


async def add(db: Db, order: HeldOrder, now: datetime) -> None:
    await db.execute(_ADD, order.request, order.type, order.number, now, order.answer)


async def next_one(db: Db) -> HeldOrder | None:
    """Taken out; it is back if this transaction fails."""
    row = await db.fetchrow(_NEXT)
    return HeldOrder(**row) if row else None

"""What ingest holds for a person: that it does, and for a while the words of what somebody looks at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO held (number, door, reason, size, received_at, question, partner)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (number) DO UPDATE SET door = excluded.door, reason = excluded.reason, size = excluded.size,
    received_at = excluded.received_at, question = excluded.question, partner = excluded.partner
"""

_END = """
WITH words AS (DELETE FROM held_words WHERE number = $1)
INSERT INTO held (number, ended) VALUES ($1, true) ON CONFLICT (number) DO UPDATE SET ended = true
"""

_WANT = """
INSERT INTO held_words (number, asked_at) VALUES ($1, $2)
ON CONFLICT (number) DO UPDATE SET asked_at = excluded.asked_at
WHERE held_words.told_at IS NULL AND held_words.asked_at < $3
RETURNING number
"""

_SHOW = """
UPDATE held_words SET told_at = $2, heading = $3, text = $4, attachments = $5, readable = $6
WHERE number = $1 AND NOT EXISTS (SELECT FROM held WHERE held.number = $1 AND ended)
"""

_WAITING = """
SELECT h.number, h.door, h.reason, h.size, h.received_at, h.question, coalesce(l.name, h.partner) AS library
FROM held h LEFT JOIN library l ON l.id = h.partner
WHERE NOT h.ended AND h.received_at IS NOT NULL ORDER BY h.received_at LIMIT $1
"""

_ONE = """
SELECT h.number, h.door, h.reason, h.size, h.received_at, h.ended, w.told_at, w.heading, w.text,
    w.attachments, w.readable, h.question, coalesce(l.name, h.partner) AS library
FROM held h LEFT JOIN held_words w ON w.number = h.number LEFT JOIN library l ON l.id = h.partner
WHERE h.number = $1 AND h.received_at IS NOT NULL
"""

_REQUESTS = """
SELECT r.id, r.question, r.type, r.about, r.asked_at, r.state, r.reason, r.field, r.value, r.person, p.name,
    NULL AS heading
FROM request r LEFT JOIN person p ON p.id = r.person
WHERE r.partner = '' AND r.type IN ('held_release.requested', 'held_drop.requested')
    AND ($1::text IS NULL OR r.about = $1)
    AND (r.state = 'under_way' OR r.asked_at > $2) ORDER BY r.asked_at DESC, r.id LIMIT 10
"""

_FORGET = "DELETE FROM held_words WHERE asked_at < $1"

AGAIN_AFTER = timedelta(minutes=3)
"""Reading a mail may take two; then it may be asked for once more."""
WORDS_FOR = timedelta(days=1)


async def note(
    db: Db,
    number: int,
    door: str,
    reason: str,
    size: int,
    received_at: datetime,
    *,
    question: UUID | None = None,
    partner: str | None = None,
) -> None:
    """`question` and `partner` of a library's reply alone."""
    await db.execute(_NOTE, number, door, reason, size, received_at, question, partner)


async def end(db: Db, number: int) -> None:
    """Released, dropped or forgotten, whether it was heard of before or is only heard of later."""
    await db.execute(_END, number)


async def want(db: Db, number: int, now: datetime) -> bool:
    """Whether its words are to be asked for."""
    return await db.fetchval(_WANT, number, now, now - AGAIN_AFTER) is not None


async def show(
    db: Db,
    number: int,
    now: datetime,
    *,
    heading: str | None,
    text: str | None,
    attachments: Sequence[str],
    readable: bool,
) -> None:
    """Kept where somebody still wants them and it is still held."""
    await db.execute(_SHOW, number, now, heading, text, list(attachments), readable)


async def waiting(db: Db, most: int) -> list[Record]:
    """The oldest first."""
    return await db.fetch(_WAITING, most)


async def one(db: Db, number: int) -> Record | None:
    return await db.fetchrow(_ONE, number)


async def requests(db: Db, number: int | None, since: datetime) -> list[Record]:
    """What was asked to be done with it, or with any."""
    return await db.fetch(_REQUESTS, None if number is None else str(number), since)


async def forget_words(db: Db, now: datetime) -> None:
    await db.execute(_FORGET, now - WORDS_FOR)

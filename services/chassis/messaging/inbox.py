"""SQL around the inbox: which events are new here, and which wait for their question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID
from zlib import crc32

from services.chassis.postgres.database import Db

_WAITING_FOR = "SELECT count(*) FROM waiting WHERE question = $1"
_BODIES_WAITING = "SELECT body FROM waiting WHERE question = ANY($1::uuid[]) ORDER BY id"
_LOCK = "SELECT pg_advisory_xact_lock($1, key) FROM unnest($2::int[]) AS key"

_REMEMBER = """
WITH fresh AS (
    INSERT INTO inbox (source, id)
    SELECT source, id FROM unnest($1::text[], $2::text[]) AS event (source, id) ORDER BY source, id
    ON CONFLICT DO NOTHING
    RETURNING source, id
), locked AS (
    SELECT pg_advisory_xact_lock($3, key) FROM unnest($4::int[]) AS key
)
SELECT source, id FROM fresh, (SELECT count(*) FROM locked) AS questions
"""

_KEEP = "INSERT INTO waiting (question, body) VALUES ($1, $2)"

_HAND_OUT = """
WITH gone AS (DELETE FROM waiting WHERE question = ANY($1::uuid[]) RETURNING id, body)
SELECT body FROM gone ORDER BY id
"""

_HANDLED = "SELECT count(*) FROM inbox WHERE source = $1 AND id = ANY($2::text[])"

_DROP_WAITING = """
WITH gone AS (
    DELETE FROM waiting WHERE question = ANY($1::uuid[]) AND strpos(convert_from(body, 'UTF8'), $2) = 0
    RETURNING id
)
SELECT count(*) FROM gone
"""

_WAITING = "SELECT count(*), coalesce(extract(epoch FROM now() - min(since)), 0) FROM waiting"

_RENEW = "UPDATE inbox SET handled_at = now()"

_FORGET = "DELETE FROM inbox WHERE handled_at < now() - make_interval(days => $1)"

_FORGET_ONE = "DELETE FROM inbox WHERE source = $1 AND id = $2"

_SIGNED_32_BITS = 0x80000000


def _signed(number: int) -> int:
    return (number & 0xFFFFFFFF) - _SIGNED_32_BITS


async def lock(db: Db, service: str, questions: Iterable[UUID]) -> None:
    """Hold these questions until the transaction ends: no other copy of the service handles them meanwhile.
    Taken in one order by everybody, so that two copies can't wait for each other."""
    if keys := _keys(questions):
        await db.execute(_LOCK, _of_service(service), keys)


async def remember(
    db: Db, service: str, events: Sequence[tuple[str, str]], questions: Iterable[UUID]
) -> set[tuple[str, str]]:
    """Note (source, id) pairs and hold their questions; the pairs returned had not been handled before."""
    sources, ids = [source for source, _ in events], [id_ for _, id_ in events]
    rows = await db.fetch(_REMEMBER, sources, ids, _of_service(service), _keys(questions))
    return {(row["source"], row["id"]) for row in rows}


def _keys(questions: Iterable[UUID]) -> list[int]:
    return sorted({_signed(question.int) for question in questions})


def _of_service(service: str) -> int:
    return _signed(crc32(service.encode()))


async def keep(db: Db, question: UUID, body: bytes) -> None:
    await db.execute(_KEEP, question, body)


async def hand_out(db: Db, questions: Sequence[UUID]) -> list[bytes]:
    """Take what waits for these questions, in the order it came."""
    return [row["body"] for row in await db.fetch(_HAND_OUT, questions)]


async def handled(db: Db, source: str, ids: Sequence[str]) -> int:
    """How many of these events were taken in here, be it that they wait for their question."""
    return int(await db.fetchval(_HANDLED, source, ids))


async def drop_waiting(db: Db, questions: Sequence[UUID], *, but: str) -> int:
    """What waits for questions that will not come any more, except events of the type `but`."""
    return int(await db.fetchval(_DROP_WAITING, questions, f'"type":"{but}"'))


async def waiting(db: Db) -> tuple[int, float]:
    """Events that came before their question, and for how many seconds the oldest has waited."""
    row = await db.fetchrow(_WAITING)
    return (int(row[0]), float(row[1])) if row else (0, 0.0)


async def forget_one(db: Db, event: tuple[str, str]) -> None:
    """As if this (source, id) had never come: replayed, it must not be taken for known."""
    await db.execute(_FORGET_ONE, *event)


async def renew(db: Db) -> None:
    """As if everything had been handled now: what a restore hands in again is known, however old the copy."""
    await db.execute(_RENEW)


async def forget(db: Db, days: int) -> None:
    """Drop ids handled longer ago than any redelivery can take."""
    await db.execute(_FORGET, days)


async def bodies_waiting(db: Db, questions: Sequence[UUID]) -> list[bytes]:
    """What waits for these questions; it goes on waiting."""
    return [row["body"] for row in await db.fetch(_BODIES_WAITING, questions)]


async def waiting_for(db: Db, question: UUID) -> int:
    """Events that came before their question."""
    count: int = await db.fetchval(_WAITING_FOR, question)
    return count

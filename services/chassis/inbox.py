"""SQL around the inbox: which events are new here, and which wait for their question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID
from zlib import crc32

from services.chassis.database import Db

_LOCK = "SELECT pg_advisory_xact_lock($1, key) FROM unnest($2::int[]) AS key"

_REMEMBER = """
INSERT INTO inbox (source, id)
SELECT source, id FROM unnest($1::text[], $2::text[]) AS event (source, id) ORDER BY source, id
ON CONFLICT DO NOTHING
RETURNING source, id
"""

_KEEP = "INSERT INTO waiting (question, body) VALUES ($1, $2)"

_HAND_OUT = """
WITH gone AS (DELETE FROM waiting WHERE question = ANY($1::uuid[]) RETURNING id, body)
SELECT body FROM gone ORDER BY id
"""

_FORGET = "DELETE FROM inbox WHERE handled_at < now() - make_interval(days => $1)"

_SIGNED_32_BITS = 0x80000000


def _signed(number: int) -> int:
    return (number & 0xFFFFFFFF) - _SIGNED_32_BITS


async def lock(db: Db, service: str, questions: Iterable[UUID]) -> None:
    """Hold these questions until the transaction ends: no other copy of the service handles them meanwhile.
    Taken in one order by everybody, so that two copies can't wait for each other."""
    keys = sorted({_signed(question.int) for question in questions})
    if keys:
        await db.execute(_LOCK, _signed(crc32(service.encode())), keys)


async def remember(db: Db, events: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Note (source, id) pairs; the ones returned had not been handled before."""
    rows = await db.fetch(_REMEMBER, [source for source, _ in events], [id_ for _, id_ in events])
    return {(row["source"], row["id"]) for row in rows}


async def keep(db: Db, question: UUID, body: bytes) -> None:
    await db.execute(_KEEP, question, body)


async def hand_out(db: Db, questions: Sequence[UUID]) -> list[bytes]:
    """Take what waits for these questions, in the order it came."""
    return [row["body"] for row in await db.fetch(_HAND_OUT, questions)]


async def forget(db: Db, days: int) -> None:
    """Drop ids handled longer ago than any redelivery can take."""
    await db.execute(_FORGET, days)

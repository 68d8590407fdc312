"""Addresses that are not written to, by their keyed digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_SILENCE = """
INSERT INTO silenced_address (digest, silenced_at, diagnostic) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""

_ADDRESSES = """
SELECT asker ->> 'mail' AS address FROM question WHERE id = $1 AND asker ->> 'mail' <> ''
UNION SELECT address FROM assignment WHERE question_id = $1 AND way = 'mail'
UNION SELECT destination FROM delivery WHERE question_id = $1 AND way = 'mail' AND destination <> ''
"""

_SILENCED = "SELECT digest FROM silenced_address WHERE digest = ANY ($1::bytea[])"

_SILENCES = "SELECT digest, silenced_at, diagnostic FROM silenced_address ORDER BY silenced_at DESC LIMIT 200"

_ALL_SILENCES = "SELECT digest, silenced_at, diagnostic FROM silenced_address ORDER BY silenced_at"

# The addresses themselves stand here only as long as somebody is asked or asks under them.
_LIBRARIES = """
SELECT address, string_agg(DISTINCT partner, ', ') AS partners FROM assignment WHERE way = 'mail' GROUP BY 1
"""

_ASKERS = """
SELECT asker ->> 'mail' AS address, count(*) AS questions FROM question WHERE asker ->> 'mail' <> '' GROUP BY
1
"""

_LIFT = """
DELETE FROM silenced_address
WHERE digest = ANY ($1::bytea[]) OR left(encode(digest, 'hex'), 12) = lower($2) RETURNING digest
"""


async def silence(db: Db, digest: bytes, now: datetime, diagnostic: str | None) -> bool:
    """Never write to this address again; False where that was so. Only its keyed digest is kept."""
    return (await db.execute(_SILENCE, digest, now, diagnostic)).endswith(" 1")


async def addresses_of(db: Db, question: UUID) -> list[str]:
    """Where mail about this question goes and went."""
    return [row["address"] for row in await db.fetch(_ADDRESSES, question)]


async def silenced(db: Db, digests: Sequence[bytes]) -> set[bytes]:
    """Of these, the ones that are not written to."""
    return {row["digest"] for row in await db.fetch(_SILENCED, digests)}


async def silences(db: Db) -> list[Record]:
    """Who is not written to, the latest first, as many as somebody reads."""
    return await db.fetch(_SILENCES)


async def all_silences(db: Db) -> list[Record]:
    """Whoever is not written to: all of them."""
    return await db.fetch(_ALL_SILENCES)


async def libraries_by_address(db: Db) -> dict[str, str]:
    """Mail address → the partners reached there."""
    return {row["address"]: row["partners"] for row in await db.fetch(_LIBRARIES)}


async def questions_by_address(db: Db) -> dict[str, int]:
    """Mail address → how many questions were asked from there, of those not forgotten."""
    return {row["address"]: row["questions"] for row in await db.fetch(_ASKERS)}


async def lift(db: Db, digests: Sequence[bytes], name: str) -> list[bytes]:
    """Write there again, to one of these or to what `silences` calls it; which ones had been silenced."""
    return [row["digest"] for row in await db.fetch(_LIFT, digests, name)]

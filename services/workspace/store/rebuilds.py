"""How far the other services have told again what they announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_BEGIN = """
INSERT INTO rebuild (service, id, asked_at) SELECT service, $2, $3 FROM unnest($1::text[]) AS service
ON CONFLICT (service) DO UPDATE SET id = excluded.id, asked_at = excluded.asked_at, facts = 0, done_at = NULL
"""

_NOTE = """
INSERT INTO rebuild (service, id, asked_at, facts, done_at)
VALUES ($1, $2, $4::timestamptz, $3, CASE WHEN $5::boolean THEN $4::timestamptz END)
ON CONFLICT (service) DO UPDATE SET facts = rebuild.facts + excluded.facts, done_at = excluded.done_at
WHERE rebuild.id = excluded.id RETURNING true
"""

_HOW_FAR = "SELECT service, facts, done_at FROM rebuild WHERE id = $1 ORDER BY service"


async def begin(db: Db, services: Sequence[str], id_: UUID, now: datetime) -> None:
    """Of each of these the latest counts: one that is under way ends with its next page."""
    await db.execute(_BEGIN, services, id_, now)


async def note(db: Db, service: str, id_: UUID, facts: int, now: datetime, *, last: bool) -> bool:
    """A page came; False where a later rebuild took its place."""
    return bool(await db.fetchval(_NOTE, service, id_, facts, now, last))


async def how_far(db: Db, id_: UUID) -> list[Record]:
    """Service, facts told so far, and since when that is all."""
    return await db.fetch(_HOW_FAR, id_)

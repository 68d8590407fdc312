"""Keys of libraries' programs, as ingest tells them; never the key, or anything that is made of it."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Record

from services.chassis.postgres.database import Db

# Two words of the same key may come in either order: what was used last and that it ended hold on.
_NOTE = """
INSERT INTO program_key (number, partner, name, made_by, made_at, used_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (number) DO UPDATE SET used_at = greatest(program_key.used_at, excluded.used_at),
    ended_at = coalesce(program_key.ended_at, excluded.ended_at)
"""

_OF = """
SELECT number, name, made_by, made_at, used_at FROM program_key
WHERE partner = $1 AND ended_at IS NULL ORDER BY made_at, number
"""

_IS_OPEN = "SELECT EXISTS (SELECT FROM program_key WHERE partner = $1 AND number = $2 AND ended_at IS NULL)"

_IS_KNOWN = "SELECT EXISTS (SELECT FROM program_key)"


async def note(
    db: Db,
    number: int,
    partner: str,
    made_by: str,
    made_at: datetime,
    *,
    name: str | None,
    used_at: datetime | None,
    ended_at: datetime | None,
) -> None:
    """In any order, however often."""
    await db.execute(_NOTE, number, partner, name, made_by, made_at, used_at, ended_at)


async def of(db: Db, partner: str) -> list[Record]:
    """Those that open something, the oldest first."""
    return await db.fetch(_OF, partner)


async def is_open(db: Db, partner: str, number: int) -> bool:
    return bool(await db.fetchval(_IS_OPEN, partner, number))


async def is_known(db: Db) -> bool:
    """Whether any key was ever told."""
    return bool(await db.fetchval(_IS_KNOWN))

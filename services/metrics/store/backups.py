"""When the last copy of the platform was made."""

from __future__ import annotations

from datetime import datetime

from services.chassis.postgres.database import Db

_NOTE = "INSERT INTO backup (made_at, bytes) VALUES ($1, $2) ON CONFLICT (made_at) DO NOTHING"

_LAST = "SELECT coalesce(extract(epoch FROM max(made_at)), 0)::float FROM backup"


async def note(db: Db, made_at: datetime, size: int) -> None:
    """`size` in bytes."""
    await db.execute(_NOTE, made_at, size)


async def last(db: Db) -> float:
    """Seconds since 1970; 0 when there never was one."""
    return float(await db.fetchval(_LAST))

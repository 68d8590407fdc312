"""Whether the network takes questions now."""

from __future__ import annotations

from datetime import datetime

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO pause (paused, notice, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (only_row) DO UPDATE
SET paused = excluded.paused, notice = excluded.notice, changed_at = excluded.changed_at
WHERE pause.changed_at < excluded.changed_at
"""

_NOTICE = "SELECT coalesce(notice, '') FROM pause WHERE paused"


async def note(db: Db, paused: bool, notice: str | None, changed_at: datetime) -> None:
    """The latest change counts, in whatever order they come."""
    await db.execute(_NOTE, paused, notice, changed_at)


async def notice(db: Db) -> str | None:
    """What the public is told while the network pauses; None while it takes questions."""
    found: str | None = await db.fetchval(_NOTICE)
    return found

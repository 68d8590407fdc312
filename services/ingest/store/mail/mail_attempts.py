"""Mails that were tried in vain, by the hash of their bytes."""

from __future__ import annotations

from datetime import datetime

from services.chassis.postgres.database import Db

_COUNT = """
INSERT INTO mail_attempt (key, attempts, last_at) VALUES ($1, 1, $2)
ON CONFLICT (key) DO UPDATE SET attempts = mail_attempt.attempts + 1, last_at = excluded.last_at
RETURNING attempts
"""

_FORGET = "DELETE FROM mail_attempt WHERE last_at < $1"


async def count(db: Db, key: str, now: datetime) -> int:
    """Count one more attempt; how many there were."""
    return int(await db.fetchval(_COUNT, key, now))


async def forget(db: Db, before: datetime) -> None:
    """What nobody tried again since."""
    await db.execute(_FORGET, before)

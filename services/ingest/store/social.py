"""How far each social channel was read."""

from __future__ import annotations

from services.chassis.postgres.database import Db

_GET = "SELECT cursor FROM social_cursor WHERE channel = $1"
_SET = """
INSERT INTO social_cursor (channel, cursor) VALUES ($1, $2)
ON CONFLICT (channel) DO UPDATE SET cursor = excluded.cursor
WHERE social_cursor.cursor::numeric < excluded.cursor::numeric
"""


async def cursor(db: Db, channel: str) -> str:
    """`0` before anything was read."""
    return str(await db.fetchval(_GET, channel) or "0")


async def move(db: Db, channel: str, cursor: str) -> None:
    """Forward only."""
    await db.execute(_SET, channel, cursor)

"""What could not be understood and waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.postgres.database import Db

_LIST = """
SELECT id, door, key, reason, envelope_from, envelope_to, raw, received_at
FROM quarantine ORDER BY id LIMIT $1
"""

_GET = """
SELECT id, door, key, reason, envelope_from, envelope_to, raw, received_at FROM quarantine WHERE id = $1
"""

_TAKE = """
DELETE FROM quarantine WHERE id = $1
RETURNING id, door, key, reason, envelope_from, envelope_to, raw, received_at
"""

_FORGET_SUBMISSION = "DELETE FROM submission WHERE door = $1 AND key = $2"

_COUNT = "SELECT count(*), coalesce(extract(epoch FROM now() - min(received_at)), 0) FROM quarantine"


@dataclass(frozen=True, slots=True)
class Held:
    id: int
    door: str
    key: str
    reason: str
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    raw: bytes
    received_at: datetime


async def held(db: Db, most: int = 200) -> list[Held]:
    """The oldest first."""
    return [Held(**{**row, "envelope_to": tuple(row["envelope_to"])}) for row in await db.fetch(_LIST, most)]


async def get(db: Db, number: int) -> Held | None:
    row = await db.fetchrow(_GET, number)
    return Held(**{**row, "envelope_to": tuple(row["envelope_to"])}) if row else None


async def take(db: Db, number: int) -> Held | None:
    """Out of the quarantine; None when somebody else took it."""
    row = await db.fetchrow(_TAKE, number)
    return Held(**{**row, "envelope_to": tuple(row["envelope_to"])}) if row else None


async def forget_submission(db: Db, door: str, key: str) -> None:
    """So that the same thing may come in once more."""
    await db.execute(_FORGET_SUBMISSION, door, key)


async def backlog(db: Db) -> tuple[int, float]:
    """How many are held, and for how many seconds the oldest."""
    row = await db.fetchrow(_COUNT)
    return (int(row[0]), float(row[1])) if row else (0, 0.0)

"""Replies of libraries that were not understood for sure, and what their library made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_ADD = """
INSERT INTO held_reply (id, question, partner, reason, text, files, held_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

_OPEN = """
SELECT id, question, partner, reason, text, files, held_at FROM held_reply
WHERE question = $1 AND partner = $2 AND done_at IS NULL ORDER BY held_at DESC, id DESC
"""

_NUMBERED = """
SELECT id, question, partner, reason, text, files, held_at FROM held_reply
WHERE number = $1 AND done_at IS NULL FOR UPDATE
"""

_REASONS = "SELECT reason FROM held_reply WHERE question = $1 AND partner = $2"

_DONE = """
UPDATE held_reply SET done_at = $3, done_as = $4
WHERE question = $1 AND partner = $2 AND id = $5 AND done_at IS NULL RETURNING files
"""

_COUNT = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(held_at)), 0)
FROM held_reply h JOIN question q ON q.id = h.question
WHERE done_at IS NULL AND withdrawn_at IS NULL AND erased_at IS NULL
    AND NOT EXISTS (SELECT FROM ended WHERE ended.question = h.question)
"""


@dataclass(frozen=True, slots=True)
class HeldReply:
    """`reason` is one of `reading.REASONS`; `files` are kept and go out with the text, or not at all."""

    id: UUID
    question: UUID
    partner: str
    reason: str
    text: str
    files: tuple[UUID, ...]
    held_at: datetime


async def add(db: Db, held: HeldReply) -> None:
    row = (held.id, held.question, held.partner, held.reason, held.text, list(held.files), held.held_at)
    await db.execute(_ADD, *row)


async def open_of(db: Db, question: UUID, partner: str) -> list[HeldReply]:
    """Those nobody has acted on, the latest first."""
    rows = await db.fetch(_OPEN, question, partner)
    return [HeldReply(**{**row, "files": tuple(row["files"])}) for row in rows]


async def numbered(db: Db, number: int) -> HeldReply | None:
    """None when somebody acted on it, or there is none under this number."""
    row = await db.fetchrow(_NUMBERED, number)
    return HeldReply(**{**row, "files": tuple(row["files"])}) if row else None


async def reasons(db: Db, question: UUID, partner: str) -> Sequence[str]:
    """Of all that were held of this partner about this question, acted on or not."""
    return [row["reason"] for row in await db.fetch(_REASONS, question, partner)]


async def done(
    db: Db, question: UUID, partner: str, held: UUID, as_: str, now: datetime
) -> tuple[UUID, ...] | None:
    """Its files; None when it was acted on before, or is not theirs."""
    files: list[UUID] | None = await db.fetchval(_DONE, question, partner, now, as_, held)
    return None if files is None else tuple(files)


async def backlog(db: Db) -> tuple[int, float]:
    """How many wait whose questions are open, and for how many seconds the oldest."""
    row = await db.fetchrow(_COUNT)
    return (int(row[0]), float(row[1])) if row else (0, 0.0)

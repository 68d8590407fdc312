"""What a partner was asked, in an order that a cursor can follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

# A cursor of before a restore names a transaction that this server has not had yet: its place alone counts.
_IS_FOREIGN = "SELECT $1::text::xid8 >= pg_snapshot_xmax(pg_current_snapshot())"

_NO_LONGER_FOREIGN = """
UPDATE asked SET written_by = '0' WHERE written_by >= pg_snapshot_xmax(pg_current_snapshot())
"""

_AFTER = """
SELECT asked.written_by::text || '-' || asked.position AS cursor, asked.assignment_id, asked.due_at,
    asked.promise_at, question.id AS question, question.text, question.private_note,
    (asked.understood::jsonb || question.facets::jsonb)::text AS facets,
    ending.question IS NULL AND question.withdrawn_at IS NULL AND question.erased_at IS NULL AS open
FROM asked JOIN question ON question.id = asked.question
LEFT JOIN ended AS ending ON ending.question = asked.question
WHERE asked.partner = $1 AND (asked.written_by, asked.position) > ($2::text::xid8, $3)
    AND asked.position > $4 AND asked.written_by < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY asked.written_by, asked.position LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class OpenAssignment:
    """`facets` is JSON. `open`: an answer may still be handed in."""

    cursor: str
    assignment_id: UUID
    due_at: datetime
    promise_at: datetime
    question: UUID
    text: str
    private_note: str | None
    facets: str
    open: bool


async def after(db: Db, partner: str, cursor: tuple[int, int], most: int) -> list[OpenAssignment]:
    """The next ones after this cursor; (0, 0) starts. Nothing that commits later can come before them."""
    transaction, position = cursor
    if await db.fetchval(_IS_FOREIGN, str(transaction)):
        rows = await db.fetch(_AFTER, partner, "0", 0, position, most)
    else:
        rows = await db.fetch(_AFTER, partner, str(transaction), position, 0, most)
    return [OpenAssignment(**row) for row in rows]


async def rebase_cursors(db: Db) -> None:
    """After a restore the rows bear transaction numbers of another server, which this one takes for the
    future: they come first from now on."""
    await db.execute(_NO_LONGER_FOREIGN)

"""What a partner was asked, in an order that a cursor can follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.database import Db

_AFTER = """
SELECT asked.written_by::text || '-' || asked.position AS cursor, asked.assignment_id, asked.due_at,
    asked.promise_at, question.id AS question, question.text, question.private_note, question.facets,
    ending.question IS NULL AND question.withdrawn_at IS NULL AND question.erased_at IS NULL AS open
FROM asked JOIN question ON question.id = asked.question
LEFT JOIN ended AS ending ON ending.question = asked.question
WHERE asked.partner = $1 AND (asked.written_by, asked.position) > ($2::text::xid8, $3)
    AND asked.written_by < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY asked.written_by, asked.position LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Assignment:
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


async def after(db: Db, partner: str, cursor: tuple[int, int], most: int) -> list[Assignment]:
    """The next ones after this cursor; (0, 0) starts. Nothing that commits later can come before them."""
    transaction, position = cursor
    rows = await db.fetch(_AFTER, partner, str(transaction), position, most)
    return [Assignment(**row) for row in rows]

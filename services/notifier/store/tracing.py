"""What notifier can tell of a question's way: ids, states and times alone, no text and no address."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_TRACE = """
SELECT decided_at AS at, 'delivery decided: ' || kind AS what, 'by ' || way AS detail
    FROM delivery WHERE question_id = $1
UNION ALL SELECT coalesce(done_at, next_at), 'delivery ' || state || ': ' || kind,
    concat_ws(', ', attempts || ' attempts', last_error) FROM delivery WHERE question_id = $1
"""


async def trace(db: Db, question: UUID) -> Sequence[Record]:
    """Rows of (at, what, detail), in no order."""
    return await db.fetch(_TRACE, question)

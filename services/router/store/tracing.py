"""What router can tell of a question's way: ids, states and times alone, no text and no address."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_TRACE = """
SELECT at, what, concat_ws(', ', 'by ' || actor, reason) AS detail FROM history WHERE question = $1
UNION ALL SELECT opened_at, 'assigned to ' || partner, 'due ' || to_char(due_at, 'YYYY-MM-DD HH24:MI TZ')
    FROM assignment WHERE question = $1
UNION ALL SELECT ended_at, 'assignment of ' || partner || ' ended', outcome
    FROM assignment WHERE question = $1 AND ended_at IS NOT NULL
"""


async def trace(db: Db, question: UUID) -> Sequence[Record]:
    """Rows of (at, what, detail), in no order."""
    return await db.fetch(_TRACE, question)

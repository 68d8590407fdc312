"""What the workspace can tell of a question's way: ids, states and times alone, no text and no name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_TRACE = """
SELECT asked_at AS at, 'asked: ' || type AS what, concat_ws(', ', 'for ' || partner, state) AS detail
    FROM request WHERE question = $1
UNION ALL SELECT at, 'person: ' || action, partner FROM audit WHERE question = $1
"""


async def trace(db: Db, question: UUID) -> Sequence[Record]:
    """Rows of (at, what, detail), in no order."""
    return await db.fetch(_TRACE, question)

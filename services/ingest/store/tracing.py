"""What ingest can tell of a question's way: ids, states and times alone, no text and no address."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_TRACE = """
SELECT received_at AS at, 'received' AS what, '' AS detail FROM question WHERE id = $1
UNION ALL SELECT received_at, 'came in by ' || door, outcome FROM submission WHERE question = $1
UNION ALL SELECT ended_at, CASE how WHEN 'reopened' THEN how ELSE 'ended: ' || how END, ''
    FROM ending WHERE question = $1
"""


async def trace(db: Db, question: UUID) -> Sequence[Record]:
    """Rows of (at, what, detail), in no order."""
    return await db.fetch(_TRACE, question)

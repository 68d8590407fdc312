"""Who did and saw what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO audit (at, person, deed, partner, question, detail) VALUES ($1, $2, $3, $4, $5, $6)
"""

_LATEST = """
SELECT a.at, a.deed, a.partner, a.question, a.detail, p.name FROM audit a
LEFT JOIN person p ON p.id = a.person
WHERE ($1::uuid IS NULL OR a.question = $1) AND ($2::uuid IS NULL OR a.person = $2)
ORDER BY a.at DESC, a.id DESC LIMIT $3
"""


async def note(
    db: Db,
    now: datetime,
    person: UUID | None,
    deed: str,
    *,
    partner: str | None = None,
    question: UUID | None = None,
    detail: str | None = None,
) -> None:
    """`deed` is a code, as in docs/workspace.md; `detail` names a thing, never a text that somebody wrote."""
    await db.execute(_NOTE, now, person, deed, partner, question, detail)


async def latest(
    db: Db, *, question: UUID | None = None, person: UUID | None = None, most: int = 200
) -> list[Record]:
    return await db.fetch(_LATEST, question, person, most)

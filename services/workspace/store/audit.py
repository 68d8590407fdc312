"""Who did and saw what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO audit (at, person, action, partner, question, detail) VALUES ($1, $2, $3, $4, $5, $6)
"""

_LATEST = """
SELECT a.at, a.action, a.partner, a.question, a.detail, p.name, q.heading FROM audit a
LEFT JOIN person p ON p.id = a.person LEFT JOIN question q ON q.id = a.question
WHERE ($1::uuid IS NULL OR a.question = $1) AND ($2::uuid IS NULL OR a.person = $2)
ORDER BY a.at DESC, a.id DESC LIMIT $3
"""

_LISTED = """
SELECT a.at, a.person, a.action, a.partner, a.question, a.detail, p.name, q.heading, l.name AS library,
    o.name AS other, d.name AS of_library
FROM audit a
LEFT JOIN person p ON p.id = a.person
LEFT JOIN question q ON q.id = a.question
LEFT JOIN library l ON l.id = a.partner
LEFT JOIN library d ON d.id = split_part(a.detail, ' ', 1) AND a.action IN
    ('assign.requested', 'partner_change.requested', 'key_change.requested', 'key_end.requested')
LEFT JOIN person o ON o.id::text = split_part(a.detail, ' ', CASE WHEN a.action = 'invited' THEN 2 ELSE 1 END)
WHERE ($1::text IS NULL OR strpos(lower(p.name), lower($1)) > 0)
    AND ($2::text IS NULL OR a.partner = $2)
ORDER BY a.at DESC, a.id DESC LIMIT $3 OFFSET $4
"""


async def note(
    db: Db,
    now: datetime,
    person: UUID | None,
    action: str,
    *,
    partner: str | None = None,
    question: UUID | None = None,
    detail: str | None = None,
) -> None:
    """`action` is a code, as in docs/workspace.md; `detail` names a thing, never a text somebody wrote."""
    await db.execute(_NOTE, now, person, action, partner, question, detail)


async def latest(
    db: Db, *, question: UUID | None = None, person: UUID | None = None, most: int = 200
) -> list[Record]:
    return await db.fetch(_LATEST, question, person, most)


async def listed(db: Db, who: str | None, partner: str | None, most: int, offset: int) -> list[Record]:
    """Of people whose name holds these letters, about this library; the latest first. `other` is whom it was
    done to, `of_library` the library that the detail names."""
    return await db.fetch(_LISTED, who, partner, most, offset)

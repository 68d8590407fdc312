"""Who did and saw what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO audit (at, person, action, partner, question, detail) VALUES ($1, $2, $3, $4, $5, $6)
"""

_LATEST = """
SELECT a.at, a.action, CASE WHEN seen THEN a.question END AS question,
    CASE WHEN seen THEN q.heading END AS heading
FROM audit a LEFT JOIN question q ON q.id = a.question
CROSS JOIN LATERAL (SELECT $2::text[] IS NULL OR EXISTS (
    SELECT FROM assignment s WHERE s.question = a.question AND s.partner = ANY($2::text[])) AS seen) AS s
WHERE a.person = $1 ORDER BY a.at DESC, a.id DESC LIMIT $3
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


async def latest(db: Db, person: UUID, partners: Sequence[str] | None, most: int) -> list[Record]:
    """What this person did; which question it was about where one of these libraries was asked it, None: any.
    Who left a library reads no more of what was asked there."""
    return await db.fetch(_LATEST, person, partners, most)


async def listed(db: Db, who: str | None, partner: str | None, most: int, offset: int) -> list[Record]:
    """Of people whose name holds these letters, about this library; the latest first. `other` is whom it was
    done to, `of_library` the library that the detail names."""
    return await db.fetch(_LISTED, who, partner, most, offset)

"""Standard paragraphs: texts that answers are made with, of each library and of the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

NETWORK = ""
"""Whose paragraphs every library is offered."""

_LISTED = """
SELECT p.id, p.partner, p.language, p.title, p.text, p.changed_at, w.name AS by
FROM paragraph p LEFT JOIN person w ON w.id = p.person
WHERE p.partner = ANY($1::text[]) ORDER BY p.partner = '', p.partner, lower(p.title), p.id LIMIT 500
"""

_ONE = "SELECT id, partner, language, title, text FROM paragraph WHERE id = $1"

_PUT = """
INSERT INTO paragraph (id, partner, language, title, text, changed_at, person)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET language = excluded.language, title = excluded.title, text = excluded.text,
    changed_at = excluded.changed_at, person = excluded.person
WHERE paragraph.partner = excluded.partner
"""

_REMOVE = "DELETE FROM paragraph WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`partner`: whose it is, or NETWORK."""

    id: UUID
    partner: str
    language: str
    title: str
    text: str


async def listed(db: Db, partners: Sequence[str]) -> list[Record]:
    """Of these libraries and, with NETWORK among them, of the network: by their titles."""
    return await db.fetch(_LISTED, partners)


async def one(db: Db, paragraph: UUID) -> Paragraph | None:
    row = await db.fetchrow(_ONE, paragraph)
    return Paragraph(**row) if row else None


async def put(db: Db, paragraph: Paragraph, by: UUID, now: datetime) -> None:
    """A new one, or another text of one that is there; it never changes hands."""
    await db.execute(_PUT, *astuple(paragraph), now, by)


async def remove(db: Db, paragraph: UUID) -> None:
    await db.execute(_REMOVE, paragraph)

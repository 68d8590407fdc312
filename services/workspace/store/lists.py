"""The lists of a library's questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

# What somebody took and gave back is to take again, until it is taken by mail, page or program: its claim has
# no person.
_COUNTS = """
SELECT count(*) FILTER (WHERE a.list IN ('open', 'taken') AND NOT in_hand) AS to_take,
    count(*) FILTER (WHERE a.list IN ('open', 'taken') AND in_hand) AS in_hand,
    count(*) FILTER (WHERE a.list = 'waiting') AS waiting
FROM assignment a
LEFT JOIN claim c ON c.question = a.question AND c.partner = a.partner
    AND CASE WHEN c.person IS NOT NULL THEN c.at >= a.routed_at
        ELSE greatest(c.at, c.given_back_at) >= greatest(a.routed_at, a.taken_at) END
CROSS JOIN LATERAL (SELECT c.person IS NOT NULL OR (a.list = 'taken' AND c.question IS NULL) AS in_hand) AS h
WHERE a.partner = ANY($1::text[]) AND a.list IN ('open', 'taken', 'waiting')
"""

_ROWS = """
SELECT q.id, q.heading, q.received_at, q.promise_at, q.subject, q.language, q.channel, q.state, q.holder,
    a.partner, a.list, a.due_at, a.done_at,
    c.person AS claimed_by, c.at AS claimed_at, p.name AS claimed_name,
    (SELECT count(*) FROM note n WHERE n.question = a.question AND n.partner = a.partner) AS notes
FROM assignment a JOIN question q ON q.id = a.question
LEFT JOIN claim c ON c.question = a.question AND c.partner = a.partner
    AND CASE WHEN c.person IS NOT NULL THEN c.at >= a.routed_at
        ELSE greatest(c.at, c.given_back_at) >= greatest(a.routed_at, a.taken_at) END
LEFT JOIN person p ON p.id = c.person
"""

_OPEN = (
    _ROWS
    + """
WHERE a.partner = ANY($1::text[]) AND a.list IN ('open', 'taken') AND c.person IS NULL
    AND (a.list = 'open' OR c.question IS NOT NULL)
    AND ($2::text IS NULL OR q.subject = $2)
    AND ($3::text IS NULL OR q.id IN (SELECT question FROM question_search
        WHERE words @@ websearch_to_tsquery('french', $3)))
ORDER BY a.due_at, q.id LIMIT $4 OFFSET $5
"""
)

_IN_HAND = (
    _ROWS
    + """
WHERE a.partner = ANY($1::text[]) AND a.list IN ('open', 'taken')
    AND (c.person IS NOT NULL OR (a.list = 'taken' AND c.question IS NULL))
    AND ($2::text IS NULL OR q.subject = $2)
    AND ($3::text IS NULL OR q.id IN (SELECT question FROM question_search
        WHERE words @@ websearch_to_tsquery('french', $3)))
ORDER BY (c.person IS NOT DISTINCT FROM $6::uuid) DESC, a.due_at, q.id LIMIT $4 OFFSET $5
"""
)

_OTHER = (
    _ROWS
    + """
WHERE a.partner = ANY($1::text[]) AND a.list = $6
    AND ($2::text IS NULL OR q.subject = $2)
    AND ($3::text IS NULL OR q.id IN (SELECT question FROM question_search
        WHERE words @@ websearch_to_tsquery('french', $3)))
ORDER BY coalesce(a.done_at, a.due_at) DESC, q.id LIMIT $4 OFFSET $5
"""
)

# One row for each question, in whichever of the libraries' lists it stands.
_FOUND = """
SELECT DISTINCT ON (rank, q.id) q.id, q.heading, q.received_at, q.subject, q.language, q.state,
    a.partner, CASE WHEN a.list NOT IN ('open', 'taken') THEN a.list
        WHEN c.person IS NOT NULL OR (a.list = 'taken' AND c.question IS NULL) THEN 'in_hand'
        ELSE 'to_take' END AS list,
    ts_rank(s.words, websearch_to_tsquery('french', $3)) AS rank
FROM question_search s JOIN question q ON q.id = s.question JOIN assignment a ON a.question = q.id
LEFT JOIN claim c ON c.question = a.question AND c.partner = a.partner
    AND CASE WHEN c.person IS NOT NULL THEN c.at >= a.routed_at
        ELSE greatest(c.at, c.given_back_at) >= greatest(a.routed_at, a.taken_at) END
WHERE a.partner = ANY($1::text[]) AND ($2::text IS NULL OR q.subject = $2)
    AND s.words @@ websearch_to_tsquery('french', $3)
ORDER BY rank DESC, q.id, a.routed_at DESC LIMIT $4 OFFSET $5
"""

_SUBJECTS = """
SELECT DISTINCT q.subject FROM assignment a JOIN question q ON q.id = a.question
WHERE a.partner = ANY($1::text[]) AND a.list IN ('open', 'taken', 'waiting') AND q.subject IS NOT NULL
ORDER BY q.subject LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows: of these libraries, of a subject, with these words, so many from the offset on."""

    partners: Sequence[str]
    subject: str | None = None
    words: str | None = None
    most: int = 50
    offset: int = 0


async def counts(db: Db, partners: Sequence[str]) -> dict[str, int]:
    """How many there are to take, in hand and waiting for the asker."""
    row = await db.fetchrow(_COUNTS, partners)
    return dict(row) if row else {}


async def to_take(db: Db, wish: Wish) -> list[Record]:
    return await db.fetch(_OPEN, wish.partners, wish.subject, wish.words, wish.most, wish.offset)


async def in_hand(db: Db, wish: Wish, person: UUID) -> list[Record]:
    """Those of this person first."""
    return await db.fetch(_IN_HAND, wish.partners, wish.subject, wish.words, wish.most, wish.offset, person)


async def other(db: Db, wish: Wish, name: str) -> list[Record]:
    """`waiting`, `answered` or `passed`; the latest first."""
    return await db.fetch(_OTHER, wish.partners, wish.subject, wish.words, wish.most, wish.offset, name)


async def found(db: Db, wish: Wish) -> list[Record]:
    """In all lists, what fits the words best first."""
    return await db.fetch(_FOUND, wish.partners, wish.subject, wish.words, wish.most, wish.offset)


async def subjects(db: Db, partners: Sequence[str]) -> list[str]:
    return [row["subject"] for row in await db.fetch(_SUBJECTS, partners)]

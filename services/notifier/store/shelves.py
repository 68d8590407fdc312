"""Reading the archive: search, lists, single entries, what stands on which shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from asyncpg import Pool, Record

MOST_RANKED = 200
"""Of more matches than this only the newest are ranked: nobody reads page twenty, and everybody waits."""

# The words are known when the plan is made: few matches are fetched by the index of words, many by age.
_CUSTOM_PLAN = "SET LOCAL plan_cache_mode = force_custom_plan"

_SEARCH = """
WITH newest AS (
    SELECT number, title, answer, subject, language, partner, partner_name, answered_at, published_at, words
    FROM archive_entry
    WHERE state = 'published' AND words @@ websearch_to_tsquery('french', $1)
        AND ($2::text IS NULL OR subject = $2) AND ($3::text IS NULL OR partner = $3)
        AND ($4::int IS NULL OR year = $4)
    ORDER BY number DESC LIMIT $5
)
SELECT number, title, left(answer, 300) AS excerpt, subject, language, partner, partner_name, answered_at,
    published_at, count(*) OVER () AS found
FROM newest
ORDER BY ts_rank(words, websearch_to_tsquery('french', $1)) DESC, number DESC
LIMIT $6 OFFSET $7
"""

_NEWEST = """
SELECT number, title, left(answer, 300) AS excerpt, subject, language, partner, partner_name, answered_at,
    published_at
FROM archive_entry
WHERE state = 'published'
    AND ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR partner = $2)
    AND ($3::int IS NULL OR year = $3)
ORDER BY number DESC LIMIT $4 OFFSET $5
"""

_ENTRY = """
SELECT number, state, title, question, answer, sources::text AS sources, subject, language, partner,
    partner_name, answered_at, published_at
FROM archive_entry WHERE number = $1 AND state IN ('published', 'withdrawn')
"""

_SHELVES = "SELECT kind, value, label, entries FROM archive_shelf WHERE entries > 0 ORDER BY kind, label"

_EMPTY = "SELECT NOT EXISTS (SELECT FROM archive_shelf WHERE entries > 0)"

_KNOWN = "SELECT word, entries FROM archive_word WHERE word = ANY ($1::text[])"

_NEAR = "SELECT word, entries FROM archive_word WHERE near && $1::text[]"

_LIKE = """
SELECT number, title, partner_name, language,
    ts_rank(words, websearch_to_tsquery('french', $1)) AS rank
FROM archive_entry
WHERE state = 'published' AND words @@ websearch_to_tsquery('french', $1) AND number <> $2
ORDER BY rank DESC, number DESC LIMIT $3
"""

_ADDRESSES = """
SELECT number, published_at FROM archive_entry
WHERE state = 'published' AND number > $1 ORDER BY number LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader looks for. All empty: the newest."""

    text: str = ""
    subject: str | None = None
    partner: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in a list."""

    number: int
    title: str
    excerpt: str
    subject: str | None
    language: str | None
    partner: str
    partner_name: str
    answered_at: datetime
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Released:
    """One entry as everyone may read it; a withdrawn one has no text."""

    number: int
    state: str
    title: str
    question: str
    answer: str
    sources: tuple[str, ...]
    subject: str | None
    language: str | None
    partner: str
    partner_name: str
    answered_at: datetime
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    kind: str
    value: str
    label: str
    entries: int


@dataclass(frozen=True, slots=True)
class Like:
    number: int
    title: str
    partner_name: str
    language: str | None = field(default=None)


async def search(pool: Pool[Record], plain_text: str, wish: Wish, most: int, offset: int) -> Found:
    """By words, the best first. `total` counts up to MOST_RANKED."""
    async with pool.acquire() as db, db.transaction(readonly=True):
        await db.execute(_CUSTOM_PLAN)
        rows = await db.fetch(
            _SEARCH, plain_text, wish.subject, wish.partner, wish.year, MOST_RANKED, most, offset
        )
    return Found(tuple(map(_line, rows)), rows[0]["found"] if rows else 0)


async def newest(pool: Pool[Record], wish: Wish, most: int, offset: int) -> tuple[Line, ...]:
    async with pool.acquire() as db, db.transaction(readonly=True):
        await db.execute(_CUSTOM_PLAN)
        rows = await db.fetch(_NEWEST, wish.subject, wish.partner, wish.year, most, offset)
    return tuple(map(_line, rows))


async def entry(pool: Pool[Record], number: int) -> Released | None:
    row = await pool.fetchrow(_ENTRY, number)
    if row is None:
        return None
    return Released(**{**dict(row), "sources": tuple(orjson.loads(row["sources"]))})


async def shelves(pool: Pool[Record]) -> tuple[Shelf, ...]:
    return tuple(Shelf(**dict(row)) for row in await pool.fetch(_SHELVES))


async def is_empty(pool: Pool[Record]) -> bool:
    empty: bool = await pool.fetchval(_EMPTY)
    return empty


async def known(pool: Pool[Record], words: Sequence[str]) -> dict[str, int]:
    """Those of the words that the archive holds, with the number of entries that do."""
    return {row["word"]: row["entries"] for row in await pool.fetch(_KNOWN, words)}


async def near(pool: Pool[Record], pieces: Sequence[str]) -> list[tuple[str, int]]:
    return [(row["word"], row["entries"]) for row in await pool.fetch(_NEAR, pieces)]


async def like(pool: Pool[Record], plain_text: str, *, but: int, most: int) -> tuple[Like, ...]:
    """Entries that share words with `plain_text` (as `websearch_to_tsquery` reads it)."""
    rows = await pool.fetch(_LIKE, plain_text, but, most)
    return tuple(Like(row["number"], row["title"], row["partner_name"], row["language"]) for row in rows)


async def addresses(pool: Pool[Record], after: int, most: int) -> list[tuple[int, datetime]]:
    """Numbers above `after` with their dates of publication, for the sitemap."""
    return [(row["number"], row["published_at"]) for row in await pool.fetch(_ADDRESSES, after, most)]


def _line(row: Record) -> Line:
    values: dict[str, Any] = {name: row[name] for name in Line.__slots__}
    return Line(**values)

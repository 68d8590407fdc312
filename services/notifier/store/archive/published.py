"""Reading the archive: search, lists, single entries, what stands on which list.

By a pool whose connections plan each query anew (`Chassis.reading`): the words are known then, and no
transaction is opened only to say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from asyncpg import Pool, Record

from services.notifier.domain.archive.excerpts import excerpt
from services.notifier.domain.search_terms import likely_share, words
from services.notifier.store.archive.entries import marks_of

MOST_COUNTED = 10_000
MOST_RANKED = 100
"""Of more matches than this only the newest are ranked: nobody reads page six, and everybody waits."""

_BEST = """), best AS MATERIALIZED (
    SELECT number, ts_rank(words, websearch_to_tsquery('french', $1)) AS rank, count(*) OVER () AS found
    FROM newest JOIN archive_entry USING (number)
    ORDER BY rank DESC, number DESC LIMIT $6 OFFSET $7
)
SELECT number, title, left(answer, 4000) AS answer, left(question, 2000) AS question, subject, language,
    partner, partner_name, answered_at, published_at, found
FROM best JOIN archive_entry USING (number) ORDER BY rank DESC, number DESC
"""

# From the newest entry on until enough match: for words that most entries hold.
WALK = (
    """
WITH newest AS MATERIALIZED (
    SELECT number FROM archive_entry
    WHERE state = 'published' AND words @@ websearch_to_tsquery('french', $1)
        AND ($2::text IS NULL OR subject = $2) AND ($3::text IS NULL OR partner = $3)
        AND ($4::int IS NULL OR year = $4)
    ORDER BY number DESC LIMIT $5
"""
    + _BEST
)

# Everything that matches, then the newest of it: for words that few entries hold together.
GATHER = (
    """
WITH matching AS MATERIALIZED (
    SELECT number FROM archive_entry
    WHERE state = 'published' AND words @@ websearch_to_tsquery('french', $1)
        AND ($2::text IS NULL OR subject = $2) AND ($3::text IS NULL OR partner = $3)
        AND ($4::int IS NULL OR year = $4)
), newest AS MATERIALIZED (
    SELECT number FROM matching ORDER BY number DESC LIMIT $5
"""
    + _BEST
)

_USES = """
SELECT (SELECT coalesce(sum(entries), 0) FROM archive_list WHERE kind = 'year')::int AS all_entries,
    (SELECT min(entries) FROM archive_list
        WHERE (kind, value) IN (('subject', $2), ('partner', $3), ('year', $4::int::text))) AS listed,
    ARRAY(SELECT coalesce(entries, 0)
        FROM unnest($1::text[]) AS wanted (word) LEFT JOIN archive_word USING (word)) AS uses
"""

_NEWEST = """
SELECT number, title, left(answer, 4000) AS answer, left(question, 2000) AS question, subject, language,
    partner, partner_name, answered_at, published_at
FROM archive_entry
WHERE state = 'published'
    AND ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR partner = $2)
    AND ($3::int IS NULL OR year = $3)
ORDER BY number DESC LIMIT $4 OFFSET $5
"""

_COUNT = """
SELECT count(*) FROM (
    SELECT FROM archive_entry
    WHERE state = 'published'
        AND ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR partner = $2)
        AND ($3::int IS NULL OR year = $3)
    LIMIT $4
) AS counted
"""

_ENTRY = """
SELECT number, state, title, question, answer, sources::text AS sources, subject, language, partner,
    partner_name, answered_at, published_at, marked
FROM archive_entry WHERE number = $1 AND state IN ('published', 'withdrawn')
"""

_LISTS = "SELECT kind, value, label, entries FROM archive_list WHERE entries > 0 ORDER BY kind, label"

_SIZE = "SELECT coalesce(sum(entries), 0)::int FROM archive_list WHERE kind = 'year'"

_EMPTY = "SELECT NOT EXISTS (SELECT FROM archive_list WHERE entries > 0)"

_KNOWN = "SELECT word, entries FROM archive_word WHERE word = ANY ($1::text[])"

_NEAR = """
SELECT word, entries FROM archive_word WHERE near && $1::text[] AND length(word) BETWEEN $2 - 3 AND $2 + 3
"""

_LIKE = """
WITH matching AS MATERIALIZED (
    SELECT number FROM archive_entry
    WHERE state = 'published' AND words @@ websearch_to_tsquery('french', $1) AND number <> $2
), newest AS MATERIALIZED (
    SELECT number FROM matching ORDER BY number DESC LIMIT $3
)
SELECT number, title, partner_name, language, left(question, 2000) AS question,
    ts_rank(words, websearch_to_tsquery('french', $1)) AS rank
FROM newest JOIN archive_entry USING (number)
ORDER BY rank DESC, number DESC LIMIT $4
"""

_ADDRESSES = """
SELECT number, published_at FROM archive_entry
WHERE state = 'published' AND number > $1 ORDER BY number LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a reader looks for. All empty: the newest."""

    text: str = ""
    subject: str | None = None
    partner: str | None = None
    year: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out, beside what its text does."""
        return any(one is not None for one in (self.subject, self.partner, self.year))


@dataclass(frozen=True, slots=True)
class EntryLine:
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
    lines: tuple[EntryLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ReleasedEntry:
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
    marked: str | None = None
    """The answer in CommonMark, where it was written with marks."""


@dataclass(frozen=True, slots=True)
class EntryList:
    kind: str
    value: str
    label: str
    entries: int


@dataclass(frozen=True, slots=True)
class RelatedEntry:
    number: int
    title: str
    partner_name: str
    language: str | None = field(default=None)
    question: str = ""
    """Its beginning, to compare with."""


async def search(pool: Pool[Record], plain_text: str, wish: SearchFilter, most: int, offset: int) -> Found:
    """By words, the best first. `total` counts up to MOST_RANKED."""
    filters = (wish.subject, wish.partner, wish.year)
    uses = await pool.fetchrow(_USES, words(plain_text), *filters)
    walk = uses is not None and _walks(plain_text, **uses)
    rows = await pool.fetch(WALK if walk else GATHER, plain_text, *filters, MOST_RANKED, most, offset)
    lines = tuple(_line(row, plain_text) for row in rows)
    return Found(lines, rows[0]["found"] if rows else 0)


def _walks(plain_text: str, all_entries: int, listed: int | None, uses: Sequence[int]) -> bool:
    """Whichever way reads fewer entries. PostgreSQL guesses well how many match, but not what it costs to
    look into the words of those that do not: left alone, it walks through half the archive."""
    share = likely_share(plain_text, uses, all_entries)
    size = all_entries if listed is None else listed
    return share > 0 and min(MOST_RANKED / share, size) <= share * all_entries


async def newest(pool: Pool[Record], wish: SearchFilter, most: int, offset: int) -> tuple[EntryLine, ...]:
    rows = await pool.fetch(_NEWEST, wish.subject, wish.partner, wish.year, most, offset)
    return tuple(map(_line, rows))


async def count(pool: Pool[Record], wish: SearchFilter) -> int:
    """How many stand under these filters, up to MOST_COUNTED."""
    found: int = await pool.fetchval(_COUNT, wish.subject, wish.partner, wish.year, MOST_COUNTED)
    return found


async def entry(pool: Pool[Record], number: int) -> ReleasedEntry | None:
    row = await pool.fetchrow(_ENTRY, number)
    if row is None:
        return None
    sources, marked = tuple(orjson.loads(row["sources"])), marks_of(row["answer"], row["marked"])
    return ReleasedEntry(**{**dict(row), "sources": sources, "marked": marked})


async def lists(pool: Pool[Record]) -> tuple[EntryList, ...]:
    return tuple(EntryList(**dict(row)) for row in await pool.fetch(_LISTS))


async def is_empty(pool: Pool[Record]) -> bool:
    empty: bool = await pool.fetchval(_EMPTY)
    return empty


async def known(pool: Pool[Record], words: Sequence[str]) -> dict[str, int]:
    """Those of the words that the archive holds, with the number of entries that do."""
    return {row["word"]: row["entries"] for row in await pool.fetch(_KNOWN, words)}


async def near(pool: Pool[Record], pieces: Sequence[str], length: int) -> list[tuple[str, int]]:
    """Words of about this length that have one of the pieces, with the number of entries that hold them."""
    return [(row["word"], row["entries"]) for row in await pool.fetch(_NEAR, pieces, length)]


async def size(pool: Pool[Record]) -> int:
    """How many entries everyone may read."""
    found: int = await pool.fetchval(_SIZE)
    return found


async def like(
    pool: Pool[Record], plain_text: str, *, but: int, compared: int, most: int
) -> tuple[RelatedEntry, ...]:
    """Of the newest entries that share words with `plain_text` (as `websearch_to_tsquery` reads it) the most
    alike."""
    rows = await pool.fetch(_LIKE, plain_text, but, compared, most)
    return tuple(
        RelatedEntry(row["number"], row["title"], row["partner_name"], row["language"], row["question"])
        for row in rows
    )


async def addresses(pool: Pool[Record], after: int, most: int) -> list[tuple[int, datetime]]:
    """Numbers above `after` with their dates of publication, for the sitemap."""
    return [(row["number"], row["published_at"]) for row in await pool.fetch(_ADDRESSES, after, most)]


def _line(row: Record, wanted: str = "") -> EntryLine:
    shown = excerpt(row["answer"], row["question"], wanted, row["title"])
    values: dict[str, Any] = {name: row[name] for name in EntryLine.__slots__ if name != "excerpt"}
    return EntryLine(excerpt=shown, **values)

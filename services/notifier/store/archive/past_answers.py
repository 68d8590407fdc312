"""Answers from before Sésame: into the archive, many at a time, and counted by year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.notifier.domain.archive.past_answers import PastAnswer
from services.notifier.domain.search_terms import near, plain, words_of_plain

_QUESTIONS = """
INSERT INTO question (id, text, facets, attachments, publish_consent, asker, ended, closed_at, answered_at)
SELECT id, '', facets::jsonb, '[]', true, '{}', 'closed', answered_at, answered_at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS past (id, facets, answered_at)
ON CONFLICT DO NOTHING
"""

_ENTRIES = """
INSERT INTO archive_entry (answer_id, question_id, state, title, question, answer, sources, subject, language,
    partner, partner_name, answered_at, promise_at, facets, held_at, published_at, released_by, words)
SELECT id, id, state, title, question, answer, sources::jsonb, subject, language, partner, partner_name,
    answered_at, answered_at, facets::jsonb, $15, CASE WHEN state = 'published' THEN $15::timestamptz END,
    CASE WHEN state = 'published' THEN $16 END,
    CASE WHEN state = 'published' THEN setweight(to_tsvector('french', plain_title), 'A')
        || setweight(to_tsvector('french', plain_question), 'B')
        || setweight(to_tsvector('french', plain_answer), 'C') END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::text[], $14::text[], $17::text[])
    AS past (id, state, title, question, answer, sources, subject, language, partner, partner_name,
        answered_at, facets, plain_title, plain_question, plain_answer)
ON CONFLICT (answer_id) DO NOTHING
RETURNING answer_id
"""

_KNOWN_WORDS = """
WITH known AS (
    SELECT word, found.entries
    FROM archive_word JOIN unnest($1::text[], $2::int[]) AS found (word, entries) USING (word)
    ORDER BY word FOR UPDATE OF archive_word
)
UPDATE archive_word w SET entries = w.entries + known.entries FROM known WHERE w.word = known.word
RETURNING w.word
"""

_NEW_WORDS = """
INSERT INTO archive_word (word, entries, near)
SELECT word, entries, string_to_array(near, ' ')
FROM unnest($1::text[], $2::int[], $3::text[]) AS found (word, entries, near)
ORDER BY word
ON CONFLICT (word) DO UPDATE SET entries = archive_word.entries + excluded.entries
"""

_LISTS = """
INSERT INTO archive_list (kind, value, label, entries)
SELECT kind, value, label, entries
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS list (kind, value, label, entries)
ORDER BY kind, value
ON CONFLICT (kind, value) DO UPDATE SET entries = archive_list.entries + excluded.entries
"""

_THERE = "SELECT answer_id FROM archive_entry WHERE answer_id = ANY ($1::uuid[])"

_UNDER_OTHERS = """
SELECT past.line, min(entry.facets ->> 'import') AS source
FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::bytea[])
    AS past (line, partner, answered_at, digest)
JOIN archive_entry AS entry ON entry.partner = past.partner AND entry.answered_at = past.answered_at
    AND sha256(convert_to(concat(entry.question, chr(10), entry.answer), 'UTF8')) = past.digest
WHERE entry.facets ->> 'import' <> $5
GROUP BY past.line
"""

_COUNTS = """
WITH past AS (
    SELECT partner, coalesce(subject, '') AS subject, coalesce(language, '') AS language,
        nullif(facets ->> 'channel', 'earlier') AS channel, facets ->> 'import' AS source,
        extract(year FROM (facets ->> 'received_at')::timestamptz AT TIME ZONE $1)::int AS asked,
        extract(year FROM answered_at AT TIME ZONE $1)::int AS answered
    FROM archive_entry WHERE facets ? 'import'
), counted AS (
    SELECT asked AS year, '' AS partner, 'received' AS measure, 'total' AS facet, '' AS value, source
    FROM past
    UNION ALL SELECT asked, '', 'received', 'subject', subject, source FROM past
    UNION ALL SELECT asked, '', 'received', 'language', language, source FROM past
    UNION ALL SELECT asked, '', 'received', 'channel', coalesce(channel, ''), source FROM past
    UNION ALL SELECT answered, '', 'answered', 'total', '', source FROM past
    UNION ALL SELECT answered, '', 'answered', 'partner', partner, source FROM past
    UNION ALL SELECT answered, partner, 'answered', 'total', '', source FROM past
)
SELECT year, partner, measure, facet, value, count(*)::int AS n,
    string_agg(DISTINCT source, ', ' ORDER BY source) AS source
FROM counted GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""


_GATHER = (
    "SET LOCAL gin_pending_list_limit = '64MB'",
    "SET LOCAL work_mem = '64MB'",
    "ALTER INDEX archive_entry_words SET (fastupdate = on)",
)
"""Words go into the index together at the end: one by one they take four times as long."""

_GATHERED = (
    "SELECT gin_clean_pending_list('archive_entry_words')",
    "SELECT gin_clean_pending_list('archive_word_near')",
    "ALTER INDEX archive_entry_words SET (fastupdate = off)",
)
"""Readers find nothing that waits, which they would have to read through."""

AT_ONCE = 500
"""Entries in one statement."""


PlainTexts = tuple[str, str, str]
"""Title, question and answer as they are searched."""


class Placed(NamedTuple):
    """A past answer and what becomes of it: `held`, `published` or, read by nobody, `kept_private`."""

    answer: PastAnswer
    state: str


async def there(db: Db, ids: Sequence[UUID]) -> set[UUID]:
    """Those that an earlier run kept."""
    return {row["answer_id"] for row in await db.fetch(_THERE, ids)}


async def under_other_sources(db: Db, rows: Sequence[PastAnswer]) -> Mapping[int, str]:
    """Line → the source under which the same words of the same library and moment are kept already. Not of
    what was masked since or is read by nobody."""
    if not rows:
        return {}
    found = await db.fetch(
        _UNDER_OTHERS,
        [row.line for row in rows],
        [row.partner for row in rows],
        [row.answered_at for row in rows],
        [row.digest for row in rows],
        rows[0].source,
    )
    return {row["line"]: row["source"] for row in found}


async def keep(db: Db, placed: Sequence[Placed], by: str, now: datetime) -> set[UUID]:
    """In one transaction. Gives those that are new; what is there already stays as it is."""
    new: set[UUID] = set()
    uses: Counter[str] = Counter()
    for statement in _GATHER:
        await db.execute(statement)
    for start in range(0, len(placed), AT_ONCE):
        batch = [(one, _plain(one)) for one in placed[start : start + AT_ONCE]]
        kept = await _insert(db, batch, by, now)
        for one, texts in batch:
            if one.answer.id in kept:
                uses.update(words_of_plain(" ".join(texts)))
        new |= kept
    await _count_words(db, uses)
    await _list(db, [one.answer for one in placed if one.state == "published" and one.answer.id in new])
    for statement in _GATHERED:
        await db.execute(statement)
    return new


async def _insert(db: Db, batch: Sequence[tuple[Placed, PlainTexts]], by: str, now: datetime) -> set[UUID]:
    placed, plains = [one for one, _ in batch], [texts for _, texts in batch]
    ids = [one.answer.id for one in placed]
    facets = [orjson.dumps(one.answer.facets).decode() for one in placed]
    answered = [one.answer.answered_at for one in placed]
    await db.execute(_QUESTIONS, ids, facets, answered)
    texts = [_texts(one) for one in placed]
    rows = await db.fetch(
        _ENTRIES,
        ids,
        [one.state for one in placed],
        *(list(column) for column in zip(*texts, strict=True)),
        [one.answer.subject for one in placed],
        [one.answer.language for one in placed],
        [one.answer.partner for one in placed],
        [one.answer.partner_name for one in placed],
        answered,
        facets,
        [title for title, _, _ in plains],
        [question for _, question, _ in plains],
        now,
        by,
        [answer for _, _, answer in plains],
    )
    return {row["answer_id"] for row in rows}


def _plain(one: Placed) -> PlainTexts:
    """Only what can be searched."""
    if one.state != "published":
        return "", "", ""
    past = one.answer
    return plain(past.title), plain(past.question), plain(past.answer)


def _texts(one: Placed) -> tuple[str, str, str, str]:
    """Title, question, answer and sources; none of what nobody may read."""
    if one.state == "kept_private":
        return "", "", "", "[]"
    past = one.answer
    return past.title, past.question, past.answer, orjson.dumps(past.sources).decode()


async def _count_words(db: Db, uses: Mapping[str, int]) -> None:
    known = {row["word"] for row in await db.fetch(_KNOWN_WORDS, list(uses), list(uses.values()))}
    new = {word: n for word, n in uses.items() if word not in known}
    await db.execute(_NEW_WORDS, list(new), list(new.values()), [" ".join(near(word)) for word in new])


async def _list(db: Db, published: Sequence[PastAnswer]) -> None:
    lists: Counter[tuple[str, str, str]] = Counter()
    for one in published:
        year = str(one.answered_at.year)
        lists.update([("partner", one.partner, one.partner_name), ("year", year, year)])
        if one.subject:
            lists["subject", one.subject, one.subject] += 1
    merged = _one_label(lists)
    kinds, values, labels, entries = zip(*merged, strict=True) if merged else ((), (), (), ())
    await db.execute(_LISTS, list(kinds), list(values), list(labels), list(entries))


def _one_label(lists: Mapping[tuple[str, str, str], int]) -> list[tuple[str, str, str, int]]:
    """A library that was called by two names stands on one list, under the last of them."""
    merged: dict[tuple[str, str], tuple[str, int]] = {}
    for (kind, value, label), n in lists.items():
        _, before = merged.get((kind, value), (label, 0))
        merged[kind, value] = (label, before + n)
    return [(kind, value, label, n) for (kind, value), (label, n) in merged.items()]


async def counts(db: Db, zone: str) -> list[Record]:
    """Year, partner, measure, facet, value, number and source of all that was ever imported."""
    return await db.fetch(_COUNTS, zone)

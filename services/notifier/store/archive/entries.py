"""The archive's entries: held, released, kept private, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.language.commonmark import plain_of
from services.chassis.postgres.database import Db
from services.notifier.domain.search_terms import near, plain, words

_HOLD = """
INSERT INTO archive_entry (answer_id, question_id, state, title, question, answer, sources, subject, language,
    partner, partner_name, answered_at, promise_at, facets, held_at,
    marked)
SELECT w.id, q.id, 'held', left(q.text, 200), q.text, w.text, w.sources, w.facets ->> 'subject',
    w.facets ->> 'language', w.partner, w.partner_name, w.answered_at, w.promise_at, w.facets, $2, w.marked
FROM answer w JOIN question q ON q.id = w.question_id
WHERE w.id = ANY ($1::uuid[]) AND q.publish_consent AND q.ended IS DISTINCT FROM 'withdrawn'
    AND q.erased_at IS NULL
ORDER BY w.answered_at, w.id
ON CONFLICT DO NOTHING
RETURNING number, question
"""

_ENTITLE = """
UPDATE archive_entry SET title = named.title
FROM unnest($1::bigint[], $2::text[]) AS named (number, title) WHERE archive_entry.number = named.number
"""

_HELD = """
SELECT e.*, e.sources::text AS sources_json, e.facets::text AS facets_json, q.asker ->> 'name' AS asker_name
FROM archive_entry e JOIN question q ON q.id = e.question_id
WHERE e.number = $1 AND e.state = ANY ($2::text[])
FOR UPDATE OF e
"""

_SECRET = "SELECT private_note AS note, text AS question FROM question WHERE id = $1"

_QUEUE = """
SELECT number, title, partner_name, held_at, count(*) OVER () AS held FROM archive_entry
WHERE state = 'held' ORDER BY held_at LIMIT $1
"""

_PUBLISH = """
UPDATE archive_entry SET state = 'published', title = $2, question = $3, answer = $4, released_by = $5,
    published_at = $6, sources = $10::jsonb, subject = $11, marked = $12, words =
        setweight(to_tsvector('french', $7), 'A') || setweight(to_tsvector('french', $8), 'B')
        || setweight(to_tsvector('french', $9), 'C')
WHERE number = $1
"""

_VIEWED = """
SELECT number, question_id, answer_id, partner, partner_name, facets::text
FROM archive_entry WHERE number = ANY ($1::bigint[]) ORDER BY number
"""

_ADD_WORDS = """
INSERT INTO archive_word (word, entries, near)
SELECT word, 1, string_to_array(near, ' ') FROM unnest($1::text[], $2::text[]) AS found (word, near)
ORDER BY word
ON CONFLICT (word) DO UPDATE SET entries = archive_word.entries + 1
"""

_DROP_WORDS = """
WITH fewer AS (
    SELECT word FROM archive_word WHERE word = ANY ($1::text[]) ORDER BY word FOR UPDATE
), counted AS (
    UPDATE archive_word w SET entries = w.entries - 1 FROM fewer WHERE w.word = fewer.word AND w.entries > 1
)
DELETE FROM archive_word w USING fewer WHERE w.word = fewer.word AND w.entries <= 1
"""

_LIST = """
INSERT INTO archive_list (kind, value, label, entries)
SELECT kind, value, label, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS list (kind, value, label)
ORDER BY kind, value
ON CONFLICT (kind, value) DO UPDATE SET entries = archive_list.entries + $4, label = excluded.label
"""

_TAKE_OFF = """
UPDATE archive_entry SET state = $2, withdrawn_at = $3, title = '', question = '', answer = '', marked = NULL,
    sources = '[]', words = NULL
WHERE number = $1
"""

_OF_QUESTION = "SELECT number FROM archive_entry WHERE question_id = $1 AND state = ANY ($2::text[])"


_OF_ANSWER = "SELECT number FROM archive_entry WHERE answer_id = $1 AND state IN ('held', 'published')"

_HOLD_AGAIN = """
UPDATE archive_entry SET state = 'held', answer = $2, sources = $3::text::jsonb, held_at = $4, marked = $5,
    published_at = NULL, released_by = NULL, words = NULL
WHERE number = $1
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the archive, in whatever state. `asker_name` helps to find it in the texts."""

    number: int
    answer_id: UUID
    question_id: UUID
    state: str
    title: str
    question: str
    answer: str
    sources: tuple[str, ...]
    subject: str | None
    partner: str
    partner_name: str
    year: int
    answered_at: datetime
    promise_at: datetime
    facets: dict[str, Any]
    asker_name: str | None
    marked: str | None = None
    """The answer in CommonMark, where it was written with marks; `answer` is without."""

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return words(f"{self.title} {self.question} {self.answer}")

    @property
    def lists(self) -> tuple[list[str], list[str], list[str]]:
        """Kinds, values and labels of the lists it stands on."""
        found = [("partner", self.partner, self.partner_name), ("year", str(self.year), str(self.year))]
        if self.subject:
            found.append(("subject", self.subject, self.subject))
        kinds, values, labels = zip(*found, strict=True)
        return list(kinds), list(values), list(labels)


class Viewed(NamedTuple):
    """What may be counted of an entry that was read."""

    number: int
    question_id: UUID
    answer_id: UUID
    partner: str
    partner_name: str
    facets: str
    """JSON."""


async def hold(db: Db, answers: Sequence[UUID], now: datetime) -> dict[int, str]:
    """Numbers of the new entries, each with its question's text; none where the asker did not agree, withdrew
    the question or was erased."""
    return {row["number"]: row["question"] for row in await db.fetch(_HOLD, answers, now)}


async def entitle(db: Db, titles: Mapping[int, str]) -> None:
    """What entries are called while they wait, by number."""
    await db.execute(_ENTITLE, list(titles), list(titles.values()))


async def queue(db: Db, most: int) -> list[Record]:
    """What waits for release, the longest waiting first."""
    return await db.fetch(_QUEUE, most)


async def take(db: Db, number: int, states: Sequence[str] = ("held",)) -> Entry | None:
    """The entry in one of these states, locked until the transaction ends."""
    row = await db.fetchrow(_HELD, number, list(states))
    return None if row is None else _read(row)


@dataclass(frozen=True, slots=True)
class AskerSecret:
    """The private note of a question, and its text, in which the same words are none."""

    note: str | None
    question: str


async def secret_of(db: Db, question: UUID) -> AskerSecret:
    row = await db.fetchrow(_SECRET, question)
    return AskerSecret(**row) if row else AskerSecret(None, "")


async def publish(db: Db, entry: Entry, by: str, now: datetime) -> None:
    """With the texts as they stand in `entry`."""
    await db.execute(
        _PUBLISH,
        entry.number,
        entry.title,
        entry.question,
        entry.answer,
        by,
        now,
        plain(entry.title),
        plain(entry.question),
        plain(entry.answer),
        orjson.dumps(entry.sources).decode(),
        entry.subject,
        entry.marked,
    )
    found = entry.vocabulary
    await db.execute(_ADD_WORDS, found, [" ".join(near(word)) for word in found])
    await db.execute(_LIST, *entry.lists, 1)


async def take_off(db: Db, entry: Entry, state: str, now: datetime) -> None:
    """`kept_private` or `withdrawn`: no text of it is kept, its number stays taken."""
    if entry.state == "published":
        await db.execute(_DROP_WORDS, entry.vocabulary)
        await db.execute(_LIST, *entry.lists, -1)
    await db.execute(_TAKE_OFF, entry.number, state, now)


async def of_answer(db: Db, answer: UUID) -> list[int]:
    """Entries with this answer that are out, or wait to be."""
    return [row["number"] for row in await db.fetch(_OF_ANSWER, answer)]


async def hold_again(db: Db, entry: Entry, corrected: Entry, now: datetime) -> None:
    """Out of the archive and back to whoever releases, with other words."""
    if entry.state == "published":
        await db.execute(_DROP_WORDS, entry.vocabulary)
        await db.execute(_LIST, *entry.lists, -1)
    sources = orjson.dumps(corrected.sources).decode()
    await db.execute(_HOLD_AGAIN, entry.number, corrected.answer, sources, now, corrected.marked)


async def viewed(db: Db, numbers: Sequence[int]) -> list[Viewed]:
    return [Viewed(*row) for row in await db.fetch(_VIEWED, numbers)]


async def of_question(db: Db, question: UUID, states: Sequence[str]) -> list[int]:
    return [row["number"] for row in await db.fetch(_OF_QUESTION, question, list(states))]


def marks_of(answer: str, marked: str | None) -> str | None:
    """The answer with its marks, where that says what the answer says: a copy of before changes the answer
    alone while an upgrade lasts."""
    return marked if marked is not None and plain_of(marked) == answer else None


def _read(row: Record) -> Entry:
    return Entry(
        number=row["number"],
        answer_id=row["answer_id"],
        question_id=row["question_id"],
        state=row["state"],
        title=row["title"],
        question=row["question"],
        answer=row["answer"],
        sources=tuple(orjson.loads(row["sources_json"])),
        subject=row["subject"],
        partner=row["partner"],
        partner_name=row["partner_name"],
        year=row["year"],
        answered_at=row["answered_at"],
        promise_at=row["promise_at"],
        facets=orjson.loads(row["facets_json"]),
        asker_name=row["asker_name"],
        marked=marks_of(row["answer"], row["marked"]),
    )

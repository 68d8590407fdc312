"""What is kept here of one asker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.chassis.messaging import announced
from services.chassis.postgres.database import Db

_QUESTIONS = "SELECT id FROM question WHERE asked_by = ANY($1::bytea[]) ORDER BY received_at, id"

_TOLD = """
SELECT json_build_object(
    'question', q.id, 'received_at', q.received_at, 'text', q.text, 'private_note', q.private_note,
    'reference', q.reference, 'facets', q.facets::json, 'stars', q.stars,
    'withdrawn_at', q.withdrawn_at, 'erased_at', q.erased_at,
    'follow_ups', (SELECT json_agg(json_build_object('text', f.text, 'written_at', f.written_at)
        ORDER BY f.written_at, f.id) FROM follow_up f WHERE f.question = q.id),
    'messages', (SELECT json_agg(json_build_object('kind', m.kind, 'from', m.partner_name, 'text', m.text,
        'marked', m.marked, 'sources', m.sources::json, 'files', m.attachments::json,
        'written_at', m.written_at)
        ORDER BY m.written_at, m.id) FROM message m WHERE m.question = q.id),
    'held_replies', (SELECT json_agg(json_build_object('by', h.partner, 'reason', h.reason, 'text', h.text,
        'held_at', h.held_at) ORDER BY h.held_at, h.id) FROM held_reply h WHERE h.question = q.id),
    'waiting_submissions', (SELECT json_agg(json_build_object('by', w.partner, 'letter', w.envelope,
        'body', convert_from(w.body, 'UTF8'), 'came_at', w.came_at) ORDER BY w.id)
        FROM early_submission w WHERE w.question = q.id),
    'post', (SELECT g.url FROM group_post g WHERE g.question = q.id),
    'marked_as_spam_at', (SELECT p.since FROM spam_sender p WHERE p.question = q.id AND p.digest IS NOT NULL),
    'ending', (SELECT json_build_object('how', e.how, 'at', e.ended_at, 'body', nullif(e.body, '')::json)
        FROM ended e WHERE e.question = q.id),
    'files', (SELECT json_agg(json_build_object('name', f.name, 'media_type', f.media_type,
        'with', f.belongs_to, 'base64', (
            SELECT encode(string_agg(c.content, ''::bytea ORDER BY c.number), 'base64') FROM file_chunk c
            WHERE c.file = f.id)) ORDER BY f.created_at, f.id)
        FROM file f WHERE f.question = q.id),
    'came_in', (SELECT json_agg(json_build_object('door', s.door, 'key', s.key, 'at', s.received_at,
        'outcome', s.outcome, 'base64', encode(s.raw, 'base64')) ORDER BY s.received_at, s.key)
        FROM submission s WHERE s.question = q.id AND s.outcome IN ('question', 'follow_up'))
)::text AS told
FROM question q WHERE q.id = ANY($1::uuid[]) ORDER BY q.received_at, q.id
"""

_LEFT = """
SELECT (SELECT count(*) FROM question WHERE id = ANY($1::uuid[])
        AND (text <> '' OR private_note IS NOT NULL OR reference IS NOT NULL OR asked_by IS NOT NULL
        OR asked_from IS NOT NULL))
    + (SELECT count(*) FROM follow_up WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM message WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM held_reply WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM early_submission WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM sent_mail WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM group_post WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM offered WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM spam_sender WHERE question = ANY($1::uuid[]) AND digest IS NOT NULL)
    + (SELECT count(*) FROM file WHERE question = ANY($1::uuid[]) AND (
        belongs_to <> 'answer' OR NOT EXISTS (SELECT FROM archived WHERE archived.question = file.question)))
    + (SELECT count(*) FROM ending WHERE question = ANY($1::uuid[]) AND body <> '')
    + (SELECT count(*) FROM submission WHERE question = ANY($1::uuid[])
        AND (raw IS NOT NULL OR key NOT LIKE 'erased:%'))
"""

_HELD = """
SELECT id, door, envelope_from, reason, raw, received_at FROM quarantine WHERE id > $1 ORDER BY id LIMIT 50
"""

_LOOSE = """
SELECT door, key, raw, outcome, received_at FROM submission
WHERE question IS NULL AND raw IS NOT NULL AND key NOT LIKE 'erased:%' AND (door, key) > ($1, $2)
    AND NOT EXISTS (SELECT FROM quarantine q WHERE q.door = submission.door AND q.key = submission.key)
ORDER BY door, key LIMIT 50
"""

_DROP_HELD = """
WITH gone AS (DELETE FROM quarantine WHERE id = ANY($1::bigint[]) RETURNING door, key)
UPDATE submission s SET raw = NULL, key = tombstone(s.door, s.key)
FROM gone WHERE s.door = gone.door AND s.key = gone.key
"""

_DROP_LOOSE = """
UPDATE submission s SET raw = NULL, key = tombstone(s.door, s.key)
FROM unnest($1::text[], $2::text[]) AS gone (door, key) WHERE s.door = gone.door AND s.key = gone.key
"""


async def questions_of(db: Db, asked_by: Sequence[bytes]) -> list[UUID]:
    """The questions of whoever these hashes stand for (see handlers.submissions.sender_hash)."""
    return [row["id"] for row in await db.fetch(_QUESTIONS, asked_by)]


async def told(db: Db, questions: Sequence[UUID]) -> list[dict[str, Any]]:
    """All that is kept of them, for the asker to read; files and mails in base64."""
    kept = [orjson.loads(row["told"]) for row in await db.fetch(_TOLD, questions)]
    facts = await announced.told(db, questions)
    return [one | {"announced": facts.get(UUID(one["question"]), [])} for one in kept]


async def left(db: Db, questions: Sequence[UUID]) -> int:
    """Rows that still hold something of the asker's."""
    return int(await db.fetchval(_LEFT, questions)) + await announced.left(db, questions)


@dataclass(frozen=True, slots=True)
class HeldThing:
    """Something that waits for a person to look at it."""

    id: int
    door: str
    envelope_from: str | None
    reason: str
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Loose:
    """Something that came and became no question: a bounce, an automatic reply."""

    door: str
    key: str
    raw: bytes
    outcome: str
    received_at: datetime


async def held(db: Db) -> AsyncIterator[HeldThing]:
    """Everything, the oldest first, some at a time: whole mails do not fit in the memory together."""
    last = 0
    while rows := await db.fetch(_HELD, last):
        for row in rows:
            yield HeldThing(**row)
        last = rows[-1]["id"]


async def loose(db: Db) -> AsyncIterator[Loose]:
    last = ("", "")
    while rows := await db.fetch(_LOOSE, *last):
        for row in rows:
            yield Loose(**row)
        last = (rows[-1]["door"], rows[-1]["key"])


async def drop_held(db: Db, numbers: Sequence[int]) -> None:
    """A tombstone stays of each."""
    await db.execute(_DROP_HELD, numbers)


async def drop_loose(db: Db, gone: Sequence[tuple[str, str]]) -> None:
    """By door and key; a tombstone stays of each."""
    await db.execute(_DROP_LOOSE, [door for door, _ in gone], [key for _, key in gone])

"""What is kept here of one asker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.chassis.messaging import announced
from services.chassis.postgres.database import Db

_TOLD = """
SELECT json_build_object(
    'question', q.id, 'asker', q.asker, 'text', q.text, 'private_note', q.private_note, 'place', q.place,
    'attachments', q.attachments, 'publish_consent', q.publish_consent, 'promise_at', q.promise_at,
    'ended', q.ended, 'erased_at', q.erased_at,
    'answers', (SELECT json_agg(json_build_object('by', w.partner_name, 'text', w.text, 'marked', w.marked,
        'sources', w.sources, 'attachments', w.attachments, 'answered_at', w.answered_at)
        ORDER BY w.answered_at, w.id)
        FROM answer w WHERE w.question_id = q.id),
    'follow_ups', (SELECT json_agg(json_build_object('text', f.text, 'asked_at', f.asked_at)
        ORDER BY f.asked_at, f.id) FROM follow_up f WHERE f.question_id = q.id),
    'messages', (SELECT json_agg(json_build_object('kind', m.kind, 'by', m.partner_name, 'text', m.text,
        'marked', m.marked, 'sources', m.sources, 'attachments', m.attachments, 'written_at', m.written_at)
        ORDER BY m.written_at, m.id) FROM message m WHERE m.question_id = q.id),
    'reference', q.reference, 'reopened_text', q.reopened_text,
    'sent_to_the_asker', (SELECT json_agg(json_build_object('what', d.kind, 'by', d.way, 'state', d.state,
        'decided_at', d.decided_at, 'done_at', d.done_at, 'attempts', d.attempts, 'url', d.url,
        'details', d.details, 'last_error', d.last_error) ORDER BY d.decided_at, d.id)
        FROM delivery d WHERE d.question_id = q.id AND d.destination IS NULL),
    'archive', (SELECT json_agg(json_build_object('number', e.number, 'state', e.state, 'title', e.title,
        'question', e.question, 'answer', e.answer, 'marked', e.marked, 'sources', e.sources,
        'published_at', e.published_at)
        ORDER BY e.number) FROM archive_entry e WHERE e.question_id = q.id),
    'about_it_to_libraries', (SELECT json_agg(json_build_object('what', d.kind, 'state', d.state,
        'decided_at', d.decided_at, 'details', d.details) ORDER BY d.decided_at, d.id)
        FROM delivery d WHERE d.question_id = q.id AND d.destination IS NOT NULL AND d.details <> '{}'),
    'in_lists_to_libraries', (SELECT json_agg(json_build_object('what', d.kind, 'state', d.state,
        'decided_at', d.decided_at) ORDER BY d.decided_at, d.id) FROM delivery d
        WHERE d.question_id = '00000000-0000-0000-0000-000000000000'
        AND (q.text <> '' AND d.details -> 'open' ? left(q.text, 100)
            OR d.details -> 'open_questions' @> jsonb_build_array(jsonb_build_object('id', q.id))
            OR d.details -> 'late' @> jsonb_build_array(jsonb_build_object('id', q.id))))
)::text AS told
FROM question q WHERE q.id = ANY($1::uuid[]) ORDER BY q.id
"""

_QUESTIONS = """
SELECT id FROM question WHERE lower(asker ->> 'mail') = lower($1) OR asker ->> 'account' = $1 ORDER BY id
"""

_LEFT = """
SELECT (SELECT count(*) FROM question WHERE id = ANY($1::uuid[]) AND (asker <> '{}' OR text <> ''
        OR private_note IS NOT NULL OR place IS NOT NULL OR attachments <> '[]'))
    + (SELECT count(*) FROM answer
        WHERE question_id = ANY($1::uuid[]) AND (text <> '' OR marked IS NOT NULL OR sources <> '[]'
            OR attachments <> '[]'))
    + (SELECT count(*) FROM follow_up WHERE question_id = ANY($1::uuid[]) AND text <> '')
    + (SELECT count(*) FROM message
        WHERE question_id = ANY($1::uuid[]) AND (text <> '' OR marked IS NOT NULL OR sources <> '[]'
            OR attachments <> '[]'))
    + (SELECT count(*) FROM question
        WHERE id = ANY($1::uuid[]) AND (reference IS NOT NULL OR reopened_text IS NOT NULL))
    + (SELECT count(*) FROM archive_entry WHERE question_id = ANY($1::uuid[])
        AND (state = 'held' OR (state <> 'published' AND marked IS NOT NULL)))
    + (SELECT count(*) FROM delivery WHERE question_id = ANY($1::uuid[])
        AND (details <> '{}' OR (destination IS NULL AND (url IS NOT NULL OR last_error IS NOT NULL))))
    + (SELECT count(*) FROM delivery d JOIN question q ON q.id = ANY($1::uuid[])
        WHERE d.question_id = '00000000-0000-0000-0000-000000000000'
        AND (q.text <> '' AND d.details -> 'open' ? left(q.text, 100)
            OR d.details -> 'open_questions' @> jsonb_build_array(jsonb_build_object('id', q.id))
            OR d.details -> 'late' @> jsonb_build_array(jsonb_build_object('id', q.id))))
"""

_PUBLISHED = """
SELECT number FROM archive_entry WHERE question_id = ANY($1::uuid[]) AND state = 'published' ORDER BY number
"""


async def questions_of(db: Db, who: str) -> list[UUID]:
    """The questions of this mail address, whatever its case, or account."""
    return [row["id"] for row in await db.fetch(_QUESTIONS, who)]


async def told(db: Db, questions: Sequence[UUID]) -> list[dict[str, Any]]:
    """All that is kept of them, for the asker to read."""
    kept = [orjson.loads(row["told"]) for row in await db.fetch(_TOLD, questions)]
    facts = await announced.told(db, questions)
    return [one | {"announced": facts.get(UUID(one["question"]), [])} for one in kept]


async def left(db: Db, questions: Sequence[UUID]) -> int:
    """Rows that still hold something of the asker's."""
    return int(await db.fetchval(_LEFT, questions)) + await announced.left(db, questions)


async def published(db: Db, questions: Sequence[UUID]) -> list[int]:
    """Numbers of their entries that everybody may read."""
    return [row["number"] for row in await db.fetch(_PUBLISHED, questions)]

"""What is kept here of one asker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.chassis.postgres.database import Db
from services.contracts.links.kept import PERSONAL

_TOLD = """
SELECT json_build_object('question', q.id, 'text', q.text, 'state', q.state,
    'facts', (SELECT json_agg(json_build_object('type', f.type, 'at', f.at, 'data', f.data)
        ORDER BY f.at, f.event) FROM fact f WHERE f.question = q.id),
    'drafts', (SELECT json_agg(json_build_object('by', d.partner, 'text', d.text, 'sources', d.sources,
        'saved_at', d.saved_at) ORDER BY d.saved_at) FROM (
            SELECT partner, text, sources, saved_at FROM draft WHERE question = q.id
            UNION ALL SELECT partner, text, sources, saved_at FROM draft_kept WHERE question = q.id
        ) AS d WHERE d.text <> '' OR d.sources <> ''),
    'draft_files', (SELECT json_agg(json_build_object('by', f.partner, 'name', f.name, 'added_at', f.added_at)
        ORDER BY f.added_at) FROM draft_file f WHERE f.question = q.id),
    'before_release', (SELECT json_agg(json_build_object('at', e.told_at, 'texts', e.texts) ORDER BY e.number)
        FROM entry_shown e WHERE e.question = q.id AND e.texts IS NOT NULL),
    'to_post', (SELECT json_agg(json_build_object('at', g.at, 'text', g.text, 'url', g.url) ORDER BY g.at)
        FROM group_post g WHERE g.question = q.id AND g.text IS NOT NULL),
    'refused', (SELECT json_agg(json_build_object('by', r.partner, 'what', r.type, 'at', r.asked_at,
        'field', r.field, 'value', r.value) ORDER BY r.asked_at)
        FROM request r WHERE r.question = q.id AND r.value IS NOT NULL),
    'not_delivered', (SELECT json_agg(json_build_object('what', d.kind, 'by', d.way, 'at', d.failed_at,
        'error', d.error) ORDER BY d.failed_at, d.delivery)
        FROM failed_delivery d WHERE d.question = q.id AND d.error <> ''),
    'notes', (SELECT json_agg(json_build_object('by', n.partner, 'text', n.text, 'at', n.at) ORDER BY n.at)
        FROM note n WHERE n.question = q.id)
)::text AS told
FROM question q WHERE q.id = ANY($1::uuid[]) ORDER BY q.id
"""

_LEFT = """
SELECT (SELECT count(*) FROM question WHERE id = ANY($1::uuid[]) AND text <> '')
    + (SELECT count(*) FROM fact WHERE question = ANY($1::uuid[]) AND data ?| $2::text[])
    + (SELECT count(*) FROM draft WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM draft_kept WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM draft_file WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM note WHERE question = ANY($1::uuid[]))
    + (SELECT count(*) FROM entry_shown WHERE question = ANY($1::uuid[]) AND texts IS NOT NULL)
    + (SELECT count(*) FROM group_post WHERE question = ANY($1::uuid[]) AND num_nonnulls(text, url) > 0)
    + (SELECT count(*) FROM request WHERE question = ANY($1::uuid[]) AND value IS NOT NULL)
    + (SELECT count(*) FROM failed_delivery WHERE question = ANY($1::uuid[]) AND error <> '')
"""

_MEMBER = """
SELECT json_build_object('person', p.id, 'name', p.name, 'mail', p.mail, 'language', p.language,
    'since', p.created_at,
    'roles', (SELECT json_agg(json_build_object('role', m.role, 'library', m.partner)) FROM membership m
        WHERE m.person = p.id),
    'sessions', (SELECT json_agg(json_build_object('from', s.began_at, 'seen_at', s.seen_at, 'way', s.way,
        'browser', s.agent) ORDER BY s.began_at) FROM session s WHERE s.person = p.id),
    'identities', (SELECT json_agg(json_build_object('issuer', i.issuer, 'subject', i.subject))
        FROM identity i WHERE i.person = p.id),
    'passkeys', (SELECT json_agg(json_build_object('name', k.name, 'since', k.created_at)) FROM passkey k
        WHERE k.person = p.id),
    'did', (SELECT json_agg(json_build_object('at', a.at, 'action', a.action, 'question', a.question)
        ORDER BY a.at, a.id) FROM audit a WHERE a.person = p.id)
)::text FROM person p WHERE lower(p.mail) = lower($1) AND p.left_at IS NULL
"""

_APPLICATIONS = """
SELECT json_build_object('library', library, 'name', name, 'mail', mail, 'language', language, 'words', words,
    'record', record, 'state', state, 'asked_at', asked_at, 'reason', reason)::text AS told
FROM application WHERE lower(mail) = lower($1) ORDER BY asked_at, id
"""
_DROP_APPLICATIONS = """
WITH dropped AS (DELETE FROM application WHERE lower(mail) = lower($1) RETURNING 1)
SELECT count(*) FROM dropped
"""


async def told(db: Db, questions: Sequence[UUID]) -> list[dict[str, Any]]:
    """All that is kept of them, for the asker to read."""
    return [orjson.loads(row["told"]) for row in await db.fetch(_TOLD, questions)]


async def left(db: Db, questions: Sequence[UUID]) -> int:
    """Rows that still hold something of the asker's."""
    return int(await db.fetchval(_LEFT, questions, PERSONAL))


async def member(db: Db, mail: str) -> dict[str, Any] | None:
    """What is kept of a person of the network, who works here; None where it is nobody's address."""
    told = await db.fetchval(_MEMBER, mail)
    return None if told is None else dict(orjson.loads(told))


async def applications(db: Db, mail: str) -> list[dict[str, Any]]:
    """What somebody wrote who asked that their library join."""
    return [orjson.loads(row["told"]) for row in await db.fetch(_APPLICATIONS, mail)]


async def drop_applications(db: Db, mail: str) -> int:
    """How many there were. A library that was admitted stays one."""
    return int(await db.fetchval(_DROP_APPLICATIONS, mail))

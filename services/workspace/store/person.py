"""What is kept here of one asker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.chassis.postgres.database import Db

_TOLD = """
SELECT json_build_object('question', q.id, 'text', q.text, 'state', q.state,
    'facts', (SELECT json_agg(json_build_object('type', f.type, 'at', f.at, 'data', f.data)
        ORDER BY f.at, f.event) FROM fact f WHERE f.question = q.id),
    'drafts', (SELECT json_agg(json_build_object('by', d.partner, 'text', d.text, 'sources', d.sources,
        'saved_at', d.saved_at)) FROM draft d WHERE d.question = q.id AND d.text <> ''),
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
    + (SELECT count(*) FROM note WHERE question = ANY($1::uuid[]))
"""

PERSONAL = ("text", "private_note", "place", "attachments", "sources", "comment")


async def told(db: Db, questions: Sequence[UUID]) -> list[dict[str, Any]]:
    """All that is kept of them, for the asker to read."""
    return [orjson.loads(row["told"]) for row in await db.fetch(_TOLD, questions)]


async def left(db: Db, questions: Sequence[UUID]) -> int:
    """Rows that still hold something of the asker's."""
    return int(await db.fetchval(_LEFT, questions, PERSONAL))

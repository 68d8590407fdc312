"""Files that go with an answer which is being written; their content is kept by ingest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db
from services.workspace.store.work import Respondent

_ADD = """
INSERT INTO draft_file (id, question, partner, person, name, media_type, size, added_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""

# What went with an answer that was refused waits for the next one.
_OF = """
SELECT f.id, f.name, f.media_type, f.size FROM draft_file f LEFT JOIN request r ON r.id = f.request
WHERE f.question = $1 AND f.partner = $2 AND f.person = $3 AND (f.request IS NULL OR r.state = 'refused')
ORDER BY f.added_at, f.id
"""

_REMOVE = "DELETE FROM draft_file WHERE id = $1 AND question = $2 AND partner = $3 AND person = $4"

_SENT = "UPDATE draft_file SET request = $2 WHERE id = ANY($1::uuid[])"


async def add(db: Db, who: Respondent, files: Sequence[dict[str, Any]], now: datetime) -> None:
    """As ingest told what it keeps."""
    for file in files:
        row = (UUID(file["id"]), who.question, who.partner, who.person)
        await db.execute(_ADD, *row, file["name"], file["media_type"], file["size"], now)


async def of(db: Db, who: Respondent) -> list[Record]:
    """Those that no answer took along yet, in the order they came."""
    return await db.fetch(_OF, who.question, who.partner, who.person)


async def remove(db: Db, who: Respondent, file: UUID) -> None:
    await db.execute(_REMOVE, file, who.question, who.partner, who.person)


async def sent(db: Db, files: Sequence[UUID], request: UUID) -> None:
    """They went with this request."""
    await db.execute(_SENT, files, request)

"""Files, in pieces: written and read without ever holding one whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_ADD = """
INSERT INTO file (id, belongs_to, name, media_type, size, sha256, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_ADD_CHUNK = "INSERT INTO file_chunk (file, number, content) VALUES ($1, $2, $3)"
_ATTACH = "UPDATE file SET question = $2, belongs_to = $3 WHERE id = ANY($1::uuid[])"
_DROP = """
WITH gone AS (DELETE FROM file WHERE id = ANY($1::uuid[]))
DELETE FROM file_chunk WHERE file = ANY($1::uuid[])
"""
_WAITING = """
SELECT id, name, media_type, size, sha256 FROM file
WHERE id = ANY($1::uuid[]) AND question IS NULL AND belongs_to = 'form' ORDER BY created_at, id FOR UPDATE
"""
_DRAFTED = """
SELECT id, name, media_type, size, sha256 FROM file
WHERE id = ANY($1::uuid[]) AND question = $2 AND belongs_to IN ($3, 'answer')
ORDER BY created_at, id FOR UPDATE
"""
_DROP_WAITING = """
WITH gone AS (
    DELETE FROM file WHERE question IS NULL AND belongs_to = 'form' AND created_at < $1 RETURNING id
)
DELETE FROM file_chunk USING gone WHERE file_chunk.file = gone.id
"""
_GET = "SELECT id, name, media_type, size, sha256, question FROM file WHERE id = $1"
_CHUNK = "SELECT content FROM file_chunk WHERE file = $1 AND number = $2"
_OF = """
SELECT id, name, media_type, size, sha256 FROM file
WHERE question = $1 AND belongs_to = ANY($2::text[]) ORDER BY created_at, id
"""
_BY_ID = """
SELECT id, name, media_type, size, sha256 FROM file WHERE id = ANY($1::uuid[]) ORDER BY created_at, id
"""
_LATELY_OF = """
SELECT coalesce(sum(f.size), 0) FROM file f JOIN question q ON q.id = f.question
WHERE q.asked_from = $1 AND f.created_at > $2 AND f.belongs_to IN ('question', 'follow_up')
"""
# Lengths of what is stored apart are read without reading it.
_KEPT_BYTES = """
SELECT (SELECT coalesce(sum(size), 0) FROM file) AS files,
    (SELECT coalesce(sum(octet_length(raw)), 0) FROM quarantine) AS held
"""
_BELONG = "UPDATE file SET belongs_to = $2 WHERE id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class File:
    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    question: UUID | None = None


async def add(db: Db, file: File, belongs_to: str, now: datetime) -> None:
    row = (file.id, belongs_to, file.name, file.media_type, file.size, file.sha256, now)
    await db.execute(_ADD, *row)


async def add_chunk(db: Db, file: UUID, number: int, content: bytes) -> None:
    await db.execute(_ADD_CHUNK, file, number, content)


async def attach(db: Db, files: list[UUID], question: UUID, belongs_to: str) -> None:
    await db.execute(_ATTACH, files, question, belongs_to)


async def waiting(db: Db, files: list[UUID]) -> list[File]:
    """Those of them that came with a form which is not accepted yet."""
    return [File(**row) for row in await db.fetch(_WAITING, files)]


async def drafted(db: Db, files: list[UUID], question: UUID, draft: str) -> list[File]:
    """Those of them that were handed in for an answer, given or not yet. `draft`: of whose."""
    return [File(**row) for row in await db.fetch(_DRAFTED, files, question, draft)]


async def drop_waiting(db: Db, before: datetime) -> None:
    """Of forms that nobody sent again."""
    await db.execute(_DROP_WAITING, before)


async def drop(db: Db, files: list[UUID]) -> None:
    await db.execute(_DROP, files)


async def get(db: Db, file: UUID) -> File | None:
    row = await db.fetchrow(_GET, file)
    return File(**row) if row else None


async def chunk(db: Db, file: UUID, number: int) -> bytes | None:
    """None after the last one."""
    content: bytes | None = await db.fetchval(_CHUNK, file, number)
    return content


async def lately_of(db: Db, mailbox: bytes, since: datetime) -> int:
    """Bytes that came with questions of this mailbox (see `handlers.caps.mailbox_digest`)."""
    return int(await db.fetchval(_LATELY_OF, mailbox, since))


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """Of files, and of what is held for a person."""

    files: int
    held: int


async def kept_bytes(db: Db) -> KeptBytes:
    row = await db.fetchrow(_KEPT_BYTES)
    return KeptBytes(int(row["files"]), int(row["held"])) if row else KeptBytes(0, 0)


async def files_of(db: Db, question: UUID, *belongs_to: str) -> list[File]:
    return [File(**row) for row in await db.fetch(_OF, question, list(belongs_to))]


async def of(db: Db, files: list[UUID]) -> list[File]:
    return [File(**row) for row in await db.fetch(_BY_ID, files)]


async def belong(db: Db, files: list[UUID], to: str) -> None:
    """`to`: question, answer, follow_up, held, or a library's draft."""
    await db.execute(_BELONG, files, to)

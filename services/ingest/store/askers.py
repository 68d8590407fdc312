"""What askers say on their own page, and forgetting them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_FOLLOW_UP = "INSERT INTO follow_up (id, question, text, written_at) VALUES ($1, $2, $3, $4)"
_FOLLOW_UPS = "SELECT text, written_at FROM follow_up WHERE question = $1 ORDER BY written_at, id"
_RATE = "UPDATE question SET stars = $2 WHERE id = $1 AND stars IS NULL RETURNING true"
_WITHDRAW = "UPDATE question SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL RETURNING true"

# A document of an answer that stands in the archive stays with it. What came keeps its row under a tombstone,
# so that a mailbox brings nothing back.
_ERASE = """
WITH words AS (DELETE FROM follow_up WHERE question = $1),
    posts AS (DELETE FROM group_post WHERE question = $1),
    ends AS (UPDATE ending SET body = '' WHERE question = $1),
    alike AS (DELETE FROM offered WHERE question = $1),
    mails AS (DELETE FROM sent_mail WHERE question = $1),
    held AS (DELETE FROM held_reply WHERE question = $1),
    said AS (DELETE FROM message WHERE question = $1),
    early AS (DELETE FROM early_submission WHERE question = $1),
    senders AS (UPDATE spam_sender SET digest = NULL WHERE question = $1),
    files AS (
        DELETE FROM file WHERE question = $1 AND (
            belongs_to <> 'answer' OR NOT EXISTS (SELECT FROM archived WHERE archived.question = $1)
        ) RETURNING id
    ),
    contents AS (DELETE FROM file_chunk WHERE file IN (SELECT id FROM files)),
    raws AS (
        UPDATE submission SET raw = NULL, key = tombstone(door, key)
        WHERE question = $1 AND key NOT LIKE 'erased:%'
    )
UPDATE question SET text = '', private_note = NULL, reference = NULL, asked_by = NULL, asked_from = NULL,
    erased_at = $2
WHERE id = $1 AND erased_at IS NULL RETURNING true
"""


@dataclass(frozen=True, slots=True)
class FollowUp:
    text: str
    written_at: datetime


async def note_follow_up(db: Db, follow_up: UUID, question: UUID, text: str, now: datetime) -> None:
    await db.execute(_FOLLOW_UP, follow_up, question, text, now)


async def follow_ups(db: Db, question: UUID) -> list[FollowUp]:
    return [FollowUp(**row) for row in await db.fetch(_FOLLOW_UPS, question)]


async def rate(db: Db, question: UUID, stars: int) -> bool:
    """False when it was rated before: the first word counts."""
    return bool(await db.fetchval(_RATE, question, stars))


async def withdraw(db: Db, question: UUID, now: datetime) -> bool:
    """False when it was withdrawn before."""
    return bool(await db.fetchval(_WITHDRAW, question, now))


async def erase(db: Db, question: UUID, now: datetime) -> bool:
    """Forget every word of the asker; the row stays: what came before is known again. False if done."""
    return bool(await db.fetchval(_ERASE, question, now))

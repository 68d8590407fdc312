"""What is written around a question, and how each library stands to it. Any order, any repetition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_ADD_MESSAGE = """
INSERT INTO message (id, question, kind, partner, partner_name, text, sources, attachments, written_at,
    ends_at)
SELECT $1, q.id, $3, $4, $5, $6, $7, $8, $9, $10 FROM question q WHERE q.id = $2 AND q.erased_at IS NULL
ON CONFLICT DO NOTHING
"""

_MESSAGES = """
SELECT id, kind, partner, partner_name, text, sources, attachments, written_at, ends_at
FROM message WHERE question = $1 ORDER BY written_at, id
"""

_STAND = """
INSERT INTO stand (assignment_id, question, due_at, promise_at, taken_at, taken_by, answered_at, ended_at,
    outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (assignment_id) DO UPDATE SET
    due_at = greatest(stand.due_at, excluded.due_at),
    promise_at = greatest(stand.promise_at, excluded.promise_at),
    taken_at = coalesce(excluded.taken_at, stand.taken_at),
    taken_by = coalesce(excluded.taken_by, stand.taken_by),
    answered_at = coalesce(stand.answered_at, excluded.answered_at),
    ended_at = coalesce(stand.ended_at, excluded.ended_at),
    outcome = coalesce(stand.outcome, excluded.outcome)
"""

_PUT_BACK = "UPDATE stand SET taken_at = NULL, taken_by = NULL WHERE assignment_id = $1"

_LAST_OF = """
SELECT assignment_id FROM asked WHERE question = $1 AND partner = $2 ORDER BY attempt DESC LIMIT 1
"""

_MAY_ADD = """
SELECT EXISTS (
    SELECT FROM asked LEFT JOIN stand USING (assignment_id)
    WHERE asked.question = $1 AND asked.partner = $2 AND (answered_at IS NOT NULL OR follow_up IS NOT NULL)
)
"""

_IMPASSE = """
INSERT INTO impasse (question, at) VALUES ($1, $2)
ON CONFLICT (question) DO UPDATE SET at = greatest(impasse.at, excluded.at)
"""


# A mark and its lifting come in any order: the later one counts.
_MARK_SPAM = """
INSERT INTO spam_sender (question, digest, since)
SELECT $1, (SELECT coalesce(asked_from, asked_by) FROM question WHERE id = $1), $2
ON CONFLICT (question) DO UPDATE SET digest = excluded.digest,
    since = greatest(spam_sender.since, excluded.since)
"""

_LIFT_SPAM = """
INSERT INTO spam_sender (question, since, lifted_at) VALUES ($1, '-infinity', $2)
ON CONFLICT (question) DO UPDATE SET lifted_at = greatest(spam_sender.lifted_at, excluded.lifted_at)
"""

_SPAM_SENDERS = """
SELECT digest FROM spam_sender
WHERE digest = ANY($1::bytea[]) AND (lifted_at IS NULL OR lifted_at < since)
"""

_IS_OF_SPAM_SENDER = """
SELECT EXISTS (
    SELECT FROM question q JOIN spam_sender s ON s.question = q.id OR s.digest IN (q.asked_from, q.asked_by)
    WHERE q.id = $1 AND (s.lifted_at IS NULL OR s.lifted_at < s.since)
)
"""


@dataclass(frozen=True, slots=True)
class ConversationMessage:
    """`kind`: answer, clarification, addition, correction, or the asker's reopening. `sources` and
    `attachments` are JSON."""

    id: UUID
    kind: str
    partner: str | None
    partner_name: str | None
    text: str
    sources: str
    attachments: str
    written_at: datetime
    ends_at: datetime | None


async def add_message(db: Db, question: UUID, message: ConversationMessage) -> None:
    await db.execute(
        _ADD_MESSAGE,
        message.id,
        question,
        message.kind,
        message.partner,
        message.partner_name,
        message.text,
        message.sources,
        message.attachments,
        message.written_at,
        message.ends_at,
    )


async def messages(db: Db, question: UUID) -> list[ConversationMessage]:
    """The oldest first."""
    return [ConversationMessage(**row) for row in await db.fetch(_MESSAGES, question)]


async def note_stand(
    db: Db,
    question: UUID,
    assignment: UUID,
    *,
    due_at: datetime | None = None,
    promise_at: datetime | None = None,
    taken_at: datetime | None = None,
    taken_by: str | None = None,
    answered_at: datetime | None = None,
    ended_at: datetime | None = None,
    outcome: str | None = None,
) -> None:
    """What is not said stays as it was; how it ended is said once."""
    await db.execute(
        _STAND,
        assignment,
        question,
        due_at,
        promise_at,
        taken_at,
        taken_by,
        answered_at,
        ended_at,
        outcome,
    )


async def put_back(db: Db, assignment: UUID) -> None:
    await db.execute(_PUT_BACK, assignment)


async def last_of(db: Db, question: UUID, partner: str) -> UUID | None:
    """The partner's latest assignment of this question."""
    found: UUID | None = await db.fetchval(_LAST_OF, question, partner)
    return found


async def may_add(db: Db, question: UUID, partner: str) -> bool:
    """Whether the partner handed in an answer, or was to see to what the asker wrote after one."""
    return bool(await db.fetchval(_MAY_ADD, question, partner))


async def note_impasse(db: Db, question: UUID, at: datetime) -> None:
    await db.execute(_IMPASSE, question, at)


async def mark_spam(db: Db, question: UUID, at: datetime) -> None:
    await db.execute(_MARK_SPAM, question, at)


async def lift_spam(db: Db, question: UUID, at: datetime) -> None:
    """The question was opened again: it was none after all."""
    await db.execute(_LIFT_SPAM, question, at)


async def spam_senders(db: Db, digests: Sequence[bytes]) -> set[bytes]:
    """Those of these senders, by mailbox or account, of whom something was marked as spam."""
    return {row["digest"] for row in await db.fetch(_SPAM_SENDERS, list(digests))}


async def is_of_spam_sender(db: Db, question: UUID) -> bool:
    """Whether it, or another one of its asker's, was marked as spam."""
    return bool(await db.fetchval(_IS_OF_SPAM_SENDER, question))

"""What is written around a question, and how each library stands to it. Any order, any repetition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db
from services.ingest.store.conversations.questions import AskedPartner

_ADD_MESSAGES = """
INSERT INTO message (id, question, kind, partner, partner_name, text, sources, attachments, written_at,
    ends_at, marked)
SELECT given.* FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[]) AS given
    (id, question, kind, partner, partner_name, text, sources, attachments, written_at, ends_at, marked)
WHERE EXISTS (SELECT FROM question q WHERE q.id = given.question AND q.erased_at IS NULL)
ON CONFLICT DO NOTHING
"""

_MESSAGES = """
SELECT id, kind, partner, partner_name, text, sources, attachments, written_at, ends_at, marked
FROM message WHERE question = $1 ORDER BY written_at, id
"""

_STAND = """
INSERT INTO stand (assignment_id, question, due_at, promise_at, taken_at, taken_by, answered_at, ended_at,
    outcome)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[],
    $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[])
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
    `attachments` are JSON. `marked`: the text with its marks, where it has any; `text` is without."""

    id: UUID
    kind: str
    partner: str | None
    partner_name: str | None
    text: str
    sources: str
    attachments: str
    written_at: datetime
    ends_at: datetime | None
    marked: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerProgress:
    """How a library stands to a question it was asked. None: nothing is said of it."""

    assignment_id: UUID
    question: UUID
    due_at: datetime | None = None
    promise_at: datetime | None = None
    taken_at: datetime | None = None
    taken_by: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None

    def with_later(self, new: PartnerProgress) -> PartnerProgress:
        """As the table takes one after the other: terms only move on, how it ended is said once."""
        return replace(
            self,
            due_at=_later(self.due_at, new.due_at),
            promise_at=_later(self.promise_at, new.promise_at),
            taken_at=new.taken_at or self.taken_at,
            taken_by=new.taken_by or self.taken_by,
            answered_at=self.answered_at or new.answered_at,
            ended_at=self.ended_at or new.ended_at,
            outcome=self.outcome or new.outcome,
        )

    def on(self, asked: AskedPartner) -> AskedPartner:
        """What is known of this assignment once this is noted; of another one, the same as before."""
        if asked.assignment_id != self.assignment_id:
            return asked
        return replace(
            asked,
            due_at=max(asked.due_at, self.due_at or asked.due_at),
            promise_at=max(asked.promise_at, self.promise_at or asked.promise_at),
            taken_at=self.taken_at or asked.taken_at,
            taken_by=self.taken_by or asked.taken_by,
            answered_at=asked.answered_at or self.answered_at,
            ended_at=asked.ended_at or self.ended_at,
            outcome=asked.outcome or self.outcome,
        )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


async def add_messages(db: Db, added: Sequence[tuple[UUID, ConversationMessage]]) -> None:
    """Each under its question; of one whose asker is forgotten, nothing."""
    await db.execute(
        _ADD_MESSAGES,
        [message.id for _, message in added],
        [question for question, _ in added],
        [message.kind for _, message in added],
        [message.partner for _, message in added],
        [message.partner_name for _, message in added],
        [message.text for _, message in added],
        [message.sources for _, message in added],
        [message.attachments for _, message in added],
        [message.written_at for _, message in added],
        [message.ends_at for _, message in added],
        [message.marked for _, message in added],
    )


async def messages(db: Db, question: UUID) -> list[ConversationMessage]:
    """The oldest first."""
    return [ConversationMessage(**row) for row in await db.fetch(_MESSAGES, question)]


async def note_all_progress(db: Db, noted: Sequence[PartnerProgress]) -> None:
    """One of each assignment. What is not said stays as it was; how it ended is said once."""
    await db.execute(
        _STAND,
        [one.assignment_id for one in noted],
        [one.question for one in noted],
        [one.due_at for one in noted],
        [one.promise_at for one in noted],
        [one.taken_at for one in noted],
        [one.taken_by for one in noted],
        [one.answered_at for one in noted],
        [one.ended_at for one in noted],
        [one.outcome for one in noted],
    )


async def put_back(db: Db, assignment: UUID) -> None:
    await db.execute(_PUT_BACK, assignment)


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

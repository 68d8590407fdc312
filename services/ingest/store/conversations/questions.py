"""What ingest knows of a question: itself, who was asked, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_GET = """
SELECT question.id, known_facets(question.id, facets) AS facets, text, private_note, reference, received_at,
    how, body AS ending, ended_at, url, withdrawn_at, erased_at, stars
FROM question LEFT JOIN ended AS ending ON ending.question = question.id
LEFT JOIN archived ON archived.question = question.id WHERE question.id = $1
"""

_ASKED = """
INSERT INTO asked (assignment_id, question, partner, partner_name, digest, attempt, due_at, promise_at,
    understood, follow_up, time_zone)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
"""

_PARTNERS = """
SELECT assignment_id, partner, partner_name, digest, attempt,
    greatest(asked.due_at, stand.due_at) AS due_at,
    greatest(asked.promise_at, stand.promise_at) AS promise_at,
    follow_up, taken_at, taken_by, answered_at, ended_at, outcome, time_zone
FROM asked LEFT JOIN stand USING (assignment_id)
WHERE asked.question = $1 ORDER BY attempt, assignment_id
"""

_MAILBOX_OF = "SELECT asked_from FROM question WHERE id = $1"

_LIBRARIES_OF = """
SELECT partner FROM asked WHERE question = $1
UNION SELECT facets::jsonb ->> 'origin' FROM question WHERE id = $1 AND facets::jsonb ? 'origin'
"""

_END = """
INSERT INTO ending (question, how, body, ended_at)
SELECT $1, $2, CASE WHEN EXISTS (SELECT FROM question WHERE id = $1 AND erased_at IS NOT NULL)
    THEN '' ELSE $3::text END, $4
ON CONFLICT (question) DO UPDATE SET how = excluded.how, body = excluded.body, ended_at = excluded.ended_at
WHERE (excluded.ended_at, excluded.how <> 'closed') > (ending.ended_at, ending.how <> 'closed')
"""

# An answer pasted in a group before does not do: the next one is to be pasted too.
_TO_POST_AGAIN = "UPDATE group_post SET posted_at = NULL WHERE question = $1 AND posted_at < $2"

_ARCHIVE = """
INSERT INTO archived (question, url) VALUES ($1, $2) ON CONFLICT (question) DO UPDATE SET url = excluded.url
"""

_LOCK_MAILBOXES = """
SELECT pg_advisory_xact_lock(hashtextextended(encode(box, 'hex'), 0)) FROM unnest($1::bytea[]) AS box
"""

_LATELY = """
SELECT asked_from,
    count(*) FILTER (WHERE received_at > $2) AS lately,
    count(*) FILTER (WHERE ending.question IS NULL AND withdrawn_at IS NULL AND erased_at IS NULL) AS open
FROM question LEFT JOIN ended AS ending ON ending.question = question.id
WHERE asked_from = ANY($1::bytea[]) GROUP BY asked_from
"""

_ASKED_BY = "SELECT true FROM question WHERE id = $1 AND asked_by = ANY($2::bytea[])"
_FACETS = "SELECT known_facets(id, facets) FROM question WHERE id = $1 AND erased_at IS NULL"


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """`facets` and `ending` are JSON; `how` is answered, closed or None while the question is open; `url` is
    where the answer stands in the public archive."""

    id: UUID
    facets: str
    text: str
    private_note: str | None
    reference: str | None
    received_at: datetime
    how: str | None
    ending: str | None
    ended_at: datetime | None
    url: str | None
    withdrawn_at: datetime | None
    erased_at: datetime | None
    stars: int | None

    @property
    def open(self) -> bool:
        return self.how is None and self.withdrawn_at is None and self.erased_at is None


@dataclass(frozen=True, slots=True)
class AskedPartner:
    """A partner that was asked; the last one is the one that has the question."""

    assignment_id: UUID
    partner: str
    partner_name: str
    digest: str
    attempt: int
    due_at: datetime
    promise_at: datetime
    follow_up: UUID | None = None
    """What the asker wrote after the answer and the partner is to see to; None: the question."""
    taken_at: datetime | None = None
    taken_by: str | None = None
    answered_at: datetime | None = None
    """When the partner handed in an answer; whether it counts is the router's to say."""
    ended_at: datetime | None = None
    outcome: str | None = None
    time_zone: str | None = None
    """The partner's own, by its IANA name; None: the network's."""


async def get(db: Db, question: UUID) -> StoredQuestion | None:
    row = await db.fetchrow(_GET, question)
    return StoredQuestion(**row) if row else None


async def facets(db: Db, question: UUID) -> str | None:
    """The JSON of the question's facets; None when there is no such question, or its asker was erased."""
    found: str | None = await db.fetchval(_FACETS, question)
    return found


async def note_asked(db: Db, question: UUID, asked: AskedPartner, understood: str) -> None:
    """In any order, any number of times: the same assignment is noted once. `understood` is JSON: the facets
    that the router found out."""
    await db.execute(
        _ASKED,
        asked.assignment_id,
        question,
        asked.partner,
        asked.partner_name,
        asked.digest,
        asked.attempt,
        asked.due_at,
        asked.promise_at,
        understood,
        asked.follow_up,
        asked.time_zone,
    )


async def mailbox_of(db: Db, question: UUID) -> bytes | None:
    """Keyed hash of the mailbox that asked; None where there is none, or its owner is erased."""
    mailbox: bytes | None = await db.fetchval(_MAILBOX_OF, question)
    return mailbox


async def libraries_of(db: Db, question: UUID) -> list[str]:
    """Ids of those that were asked, and of the one by whose form or program it came."""
    return [row["partner"] for row in await db.fetch(_LIBRARIES_OF, question)]


async def partners(db: Db, question: UUID) -> list[AskedPartner]:
    """Everybody asked so far, the first one first."""
    return [AskedPartner(**row) for row in await db.fetch(_PARTNERS, question)]


async def end(db: Db, question: UUID, how: str, body: str, ended_at: datetime) -> None:
    """The latest word stands, in whatever order they come; of the same moment, the answer."""
    await db.execute(_END, question, how, body, ended_at)


async def reopen(db: Db, question: UUID, reopened_at: datetime) -> None:
    """A word like the endings, and stands against those before it."""
    await db.execute(_END, question, "reopened", "", reopened_at)
    await db.execute(_TO_POST_AGAIN, question, reopened_at)


async def note_archived(db: Db, question: UUID, url: str) -> None:
    await db.execute(_ARCHIVE, question, url)


async def was_asked_by(db: Db, question: UUID, senders: Sequence[bytes]) -> bool:
    """Whether one of these hashes of a sender is the asker's; nobody's once the asker is forgotten."""
    return bool(await db.fetchval(_ASKED_BY, question, senders))


async def lock_mailboxes(db: Db, asked_from: Sequence[bytes]) -> None:
    """Until the transaction ends. In one order, so that two copies can't wait for each other."""
    await db.execute(_LOCK_MAILBOXES, asked_from)


async def of_mailboxes(db: Db, asked_from: Sequence[bytes], since: datetime) -> dict[bytes, tuple[int, int]]:
    """Mailbox → how many were asked from it since then, and how many of all are open; nothing for none."""
    rows = await db.fetch(_LATELY, asked_from, since)
    return {row["asked_from"]: (row["lately"], row["open"]) for row in rows}

"""What ingest knows of a question: itself, who was asked, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

# LATERAL with LIMIT: by its key each, whatever the planner took these tables for when they were empty.
_GET = """
SELECT question.id, known_facets(question.id, facets) AS facets, text, private_note, reference, received_at,
    how, body AS ending, ended_at, url, withdrawn_at, erased_at, stars,
    (SELECT again.ended_at FROM ending AS again
        WHERE again.question = question.id AND again.how = 'reopened') AS reopened_at,
    (SELECT at FROM impasse WHERE impasse.question = question.id) AS impasse_at
FROM question
LEFT JOIN LATERAL (SELECT * FROM ended WHERE ended.question = question.id LIMIT 1) AS ending ON true
LEFT JOIN LATERAL (SELECT url FROM archived WHERE archived.question = question.id LIMIT 1) AS archive ON true
WHERE question.id = ANY($1::uuid[])
"""

_ASKED = """
INSERT INTO asked (assignment_id, question, partner, partner_name, digest, attempt, due_at, promise_at,
    understood, follow_up, time_zone)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[],
    $8::timestamptz[], $9::text[], $10::uuid[], $11::text[])
ON CONFLICT DO NOTHING
"""

_PARTNERS = """
SELECT question, assignment_id, partner, partner_name, digest, attempt,
    greatest(asked.due_at, stand.due_at) AS due_at,
    greatest(asked.promise_at, stand.promise_at) AS promise_at,
    follow_up, taken_at, taken_by, answered_at, ended_at, outcome, time_zone
FROM asked LEFT JOIN LATERAL (
    SELECT due_at, promise_at, taken_at, taken_by, answered_at, ended_at, outcome
    FROM stand WHERE stand.assignment_id = asked.assignment_id LIMIT 1
) AS stand ON true
WHERE asked.question = ANY($1::uuid[]) ORDER BY attempt, assignment_id
"""

_MAILBOX_OF = "SELECT asked_from FROM question WHERE id = $1"

_LIBRARIES_OF = """
SELECT partner FROM asked WHERE question = $1
UNION SELECT facets::jsonb ->> 'origin' FROM question WHERE id = $1 AND facets::jsonb ? 'origin'
"""

_END = """
INSERT INTO ending (question, how, body, ended_at)
SELECT given.question, how, CASE WHEN EXISTS (
    SELECT FROM question WHERE id = given.question AND erased_at IS NOT NULL) THEN '' ELSE body END, ended_at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS given (question, how, body, ended_at)
ORDER BY given.question
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
    reopened_at: datetime | None = None
    """Since when it is asked again, where it has no new answer yet."""
    impasse_at: datetime | None = None
    """When nobody had it last; whoever was asked later has it."""

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

    def was_asked_before(self, moment: datetime) -> bool:
        """By the assignment's id, which bears its moment to the millisecond (RFC 9562, 5.7)."""
        return (self.assignment_id.int >> 80) + 1 < moment.timestamp() * 1000


@dataclass(frozen=True, slots=True)
class NotedPartner:
    """`understood` is JSON: the facets that the router found out."""

    question: UUID
    asked: AskedPartner
    understood: str


@dataclass(frozen=True, slots=True)
class QuestionEnding:
    """`how`: answered, closed or reopened; `body` is JSON."""

    how: str
    body: str
    ended_at: datetime

    def or_later(self, other: QuestionEnding) -> QuestionEnding:
        """Of the same moment, the answer."""
        return max(self, other, key=lambda one: (one.ended_at, one.how != "closed"))


async def get(db: Db, question: UUID) -> StoredQuestion | None:
    found = await get_all(db, [question])
    return found[0] if found else None


async def get_all(db: Db, ids: Sequence[UUID]) -> list[StoredQuestion]:
    return [StoredQuestion(**row) for row in await db.fetch(_GET, ids)]


async def facets(db: Db, question: UUID) -> str | None:
    """The JSON of the question's facets; None when there is no such question, or its asker was erased."""
    found: str | None = await db.fetchval(_FACETS, question)
    return found


async def note_all_asked(db: Db, noted: Sequence[NotedPartner]) -> None:
    """In any order, any number of times: the same assignment is noted once."""
    await db.execute(
        _ASKED,
        [one.asked.assignment_id for one in noted],
        [one.question for one in noted],
        [one.asked.partner for one in noted],
        [one.asked.partner_name for one in noted],
        [one.asked.digest for one in noted],
        [one.asked.attempt for one in noted],
        [one.asked.due_at for one in noted],
        [one.asked.promise_at for one in noted],
        [one.understood for one in noted],
        [one.asked.follow_up for one in noted],
        [one.asked.time_zone for one in noted],
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
    return (await partners_of_all(db, [question]))[question]


async def partners_of_all(db: Db, ids: Sequence[UUID]) -> dict[UUID, list[AskedPartner]]:
    """The same for each of these questions."""
    asked: dict[UUID, list[AskedPartner]] = {question: [] for question in ids}
    for row in await db.fetch(_PARTNERS, ids):
        columns = dict(row)
        asked[columns.pop("question")].append(AskedPartner(**columns))
    return asked


async def end_all(db: Db, endings: Mapping[UUID, QuestionEnding]) -> None:
    """The latest word stands, in whatever order they come; of the same moment, the answer."""
    await db.execute(
        _END,
        list(endings),
        [one.how for one in endings.values()],
        [one.body for one in endings.values()],
        [one.ended_at for one in endings.values()],
    )


async def to_post_again(db: Db, question: UUID, reopened_at: datetime) -> None:
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

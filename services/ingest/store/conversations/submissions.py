"""What came in, and what could not be understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db
from services.contracts.partners import TakenFor
from services.ingest.domain.intake import RawSubmission

# A key is looked up by equality alone: any other shape and the planner may read every row of a door.

_ADD = """
INSERT INTO submission (door, key, digest, outcome, question, raw, received_at)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (SELECT FROM submission WHERE door = $1 AND key = tombstone($1, $2))
ON CONFLICT DO NOTHING RETURNING true
"""

_ADD_QUESTIONS = """
WITH given AS (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::bytea[], $6::timestamptz[],
        $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::text[]
    ) AS row (door, key, digest, id, raw, received_at, facets, text, private_note, reference, asked_by,
        asked_from, taken_for)
), new AS (
    INSERT INTO submission (door, key, digest, outcome, question, raw, received_at, taken_for)
    SELECT door, key, digest, 'question', id, raw, received_at, taken_for FROM given
    WHERE (
        SELECT key FROM submission s
        WHERE s.door = given.door AND s.key = tombstone(given.door, given.key)
    ) IS NULL
    ORDER BY door, key
    ON CONFLICT DO NOTHING RETURNING question
)
INSERT INTO question (id, facets, text, private_note, reference, received_at, asked_by, asked_from)
SELECT id, facets, text, private_note, reference, received_at, asked_by, asked_from
FROM given WHERE id IN (SELECT question FROM new) RETURNING id
"""

_FIND = """
SELECT digest, outcome, question, received_at, taken_for FROM submission WHERE door = $1 AND key = $2
UNION ALL
SELECT digest, outcome, question, received_at, taken_for FROM submission
WHERE door = $1 AND key = tombstone($1, $2)
"""

_FIND_ALL = """
SELECT given.door, given.key, found.digest, found.outcome, found.question, found.received_at, found.taken_for
FROM unnest($1::text[], $2::text[]) AS given (door, key), LATERAL (
    SELECT digest, outcome, question, received_at, taken_for FROM submission s
    WHERE s.door = given.door AND s.key = given.key
    UNION ALL
    SELECT digest, outcome, question, received_at, taken_for FROM submission s
    WHERE s.door = given.door AND s.key = tombstone(given.door, given.key)
    LIMIT 1
) AS found
"""

_ADD_ALL = """
INSERT INTO submission (door, key, digest, outcome, question, raw, received_at, taken_for)
SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::uuid[], $6::bytea[],
    $7::timestamptz[], $8::text[])
    AS given (door, key, digest, outcome, question, raw, received_at, taken_for)
WHERE (
    SELECT key FROM submission s WHERE s.door = given.door AND s.key = tombstone(given.door, given.key)
) IS NULL
ORDER BY door, key
ON CONFLICT DO NOTHING RETURNING true
"""

_LATELY_ABOUT = """
SELECT question, outcome, count(*) FROM submission WHERE question = ANY($1::uuid[]) AND received_at > $2
GROUP BY question, outcome
"""

_NOTE_TAKEN_FOR = "UPDATE submission SET taken_for = $3 WHERE door = $1 AND key = $2"

_ANY = "SELECT EXISTS (SELECT FROM submission) OR EXISTS (SELECT FROM question)"

_FORGET_RAW = "UPDATE submission SET raw = NULL WHERE raw IS NOT NULL AND received_at < $1"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of the submission that came first under this key."""

    digest: bytes
    outcome: str
    question: UUID | None
    received_at: datetime
    taken_for: TakenFor | None = None
    """What the partner that handed it in was told that it counts as."""


async def add(db: Db, submission: RawSubmission, outcome: str, question: UUID | None) -> Earlier | None:
    """Note a submission; the earlier one when its key is known. A copy that comes meanwhile waits here."""
    row = (submission.digest, outcome, question, submission.raw, submission.received_at)
    if await db.fetchval(_ADD, submission.door, submission.key, *row):
        return None
    return await earlier_than(db, submission)


async def add_held(db: Db, submission: RawSubmission) -> Earlier | None:
    """The same for what is held: as it came, it stands in the quarantine alone, and not twice."""
    row = (submission.digest, "quarantined", None, None, submission.received_at)
    if await db.fetchval(_ADD, submission.door, submission.key, *row):
        return None
    return await earlier_than(db, submission)


@dataclass(frozen=True, slots=True)
class Stored:
    """A question as it is kept: `facets` is JSON, `asked_by` a hash of the sender, `asked_from` of the
    mailbox."""

    id: UUID
    facets: str
    text: str
    private_note: str | None
    reference: str | None
    asked_by: bytes | None
    asked_from: bytes | None


async def add_questions(
    db: Db, given: Sequence[tuple[RawSubmission, Stored]], taken_for: Sequence[TakenFor | None] | None = None
) -> set[UUID]:
    """Submissions with their questions, in one statement; returns the questions that are new. The keys are
    taken in one order by everybody, so that two copies can't wait for each other."""
    columns = zip(*(_row(submission, new) for submission, new in given), strict=True)
    rows = await db.fetch(_ADD_QUESTIONS, *map(list, columns), taken_for or [None] * len(given))
    return {row["id"] for row in rows}


def _row(once: RawSubmission, new: Stored) -> tuple[object, ...]:
    came = (once.door, once.key, once.digest, new.id, once.raw, once.received_at)
    return (*came, new.facets, new.text, new.private_note, new.reference, new.asked_by, new.asked_from)


async def question_of(db: Db, door: str, key: str) -> UUID | None:
    """The question that came by this door under this key."""
    row = await db.fetchrow(_FIND, door, key)
    return row["question"] if row else None


async def came_as(db: Db, door: str, key: str) -> Earlier | None:
    """What became of what came by this door under this key; None where nothing did."""
    row = await db.fetchrow(_FIND, door, key)
    return Earlier(*row) if row else None


async def any_came(db: Db) -> bool:
    """By any door."""
    came: bool = await db.fetchval(_ANY)
    return came


async def find_all(db: Db, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Earlier]:
    """(door, key) → what became of what came by this door under this key; nothing for what is new."""
    rows = await db.fetch(_FIND_ALL, [door for door, _ in keys], [key for _, key in keys])
    return {(door, key): Earlier(*earlier) for door, key, *earlier in rows}


async def note_taken_for(db: Db, submission: RawSubmission, counts_as: TakenFor) -> None:
    await db.execute(_NOTE_TAKEN_FOR, submission.door, submission.key, counts_as)


async def add_all(
    db: Db, given: Sequence[tuple[RawSubmission, str, UUID]], taken_for: Sequence[TakenFor | None]
) -> int:
    """Submissions with outcome and question; gives how many of them are new. Keys in one order for all."""
    rows = await db.fetch(
        _ADD_ALL,
        [one.door for one, _, _ in given],
        [one.key for one, _, _ in given],
        [one.digest for one, _, _ in given],
        [outcome for _, outcome, _ in given],
        [question for _, _, question in given],
        [one.raw for one, _, _ in given],
        [one.received_at for one, _, _ in given],
        taken_for,
    )
    return len(rows)


async def lately_about(db: Db, ids: Sequence[UUID], since: datetime) -> dict[tuple[UUID, str], int]:
    """(question, outcome) → how many submissions of this kind were taken for it since then."""
    return {
        (question, outcome): count for question, outcome, count in await db.fetch(_LATELY_ABOUT, ids, since)
    }


async def earlier_than(db: Db, submission: RawSubmission) -> Earlier:
    """What came first under this key."""
    earlier = await db.fetchrow(_FIND, submission.door, submission.key)
    if earlier is None:
        raise RuntimeError(f"submission {submission.door}/{submission.key}: neither new nor known")
    return Earlier(*earlier)


async def forget_raw(db: Db, before: datetime) -> None:
    await db.execute(_FORGET_RAW, before)


_QUARANTINE = """
INSERT INTO quarantine (door, key, reason, envelope_from, envelope_to, raw, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def quarantine(
    db: Db, submission: RawSubmission, reason: str, envelope_from: str | None, envelope_to: Sequence[str]
) -> None:
    await db.execute(
        _QUARANTINE,
        submission.door,
        submission.key,
        reason,
        envelope_from,
        list(envelope_to),
        submission.raw,
        submission.received_at,
    )

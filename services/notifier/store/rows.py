"""Questions, assignments, answers and what else was said, as rows: those of a batch in one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from services.chassis.postgres.database import Db
from services.notifier.domain.question_state import CurrentAssignment, QuestionState
from services.notifier.store.questions import read_state

_ADD_QUESTIONS = """
INSERT INTO question (id, text, private_note, facets, place, attachments, publish_consent, asker, reference)
SELECT id, text, private_note, facets::jsonb, place::jsonb, attachments::jsonb, publish_consent, asker::jsonb,
    reference
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[],
    $9::text[]) AS given
    (id, text, private_note, facets, place, attachments, publish_consent, asker, reference)
ON CONFLICT DO NOTHING
"""

_ADD_ASSIGNMENTS = """
INSERT INTO assignment (id, question_id, partner, partner_name, way, address, attempt, due_at, promise_at,
    reasons, routed_at, follow_up_id, time_zone)
SELECT id, question, partner, partner_name, way, address, attempt, due_at, promise_at, reasons::jsonb,
    routed_at, follow_up, time_zone
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::timestamptz[], $12::uuid[], $13::text[]) AS given
    (id, question, partner, partner_name, way, address, attempt, due_at, promise_at, reasons, routed_at,
    follow_up, time_zone)
ON CONFLICT DO NOTHING
"""

# ANY beside the join: by its key each, whatever the planner took the table for when it was empty.
_PROMISE = """
UPDATE question q SET promise_at = greatest(q.promise_at, given.promise_at),
    facets = given.understood::jsonb || q.facets
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS given (id, promise_at, understood)
WHERE q.id = ANY($1::uuid[]) AND q.id = given.id
"""

_ADD_ANSWERS = """
INSERT INTO answer (id, question_id, partner, partner_name, text, sources, attachments, publish_consent,
    answered_at, promise_at, facets, waited_seconds, waited_working_seconds, marked)
SELECT given.id, q.id, partner, partner_name, CASE WHEN q.kept THEN given.text ELSE '' END,
    CASE WHEN q.kept THEN sources::jsonb ELSE '[]' END,
    CASE WHEN q.kept THEN attachments::jsonb ELSE '[]' END, publish_consent, answered_at, promise_at,
    facets::jsonb, waited_seconds, waited_working_seconds, CASE WHEN q.kept THEN given.marked END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[],
    $9::timestamptz[], $10::timestamptz[], $11::text[], $12::float8[], $13::float8[], $14::text[])
    AS given (id, question, partner, partner_name, text, sources, attachments, publish_consent, answered_at,
    promise_at, facets, waited_seconds, waited_working_seconds, marked)
JOIN LATERAL (
    SELECT id, erased_at IS NULL AS kept FROM question WHERE question.id = given.question LIMIT 1
) q ON true
ON CONFLICT DO NOTHING
"""

_ANSWERED = """
UPDATE question q SET answered_at = greatest(q.answered_at, given.answered_at)
FROM (
    SELECT id, max(answered_at) AS answered_at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS each (id, answered_at) GROUP BY id
) given
WHERE q.id = ANY($1::uuid[]) AND q.id = given.id
"""

_IS_ANSWERED = "SELECT true FROM answer WHERE question_id = $1 AND id = $2"

_FOLLOW_UP = """
WITH added AS (
    INSERT INTO follow_up (id, question_id, text, asked_at)
    SELECT $2, q.id, CASE WHEN q.erased_at IS NULL THEN $3::text ELSE '' END, $4
    FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
)
SELECT * FROM question_state WHERE id = $1
"""


_ADD_MESSAGE = """
WITH added AS (
    INSERT INTO message (id, question_id, kind, partner, partner_name, text, sources, attachments, written_at,
        ends_at, marked)
    SELECT $2, q.id, $3, $4, $5, CASE WHEN q.erased_at IS NULL THEN $6::text ELSE '' END,
        CASE WHEN q.erased_at IS NULL THEN $7::text::jsonb ELSE '[]' END,
        CASE WHEN q.erased_at IS NULL THEN $8::text::jsonb ELSE '[]' END, $9, $10,
        CASE WHEN q.erased_at IS NULL THEN $11::text END
    FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
)
SELECT * FROM question_state WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """`facets`, `place`, `attachments` and `asker` are JSON."""

    id: UUID
    text: str
    private_note: str | None
    facets: str
    place: str | None
    attachments: str
    publish_consent: bool
    asker: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """`reasons` and `understood` are JSON: of the latter, what the router found out, which counts where the
    asker said nothing."""

    question: UUID
    assignment: CurrentAssignment
    partner_name: str
    due_at: datetime
    promise_at: datetime
    reasons: str
    understood: str
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """`sources`, `attachments` and `facets` are JSON. `marked`: the text with its marks, where it has any;
    `text` is what there is to be read of it."""

    id: UUID
    question: UUID
    partner: str
    partner_name: str
    text: str
    sources: str
    attachments: str
    publish_consent: bool
    answered_at: datetime
    promise_at: datetime
    facets: str
    waited_seconds: float
    waited_working_seconds: float | None = None
    marked: str | None = None


async def add_questions(db: Db, rows: Sequence[QuestionRow]) -> None:
    """One that is known stays as it was."""
    await db.execute(
        _ADD_QUESTIONS,
        [one.id for one in rows],
        [one.text for one in rows],
        [one.private_note for one in rows],
        [one.facets for one in rows],
        [one.place for one in rows],
        [one.attachments for one in rows],
        [one.publish_consent for one in rows],
        [one.asker for one in rows],
        [one.reference for one in rows],
    )


async def add_assignments(db: Db, rows: Sequence[AssignmentRow]) -> None:
    """Of questions that are known, in the order they were heard of."""
    await db.execute(
        _ADD_ASSIGNMENTS,
        [one.assignment.id for one in rows],
        [one.question for one in rows],
        [one.assignment.partner for one in rows],
        [one.partner_name for one in rows],
        [one.assignment.way for one in rows],
        [one.assignment.address for one in rows],
        [one.assignment.attempt for one in rows],
        [one.due_at for one in rows],
        [one.promise_at for one in rows],
        [one.reasons for one in rows],
        [one.assignment.routed_at for one in rows],
        [one.assignment.follow_up for one in rows],
        [one.time_zone for one in rows],
    )
    by_question: dict[UUID, list[AssignmentRow]] = {}
    for one in rows:
        by_question.setdefault(one.question, []).append(one)
    await db.execute(
        _PROMISE,
        list(by_question),
        [max(one.promise_at for one in some) for some in by_question.values()],
        [_understood(some) for some in by_question.values()],
    )


def _understood(rows: Sequence[AssignmentRow]) -> str:
    """What was found out first stands."""
    found: dict[str, object] = {}
    for one in rows:
        found = orjson.loads(one.understood) | found
    return orjson.dumps(found).decode()


async def add_answers(db: Db, rows: Sequence[AnswerRow]) -> None:
    """Of questions that are known."""
    await db.execute(
        _ADD_ANSWERS,
        [one.id for one in rows],
        [one.question for one in rows],
        [one.partner for one in rows],
        [one.partner_name for one in rows],
        [one.text for one in rows],
        [one.sources for one in rows],
        [one.attachments for one in rows],
        [one.publish_consent for one in rows],
        [one.answered_at for one in rows],
        [one.promise_at for one in rows],
        [one.facets for one in rows],
        [one.waited_seconds for one in rows],
        [one.waited_working_seconds for one in rows],
        [one.marked for one in rows],
    )
    await db.execute(_ANSWERED, [one.question for one in rows], [one.answered_at for one in rows])


async def add_message(
    db: Db,
    question: UUID,
    message: UUID,
    kind: str,
    *,
    partner: str,
    partner_name: str,
    text: str,
    written_at: datetime,
    sources: str = "[]",
    attachments: str = "[]",
    ends_at: datetime | None = None,
    marked: str | None = None,
) -> QuestionState | None:
    """The state before this message; None, and nothing written, when the question is not known yet."""
    row = await db.fetchrow(
        _ADD_MESSAGE,
        question,
        message,
        kind,
        partner,
        partner_name,
        text,
        sources,
        attachments,
        written_at,
        ends_at,
        marked,
    )
    return read_state(row)


async def is_answered(db: Db, question: UUID, answer: UUID) -> bool:
    return bool(await db.fetchval(_IS_ANSWERED, question, answer))


async def add_follow_up(
    db: Db, question: UUID, follow_up: UUID, text: str, asked_at: datetime
) -> QuestionState | None:
    found = read_state(await db.fetchrow(_FOLLOW_UP, question, follow_up, text, asked_at))
    return found and found.with_follow_up(follow_up, asked_at)

"""Questions, assignments and answers, as the notifier needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.notifier.domain.question_state import AcceptedBy, CurrentAssignment, QuestionState

_ADD_QUESTION = """
INSERT INTO question (id, text, private_note, facets, place, attachments, publish_consent, asker, reference)
VALUES ($1, $2, $3, $4::text::jsonb, $5::text::jsonb, $6::text::jsonb, $7, $8::text::jsonb, $9)
ON CONFLICT DO NOTHING
"""

_STANDING = "SELECT * FROM standing WHERE id = $1"

_ADD_ASSIGNMENT = """
WITH added AS (
    INSERT INTO assignment (id, question_id, partner, partner_name, way, address, attempt, due_at, promise_at,
        reasons, routed_at, follow_up_id, time_zone)
    SELECT $2, q.id, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $13, $14
    FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
), promised AS (
    UPDATE question SET promise_at = greatest(promise_at, $9), facets = $12::text::jsonb || facets
    WHERE id = $1
)
SELECT * FROM standing WHERE id = $1
"""

_ADD_ANSWER = """
WITH added AS (
    INSERT INTO answer (id, question_id, partner, partner_name, text, sources, attachments, publish_consent,
        answered_at, promise_at, facets, waited_seconds)
    SELECT $2, q.id, $3, $4, CASE WHEN q.erased_at IS NULL THEN $5::text ELSE '' END,
        CASE WHEN q.erased_at IS NULL THEN $6::text::jsonb ELSE '[]' END,
        CASE WHEN q.erased_at IS NULL THEN $7::text::jsonb ELSE '[]' END, $8, $9, $10, $11::text::jsonb, $12
    FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
), answered AS (
    UPDATE question SET answered_at = greatest(answered_at, $9) WHERE id = $1
)
SELECT * FROM standing WHERE id = $1
"""

_IS_ANSWERED = "SELECT true FROM answer WHERE question_id = $1 AND id = $2"

_MARK_OVERDUE = """
WITH marked AS (
    INSERT INTO overdue (assignment_id, question_id, due_at)
    SELECT $2, q.id, $3 FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
)
SELECT * FROM standing WHERE id = $1
"""

_PROMISE = """
WITH promised AS (
    UPDATE question SET promise_at = greatest(promise_at, $2), facets = $3::text::jsonb || facets
    WHERE id = $1
)
SELECT * FROM standing WHERE id = $1
"""

_WITHDRAW = """
WITH over AS (
    UPDATE question SET ended = 'withdrawn' WHERE id = $1
), cancelled AS (
    UPDATE delivery SET state = 'cancelled', done_at = $2
    WHERE question_id = $1 AND state = 'waiting' AND kind <> ALL ($3::text[])
)
SELECT * FROM standing WHERE id = $1
"""

# Closed and reopened may be heard in any order: the later one tells how the question stands.
_CLOSE = """
WITH over AS (
    UPDATE question SET closed_at = greatest(closed_at, $2),
        ended = CASE WHEN ended = 'withdrawn' OR greatest(closed_at, $2) < reopened_at THEN ended
            ELSE 'closed' END
    WHERE id = $1
), cancelled AS (
    UPDATE delivery SET state = 'cancelled', done_at = $3
    WHERE question_id = $1 AND state = 'waiting' AND kind <> ALL ($4::text[])
        AND (happened_at IS NULL OR happened_at <= $2)
)
SELECT * FROM standing WHERE id = $1
"""

_REOPEN = """
UPDATE question SET reopened_at = greatest(reopened_at, $2), promise_at = greatest(promise_at, $4),
    reopened_text = CASE WHEN erased_at IS NULL THEN coalesce($3, reopened_text) END,
    ended = CASE WHEN ended = 'closed' AND (closed_at IS NULL OR closed_at < $2) THEN NULL ELSE ended END
WHERE id = $1
RETURNING true
"""

_ERASE = """
WITH erased AS (
    UPDATE question SET asker = '{}', text = '', private_note = NULL, place = NULL, attachments = '[]',
        reference = NULL, reopened_text = NULL,
        erased_at = coalesce(erased_at, $2)
    WHERE id = $1
), answers AS (
    UPDATE answer SET text = '', sources = '[]', attachments = '[]' WHERE question_id = $1
), messages AS (
    UPDATE message SET text = '', sources = '[]', attachments = '[]' WHERE question_id = $1
), follow_ups AS (
    UPDATE follow_up SET text = '' WHERE question_id = $1
), lists AS (
    UPDATE delivery d SET details = CASE
        WHEN d.details ? 'open' THEN jsonb_set(d.details, '{open}', (d.details -> 'open') - left(q.text, 100))
        ELSE jsonb_set(d.details, '{late}', (SELECT coalesce(jsonb_agg(one), '[]')
            FROM jsonb_array_elements(d.details -> 'late') AS one WHERE one ->> 'id' <> q.id::text)) END
    FROM question q
    WHERE q.id = $1 AND q.text <> '' AND d.question_id = '00000000-0000-0000-0000-000000000000'
        AND (d.details -> 'open' ? left(q.text, 100)
            OR d.details -> 'late' @> jsonb_build_array(jsonb_build_object('id', q.id)))
), cancelled AS (
    UPDATE delivery SET details = '{}', url = CASE WHEN destination IS NOT NULL THEN url END,
        last_error = CASE WHEN destination IS NOT NULL THEN last_error END,
        state = CASE WHEN cancel THEN 'cancelled' ELSE state END,
        done_at = CASE WHEN cancel THEN $2 ELSE done_at END
    FROM (
        SELECT id AS one, state = 'waiting' AND (destination IS NULL OR kind <> ALL ($3::text[])) AS cancel
        FROM delivery WHERE question_id = $1
    ) AS known WHERE id = one
)
SELECT * FROM standing WHERE id = $1
"""

_FOLLOW_UP = """
WITH added AS (
    INSERT INTO follow_up (id, question_id, text, asked_at)
    SELECT $2, q.id, CASE WHEN q.erased_at IS NULL THEN $3::text ELSE '' END, $4
    FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
)
SELECT * FROM standing WHERE id = $1
"""


_ADD_MESSAGE = """
WITH added AS (
    INSERT INTO message (id, question_id, kind, partner, partner_name, text, sources, attachments, written_at,
        ends_at)
    SELECT $2, q.id, $3, $4, $5, CASE WHEN q.erased_at IS NULL THEN $6::text ELSE '' END,
        CASE WHEN q.erased_at IS NULL THEN $7::text::jsonb ELSE '[]' END,
        CASE WHEN q.erased_at IS NULL THEN $8::text::jsonb ELSE '[]' END, $9, $10
    FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
)
SELECT * FROM standing WHERE id = $1
"""

_RELEASE = """
INSERT INTO release (assignment_id, question_id, outcome)
SELECT $2, q.id, $3 FROM question q WHERE q.id = $1
ON CONFLICT DO NOTHING
"""

# Any order: the later moment stands, and a partner's due time only ever moves on.
_REDATE = """
WITH promised AS (
    UPDATE question SET promise_at = greatest(promise_at, $4) WHERE id = $1
), redated AS (
    UPDATE assignment SET due_at = greatest(due_at, $3), promise_at = greatest(promise_at, $4)
    WHERE question_id = $1 AND id = $2
    RETURNING id
)
SELECT EXISTS (SELECT FROM question WHERE id = $1) AS known, EXISTS (SELECT FROM redated) AS redated
"""


async def add_question(
    db: Db,
    question: UUID,
    *,
    text: str,
    private_note: str | None,
    facets: str,
    place: str | None,
    attachments: str,
    publish_consent: bool,
    asker: str,
    reference: str | None,
) -> None:
    """The strings named after parts of the event are JSON."""
    await db.execute(
        _ADD_QUESTION,
        question,
        text,
        private_note,
        facets,
        place,
        attachments,
        publish_consent,
        asker,
        reference,
    )


async def standing(db: Db, question: UUID) -> QuestionState | None:
    return _read(await db.fetchrow(_STANDING, question))


async def add_assignment(
    db: Db,
    question: UUID,
    turn: CurrentAssignment,
    *,
    partner_name: str,
    due_at: datetime,
    promise_at: datetime,
    reasons: str,
    understood: str,
    time_zone: str | None,
) -> QuestionState | None:
    """The standing with this turn in it; None, and nothing written, when the question is not known yet.
    `understood` is JSON: facets that the router found out, which count where the asker said nothing."""
    row = await db.fetchrow(
        _ADD_ASSIGNMENT,
        question,
        turn.id,
        turn.partner,
        partner_name,
        turn.way,
        turn.address,
        turn.attempt,
        due_at,
        promise_at,
        reasons,
        turn.routed_at,
        understood,
        turn.follow_up,
        time_zone,
    )
    found = _read(row)
    return found and found.with_turn(turn)


async def add_answer(
    db: Db,
    question: UUID,
    answer: UUID,
    *,
    partner: str,
    partner_name: str,
    text: str,
    sources: str,
    attachments: str,
    publish_consent: bool,
    answered_at: datetime,
    promise_at: datetime,
    facets: str,
    waited_seconds: float,
) -> QuestionState | None:
    """The standing before this answer; None, and nothing written, when the question is not known yet."""
    row = await db.fetchrow(
        _ADD_ANSWER,
        question,
        answer,
        partner,
        partner_name,
        text,
        sources,
        attachments,
        publish_consent,
        answered_at,
        promise_at,
        facets,
        waited_seconds,
    )
    return _read(row)


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
) -> QuestionState | None:
    """The standing before this message; None, and nothing written, when the question is not known yet."""
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
    )
    return _read(row)


async def release(db: Db, question: UUID, assignment: UUID, outcome: str) -> None:
    """The assignment ended so; it may be heard of later."""
    await db.execute(_RELEASE, question, assignment, outcome)


async def redate(
    db: Db, question: UUID, assignment: UUID | None, due_at: datetime | None, promise_at: datetime
) -> tuple[bool, bool]:
    """Whether the question is known, and whether the assignment is."""
    row = await db.fetchrow(_REDATE, question, assignment, due_at, promise_at)
    return (row["known"], row["redated"]) if row else (False, False)


async def is_answered(db: Db, question: UUID, answer: UUID) -> bool:
    return bool(await db.fetchval(_IS_ANSWERED, question, answer))


async def mark_overdue(db: Db, question: UUID, assignment: UUID, moment: datetime) -> QuestionState | None:
    """The standing with the mark; the assignment itself may be heard of later."""
    found = _read(await db.fetchrow(_MARK_OVERDUE, question, assignment, moment))
    return found and found.with_overdue(assignment)


async def promise(db: Db, question: UUID, promise_at: datetime, understood: str) -> QuestionState | None:
    """`understood` as in `add_assignment`."""
    return _read(await db.fetchrow(_PROMISE, question, promise_at, understood))


async def withdraw(db: Db, question: UUID, now: datetime, still_sent: list[str]) -> QuestionState | None:
    """Nothing more of this question is sent, but for the kinds in `still_sent`."""
    return _read(await db.fetchrow(_WITHDRAW, question, now, still_sent))


async def close(
    db: Db, question: UUID, closed_at: datetime, now: datetime, still_sent: list[str]
) -> QuestionState | None:
    """Nothing is sent of what happened until then, but for the kinds in `still_sent`."""
    return _read(await db.fetchrow(_CLOSE, question, closed_at, now, still_sent))


async def reopen(
    db: Db, question: UUID, reopened_at: datetime, text: str | None, promise_at: datetime | None
) -> bool:
    """False, and nothing written, when the question is not known yet. `text` is why, in the asker's words."""
    return bool(await db.fetchval(_REOPEN, question, reopened_at, text, promise_at))


async def erase(db: Db, question: UUID, now: datetime, still_sent: list[str]) -> QuestionState | None:
    return _read(await db.fetchrow(_ERASE, question, now, still_sent))


async def add_follow_up(
    db: Db, question: UUID, follow_up: UUID, text: str, asked_at: datetime
) -> QuestionState | None:
    found = _read(await db.fetchrow(_FOLLOW_UP, question, follow_up, text, asked_at))
    return found and found.with_follow_up(follow_up, asked_at)


def _read(row: Record | None) -> QuestionState | None:
    if row is None:
        return None
    return QuestionState(
        question=row["id"],
        asker=orjson.loads(row["asker"]),
        over=row["over_for_good"],
        turns=tuple(_turn(turn) for turn in orjson.loads(row["assignments"])),
        overdue=frozenset(row["overdue"]),
        released={UUID(one): outcome for one, outcome in orjson.loads(row["released"]).items()},
        follow_ups={
            UUID(one): datetime.fromisoformat(at) for one, at in orjson.loads(row["follow_ups"]).items()
        },
        added=tuple(row["added"]),
        answers=tuple(_given(answer) for answer in orjson.loads(row["answers"])),
        closed_at=row["closed_at"],
    )


def _given(raw: dict[str, Any]) -> AcceptedBy:
    return AcceptedBy(partner=raw["partner"], at=datetime.fromisoformat(raw["at"]))


def _turn(raw: dict[str, Any]) -> CurrentAssignment:
    return CurrentAssignment(
        id=UUID(raw["id"]),
        partner=raw["partner"],
        way=raw["way"],
        address=raw["address"],
        attempt=raw["attempt"],
        routed_at=datetime.fromisoformat(raw["routed_at"]) if raw["routed_at"] else None,
        follow_up=UUID(raw["follow_up"]) if raw["follow_up"] else None,
    )

"""How a question stands, and what ends or moves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.notifier.domain.question_state import AcceptedBy, CurrentAssignment, QuestionState

_STATES = "SELECT * FROM question_state WHERE id = ANY($1::uuid[])"

_MARK_OVERDUE = """
WITH marked AS (
    INSERT INTO overdue (assignment_id, question_id, due_at)
    SELECT $2, q.id, $3 FROM question q WHERE q.id = $1
    ON CONFLICT DO NOTHING
)
SELECT * FROM question_state WHERE id = $1
"""

_PROMISE = """
WITH promised AS (
    UPDATE question SET promise_at = greatest(promise_at, $2), facets = $3::text::jsonb || facets
    WHERE id = $1
)
SELECT * FROM question_state WHERE id = $1
"""

_WITHDRAW = """
WITH over AS (
    UPDATE question SET ended = 'withdrawn' WHERE id = $1
), cancelled AS (
    UPDATE delivery SET state = 'cancelled', done_at = $2
    WHERE question_id = $1 AND state = 'waiting' AND kind <> ALL ($3::text[])
)
SELECT * FROM question_state WHERE id = $1
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
SELECT * FROM question_state WHERE id = $1
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
    UPDATE answer SET text = '', marked = NULL, sources = '[]', attachments = '[]' WHERE question_id = $1
), messages AS (
    UPDATE message SET text = '', marked = NULL, sources = '[]', attachments = '[]' WHERE question_id = $1
), follow_ups AS (
    UPDATE follow_up SET text = '' WHERE question_id = $1
), lists AS (
    UPDATE delivery d SET details = d.details || (
        SELECT coalesce(jsonb_object_agg(list, (SELECT coalesce(jsonb_agg(one ORDER BY n), '[]')
            FROM jsonb_array_elements(d.details -> list) WITH ORDINALITY AS listed (one, n)
            WHERE CASE WHEN list <> 'open' THEN one ->> 'id'
                WHEN jsonb_array_length(d.details -> 'open')
                    = jsonb_array_length(d.details -> 'open_questions')
                THEN d.details -> 'open_questions' -> (n::int - 1) ->> 'id'
                WHEN one = to_jsonb(left(q.text, 100)) THEN q.id::text END
                IS DISTINCT FROM q.id::text)), '{}')
        FROM unnest('{open,open_questions,late}'::text[]) AS list WHERE d.details ? list)
    FROM question q
    WHERE q.id = $1 AND d.question_id = '00000000-0000-0000-0000-000000000000'
        AND (q.text <> '' AND d.details -> 'open' ? left(q.text, 100)
            OR d.details -> 'open_questions' @> jsonb_build_array(jsonb_build_object('id', q.id))
            OR d.details -> 'late' @> jsonb_build_array(jsonb_build_object('id', q.id)))
), cancelled AS (
    UPDATE delivery SET details = '{}', url = CASE WHEN destination IS NOT NULL THEN url END,
        last_error = CASE WHEN destination IS NOT NULL THEN last_error END,
        state = CASE WHEN cancel THEN 'cancelled' ELSE state END,
        done_at = CASE WHEN cancel THEN $2 ELSE done_at END
    FROM (
        SELECT id AS one, state = 'waiting' AND (destination IS NULL OR kind <> ALL ($3::text[])) AS cancel
        FROM delivery WHERE question_id = $1
    ) AS known WHERE question_id = $1 AND id = one
)
SELECT * FROM question_state WHERE id = $1
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


async def states(db: Db, ids: Sequence[UUID]) -> dict[UUID, QuestionState]:
    """Those of these questions that are known."""
    found = (read_state(row) for row in await db.fetch(_STATES, ids))
    return {state.question: state for state in found if state is not None}


_LIBRARY_NAME = """
SELECT partner_name FROM assignment WHERE question_id = $1 AND partner = $2 ORDER BY attempt DESC LIMIT 1
"""


async def library_name(db: Db, question: UUID, partner: str | None) -> str | None:
    """As it was called when it was asked; None where it was not."""
    name: str | None = await db.fetchval(_LIBRARY_NAME, question, partner)
    return name


async def release(db: Db, question: UUID, assignment: UUID, outcome: str) -> None:
    """The assignment ended so; it may be heard of later."""
    await db.execute(_RELEASE, question, assignment, outcome)


async def redate(
    db: Db, question: UUID, assignment: UUID | None, due_at: datetime | None, promise_at: datetime
) -> tuple[bool, bool]:
    """Whether the question is known, and whether the assignment is."""
    row = await db.fetchrow(_REDATE, question, assignment, due_at, promise_at)
    return (row["known"], row["redated"]) if row else (False, False)


async def mark_overdue(db: Db, question: UUID, assignment: UUID, moment: datetime) -> QuestionState | None:
    """The state with the mark; the assignment itself may be heard of later."""
    found = read_state(await db.fetchrow(_MARK_OVERDUE, question, assignment, moment))
    return found and found.with_overdue(assignment)


async def promise(db: Db, question: UUID, promise_at: datetime, understood: str) -> QuestionState | None:
    """`understood` as in `add_assignment`."""
    return read_state(await db.fetchrow(_PROMISE, question, promise_at, understood))


async def withdraw(db: Db, question: UUID, now: datetime, still_sent: list[str]) -> QuestionState | None:
    """Nothing more of this question is sent, but for the kinds in `still_sent`."""
    return read_state(await db.fetchrow(_WITHDRAW, question, now, still_sent))


async def close(
    db: Db, question: UUID, closed_at: datetime, now: datetime, still_sent: list[str]
) -> QuestionState | None:
    """Nothing is sent of what happened until then, but for the kinds in `still_sent`."""
    return read_state(await db.fetchrow(_CLOSE, question, closed_at, now, still_sent))


async def reopen(
    db: Db, question: UUID, reopened_at: datetime, text: str | None, promise_at: datetime | None
) -> bool:
    """False, and nothing written, when the question is not known yet. `text` is why, in the asker's words."""
    return bool(await db.fetchval(_REOPEN, question, reopened_at, text, promise_at))


async def erase(db: Db, question: UUID, now: datetime, still_sent: list[str]) -> QuestionState | None:
    return read_state(await db.fetchrow(_ERASE, question, now, still_sent))


def read_state(row: Record | None) -> QuestionState | None:
    if row is None:
        return None
    return QuestionState(
        question=row["id"],
        asker=orjson.loads(row["asker"]),
        over=row["over_for_good"],
        assignments=tuple(_assignment(assignment) for assignment in orjson.loads(row["assignments"])),
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


def _assignment(raw: dict[str, Any]) -> CurrentAssignment:
    return CurrentAssignment(
        id=UUID(raw["id"]),
        partner=raw["partner"],
        way=raw["way"],
        address=raw["address"],
        attempt=raw["attempt"],
        routed_at=datetime.fromisoformat(raw["routed_at"]) if raw["routed_at"] else None,
        follow_up=UUID(raw["follow_up"]) if raw["follow_up"] else None,
    )

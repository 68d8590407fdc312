"""What a trial of an installation looks for: answers really sent, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.chassis.postgres.database import Db

_ANSWERS_SENT = """
SELECT count(*) AS mails, count(DISTINCT question_id) AS questions FROM delivery
WHERE question_id = ANY($1::uuid[]) AND kind = 'answer' AND state = 'sent'
"""


class AnswersSent(NamedTuple):
    """`mails` above `questions` would be answers sent twice."""

    mails: int
    questions: int


async def answers_sent(db: Db, questions: Sequence[UUID]) -> AnswersSent:
    row = await db.fetchrow(_ANSWERS_SENT, questions)
    assert row is not None  # an aggregate always gives one
    return AnswersSent(*row)

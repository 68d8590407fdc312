"""What a partner's program may ask of a question, and what becomes of it, as far as is known at the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Submission
from services.contracts.partners import (
    AdditionSubmitted,
    AnswerSubmitted,
    ClarificationSubmitted,
    DeclineSubmitted,
    FollowUpSubmitted,
    QuestionSubmitted,
    RefusedBecause,
    ReopeningSubmitted,
    TakenFor,
    TakeSubmitted,
)
from services.contracts.vocabulary import Facets
from services.ingest.domain.intake import QuestionEnded, Refused, ReusedKey, UnknownQuestion
from services.ingest.store.session import session_of

COUNTS_AS: dict[str, TakenFor] = {
    QuestionSubmitted.wire: "question",
    AnswerSubmitted.wire: "answer",
    DeclineSubmitted.wire: "decline",
    TakeSubmitted.wire: "take",
    ClarificationSubmitted.wire: "clarification",
    AdditionSubmitted.wire: "addition",
    FollowUpSubmitted.wire: "follow_up",
    ReopeningSubmitted.wire: "reopening",
}


async def must_have_asked(unit: Unit, question: UUID, partner: str) -> None:
    """Raises UnknownQuestion for a partner that did not hand in this question for a reader of its own."""
    known = await session_of(unit).question(question)
    facets = Facets.model_validate_json(known.facets) if known else None
    if facets is None or facets.origin != partner or facets.channel not in ("partner", "api"):
        raise UnknownQuestion("you have asked no such question", field="question")


LATE: dict[TakenFor, TakenFor] = {"answer": "late_answer", "decline": "late_decline", "take": "late_take"}
"""Of who does not have the question any more."""

ONE_MORE: frozenset[TakenFor] = frozenset({"answer", "clarification"})
"""What is one more message of its library's once that has answered."""


async def taken_for(unit: Unit, event: Submission[Any], partner: str, question: UUID | None) -> TakenFor:
    """What it counts as, by what is known before it is done."""
    if event.type == DeclineSubmitted.wire and event.data.spam:
        return "spam"
    counts_as = COUNTS_AS[event.type]
    if question is None or counts_as not in LATE.keys() | ONE_MORE:
        return counts_as
    session = session_of(unit)
    known, asked = await session.question(question), await session.partners(question)
    if (
        counts_as in ONE_MORE
        and known is not None
        and known.how == "answered"
        and any(one.partner == partner and one.answered_at for one in asked)
    ):
        return "addition"
    current = asked[-1] if asked else None
    is_current = (
        current is not None
        and current.partner == partner
        and current.ended_at is None
        and (known is None or known.open or current.follow_up is not None)
    )
    return counts_as if is_current else LATE.get(counts_as, counts_as)


def code_of(refusal: Refused) -> RefusedBecause:
    match refusal:
        case UnknownQuestion():
            return "unknown_question"
        case QuestionEnded():
            return "ended"
        case ReusedKey():
            return "reused"
    return "invalid"

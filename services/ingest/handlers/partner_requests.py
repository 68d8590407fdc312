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
from services.ingest.store.conversations import questions

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
    known = await questions.get(unit.db, question)
    facets = Facets.model_validate_json(known.facets) if known else None
    if facets is None or facets.origin != partner or facets.channel not in ("partner", "api"):
        raise UnknownQuestion("you have asked no such question", field="question")


async def taken_for(unit: Unit, event: Submission[Any], question: UUID, partner: str) -> TakenFor:
    """What it counts as. An answer of who does not have the question any more is a late one."""
    if event.type == DeclineSubmitted.wire and event.data.spam:
        return "spam"
    counts_as = COUNTS_AS[event.type]
    if counts_as != "answer":
        return counts_as
    known, asked = await questions.get(unit.db, question), await questions.partners(unit.db, question)
    if (
        known is not None
        and known.how == "answered"
        and any(one.partner == partner and one.answered_at for one in asked)
    ):
        return "addition"
    current = asked[-1] if asked else None
    is_current = current is not None and current.partner == partner and current.ended_at is None
    return "answer" if is_current else "late_answer"


def code_of(refusal: Refused) -> RefusedBecause:
    match refusal:
        case UnknownQuestion():
            return "unknown_question"
        case QuestionEnded():
            return "ended"
        case ReusedKey():
            return "reused"
    return "invalid"

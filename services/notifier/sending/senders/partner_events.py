"""What a partner's system is told, whichever way it reads: never who asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from services.contracts.envelope import Event
from services.contracts.notifier import (
    AnswerDelivered,
    AskerReplied,
    AssignmentEnded,
    ClarificationDelivered,
    QuestionAssigned,
)
from services.contracts.reasons import EndCode
from services.contracts.vocabulary import Fact, PartnerName
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.outgoing import Answered, Assigned, DeliveryAttempt


def fact_of(delivery: DeliveryAttempt, *, page_url: str | None) -> Fact:
    """Raises KeyError for a kind that partners' systems don't hear of."""
    return FACTS[delivery.kind](delivery, page_url)


def event_of(delivery: DeliveryAttempt, *, page_url: str | None) -> Event[Fact]:
    """The event's id is the delivery's, at every attempt."""
    fact = fact_of(delivery, page_url=page_url)
    return Event(
        id=str(delivery.id),
        source="/sesame/notifier",
        type=fact.wire,
        subject=delivery.question.id,
        time=delivery.decided_at,
        traceparent=delivery.traceparent,
        data=fact,
    )


def _assigned(delivery: DeliveryAttempt, page_url: str | None) -> Fact:
    question, assignment = delivery.question, _assignment(delivery)
    return QuestionAssigned.model_validate(
        {
            "assignment_id": assignment.id,
            "partner": assignment.partner,
            "text": question.text,
            "private_note": question.private_note,
            "language": question.facets.get("language"),
            "subject": question.facets.get("subject"),
            "place": question.place,
            "due_at": assignment.due_at,
            "promise_at": assignment.promise_at,
            "reasons": assignment.reasons,
            "attachments": question.attachments,
            "page_url": page_url,
            "earlier_answers": [_earlier(one) for one in assignment.earlier],
            "reopened_because": question.reopened_text if assignment.earlier else None,
            "similar": [{"title": one.title, "url": one.url} for one in delivery.similar],
        }
    )


def _earlier(answer: Mapping[str, Any]) -> dict[str, Any]:
    partner = {"id": answer["partner"], "name": answer["partner_name"]}
    written = _as_written(answer["text"], answer.get("marked"))
    return {"partner": partner, **written, **{name: answer[name] for name in ("sources", "answered_at")}}


def _as_written(text: str, marked: str | None) -> dict[str, str]:
    """A program reads the marks itself."""
    return {"text": marked, "format": "commonmark"} if marked else {"text": text, "format": "plain"}


def _replied(delivery: DeliveryAttempt, page_url: str | None) -> Fact:
    assignment, word = _assignment(delivery), delivery.follow_up
    if word is None:
        raise LookupError(f"delivery {delivery.id}: a follow-up without its text")
    return AskerReplied(
        assignment_id=assignment.id,
        partner=assignment.partner,
        follow_up_id=word.id,
        text=word.text,
        question_text=delivery.question.text,
        due_at=assignment.due_at,
        after_answer=assignment.about is not None,
        page_url=page_url,
    )


def _answer(delivery: DeliveryAttempt, page_url: str | None) -> Fact:
    """To the partner that asked for a reader of its own."""
    said = delivery.said
    if said is None:
        raise LookupError(f"delivery {delivery.id}: {delivery.kind} without its text")
    return AnswerDelivered.model_validate(
        {
            "answer_id": said.id,
            "kind": delivery.kind,
            "answered_by": PartnerName(id=said.partner, name=said.partner_name),
            **_as_written(said.text, said.marked),
            "sources": said.sources,
            "attachments": said.attachments,
            "answered_at": said.answered_at if isinstance(said, Answered) else said.written_at,
            "reference": delivery.question.reference,
            "page_url": page_url,
        }
    )


def _clarification(delivery: DeliveryAttempt, page_url: str | None) -> Fact:
    message = delivery.message
    if message is None:
        raise LookupError(f"delivery {delivery.id}: {delivery.kind} without its text")
    return ClarificationDelivered(
        clarification_id=message.id,
        asked_by=PartnerName(id=message.partner, name=message.partner_name),
        text=message.text,
        ends_at=message.ends_at or message.written_at,
        reference=delivery.question.reference,
        page_url=page_url,
    )


def _ended(delivery: DeliveryAttempt, _page_url: str | None) -> Fact:
    assignment, answer = _assignment(delivery), delivery.answer
    reason = delivery.why_ended
    if reason not in ("answered", "answered_by_another"):
        answer = None
    return AssignmentEnded(
        assignment_id=assignment.id,
        partner=assignment.partner,
        reason=cast("EndCode", reason),
        answered_by=PartnerName(id=answer.partner, name=answer.partner_name) if answer else None,
        answer_id=answer.id if answer else None,
    )


def _refused(delivery: DeliveryAttempt, _page_url: str | None) -> Fact:
    details = delivery.details
    return AssignmentEnded.model_validate(
        {
            "partner": details["partner"],
            "reason": details["reason"],
            "answered_by": details.get("accepted_by"),
            "answer_id": details.get("accepted_answer"),
            "refused_text": details.get("text"),
        }
    )


def _assignment(delivery: DeliveryAttempt) -> Assigned:
    if delivery.assignment is None:
        raise LookupError(f"delivery {delivery.id}: {delivery.kind} without its assignment")
    return delivery.assignment


FACTS: Mapping[str, Callable[[DeliveryAttempt, str | None], Fact]] = {
    DeliveryKind.ASSIGNED: _assigned,
    DeliveryKind.FOLLOW_UP: _replied,
    DeliveryKind.ENDED: _ended,
    DeliveryKind.REFUSED: _refused,
    DeliveryKind.ANSWER: _answer,
    DeliveryKind.ADDITION: _answer,
    DeliveryKind.CORRECTION: _answer,
    DeliveryKind.CLARIFICATION: _clarification,
}

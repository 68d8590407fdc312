"""What a partner's system is told, whichever way it reads: never who asked."""

from __future__ import annotations

from services.contracts.envelope import Event
from services.contracts.notifier import AssignmentEnded, QuestionAssigned
from services.contracts.vocabulary import Fact, PartnerName
from services.notifier.domain.outgoing import Assigned, DeliveryAttempt


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
    question, turn = delivery.question, _turn(delivery)
    text = question.text
    if delivery.follow_up:
        text = f"{text}\n\n{delivery.follow_up}"
    return QuestionAssigned.model_validate(
        {
            "assignment_id": turn.id,
            "partner": turn.partner,
            "text": text,
            "private_note": question.private_note,
            "language": question.facets.get("language"),
            "subject": question.facets.get("subject"),
            "place": question.place,
            "due_at": turn.due_at,
            "promise_at": turn.promise_at,
            "reasons": turn.reasons,
            "attachments": question.attachments,
            "page_url": page_url,
            "similar": [{"title": one.title, "url": one.url} for one in delivery.similar],
        }
    )


def _ended(delivery: DeliveryAttempt, _page_url: str | None) -> Fact:
    turn, answer = _turn(delivery), delivery.answer
    return AssignmentEnded(
        assignment_id=turn.id,
        partner=turn.partner,
        reason=_why(delivery, turn),
        answered_by=PartnerName(id=answer.partner, name=answer.partner_name) if answer else None,
        answer_id=answer.id if answer else None,
    )


def _why(delivery: DeliveryAttempt, turn: Assigned) -> str:
    """The strongest reason there is by now, whichever came first."""
    if delivery.question.ended is not None:
        return delivery.question.ended
    if delivery.answer is not None:
        return "answered"
    return "overdue" if turn.overdue else "reassigned"


def _refused(delivery: DeliveryAttempt, _page_url: str | None) -> Fact:
    details = delivery.details
    return AssignmentEnded.model_validate(
        {
            "partner": details["partner"],
            "reason": details["reason"],
            "answered_by": details.get("accepted_by"),
            "answer_id": details.get("accepted_answer"),
        }
    )


def _turn(delivery: DeliveryAttempt) -> Assigned:
    if delivery.assignment is None:
        raise LookupError(f"delivery {delivery.id}: {delivery.kind} without its assignment")
    return delivery.assignment


FACTS = {"assigned": _assigned, "follow_up": _assigned, "ended": _ended, "refused": _refused}

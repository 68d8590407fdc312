"""Deliveries as a worker hands them to a sender, made up for tests of senders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.outgoing import Answered, Assigned, DeliveryAttempt, Message, QuestionToTell
from tests.support import notifier_facts as made

QUESTION = UUID("01935c2e-7a00-7000-8000-000000000001")


def outgoing(way: str, destination: str, kind: str = "assigned", **more: Any) -> DeliveryAttempt:
    asker = made.ASKER.model_dump(exclude_none=True)
    values: dict[str, Any] = {
        "id": delivery_id(QUESTION, kind, destination),
        "kind": kind,
        "way": way,
        "destination": destination,
        "attempts": 1,
        "decided_at": made.MOMENT,
        "traceparent": None,
        "details": {},
        "question": QuestionToTell(
            QUESTION, made.TEXT, made.NOTE, made.FACETS.model_dump(mode="json"), None, (), asker, made.PROMISE
        ),
        "assignment": assigned(),
        "answer": answered() if kind == "answer" else None,
    }
    return DeliveryAttempt(**{**values, **more})


def message(kind: str) -> Message:
    """What the library writes beside its answer."""
    id_ = made.part(QUESTION, "message 1")
    return Message(id_, kind, "bpi", "Bpi", "De quelle ville parlez-vous ?", (), (), made.MOMENT, made.DUE)


def assigned() -> Assigned:
    reasons = ({"code": "subject", "points": 3.0, "subject": "histoire", "strength": 4},)
    assignment = made.part(QUESTION, "assignment 1")
    return Assigned(
        assignment, "bpi", "Bpi", 1, made.DUE, made.PROMISE, reasons, overdue=False, passed_on=False
    )


def answered() -> Answered:
    facets = made.FACETS.model_dump(mode="json")
    return Answered(
        made.part(QUESTION, "answer"),
        "bpi",
        "Bpi",
        made.ANSWER,
        ("Atlas des rivières, 1899",),
        (),
        made.MOMENT,
        made.PROMISE,
        facets,
    )

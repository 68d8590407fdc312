"""What is to be sent, to whom, for each thing that happened."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.kinds import DeliveryKind, kinds_that
from services.notifier.domain.question_state import CurrentAssignment, QuestionState

WORD_OF_THE_END = kinds_that(lambda traits: traits.told_after_end)
"""What is still sent about a question that is over."""
OF_WORDS = kinds_that(lambda traits: traits.of_words)
"""Of these an erasure leaves nothing to send."""
NOTES = kinds_that(lambda traits: traits.note)


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery decided. No destination means the asker, whose address stands with the question alone."""

    id: UUID
    question: UUID
    kind: str
    way: str
    destination: str | None = None
    assignment: UUID | None = None
    answer: UUID | None = None
    follow_up: UUID | None = None
    message: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    happened_at: datetime | None = None
    """When what it tells of happened, by the router's clock: a closing since cancels it. None: any does."""


def asker_way(asker: Mapping[str, Any], channel: str, channels: Set[str]) -> str:
    """Where the asker asked, if we can answer there; their page when they left no address."""
    if asker.get("mail"):
        return "mail"
    if channel in channels and (asker.get("post_id") or asker.get("post_url")):
        return channel
    return "page"


def acknowledgement(state: QuestionState) -> list[Planned]:
    """Once per question, however often it is routed: by mail only, a page or a post needs none."""
    return _unasked_for(state, DeliveryKind.ACKNOWLEDGEMENT)


def late(state: QuestionState, promise_at: datetime, at: datetime) -> list[Planned]:
    """Once per promise: another one may be made and broken after it."""
    return _unasked_for(state, DeliveryKind.LATE, promise_at.isoformat(), at)


def asked_again(
    state: QuestionState, about: object, at: datetime, *, with_coordinator: bool = False
) -> list[Planned]:
    """The answer did not help: what becomes of that now."""
    planned = _unasked_for(state, DeliveryKind.ASKED_AGAIN, str(about), at)
    return [replace(one, details={"with_coordinator": with_coordinator}) for one in planned]


def closed(state: QuestionState, closing: str, details: Mapping[str, Any]) -> list[Planned]:
    """`closing` is the event's id: a question may be closed again after it was reopened."""
    return _mail_to_asker(state, DeliveryKind.CLOSED, closing, details=details)


def assigned(state: QuestionState, assignment: CurrentAssignment) -> Planned:
    return _to_partner(state, DeliveryKind.ASSIGNED, assignment)


def overdue(state: QuestionState) -> list[Planned]:
    """A person is told; a partner's system hears `assignment.ended`."""
    late_assignments = (assignment for assignment in state.assignments if assignment.id in state.overdue)
    return [
        _to_partner(state, DeliveryKind.OVERDUE, assignment)
        for assignment in late_assignments
        if assignment.way == "mail"
    ]


def reminder(state: QuestionState, assignment: CurrentAssignment) -> list[Planned]:
    return [_to_partner(state, DeliveryKind.REMINDER, assignment)] if assignment.way == "mail" else []


def ended(state: QuestionState) -> list[Planned]:
    return [_to_partner(state, DeliveryKind.ENDED, assignment) for assignment in state.ended_assignments()]


def follow_ups(state: QuestionState) -> list[Planned]:
    """What the asker wrote since, to everybody asked; whose assignment is over by then is spared it."""
    return [
        replace(
            _to_partner(state, DeliveryKind.FOLLOW_UP, assignment),
            id=delivery_id(state.question, DeliveryKind.FOLLOW_UP, f"{follow_up}:{assignment.id}"),
            follow_up=follow_up,
        )
        for assignment in state.assignments
        for follow_up in state.to_see_to(assignment)
    ]


def answer(
    state: QuestionState,
    answer_id: UUID,
    at: datetime,
    channel: str,
    channels: Set[str] = frozenset(),
    requester: Requester | None = None,
) -> Planned:
    """`channels` are the social ones that are set up."""
    planned = Planned(
        delivery_id(state.question, DeliveryKind.ANSWER, answer_id),
        state.question,
        DeliveryKind.ANSWER,
        asker_way(state.asker, channel, channels),
        answer=answer_id,
        happened_at=at,
    )
    return _for(planned, requester)


@dataclass(frozen=True, slots=True)
class Requester:
    """The partner that asked for a reader of its own: the asker, as far as we write to one."""

    partner: str
    way: str
    address: str


def to_asker(
    state: QuestionState,
    kind: str,
    message: UUID,
    at: datetime,
    channel: str,
    channels: Set[str],
    requester: Requester | None,
) -> Planned:
    """A library's further words: it asks back, adds or corrects."""
    planned = Planned(
        delivery_id(state.question, kind, message),
        state.question,
        kind,
        asker_way(state.asker, channel, channels),
        message=message,
        happened_at=at,
    )
    return _for(planned, requester)


def _for(planned: Planned, requester: Requester | None) -> Planned:
    """An asker who left no address is the partner's that asked for them."""
    if planned.way != "page" or requester is None:
        return planned
    details = {**planned.details, "partner": requester.partner}
    return replace(planned, way=requester.way, destination=requester.address, details=details)


def asker_reminder(state: QuestionState, clarification: UUID, at: datetime) -> list[Planned]:
    planned = _mail_to_asker(state, DeliveryKind.CLARIFICATION_REMINDER, str(clarification), at)
    return [replace(one, message=clarification) for one in planned]


def held(
    state: QuestionState,
    about: object,
    at: datetime,
    assignment: CurrentAssignment,
    coordinator: str,
    reason: str,
    library: str | None,
) -> Planned:
    """A library's own mail waits on its page; for one that has no mailbox a person looks."""
    mailed = assignment.way == "mail"
    return Planned(
        delivery_id(state.question, DeliveryKind.HELD, about),
        state.question,
        DeliveryKind.HELD,
        "mail",
        destination=assignment.address if mailed else coordinator,
        assignment=assignment.id if mailed else None,
        details={"reason": reason, "partner_name": library or assignment.partner},
        happened_at=at,
    )


def reply_not_passed_on(state: QuestionState, about: object, at: datetime, reason: str) -> list[Planned]:
    """To the asker, whoever wrote: at the address we know, and without a word of it."""
    return _mail_to_asker(state, DeliveryKind.NOT_PASSED_ON, str(about), at, {"reason": reason})


def rated(
    state: QuestionState, partner: str | None, at: datetime, coordinator: str, details: Mapping[str, Any]
) -> list[Planned]:
    """What the asker wrote with the stars: to the library that answered, where it reads mail, and to the
    coordinator."""
    assignments = [
        assignment
        for assignment in state.assignments
        if assignment.partner == partner and assignment.way == "mail"
    ]
    told = to_coordinator(state, DeliveryKind.RATED, "coordinator", at, coordinator, details)
    return [*[_rated(state, assignment, details) for assignment in assignments[-1:]], told]


def _rated(state: QuestionState, assignment: CurrentAssignment, details: Mapping[str, Any]) -> Planned:
    return replace(_to_partner(state, DeliveryKind.RATED, assignment), details=details)


def refused(
    state: QuestionState, answer_id: UUID, at: datetime, way: str, address: str, details: Mapping[str, Any]
) -> Planned:
    return Planned(
        delivery_id(state.question, DeliveryKind.REFUSED, answer_id),
        state.question,
        DeliveryKind.REFUSED,
        way,
        destination=address,
        details=details,
        happened_at=at,
    )


def to_coordinator(
    state: QuestionState, kind: str, about: object, at: datetime, address: str, details: Mapping[str, Any]
) -> Planned:
    return Planned(
        delivery_id(state.question, kind, about),
        state.question,
        kind,
        "mail",
        destination=address,
        details=details,
        happened_at=at,
    )


def _to_partner(state: QuestionState, kind: DeliveryKind, assignment: CurrentAssignment) -> Planned:
    return Planned(
        delivery_id(state.question, kind, assignment.id),
        state.question,
        kind,
        assignment.way,
        destination=assignment.address,
        assignment=assignment.id,
        happened_at=assignment.routed_at,
    )


def _unasked_for(
    state: QuestionState, kind: DeliveryKind, about: str = "", at: datetime | None = None
) -> list[Planned]:
    """What a machine sends. Anybody can write a From: an address that nothing supports hears of us only when
    a person has something to say to it (RFC 3834, 2 and 4)."""
    if state.asker.get("proof") == "claimed":
        return []
    return _mail_to_asker(state, kind, about, at)


def _mail_to_asker(
    state: QuestionState,
    kind: DeliveryKind,
    about: str = "",
    at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> list[Planned]:
    if not state.asker.get("mail"):
        return []
    planned = Planned(
        delivery_id(state.question, kind, about),
        state.question,
        kind,
        "mail",
        details=details or {},
        happened_at=at,
    )
    return [planned]

"""The router's facts, made from what the domain decided."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from services.chassis.working_time import WorkingClock
from services.contracts.ingest import AnswerReceived
from services.contracts.reasons import (
    ClosingCode,
    Exclusion,
    Impasse,
    Reason,
    RefusalCode,
    Released,
    UnhandledCode,
)
from services.contracts.router import (
    AnswerRefused,
    ClarificationReminded,
    FollowUpRouted,
    FollowUpUnhandled,
    QuestionAnswered,
    QuestionClosed,
    QuestionOverdue,
    QuestionPaused,
    QuestionReminded,
    QuestionReopened,
    QuestionResumed,
    QuestionRouted,
    QuestionUnroutable,
)
from services.contracts.topology import partner_queue
from services.contracts.vocabulary import Facets, PartnerName, Reach, TextFormat, Way
from services.router.domain.partner import Partner
from services.router.domain.question.conversation import Clarification, waited, waited_working, waits
from services.router.domain.question.question import Assignment, Question
from services.router.domain.routing.directory import Directory


def facets_of(question: Question) -> Facets:
    return Facets.model_validate(question.facets)


def name_of(directory: Directory, partner: str) -> PartnerName:
    """Its name; of a partner that left the network, its id."""
    known = directory.partners.get(partner)
    return PartnerName(id=partner, name=known.name if known else partner)


def reach_of(directory: Directory, partner: str) -> Reach:
    """How it wants to hear; a partner that left the network still has its queue, perhaps."""
    known = directory.partners.get(partner)
    return reach(known) if known else Reach(way="queue", address=partner_queue(partner))


def reach(partner: Partner) -> Reach:
    return Reach(way=cast("Way", partner.reach.way), address=partner.reach.address)


def requester_of(directory: Directory, question: Question) -> Reach | None:
    """How to reach the partner that asked by its own program, for a reader of its own."""
    if question.facets["channel"] not in ("partner", "api"):
        return None
    origin = directory.partners.get(question.origin or "")
    return reach(origin) if origin else None


TOLD_OTHERWISE = frozenset({"answered", "withdrawn"})
"""Outcomes that a fact of their own tells of."""


def released_of(question: Question, now: datetime) -> Released | None:
    """The assignment that ended just now, where what is announced is all that tells of it."""
    ended = [one for one in question.assignments if one.ended_at == now and one.outcome not in TOLD_OTHERWISE]
    if not ended:
        return None
    last = {"assignment_id": ended[-1].id, "partner": ended[-1].partner, "outcome": ended[-1].outcome}
    return Released.model_validate(last)


def routed(
    question: Question, partner: Partner, reasons: tuple[Reason, ...], now: datetime
) -> QuestionRouted:
    assignment = question.assignments[-1]
    return QuestionRouted(
        assignment_id=assignment.id,
        partner=PartnerName(id=partner.id, name=partner.name),
        reach=reach(partner),
        attempt=assignment.attempt,
        due_at=assignment.due_at,
        promise_at=question.promise_at,
        reasons=reasons,
        released=released_of(question, now),
        time_zone=partner.time_zone,
        facets=facets_of(question),
    )


def follow_up_routed(question: Question, partner: Partner, word: UUID, now: datetime) -> FollowUpRouted:
    assignment = question.assignments[-1]
    return FollowUpRouted(
        follow_up_id=word,
        assignment_id=assignment.id,
        partner=PartnerName(id=partner.id, name=partner.name),
        reach=reach(partner),
        attempt=assignment.attempt,
        due_at=assignment.due_at,
        promise_at=question.promise_at,
        released=released_of(question, now),
        time_zone=partner.time_zone,
        facets=facets_of(question),
    )


def follow_up_unhandled(
    directory: Directory,
    question: Question,
    word: UUID,
    reason: UnhandledCode,
    now: datetime,
    text: str | None = None,
) -> FollowUpUnhandled:
    coordinator = directory.coordinator
    return FollowUpUnhandled(
        follow_up_id=word,
        reason=reason,
        text=text,
        coordinator=reach(coordinator) if coordinator else None,
        released=released_of(question, now),
        facets=facets_of(question),
    )


def paused(
    directory: Directory, question: Question, clarification: Clarification, text: str
) -> QuestionPaused:
    return QuestionPaused(
        clarification_id=clarification.id,
        assignment_id=clarification.assignment,
        partner=name_of(directory, clarification.partner),
        text=text,
        asked_at=clarification.asked_at,
        ends_at=clarification.ends_at,
        requester=requester_of(directory, question),
        facets=facets_of(question),
    )


def resumed(directory: Directory, question: Question) -> QuestionResumed:
    current = question.current
    return QuestionResumed(
        assignment_id=current.id if current else None,
        partner=name_of(directory, current.partner) if current else None,
        due_at=current.due_at if current else None,
        promise_at=question.promise_at,
        facets=facets_of(question),
    )


def asker_reminded(
    directory: Directory, question: Question, clarification: Clarification
) -> ClarificationReminded:
    return ClarificationReminded(
        clarification_id=clarification.id,
        partner=name_of(directory, clarification.partner),
        ends_at=clarification.ends_at,
        facets=facets_of(question),
    )


def answered(
    directory: Directory,
    question: Question,
    fact: AnswerReceived,
    assignment: UUID,
    now: datetime,
    working_days: WorkingClock,
) -> QuestionAnswered:
    spans, since = waits(question.clarifications), question.received_at
    return QuestionAnswered(
        answer_id=fact.answer_id,
        assignment_id=assignment,
        partner=name_of(directory, fact.partner),
        text=fact.text,
        format=fact.format,
        sources=fact.sources,
        effort=fact.effort,
        attachments=fact.attachments,
        publish_consent=question.publish_consent,
        answered_at=now,
        promise_at=question.promise_at,
        waited_seconds=waited(spans, since, now).total_seconds(),
        waited_working_seconds=waited_working(spans, since, now, working_days).total_seconds(),
        requester=requester_of(directory, question),
        facets=facets_of(question),
    )


def unroutable(
    question: Question,
    reason: Impasse,
    excluded: tuple[Exclusion, ...],
    coordinator: Partner | None,
    now: datetime,
) -> QuestionUnroutable:
    return QuestionUnroutable(
        reason=reason,
        excluded=excluded,
        coordinator=reach(coordinator) if coordinator else None,
        promise_at=question.promise_at,
        released=released_of(question, now),
        facets=facets_of(question),
    )


def refused(
    directory: Directory,
    question: Question,
    what: Literal["answer", "addition", "clarification", "decline"],
    written: UUID,
    partner: str,
    text: str | None,
    form: TextFormat,
    reason: RefusalCode | None = None,
) -> AnswerRefused:
    """Without a reason, it is how the question stands."""
    accepted = question.accepted
    return AnswerRefused(
        answer_id=written,
        partner=name_of(directory, partner),
        reach=reach_of(directory, partner),
        reason=reason or _why_refused(question),
        what=what,
        text=text,
        format=form,
        accepted_answer_id=accepted.answer if accepted else None,
        accepted_partner=PartnerName(id=accepted.partner, name=accepted.name) if accepted else None,
    )


def _why_refused(question: Question) -> RefusalCode:
    if question.is_open:
        return "not_assigned"
    return "already_answered" if question.accepted else "closed"


def reminded(directory: Directory, question: Question, assignment: Assignment) -> QuestionReminded:
    return QuestionReminded(
        assignment_id=assignment.id,
        partner=name_of(directory, assignment.partner),
        reach=reach_of(directory, assignment.partner),
        due_at=assignment.due_at,
        facets=facets_of(question),
    )


def overdue(
    directory: Directory,
    question: Question,
    clock: Literal["partner", "promise"],
    assignment: Assignment | None,
) -> QuestionOverdue:
    return QuestionOverdue(
        clock=clock,
        due_at=assignment.due_at if clock == "partner" and assignment else question.promise_at,
        assignment_id=assignment.id if assignment else None,
        partner=name_of(directory, assignment.partner) if assignment else None,
        reach=reach_of(directory, assignment.partner) if assignment else None,
        facets=facets_of(question),
    )


def closed(
    question: Question,
    reason: ClosingCode,
    now: datetime,
    *,
    explanation: str | None = None,
    actor: str | None = None,
) -> QuestionClosed:
    return QuestionClosed(
        reason=reason,
        explanation=explanation,
        actor=actor,
        released=released_of(question, now),
        facets=facets_of(question),
    )


def reopened(
    question: Question, by: Literal["asker", "coordinator", "late_reply"], text: str | None = None
) -> QuestionReopened:
    return QuestionReopened(by=by, text=text, promise_at=question.promise_at, facets=facets_of(question))

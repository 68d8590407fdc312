"""One question from received to its end: every change is a function from the question to the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.router.domain import state_machine
from services.router.domain.deadlines import Deadline
from services.router.domain.routing_request import RoutingRequest
from services.router.domain.state_machine import Move, State
from services.router.domain.territory import Territory
from services.router.domain.themes import theme_of

WHY_NOT_AGAIN: Mapping[str, str] = {
    "declined": "declined",
    "overdue": "overdue",
    "answered": "answered",
    "away": "away",
}
"""Outcome of an assignment → why its partner is not asked again."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A partner has a question until `due_at`; `outcome` says how that ended."""

    id: UUID
    partner: str
    attempt: int
    opened_at: datetime
    remind_at: datetime
    due_at: datetime
    taken_at: datetime | None = None
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None

    @property
    def look_at(self) -> datetime:
        """When something of it is to be seen to next."""
        return self.due_at if self.reminded_at else min(self.remind_at, self.due_at)


@dataclass(frozen=True, slots=True)
class AcceptedAnswer:
    """The answer that counted."""

    answer: UUID
    partner: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """`facets`: what may be counted (contracts.Facets as a mapping). `text` is for learning subjects."""

    id: UUID
    promise_at: datetime
    facets: Mapping[str, Any]
    place: Territory | None = None
    text: str | None = None
    publish_consent: bool = False
    state: State = State.RECEIVED
    assignments: tuple[Assignment, ...] = ()
    accepted: AcceptedAnswer | None = None
    breached: bool = False  # the promise passed without an answer, and that was announced
    learned: str | None = None  # the theme that the respondent confirmed

    @property
    def current(self) -> Assignment | None:
        """The one assignment that is open, if any."""
        last = self.assignments[-1] if self.assignments else None
        return last if last and last.ended_at is None else None

    @property
    def is_open(self) -> bool:
        return state_machine.is_open(self.state)

    def had_by(self, partner: str) -> Assignment | None:
        """The partner's last assignment of this question."""
        return next((a for a in reversed(self.assignments) if a.partner == partner), None)


def asked(question: Question, referred: str | None = None) -> RoutingRequest:
    """What a decision needs to know."""
    subject = question.facets.get("subject")
    return RoutingRequest(
        id=str(question.id),
        promise_at=question.promise_at,
        place=question.place,
        language=question.facets.get("language"),
        subject=theme_of(subject) if subject else None,
        origin=question.facets.get("origin"),
        referred=referred,
        had={a.partner: WHY_NOT_AGAIN.get(a.outcome or "", "had_before") for a in question.assignments},
    )


def assign(question: Question, partner: str, id_: UUID, deadline: Deadline, now: datetime) -> Question:
    """Whoever had it before has it no longer."""
    freed = release(question, "reassigned", now)
    attempt = len(freed.assignments) + 1
    new = Assignment(id_, partner, attempt, now, deadline.remind_at, deadline.due_at)
    return _moved(freed, Move.ASSIGN, assignments=(*freed.assignments, new))


def release(question: Question, outcome: str, now: datetime) -> Question:
    """End the open assignment, if there is one; what follows is another move."""
    if question.current is None:
        return question
    return amend(question, replace(question.current, ended_at=now, outcome=outcome))


def redate(question: Question, deadline: Deadline) -> Question:
    """The open assignment is due at another time, because hours, closures or the promise changed."""
    current = question.current
    if current is None or (current.remind_at, current.due_at) == (deadline.remind_at, deadline.due_at):
        return question
    return amend(question, replace(current, remind_at=deadline.remind_at, due_at=deadline.due_at))


def remind(question: Question, now: datetime) -> Question:
    return (
        question if question.current is None else amend(question, replace(question.current, reminded_at=now))
    )


def amend(question: Question, assignment: Assignment) -> Question:
    """Put the assignment in the place of its former self."""
    changed = tuple(assignment if a.id == assignment.id else a for a in question.assignments)
    return replace(question, assignments=changed)


def take(question: Question, deadline: Deadline, now: datetime) -> Question:
    """The partner is on it: from now it has the time that an answer needs. Needs an open assignment."""
    if question.current is None:
        raise state_machine.ImpossibleMove("nobody has the question, so nobody can take it")
    taken = replace(
        question.current, taken_at=now, remind_at=deadline.remind_at, due_at=deadline.due_at, reminded_at=None
    )
    return _moved(amend(question, taken), Move.TAKE)


def give_up(question: Question) -> Question:
    return _moved(question, Move.GIVE_UP)


def answer(question: Question, accepted: AcceptedAnswer, now: datetime) -> Question:
    """The first answer counts, whoever has the question now."""
    current = question.current
    outcome = "answered" if current and current.partner == accepted.partner else "answered by another"
    return _moved(release(question, outcome, now), Move.ANSWER, accepted=accepted)


def close(question: Question, now: datetime) -> Question:
    return _moved(release(question, "closed", now), Move.CLOSE)


def withdraw(question: Question, now: datetime) -> Question:
    return _moved(release(question, "withdrawn", now), Move.WITHDRAW)


def reopen(question: Question) -> Question:
    return _moved(question, Move.REOPEN)


def forget(question: Question) -> Question:
    """Nothing personal is left: no text, no place but the département that is counted."""
    department = question.facets.get("department")
    country = question.place.country if question.place else "FR"
    return replace(
        question, text=None, place=Territory(country, None, department) if question.place else None
    )


def _moved(question: Question, move: Move, **changes: Any) -> Question:
    return replace(question, state=state_machine.after(question.state, move), **changes)

"""How a question stands, as far as it decides what must be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CurrentAssignment:
    """One partner's assignment and how to reach it."""

    id: UUID
    partner: str
    way: str
    address: str
    attempt: int
    routed_at: datetime | None = None
    """None: before that was noted, which is before whatever is heard now."""
    follow_up: UUID | None = None
    """What the asker wrote after the answer and the partner is to see to; None: the question."""

    def begun_by(self, moment: datetime) -> bool:
        """Whether it had begun at that moment."""
        return self.routed_at is None or self.routed_at <= moment


def alike(one: CurrentAssignment, other: CurrentAssignment) -> bool:
    """Both about the question, or both about what the asker wrote after its answer."""
    return (one.follow_up is None) == (other.follow_up is None)


@dataclass(frozen=True, slots=True)
class AcceptedBy:
    """An accepted answer. There is another one only when the question was reopened between them."""

    partner: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QuestionState:
    """`over`: withdrawn or erased, so that only word of the end is sent. `closed_at`: the last closing;
    what happened after it, happened after a reopening. All moments are the router's."""

    question: UUID
    asker: Mapping[str, Any]
    over: bool
    assignments: tuple[CurrentAssignment, ...] = ()
    overdue: frozenset[UUID] = frozenset()
    released: Mapping[UUID, str] = field(default_factory=dict)
    """Assignment → how it ended."""
    follow_ups: Mapping[UUID, datetime] = field(default_factory=dict)
    """What the asker wrote since, and when."""
    added: tuple[datetime, ...] = ()
    """When a library added to its answer, or corrected it."""
    answers: tuple[AcceptedBy, ...] = ()
    closed_at: datetime | None = None

    def with_assignment(self, assignment: CurrentAssignment) -> QuestionState:
        others = tuple(known for known in self.assignments if known.id != assignment.id)
        return replace(self, assignments=(*others, assignment))

    def with_overdue(self, assignment: UUID) -> QuestionState:
        return replace(self, overdue=self.overdue | {assignment})

    def with_follow_up(self, follow_up: UUID, at: datetime) -> QuestionState:
        return replace(self, follow_ups={**self.follow_ups, follow_up: at})

    def with_addition(self, at: datetime) -> QuestionState:
        return replace(self, added=(*self.added, at))

    def with_answer(self, given: AcceptedBy) -> QuestionState:
        return replace(self, answers=(*self.answers, given))

    def ended_now(self) -> QuestionState:
        return replace(self, over=True)

    def with_closing(self, moment: datetime) -> QuestionState:
        return replace(self, closed_at=max(self.closed_at or moment, moment))

    def ended_assignments(self) -> tuple[CurrentAssignment, ...]:
        """Those whose partner must be told that the question is no longer theirs. Only ever grows as
        facts come in, so that the order of their coming can't matter."""
        return tuple(assignment for assignment in self.assignments if self._has_ended(assignment))

    def _has_ended(self, assignment: CurrentAssignment) -> bool:
        passed_on = any(
            other.attempt > assignment.attempt and alike(other, assignment) for other in self.assignments
        )
        closed = self.closed_at is not None and assignment.begun_by(self.closed_at)
        if assignment.id in self.released:
            return self.released[assignment.id] != "added" or assignment.way != "mail"
        return (
            self.over
            or closed
            or assignment.id in self.overdue
            or passed_on
            or self._answered_for(assignment)
        )

    def to_see_to(self, assignment: CurrentAssignment) -> list[UUID]:
        """What of the asker's further words its partner must read: of the question itself all that
        came before its answer, after that what no message has seen to yet."""
        if assignment.follow_up is None:
            ends = min((one.at for one in self.answers if assignment.begun_by(one.at)), default=None)
            return [one for one, at in self.follow_ups.items() if ends is None or at <= ends]
        moments = (*(one.at for one in self.answers), *self.added)
        since = max(
            (at for at in moments if not assignment.begun_by(at) or at == assignment.routed_at), default=None
        )
        return [
            one
            for one, at in self.follow_ups.items()
            if one == assignment.follow_up or since is None or at > since
        ]

    def _answered_for(self, assignment: CurrentAssignment) -> bool:
        """A person who answered by mail needs no mail about it; a partner's system counts on the event. An
        answer from before an assignment, of a question reopened since, does not end it."""
        if assignment.follow_up is not None:
            return False
        since = sorted((one for one in self.answers if assignment.begun_by(one.at)), key=lambda one: one.at)
        return bool(since) and (assignment.way != "mail" or assignment.partner != since[0].partner)

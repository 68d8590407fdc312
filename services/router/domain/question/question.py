"""A question as the router knows it: who has it, what was promised, what was asked back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.router.domain.question import state_machine
from services.router.domain.question.conversation import (
    AskerWord,
    Clarification,
    SentText,
)
from services.router.domain.question.state_machine import State
from services.router.domain.routing.routing_request import RoutingRequest
from services.router.domain.territory import Territory
from services.router.domain.themes import theme_of

WHY_NOT_AGAIN: Mapping[str, str] = {
    "declined": "declined",
    "overdue": "overdue",
    "answered": "answered",
    "away": "away",
    "added": "answered",
    "no_reply": "no_reply",
}
"""Outcome of an assignment → why its partner is not asked again."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A partner has a question until `due_at`; `outcome` says how that ended. `follow_up`: what it is to see
    to is not the question, but this word of the asker after the answer."""

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
    follow_up: UUID | None = None

    @property
    def look_at(self) -> datetime:
        """When something of it is to be seen to next."""
        return self.due_at if self.reminded_at else min(self.remind_at, self.due_at)


@dataclass(frozen=True, slots=True)
class AcceptedAnswer:
    """The answer that counted, and when it was handed in."""

    answer: UUID
    partner: str
    name: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`facets`: what may be counted (contracts.Facets as a mapping). `text` is for learning subjects.
    `promised_at`: the promise as made at `promise_made_at`; `promise_at` leaves out what was waited."""

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
    promised_at: datetime | None = None  # None: promise_at, nobody has waited yet
    promise_made_at: datetime | None = None
    clarifications: tuple[Clarification, ...] = ()
    words: tuple[AskerWord, ...] = ()
    seen_to: datetime | None = None  # when the last addition to the answer was handed in
    sent: tuple[SentText, ...] = ()  # to the asker, of all partners
    reopenings: int = 0  # by the asker

    @property
    def current(self) -> Assignment | None:
        """The one assignment that is open, if any."""
        last = self.assignments[-1] if self.assignments else None
        return last if last and last.ended_at is None else None

    @property
    def is_open(self) -> bool:
        return state_machine.is_open(self.state)

    @property
    def is_waiting(self) -> bool:
        return self.state is State.WAITING_FOR_ASKER

    @property
    def is_erased(self) -> bool:
        """Its asker was forgotten with all that they wrote; what was withdrawn ended by that already."""
        return self.text is None and self.state is not State.WITHDRAWN

    @property
    def goes_on(self) -> bool:
        """It had ended once and does no longer: asked about or opened again. Ingest withdraws no such one of
        an asker whom it forgets."""
        return self.state is State.FOLLOWED_UP or (self.is_open and self.promise_made_at is not None)

    @property
    def open_clarifications(self) -> tuple[Clarification, ...]:
        return tuple(one for one in self.clarifications if one.ended_at is None)

    @property
    def received_at(self) -> datetime:
        return datetime.fromisoformat(self.facets["received_at"])

    @property
    def origin(self) -> str | None:
        """The library in whose site or by whose program it was asked."""
        return self.facets.get("origin")

    @property
    def follow_up(self) -> UUID | None:
        """What the asker wrote last after the answer, and somebody was to see to."""
        asked = (one.follow_up for one in reversed(self.assignments) if one.follow_up)
        return next(asked, self.words[-1].id if self.words else None)

    def had_by(self, partner: str) -> Assignment | None:
        """The partner's last assignment of this question."""
        return next((a for a in reversed(self.assignments) if a.partner == partner), None)


def request_of(question: Question, referred: str | None = None) -> RoutingRequest:
    """What a decision needs to know."""
    subject = question.facets.get("subject")
    return RoutingRequest(
        id=str(question.id),
        promise_at=question.promise_at,
        place=question.place,
        language=question.facets.get("language"),
        subject=theme_of(subject) if subject else None,
        origin=question.origin,
        referred=referred,
        had={a.partner: WHY_NOT_AGAIN.get(a.outcome or "", "had_before") for a in question.assignments},
    )

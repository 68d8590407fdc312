"""Facts that the router announces: who has the question, until when, and how it ended."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.contracts.reasons import Action, ClosingCode, Exclusion, Impasse, Reason, RefusalCode
from services.contracts.vocabulary import Attachment, Facets, Fact, Line, Moment, PartnerName, Reach, Text


class QuestionRouted(Fact):
    """A partner was asked. One assignment is open at a time; a later one ends the earlier."""

    wire: ClassVar[str] = "question.routed.v1"

    assignment_id: UUID
    partner: PartnerName
    reach: Reach
    attempt: int = Field(ge=1, description="1 for the first partner asked")
    due_at: Moment = Field(description="When this partner's answer is due")
    promise_at: Moment = Field(description="When the asker was promised an answer")
    reasons: tuple[Reason, ...] = ()
    facets: Facets


class QuestionAnswered(Fact):
    """The one accepted answer of a question."""

    wire: ClassVar[str] = "question.answered.v1"

    answer_id: UUID
    assignment_id: UUID
    partner: PartnerName
    text: Text
    sources: tuple[Line, ...] = ()
    effort: int | None = Field(default=None, ge=1, le=6)
    attachments: tuple[Attachment, ...] = ()
    publish_consent: bool = False
    answered_at: Moment
    promise_at: Moment
    facets: Facets


class AnswerRefused(Fact):
    """An answer does not count; the partner is told why and, where one counted before, which."""

    wire: ClassVar[str] = "answer.refused.v1"

    answer_id: UUID
    partner: PartnerName
    reach: Reach
    reason: RefusalCode
    accepted_answer_id: UUID | None = None
    accepted_partner: PartnerName | None = None


class QuestionReminded(Fact):
    """The partner's time is nearly over: it is told once, so many of its open hours before."""

    wire: ClassVar[str] = "question.reminded.v1"

    assignment_id: UUID
    partner: PartnerName
    reach: Reach
    due_at: Moment
    facets: Facets


class QuestionOverdue(Fact):
    """A due time passed without an answer. What happens next is its own event."""

    wire: ClassVar[str] = "question.overdue.v1"

    clock: Literal["partner", "promise"]
    due_at: Moment = Field(description="The moment of breach, whenever it was noticed")
    assignment_id: UUID | None = None
    partner: PartnerName | None = None
    reach: Reach | None = None
    facets: Facets


class QuestionUnroutable(Fact):
    """No partner could be found; the coordinator decides."""

    wire: ClassVar[str] = "question.unroutable.v1"

    reason: Impasse
    excluded: tuple[Exclusion, ...] = ()
    coordinator: Reach | None = None
    promise_at: Moment
    facets: Facets


class QuestionClosed(Fact):
    """The question ended without an answer, by a person's hand or the asker's wish."""

    wire: ClassVar[str] = "question.closed.v1"

    reason: ClosingCode
    explanation: Text | None = Field(default=None, description="For the asker")
    hand: Line | None = Field(default=None, description="Who closed it")
    facets: Facets


class QuestionReopened(Fact):
    """An ended question is open again from the event's time on; who is asked now is its own event."""

    wire: ClassVar[str] = "question.reopened.v1"

    facets: Facets


class QuestionHandled(Fact):
    """A coordinator's hand changed a question's life. What follows from it is its own event."""

    wire: ClassVar[str] = "question.handled.v1"

    action: Action
    hand: Line = Field(description="Who did it")
    reason: Line | None = None
    facets: Facets


class IntakeChanged(Fact):
    """The network stopped taking questions, or takes them again. The event's subject is the nil UUID."""

    wire: ClassVar[str] = "intake.changed.v1"

    paused: bool
    notice: Text | None = Field(default=None, description="For the public, while it is paused")
    hand: Line
    reason: Line | None = Field(default=None, description="For the network itself")

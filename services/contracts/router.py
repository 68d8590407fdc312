"""Facts that the router announces: who has the question, until when, and how it ended."""

from __future__ import annotations

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.contracts.reasons import (
    Action,
    ClosingCode,
    Exclusion,
    Impasse,
    Reason,
    RefusalCode,
    Released,
    ReopenedBy,
    UnhandledCode,
)
from services.contracts.vocabulary import (
    ActorFact,
    Attachment,
    Facets,
    Fact,
    Line,
    Moment,
    PartnerId,
    PartnerName,
    Reach,
    SaysActor,
    Text,
    TextFormat,
    Word,
)


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
    released: Released | None = Field(default=None, description="Who had it until now")
    time_zone: Line | None = Field(
        default=None, description="The partner's own, by its IANA name: what it is told is told in this one"
    )
    facets: Facets


class QuestionAnswered(Fact):
    """The one accepted answer of a question."""

    wire: ClassVar[str] = "question.answered.v1"

    answer_id: UUID
    assignment_id: UUID
    partner: PartnerName
    text: Text
    format: TextFormat = "plain"
    sources: tuple[Line, ...] = ()
    effort: int | None = Field(default=None, ge=1, le=6)
    attachments: tuple[Attachment, ...] = ()
    publish_consent: bool = False
    answered_at: Moment
    promise_at: Moment
    waited_seconds: float = Field(
        default=0,
        ge=0,
        description="How long the network waited for the asker; no part of the time to answer",
    )
    waited_working_seconds: float | None = Field(
        default=None, ge=0, description="How much of it was working time, by the clock of the promise"
    )
    requester: Reach | None = Field(
        default=None, description="How to reach the partner that asked for a reader of its own"
    )
    facets: Facets


class AnswerRefused(Fact):
    """What a partner wrote does not go to the asker; the partner is told why and, where an answer counted
    before, which."""

    wire: ClassVar[str] = "answer.refused.v1"

    answer_id: UUID
    partner: PartnerName
    reach: Reach
    reason: RefusalCode
    text: Text | None = Field(default=None, description="What was refused: the work of an hour, perhaps")
    format: TextFormat = "plain"
    what: Literal["answer", "addition", "clarification", "decline"] = "answer"
    accepted_answer_id: UUID | None = None
    accepted_partner: PartnerName | None = None


class QuestionReminded(Fact):
    """The partner's time is nearly over: it is told once, so many of its open hours before it is."""

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
    released: Released | None = Field(default=None, description="Who had it until now")
    facets: Facets


class QuestionPaused(Fact):
    """The partner that has the question asked the asker back: until they reply, the clocks stand still."""

    wire: ClassVar[str] = "question.paused.v1"

    clarification_id: UUID
    assignment_id: UUID
    partner: PartnerName
    text: Text = Field(description="What the partner asks, for the asker")
    asked_at: Moment
    ends_at: Moment = Field(description="When the question ends, if no reply came")
    requester: Reach | None = Field(
        default=None, description="How to reach the partner that asked for a reader of its own"
    )
    facets: Facets


class ClarificationReminded(Fact):
    """The asker has not replied for half of the term: they are told once."""

    wire: ClassVar[str] = "clarification.reminded.v1"

    clarification_id: UUID
    partner: PartnerName
    ends_at: Moment
    facets: Facets


class QuestionResumed(Fact):
    """The asker replied, or what they were asked does not matter any more: the clocks run again."""

    wire: ClassVar[str] = "question.resumed.v1"

    assignment_id: UUID | None = Field(default=None, description="Of the partner that has the question now")
    partner: PartnerName | None = None
    due_at: Moment | None = Field(default=None, description="When that partner's answer is due now")
    promise_at: Moment
    facets: Facets


class FollowUpRouted(Fact):
    """The asker wrote after the answer: a partner is asked to see to it, with a term of its own."""

    wire: ClassVar[str] = "follow_up.routed.v1"

    follow_up_id: UUID
    assignment_id: UUID
    partner: PartnerName
    reach: Reach
    attempt: int = Field(ge=1, description="Counted with the question's other assignments")
    due_at: Moment
    promise_at: Moment
    released: Released | None = Field(default=None, description="Who was to see to it until now")
    time_zone: Line | None = Field(
        default=None, description="The partner's own, by its IANA name: what it is told is told in this one"
    )
    facets: Facets


class FollowUpUnhandled(Fact):
    """Nobody saw to what the asker wrote after the answer: the coordinator decides."""

    wire: ClassVar[str] = "follow_up.unhandled.v1"

    follow_up_id: UUID
    reason: UnhandledCode
    text: Text | None = Field(default=None, description="What the asker wrote, where no other fact says it")
    coordinator: Reach | None = None
    released: Released | None = None
    facets: Facets


class AnswerAdded(Fact):
    """A further message of the partner that answered, for the asker."""

    wire: ClassVar[str] = "answer.added.v1"

    addition_id: UUID
    answer_id: UUID = Field(description="The answer that it belongs to")
    partner: PartnerName
    text: Text
    format: TextFormat = "plain"
    sources: tuple[Line, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    added_at: Moment
    released: Released | None = Field(default=None, description="Whose follow-up is seen to with it")
    requester: Reach | None = Field(
        default=None, description="How to reach the partner that asked for a reader of its own"
    )
    facets: Facets


class AnswerCorrected(AnswerAdded):
    """The partner that answered was wrong, and says so: the asker is told, and the archive looks again."""

    wire: ClassVar[str] = "answer.corrected.v1"


class QuestionClosed(SaysActor, Fact):
    """The question ended without an answer: by a coordinator, at the asker's wish, or for want of a reply."""

    wire: ClassVar[str] = "question.closed.v1"

    reason: ClosingCode
    explanation: Text | None = Field(default=None, description="For the asker")
    actor: Line | None = Field(default=None, description="Who closed it")
    released: Released | None = Field(default=None, description="Who had it until now")
    facets: Facets


class QuestionReopened(Fact):
    """An ended question is open again from the event's time on; who is asked now is its own event."""

    wire: ClassVar[str] = "question.reopened.v1"

    by: ReopenedBy = "coordinator"
    text: Text | None = Field(default=None, description="Why, in the asker's words: for whoever is asked now")
    promise_at: Moment | None = Field(default=None, description="What the asker is promised now")
    facets: Facets


class QuestionHandled(ActorFact):
    """A coordinator changed a question's life. What follows from it is its own event."""

    wire: ClassVar[str] = "question.handled.v1"

    action: Action
    reason: Line | None = None
    promise_at: Moment | None = Field(default=None, description="What the asker is promised now")
    assignment_id: UUID | None = Field(default=None, description="Of the partner that has the question")
    due_at: Moment | None = Field(default=None, description="When that partner's answer is due now")
    released: Released | None = Field(default=None, description="Whose follow-up is resolved with it")
    facets: Facets


class PartnerChanged(ActorFact):
    """A library's record in the directory came, changed or went. For the workspace alone: it holds the
    library's own addresses. The event's subject is the nil UUID."""

    wire: ClassVar[str] = "partner.changed.v1"

    partner: PartnerId
    version: int = Field(ge=1, description="Of the directory: a later change has a higher one")
    changed_at: Moment
    before: dict[Word, Any] | None = Field(default=None, description="The record, as in docs/routing.md")
    after: dict[Word, Any] | None = Field(default=None, description="None: it left the network")


class IntakeChanged(ActorFact):
    """The network stopped taking questions, or takes them again. The event's subject is the nil UUID."""

    wire: ClassVar[str] = "intake.changed.v1"

    paused: bool
    notice: Text | None = Field(default=None, description="For the public, while it is paused")
    reason: Line | None = Field(default=None, description="For the network itself")

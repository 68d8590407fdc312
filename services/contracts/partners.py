"""What partner systems publish to `sesame.inbox`, and the receipts that ingest sends back."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, Strict, StringConstraints

from services.contracts.vocabulary import Fact, Language, Line, Moment, PartnerId, Place, Text, Value, Word


def _no_number(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError("a moment is written as in RFC 3339, 2026-11-20T09:12:31Z, not as a number")
    return value


def _a_number(value: object) -> object:
    """JSON Schema's integers: 3 and 3.0, but not "3" and not true."""
    if isinstance(value, str | bool):
        raise ValueError("a whole number is written without quotes")
    return value


class PartnerAsker(Value):
    """The asker, when the network and not the partner shall answer them."""

    mail: Annotated[str, StringConstraints(pattern=r"^[^\s@\x00]+@[^\s@\x00]+$", max_length=320)]
    name: Line | None = None


class QuestionSubmitted(Fact):
    """From a partner: a question for the network. Routing key `partner.<id>.question.submitted.v1`."""

    wire: ClassVar[str] = "question.submitted.v1"

    text: Text
    private_note: Text | None = None
    language: Language | None = None
    subject: Word | None = None
    purpose: Word | None = None
    place: Place | None = None
    publish_consent: Annotated[bool, Strict()] = False
    asker: PartnerAsker | None = None
    asked_at: Annotated[Moment | None, BeforeValidator(_no_number)] = Field(
        default=None, description="When the asker asked, if not just now"
    )
    reference: Line | None = Field(default=None, description="Your own number; comes back in the receipt")


class AnswerSubmitted(Fact):
    """From a partner: the answer to the question that is the event's subject."""

    wire: ClassVar[str] = "answer.submitted.v1"

    text: Text
    sources: tuple[Line, ...] = ()
    effort: Annotated[int, Field(ge=1, le=6), BeforeValidator(_a_number)] | None = Field(
        default=None, description="READ scale"
    )
    subject: Word | None = None


class DeclineSubmitted(Fact):
    """From a partner: no to the question that is the event's subject."""

    wire: ClassVar[str] = "decline.submitted.v1"

    reason: Text | None = None
    refer_to: PartnerId | None = None


class TakeSubmitted(Fact):
    """From a partner: it is on the question that is the event's subject; an answer's time begins."""

    wire: ClassVar[str] = "take.submitted.v1"


class SubmissionAccepted(Fact):
    """To a partner: what you sent is in; its subject is the question's id."""

    wire: ClassVar[str] = "submission.accepted.v1"

    original_id: str
    original_type: str
    reference: Line | None = None


class SubmissionRefused(Fact):
    """To a partner: what you sent was not taken, why, and which field to mend."""

    wire: ClassVar[str] = "submission.refused.v1"

    original_id: str | None = None
    original_type: str | None = None
    reason: str
    field: str | None = None
    value: str | None = None
    retry_after_seconds: int | None = Field(
        default=None, description="Too much for now: send it again then, under the same id"
    )

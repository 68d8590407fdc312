"""What partner systems publish to `sesame.inbox`, and the receipts that ingest sends back."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

from services.contracts.links.seen import is_blank
from services.contracts.vocabulary import (
    PURPOSES,
    THEMES,
    Country,
    Fact,
    Line,
    Moment,
    PartnerId,
    Postcode,
    Text,
    TextFormat,
    Value,
    Word,
)

LANGUAGE_TAG = r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$"


def _a_number(value: object) -> object:
    """JSON Schema's integers: 3 and 3.0, but not "3" and not true."""
    if isinstance(value, str | bool):
        raise ValueError("a whole number is written without quotes")
    return value


def _one_of(known: tuple[str, ...], what: str) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word in known:
            return word
        near = get_close_matches(word, known, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"is no {what} of the network; {meant}there are {', '.join(known)}")

    return check


def _as_format(schema: dict[str, Any]) -> None:
    """Which of all that look like one are languages, no pattern says."""
    schema.pop("pattern", None)
    schema["format"] = "language-tag"


def _as_address(schema: dict[str, Any]) -> None:
    """Which of all that look like one can be written to, no pattern says."""
    schema.pop("pattern", None)
    schema["format"] = "mail-address"


LanguageTag = Annotated[
    str,
    StringConstraints(pattern=LANGUAGE_TAG, max_length=35),
    Field(
        description="ISO 639-1 (fr), ISO 639-2 (fre, fra) or BCP 47 (fr-BE), in any case",
        examples=["fr"],
        json_schema_extra=_as_format,
    ),
]
Theme = Annotated[
    Word, AfterValidator(_one_of(THEMES, "theme")), Field(json_schema_extra={"enum": list(THEMES)})
]
Purpose = Annotated[
    Word, AfterValidator(_one_of(PURPOSES, "purpose")), Field(json_schema_extra={"enum": list(PURPOSES)})
]


AskerAddress = Annotated[
    str,
    StringConstraints(min_length=3, max_length=320, pattern=r"^[^\x00\r\n]*$"),
    Field(json_schema_extra=_as_address),
]


def _seen(text: str) -> str:
    if is_blank(text):
        raise ValueError("must hold at least 1 character that can be seen")
    return text


SeenText = Annotated[Text, AfterValidator(_seen)]
"""What somebody is to read."""


class SubmittedValue(Value):
    """A part of what partners write: a field that nobody reads is a slip of the pen, and is told."""

    model_config = ConfigDict(extra="forbid")


class SubmittedFact(Fact):
    """What partners write. Our own readers overlook what is new; the door names every unknown field."""

    model_config = ConfigDict(extra="forbid")


class PartnerPlace(SubmittedValue):
    """Where the asker is, as far as they said."""

    country: Country = "FR"
    postcode: Postcode | None = None


class PartnerAsker(SubmittedValue):
    """The asker, when the network and not the partner shall answer them."""

    mail: AskerAddress
    name: Line | None = None


class QuestionSubmitted(SubmittedFact):
    """From a partner: a question for the network. Routing key `partner.<id>.question.submitted.v1`."""

    wire: ClassVar[str] = "question.submitted.v1"

    text: SeenText
    private_note: Text | None = None
    language: LanguageTag | None = None
    subject: Theme | None = None
    purpose: Purpose | None = None
    place: PartnerPlace | None = None
    publish_consent: Annotated[bool, Strict()] = False
    asker: PartnerAsker | None = None
    asked_at: Moment | None = Field(default=None, description="When the asker asked, if not just now")
    reference: Line | None = Field(default=None, description="Your own number; comes back in the receipt")


class AnswerSubmitted(SubmittedFact):
    """From a partner: the answer to the question that is the event's subject."""

    wire: ClassVar[str] = "answer.submitted.v1"

    text: SeenText
    format: TextFormat = "plain"
    sources: tuple[Line, ...] = ()
    effort: Annotated[int, Field(ge=1, le=6), BeforeValidator(_a_number)] | None = Field(
        default=None, description="READ scale"
    )
    subject: Theme | None = None
    files: tuple[UUID, ...] = Field(default=(), max_length=3, description="Handed in at the workspace")


class DeclineSubmitted(SubmittedFact):
    """From a partner: no to the question that is the event's subject."""

    wire: ClassVar[str] = "decline.submitted.v1"

    reason: Text | None = None
    refer_to: PartnerId | None = None
    spam: Annotated[bool, Strict()] = Field(
        default=False, description="It is no question: nobody is to answer"
    )


class TakeSubmitted(SubmittedFact):
    """From a partner: it is on the question that is the event's subject; an answer's time begins."""

    wire: ClassVar[str] = "take.submitted.v1"

    by: Line | None = Field(default=None, description="Who of you, as your colleagues may read it")


class ClarificationSubmitted(SubmittedFact):
    """From a partner: a question back to the asker of the question that is the event's subject."""

    wire: ClassVar[str] = "clarification.submitted.v1"

    text: SeenText


class AdditionSubmitted(SubmittedFact):
    """From a partner: more of the answer it gave to the event's subject, or its correction."""

    wire: ClassVar[str] = "addition.submitted.v1"

    text: SeenText
    format: TextFormat = "plain"
    sources: tuple[Line, ...] = ()
    corrects: Annotated[bool, Strict()] = Field(
        default=False, description="The answer was wrong; else it was not all"
    )


class FollowUpSubmitted(SubmittedFact):
    """From the partner that asked for a reader of its own: what the reader adds, replies or asks later."""

    wire: ClassVar[str] = "follow_up.submitted.v1"

    text: SeenText


class ReopeningSubmitted(SubmittedFact):
    """From the partner that asked for a reader of its own: the answer does not help."""

    wire: ClassVar[str] = "reopening.submitted.v1"

    text: SeenText = Field(description="Why not, for the library that is asked next")


TakenFor = Literal[
    "addition",
    "answer",
    "clarification",
    "decline",
    "follow_up",
    "late_answer",
    "late_decline",
    "late_take",
    "question",
    "reopening",
    "spam",
    "take",
]
"""What is late comes from a partner that has the question no more: an answer counts if it is the first, a
decline or take changes nothing."""

RefusedBecause = Literal[
    "ended", "invalid", "reused", "too_large", "too_many", "unknown_question", "unknown_type"
]


class SubmissionAccepted(Fact):
    """To a partner: what you sent is in; its subject is the question's id. Half a minute later at most where
    you were quicker than our own word that the question is yours."""

    wire: ClassVar[str] = "submission.accepted.v1"

    original_id: str
    original_type: str
    reference: Line | None = None
    page_url: Line | None = Field(default=None, description="The asker's own page, for a question")
    taken_for: TakenFor | None = Field(default=None, description="What it counts as, as far as is known now")


def _without_nul(value: object) -> object:
    """No database keeps that character, and what is refused for it is shown to who sent it."""
    return value.replace("\0", "\u2400") if isinstance(value, str) else value


Quoted = Annotated[str, BeforeValidator(_without_nul)]
"""Of what was refused, as it was sent."""


class SubmissionFault(Value):
    """One thing to mend."""

    field: Quoted = Field(description="Dotted path from the top of the event: data.place.country")
    reason: Quoted
    value: Quoted | None = Field(default=None, description="What stood there, cut short")


class SubmissionRefused(Fact):
    """To a partner: what you sent was not taken, why, and which fields to mend. `reason`, `field` and `value`
    are those of the first fault."""

    wire: ClassVar[str] = "submission.refused.v1"

    original_id: Quoted | None = None
    original_type: Quoted | None = None
    code: RefusedBecause = "invalid"
    reason: Quoted = Field(description="For a person to read")
    field: Quoted | None = None
    value: Quoted | None = None
    errors: tuple[SubmissionFault, ...] = Field(
        default=(), description="All faults of fields; none where it could not be read as far as that"
    )
    retry_after_seconds: int | None = Field(
        default=None, description="Too much for now: send it again then, under the same id"
    )

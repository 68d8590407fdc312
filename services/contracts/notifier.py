"""Facts that the notifier announces, and what partner systems read from their queue or webhook."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.reasons import EndCode, Reason, RefusalCode
from services.contracts.vocabulary import (
    Attachment,
    Facets,
    Fact,
    Language,
    Line,
    Moment,
    PartnerId,
    PartnerName,
    Place,
    Text,
    TextFormat,
    Value,
    Word,
)


class QuestionPublished(Fact):
    """An answer is out at one place: with its asker, or in the public archive."""

    wire: ClassVar[str] = "question.published.v1"

    place: Literal["asker", "archive"]
    way: Word = Field(description="mail, page, mastodon, facebook_page, facebook_group, archive")
    answer_id: UUID
    partner: PartnerName
    url: Line | None = None
    answered_at: Moment
    published_at: Moment
    promise_at: Moment
    waited_seconds: float = Field(
        default=0, ge=0, description="How long the network had waited for the asker before the answer"
    )
    waited_working_seconds: float | None = Field(
        default=None, ge=0, description="How much of it was working time, by the clock of the promise"
    )
    facets: Facets


MOST_VIEWS = 30_000


class QuestionViewed(Fact):
    """An answer in the public archive was read: how often since the last word of it, never by whom."""

    wire: ClassVar[str] = "question.viewed.v1"

    views: int = Field(ge=1, le=MOST_VIEWS)
    answer_id: UUID
    partner: PartnerName
    facets: Facets


class DeliveryFailed(Fact):
    """A delivery was given up: somebody has to look."""

    wire: ClassVar[str] = "delivery.failed.v1"

    delivery_id: UUID
    kind: Word
    way: Word
    partner: PartnerId | None = None
    attempts: int = Field(ge=1)
    error: Line


class EntryNoted(Fact):
    """An answer waits for release into the archive, or something became of one. For the workspace alone."""

    wire: ClassVar[str] = "entry.noted.v1"

    number: int = Field(ge=1, description="Its number in the archive")
    state: Literal["held", "published", "kept_private", "withdrawn"]
    version: int = Field(ge=1, description="A later word has a higher one")
    since: Moment | None = Field(default=None, description="So it is since then, however late this is told")


class PersonalMark(Value):
    """Characters `start` to `end` (excluded) of a text that look personal."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    kind: Line


class ShownText(Value):
    """One text of an entry as it came, what looks personal in it, and the text with that replaced."""

    field: Line = Field(description="title, question, answer, source or subject")
    text: str
    proposed: str
    format: TextFormat = "plain"
    marks: tuple[PersonalMark, ...] = ()


class EntryShown(Fact):
    """An entry's texts, where a coordinator asked for them. For the workspace alone, which forgets them
    within a day."""

    wire: ClassVar[str] = "entry.shown.v1"

    number: int = Field(ge=1)
    state: Literal["held", "published"]
    library: Line
    texts: tuple[ShownText, ...] = ()


class DeliveryResumed(Fact):
    """A delivery that was given up is tried again. For the workspace alone."""

    wire: ClassVar[str] = "delivery.resumed.v1"

    delivery_id: UUID


class AddressSilenced(Fact):
    """Mail to an address came back for good: it is not written to any more. For the workspace alone, which
    never learns the address. The event's subject is the question whose mail came back."""

    wire: ClassVar[str] = "address.silenced.v1"

    name: Line = Field(description="The beginning of its keyed digest: by that it is lifted")
    library: Line | None = Field(default=None, description="Partners that are reached there")
    status: Line | None = Field(default=None, description="What the server said, as a code (RFC 3463)")
    since: Moment | None = Field(default=None, description="So it is since then, however late this is told")


class AddressLifted(Fact):
    """The address is written to again. For the workspace alone; the event's subject is the nil UUID."""

    wire: ClassVar[str] = "address.lifted.v1"

    name: Line


class PostNoted(Fact):
    """An answer for a group, where no program may post: a person pastes it there, and says so. For the
    workspace alone."""

    wire: ClassVar[str] = "post.noted.v1"

    delivery_id: UUID
    version: int = Field(ge=1, description="A later word has a higher one")
    text: Text | None = Field(default=None, description="To paste; none: it is posted, or needed no more")
    library: PartnerName | None = None
    url: Line | None = Field(default=None, description="Where the question stands")
    since: Moment | None = Field(default=None, description="So it is since then, however late this is told")


class SimilarAnswer(Value):
    """An answer that everyone can read already and that may be of use."""

    title: Line
    url: Line


class SimilarFound(Fact):
    """The partner that has the question was shown answers of the archive that may help."""

    wire: ClassVar[str] = "similar.found.v1"

    assignment_id: UUID
    partner: PartnerName
    similar: tuple[SimilarAnswer, ...] = Field(min_length=1, description="The most alike first")
    facets: Facets | None = None


class SentMail(Value):
    """One mail that may be answered, as it is known again where it is quoted: see `marks`."""

    question: UUID
    delivery_id: UUID
    role: Literal["partner", "asker"]
    digest: Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{8}$")] = Field(
        description="The party as it stands in signed links"
    )
    kind: Word
    sent_at: Moment
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=]+$")] = Field(
        description="Keyed hashes of its words and links, in order: not to be read by anybody"
    )


class MailsSent(Fact):
    """Mails went out, to be known again in the replies. For ingest alone; the event's subject is the first
    one's question."""

    wire: ClassVar[str] = "mails.sent.v1"

    mails: tuple[SentMail, ...] = Field(min_length=1)


class EarlierAnswer(Value):
    """An answer that was given before, and did not do."""

    partner: PartnerName
    text: Text
    format: TextFormat = "plain"
    sources: tuple[Line, ...] = ()
    answered_at: Moment


class QuestionAssigned(Fact):
    """To a partner: this question is yours until `due_at`. Answer or decline it by your inbox key."""

    wire: ClassVar[str] = "question.assigned.v1"

    assignment_id: UUID
    partner: PartnerId
    text: Text
    private_note: Text | None = None
    language: Language | None = None
    subject: Word | None = None
    place: Place | None = None
    due_at: Moment
    promise_at: Moment
    reasons: tuple[Reason, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    page_url: Line | None = Field(default=None, description="Where a respondent can answer in a browser")
    earlier_answers: tuple[EarlierAnswer, ...] = ()
    reopened_because: Text | None = Field(
        default=None, description="Why they did not do, in the asker's words"
    )
    similar: tuple[SimilarAnswer, ...] = Field(default=(), description="Of the archive, the most alike first")


class AskerReplied(Fact):
    """To a partner: the asker wrote about a question that is yours: a reply to what you asked, more about the
    question or, after your answer, a follow-up with a due time of its own."""

    wire: ClassVar[str] = "asker.replied.v1"

    assignment_id: UUID
    partner: PartnerId
    follow_up_id: UUID
    text: Text
    question_text: Text
    due_at: Moment
    after_answer: bool = Field(default=False, description="Answer it by addition.submitted")
    page_url: Line | None = None


class AnswerDelivered(Fact):
    """To the partner that asked for a reader of its own: the answer, more of it, or its correction."""

    wire: ClassVar[str] = "answer.delivered.v1"

    answer_id: UUID
    kind: Literal["answer", "addition", "correction"]
    answered_by: PartnerName
    text: Text
    format: TextFormat = "plain"
    sources: tuple[Line, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    answered_at: Moment
    reference: Line | None = Field(default=None, description="Your own number for the question")
    page_url: Line | None = Field(default=None, description="The reader's page")


class ClarificationDelivered(Fact):
    """To the partner that asked for a reader of its own: the library that has the question must know more.
    Answer by follow_up.submitted."""

    wire: ClassVar[str] = "clarification.delivered.v1"

    clarification_id: UUID
    asked_by: PartnerName
    text: Text
    ends_at: Moment = Field(description="When the question ends, if no reply came")
    reference: Line | None = Field(default=None, description="Your own number for the question")
    page_url: Line | None = Field(default=None, description="The reader's page")


class AssignmentEnded(Fact):
    """To a partner: this question is no longer yours, and why. Told once of each assignment."""

    wire: ClassVar[str] = "assignment.ended.v1"

    assignment_id: UUID | None = None
    partner: PartnerId
    reason: EndCode | RefusalCode
    refused_text: Text | None = Field(default=None, description="What you wrote and was not passed on")
    answered_by: PartnerName | None = None
    answer_id: UUID | None = None

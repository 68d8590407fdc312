"""Facts that the notifier announces, and what partner systems read from their queue or webhook."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.reasons import Reason
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
    similar: tuple[SimilarAnswer, ...] = Field(default=(), description="Of the archive, the most alike first")


class AssignmentEnded(Fact):
    """To a partner: this question is no longer yours, and why."""

    wire: ClassVar[str] = "assignment.ended.v1"

    assignment_id: UUID | None = None
    partner: PartnerId
    reason: Word = Field(description="answered, overdue, reassigned, withdrawn, closed, already_answered")
    answered_by: PartnerName | None = None
    answer_id: UUID | None = None

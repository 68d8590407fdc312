"""Facts that ingest announces: what came in, by whatever door."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.contracts.vocabulary import (
    AnswerToSender,
    Asker,
    Attachment,
    Facets,
    Fact,
    Language,
    Line,
    MailAddress,
    Moment,
    PartnerId,
    Place,
    Text,
    TextFormat,
    Word,
)


class QuestionReceived(Fact):
    """A question was accepted: it is stored, and will be routed. The event's subject is the question's id."""

    wire: ClassVar[str] = "question.received.v1"

    text: Text = Field(description="The question; may become public when the asker consents")
    facets: Facets
    private_note: Text | None = Field(
        default=None, description="For the router and the partner, never public"
    )
    place: Place | None = None
    publish_consent: bool = False
    asker: Asker | None = Field(default=None, description="For the notifier alone")
    attachments: tuple[Attachment, ...] = ()
    reference: Line | None = Field(default=None, description="The sender's own number for this question")


class AnswerReceived(Fact):
    """A partner handed in an answer. Whether it counts is the router's to say."""

    wire: ClassVar[str] = "answer.received.v1"

    answer_id: UUID
    partner: PartnerId
    text: Text = Field(description="As it was written")
    format: TextFormat = Field(default="plain", description="commonmark: it has marks")
    way: Word = Field(description="How it came: mail, page, api, partner")
    sources: tuple[Line, ...] = ()
    effort: int | None = Field(default=None, ge=1, le=6, description="READ scale, given by the respondent")
    subject: Word | None = Field(default=None, description="The theme, as the respondent sees it")
    attachments: tuple[Attachment, ...] = ()
    facets: Facets | None = None


class QuestionDeclined(Fact):
    """A partner said no, perhaps naming who should be asked instead."""

    wire: ClassVar[str] = "question.declined.v1"

    partner: PartnerId
    way: Word
    reason: Text | None = None
    refer_to: PartnerId | None = None
    facets: Facets | None = None


class QuestionTaken(Fact):
    """A partner said: we are on it. From now it has the time that an answer needs."""

    wire: ClassVar[str] = "question.taken.v1"

    partner: PartnerId
    way: Word = Field(description="mail, page, api, partner, or workspace: by their people there")
    by: Line | None = Field(default=None, description="Who of them, as their colleagues may read it")
    facets: Facets | None = None


class TakeWithdrawn(Fact):
    """A partner that was on it is not any more; it still has the question."""

    wire: ClassVar[str] = "take.withdrawn.v1"

    partner: PartnerId
    way: Word
    facets: Facets | None = None


class ClarificationRequested(Fact):
    """A partner asks the asker back. Whether it may is the router's to say: `question.paused`."""

    wire: ClassVar[str] = "clarification.requested.v1"

    clarification_id: UUID
    partner: PartnerId
    text: Text
    way: Word
    facets: Facets | None = None


class AdditionReceived(Fact):
    """A partner adds to the answer it gave, or corrects it. Whether it goes out is the router's to say."""

    wire: ClassVar[str] = "addition.received.v1"

    addition_id: UUID
    partner: PartnerId
    text: Text
    format: TextFormat = "plain"
    way: Word
    sources: tuple[Line, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    corrects: bool = Field(default=False, description="The answer was wrong; else it was not all")
    facets: Facets | None = None


class ReopeningRequested(Fact):
    """The asker says that the answer does not help, and why. What follows is the router's to say."""

    wire: ClassVar[str] = "reopening.requested.v1"

    reopening_id: UUID
    text: Text
    way: Word
    facets: Facets | None = None


class SpamReported(Fact):
    """A partner says that the question it has is none."""

    wire: ClassVar[str] = "spam.reported.v1"

    partner: PartnerId
    way: Word
    facets: Facets | None = None


class ReplyHeld(Fact):
    """A reply by mail was not understood for sure: nobody was sent it. A library's waits on its page, an
    asker's for a person."""

    wire: ClassVar[str] = "reply.held.v1"

    held_id: UUID
    partner: PartnerId | None = Field(default=None, description="Whose reply; none: the asker's")
    reason: Word = Field(
        description="empty, command, on_it, asks, refusal, receipt, absence, too_quick, ours, another_mail,"
        " unsure, ended"
    )
    facets: Facets | None = None


class HeldNoted(Fact):
    """Something could not be taken as it is and waits for a person. For the workspace alone; the event's
    subject is the nil UUID."""

    wire: ClassVar[str] = "held.noted.v1"

    number: int = Field(ge=1, description="By which it is asked for")
    door: Word
    reason: Word = Field(description="spam, refused, perhaps_automatic, encrypted, unreadable, …")
    size: int = Field(ge=0, description="Bytes")
    received_at: Moment
    question_id: UUID | None = Field(default=None, description="Of a library's reply: what it is about")
    partner: PartnerId | None = Field(default=None, description="Whose reply it is")


class HeldEnded(Fact):
    """It waits no longer: taken in, dropped, or forgotten. For the workspace alone."""

    wire: ClassVar[str] = "held.ended.v1"

    number: int = Field(ge=1)


class HeldShown(Fact):
    """The words of a held thing, as text, where a coordinator asked for them. For the workspace alone, which
    forgets them within a day."""

    wire: ClassVar[str] = "held.shown.v1"

    number: int = Field(ge=1)
    heading: Line | None = Field(default=None, description="The mail's subject")
    text: Text | None = None
    attachments: tuple[Line, ...] = Field(default=(), description="Names of what came with it")
    readable: bool = Field(default=True, description="False: nothing is known of it but its bytes")


class HeldAnswered(Fact):
    """A held mail was dropped, and a coordinator wants its sender told why. For the notifier alone; the
    event's subject is the nil UUID."""

    wire: ClassVar[str] = "held.answered.v1"

    number: int = Field(ge=1)
    mail: MailAddress = Field(description="Where the envelope said that it came from")
    answer: AnswerToSender
    language: Language | None = Field(default=None, description="Of what was written, where it is clear")
    received_at: Moment
    message_id: Line | None = Field(default=None, description="Of the mail that is answered")


class KeyNoted(Fact):
    """A library's program has a key for the HTTP API, was seen with it, or has it no longer, whoever made or
    ended it; the key, and what could be made of it, never. For the workspace alone; the event's subject is
    the nil UUID."""

    wire: ClassVar[str] = "key.noted.v1"

    number: int = Field(ge=1, description="By which it is asked to end: made of nothing of the key")
    partner: PartnerId
    name: Line | None = Field(default=None, description="What it was called when it was made")
    made_by: Line = Field(description="A person of the network, or who operates it")
    made_at: Moment
    used_at: Moment | None = Field(
        default=None, description="Last, to the hour; none: not since this is kept"
    )
    ended_at: Moment | None = None


class QuestionRated(Fact):
    """The asker said how content they are, 1 to 5."""

    wire: ClassVar[str] = "question.rated.v1"

    stars: int = Field(ge=1, le=5)
    comment: Text | None = None
    partner: PartnerId | None = None
    facets: Facets | None = None


class QuestionFollowedUp(Fact):
    """The asker wrote again about the same question: of their own accord, or because they were asked back."""

    wire: ClassVar[str] = "question.followed_up.v1"

    follow_up_id: UUID
    text: Text
    way: Word
    attachments: tuple[Attachment, ...] = ()
    facets: Facets | None = None


class AnswerPosted(Fact):
    """A person put the answer under the post that asked, in a group where no program may write."""

    wire: ClassVar[str] = "answer.posted.v1"

    answer_id: UUID
    partner: PartnerId = Field(description="At whose desk the post was entered")
    facets: Facets | None = None


class QuestionWithdrawn(Fact):
    """The asker took the question back: nothing more is sent, and nothing of it stays public."""

    wire: ClassVar[str] = "question.withdrawn.v1"

    facets: Facets | None = None


class AskerErased(Fact):
    """Everything personal about this question's asker must be forgotten. Counters stay."""

    wire: ClassVar[str] = "asker.erased.v1"

    reason: Literal["wish", "term"] = Field(description="The asker's wish, or the network's term")


class MailBounced(Fact):
    """Mail about this question did not arrive, says a report at the return path of that mail."""

    wire: ClassVar[str] = "mail.bounced.v1"

    address_digest: Line = Field(
        description="Stands for the address in the return path: who has the keys and the address can tell"
    )
    permanent: bool = Field(description="Nobody reads there: it must not be written to again")
    status: Line | None = Field(default=None, description="RFC 3463: 5.1.1")

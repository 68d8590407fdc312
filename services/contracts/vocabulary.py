"""The kinds of value that several events carry."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from services.contracts.addresses import PARTNER_ID_PATTERN

WORD_PATTERN = r"^[a-z][a-z0-9_-]{0,62}$"

# PostgreSQL text holds every character but NUL: a writer that lets one through would be stopped far away.
Text = Annotated[str, StringConstraints(min_length=1, max_length=50_000, pattern=r"^[^\x00]*$")]
TextFormat = Literal["plain", "commonmark"]
"""Of what a library writes: as it stands, or with the marks of CommonMark."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00\r\n]*$")]
Word = Annotated[str, StringConstraints(pattern=WORD_PATTERN)]
PartnerId = Annotated[str, StringConstraints(pattern=PARTNER_ID_PATTERN)]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^\s@\x00]+@[^\s@\x00]+$", max_length=320)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z -]{1,9}$")]


LEAP_SECOND = re.compile(r"(\d\d:\d\d):60")
NUMBER = re.compile(r"(?<!\s)\s*+[-+]?[\d.]++\s*+")


def as_in_rfc_3339(value: object) -> object:
    """It knows a 60th second, Python none: the last one before it. A number, with quotes or without, is no
    moment: some count seconds, some milliseconds."""
    if isinstance(value, int | float) or (isinstance(value, str) and NUMBER.fullmatch(value)):
        raise ValueError("a moment is written as in RFC 3339, 2026-11-20T09:12:31Z, not as a number")
    return LEAP_SECOND.sub(r"\1:59", value) if isinstance(value, str) and ":60" in value else value


def in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies, in UTC, outside of the years 1 to 9999; write one within them") from None


def within_the_calendar(moment: datetime) -> datetime:
    """As it is: whoever reads it may set it in UTC."""
    in_utc(moment)
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(as_in_rfc_3339), AfterValidator(within_the_calendar)]

SOCIAL_DOORS = ("facebook_page", "mastodon")
"""Where people ask in public, and are answered by our own account."""
CHANNELS = tuple(sorted(("api", "desk", "facebook_group", "form", "mail", "partner", *SOCIAL_DOORS)))
"""The ways a question comes in. Readers take any word: a later version may add one."""

THEMES = (
    "arts",
    "droit-demarches",
    "economie-emploi",
    "geographie-voyages",
    "histoire",
    "langues",
    "litterature",
    "sante",
    "sciences",
    "societe",
    "technique-informatique",
    "vie-pratique",
)
PURPOSES = ("curiosity", "personal", "research", "school", "study", "teaching", "work")
"""What may be said of a question by who submits it. Readers take any word: a later version may add one."""

Way = Literal["mail", "queue", "webhook"]
"""How a partner wants to be reached."""


class Value(BaseModel):
    """A frozen part of an event. Readers ignore what they don't know; constructing one validates."""

    model_config = ConfigDict(frozen=True, extra="ignore")


AnswerToSender = Literal["no_advertising", "questions_only", "unreadable", "twice"]
"""What whoever wrote a mail that is dropped can be told: standard sentences, in their language."""


class Fact(Value):
    """The `data` of one kind of event. `wire` is the type that stands in the envelope, with its version."""

    wire: ClassVar[str]


class SaysActor(Value):
    """A copy of before says `hand` for `actor`, while an upgrade lasts."""

    @model_validator(mode="before")
    @classmethod
    def _read_former_word(cls, data: Any) -> Any:
        return {"actor": data["hand"], **data} if isinstance(data, dict) and "hand" in data else data


class ActorFact(SaysActor, Fact):
    """What a person did."""

    actor: Line = Field(description="Who did it")


class Facets(Value):
    """What may be counted about a question: no person, no text. Every fact after `received` repeats it, so
    that a reader needs no other event to understand this one."""

    channel: Word
    received_at: Moment
    language: Language | None = None
    subject: Word | None = None
    purpose: Word | None = None
    origin: PartnerId | None = Field(
        default=None, description="The partner on whose page or desk it was asked"
    )
    department: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,3}$")] | None = Field(
        default=None, description="French département of the asker: 75, 2A, 974"
    )
    country: Country | None = None

    def found_out(self) -> str:
        """JSON of those that the router finds out where the asker did not say them: ingest announces what was
        said. All facts of the router about one question have the same."""
        return self.model_dump_json(include={"language", "department"}, exclude_none=True)


class Place(Value):
    """Where the asker is, as far as they said."""

    country: Country = "FR"
    postcode: Postcode | None = None


AddressProof = Literal["typed", "claimed", "return_path", "authenticated"]


class Asker(Value):
    """How to answer the asker. For the notifier alone: never sent to a partner, a webhook or a log."""

    mail: Annotated[str, StringConstraints(pattern=r"^[^\s@\x00]+@[^\s@\x00]+$", max_length=320)] | None = (
        None
    )
    proof: AddressProof = Field(
        default="typed",
        description="What speaks for the address being the asker's own: typed in somewhere; claimed by a"
        " mail's From that nothing supports; its return path; authenticated by our mail server",
    )
    name: Line | None = None
    message_id: Line | None = Field(default=None, description="Message-ID of the mail that asked (RFC 5322)")
    subject_line: Line | None = Field(default=None, description="Subject of the mail that asked")
    account: Line | None = Field(default=None, description="The handle in a social channel")
    post_url: Line | None = Field(default=None, description="The public post that asked")
    post_id: Line | None = None
    post_visibility: Line | None = Field(
        default=None, description="Who sees the post: public, unlisted, private, direct"
    )
    post_warning: Line | None = Field(default=None, description="What the channel shows before its words")
    page_url: Line | None = Field(default=None, description="The asker's own page, by an unguessable link")


class Attachment(Value):
    """A file that lies beside the event, never in it."""

    name: Line
    media_type: Line
    size: int = Field(ge=0, description="Bytes")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    url: Line


class PartnerName(Value):
    id: PartnerId
    name: Line


class Reach(Value):
    """How the partner wants to hear of the question: a mail address, its queue, or a webhook's URL."""

    way: Way
    address: Line


class FactMark(Value):
    """Where in the facts that a service has announced: they are told by question, then by id."""

    question: UUID
    event: Line


class ToldFact(Value):
    """A fact as it was announced: its event's subject, id, type without version, time, and its data without
    what the workspace may not write down."""

    question: UUID
    event: Line
    type: Line
    at: Moment
    data: dict[str, Any]

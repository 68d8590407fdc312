"""What the workspace announces: that a person is to be written to; and what it asks of keys."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.coordinator import CoordinatorRequest
from services.contracts.vocabulary import Fact, Language, Line, MailAddress, Moment, PartnerId, Text, Word


class SignInRequested(Fact):
    """A person of the network asked to be let in, or was invited. The event's subject is the sign-in's id.

    Confidential: for the notifier alone, which writes the link. The token in that link is made of the
    subject by a key that notifier and workspace share (`links.sign_in_token`), so it never travels here.
    """

    wire: ClassVar[str] = "sign_in.requested.v1"

    person_id: UUID
    mail: MailAddress
    name: Line
    language: Language
    kind: Literal["sign_in", "invitation"]
    expires_at: Moment = Field(description="Until when the link opens anything")
    invited_by: Line | None = None


class ApplicantTold(Fact):
    """A library asks to join the network: whoever applied proves their address (`joining`), a coordinator
    hears that it waits (`applied`), the applicant that it was refused (`not_joined`). The event's subject is
    the application's id, of which the link is made as a sign-in's.

    Confidential: for the notifier alone.
    """

    wire: ClassVar[str] = "applicant.told.v1"

    mail: MailAddress
    name: Line
    language: Language
    library: Line
    kind: Literal["joining", "applied", "not_joined"]
    expires_at: Moment | None = Field(default=None, description="Until when the link opens anything")
    reason: Text | None = Field(default=None, description="Why it was refused, for the applicant to read")


class LibraryReaddressed(Fact):
    """What goes to a library goes elsewhere: each mail address it had hears so, lest somebody takes its
    questions in silence. The event's subject is the nil UUID.

    Confidential: for the notifier alone. The new address is not named.
    """

    wire: ClassVar[str] = "library.readdressed.v1"

    mail: MailAddress = Field(description="One that the library had before; it may stay one of its own")
    partner: PartnerId
    library: Line
    version: int = Field(ge=1, description="Of the directory: one word of each change to each address")
    language: Language
    actor: Line = Field(description="Who did it")
    changed_at: Moment


class ColleagueCalled(Fact):
    """A colleague called this person in a note about a question of their library. The event's subject is the
    question's id; nothing of the note or the question travels.

    Confidential: for the notifier alone.
    """

    wire: ClassVar[str] = "colleague.called.v1"

    note_id: UUID
    person_id: UUID
    mail: MailAddress
    name: Line
    language: Language
    called_by: Line
    theme: Word | None = Field(default=None, description="The question's subject, one of the network's")


class KeyChangeRequested(CoordinatorRequest):
    """From the coordinator or a library's lead: a new key for its programs; those before open nothing."""

    wire: ClassVar[str] = "key_change.requested.v1"

    partner: PartnerId
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of the key, which itself is shown once and never travels"
    )
    number: int | None = Field(
        default=None, ge=1, description="The one it stands for from now on; none: for all of them"
    )


class KeyEndRequested(CoordinatorRequest):
    """From the coordinator or a library's lead: this key of its programs opens nothing any more."""

    wire: ClassVar[str] = "key_end.requested.v1"

    partner: PartnerId
    number: int = Field(ge=1, description="As `key.noted` tells it")


class KeyListRequested(CoordinatorRequest):
    """From the workspace: tell again which keys programs have."""

    wire: ClassVar[str] = "key_list.requested.v1"

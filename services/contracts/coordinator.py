"""What the coordinator asks at the workspace, on `sesame.coordinator`, and the receipts of whoever does it.

The workspace alone may write there (`coordinator.<type>`): it has looked who asks. Each request is done once
and answered, done or refused with a code; its subject is the question's id, or the nil UUID.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.vocabulary import (
    AnswerToSender,
    Fact,
    FactMark,
    Line,
    Moment,
    PartnerId,
    Text,
    TextFormat,
    ToldFact,
    Word,
)


class CoordinatorRequest(Fact):
    """Who asks, and why."""

    by: Line = Field(description="The person's name, for the history")
    reason: Line | None = None


class AssignRequested(CoordinatorRequest):
    """From the coordinator: give the question to this partner, whoever has it now."""

    wire: ClassVar[str] = "assign.requested.v1"

    partner: PartnerId


class RouteRequested(CoordinatorRequest):
    """From the coordinator: let the router decide anew."""

    wire: ClassVar[str] = "route.requested.v1"


class TakeBackRequested(CoordinatorRequest):
    """From the coordinator: take the question from the partner that has it."""

    wire: ClassVar[str] = "take_back.requested.v1"


class CloseRequested(CoordinatorRequest):
    """From the coordinator: the question is out of scope; the asker is told why."""

    wire: ClassVar[str] = "close.requested.v1"

    explanation: Text = Field(description="For the asker")


class SpamRequested(CoordinatorRequest):
    """From the coordinator: it is no question, and nobody is told anything."""

    wire: ClassVar[str] = "spam.requested.v1"


class ResolveRequested(CoordinatorRequest):
    """From the coordinator: what the asker wrote after the answer needs no message."""

    wire: ClassVar[str] = "resolve.requested.v1"


class SettleRequested(ResolveRequested):
    """How a workspace of before says it, while an upgrade lasts."""

    wire: ClassVar[str] = "settle.requested.v1"


class ReopenRequested(CoordinatorRequest):
    """From the coordinator: ask again, after an answer or a closing."""

    wire: ClassVar[str] = "reopen.requested.v1"


class ExtendRequested(CoordinatorRequest):
    """From the coordinator: promise the asker another moment."""

    wire: ClassVar[str] = "extend.requested.v1"

    promise_at: Moment


class IntakeChangeRequested(CoordinatorRequest):
    """From the coordinator: take no questions, with a public notice; without one, take them again."""

    wire: ClassVar[str] = "intake_change.requested.v1"

    notice: Text | None = None


class PartnerChangeRequested(CoordinatorRequest):
    """From the coordinator, or the lead of that library: these fields of its record in the directory."""

    wire: ClassVar[str] = "partner_change.requested.v1"

    partner: PartnerId
    fields: dict[Word, Any] = Field(
        min_length=1, description="As in a partner's record (docs/routing.md); an empty one: as by default"
    )
    version: int | None = Field(default=None, description="Of the record that was looked at")


class PartnerAdmitRequested(CoordinatorRequest):
    """From the coordinator, who has looked: this library joins the network, with this record."""

    wire: ClassVar[str] = "partner_admit.requested.v1"

    partner: PartnerId
    fields: dict[Word, Any] = Field(min_length=1, description="As in a partner's record (docs/routing.md)")


class ExplanationRequested(CoordinatorRequest):
    """From the workspace: tell why the question is where it is."""

    wire: ClassVar[str] = "explanation.requested.v1"


class DirectoryRequested(CoordinatorRequest):
    """From the workspace: tell the whole directory and its history again."""

    wire: ClassVar[str] = "directory.requested.v1"


class HeldListRequested(CoordinatorRequest):
    """From the workspace: tell again what is held."""

    wire: ClassVar[str] = "held_list.requested.v1"


class OutgoingListRequested(CoordinatorRequest):
    """From the workspace: tell again which answers wait for release or are out, which ones a person must
    post, and who is not written to."""

    wire: ClassVar[str] = "outgoing_list.requested.v1"


class FactsRequested(CoordinatorRequest):
    """From the workspace: tell again what was announced of questions, the next page of it."""

    rebuild: UUID = Field(description="Of which rebuild this is: each page is asked for after the one before")
    after: FactMark | None = Field(default=None, description="The last fact told; none: from the beginning")


class IngestFactsRequested(FactsRequested):
    """From the workspace: tell again what ingest announced of questions, a page of it."""

    wire: ClassVar[str] = "ingest_facts.requested.v1"


class RouterFactsRequested(FactsRequested):
    """From the workspace: tell again what the router announced of questions, a page of it."""

    wire: ClassVar[str] = "router_facts.requested.v1"


class NotifierFactsRequested(FactsRequested):
    """From the workspace: tell again what the notifier announced of questions, a page of it."""

    wire: ClassVar[str] = "notifier_facts.requested.v1"


class HeldRequest(CoordinatorRequest):
    """What is asked of one held thing."""

    number: int = Field(ge=1, description="As `held.noted` tells it")


class HeldShowRequested(HeldRequest):
    """From the coordinator: show the words of what is held."""

    wire: ClassVar[str] = "held_show.requested.v1"


class HeldReleaseRequested(HeldRequest):
    """From the coordinator, who has looked: take it in after all."""

    wire: ClassVar[str] = "held_release.requested.v1"


class HeldDropRequested(HeldRequest):
    """From the coordinator, who has looked: forget it for good."""

    wire: ClassVar[str] = "held_drop.requested.v1"

    answer: AnswerToSender | None = Field(default=None, description="To whom a mail came from; none: nothing")


class RetryRequested(CoordinatorRequest):
    """From the coordinator: try a delivery again that was given up."""

    wire: ClassVar[str] = "retry.requested.v1"

    delivery_id: UUID


class LiftRequested(CoordinatorRequest):
    """From the coordinator: write again to an address whose mail came back."""

    wire: ClassVar[str] = "lift.requested.v1"

    name: Line = Field(description="As `address.silenced` tells it")


class PostedRequested(CoordinatorRequest):
    """From the coordinator: this answer stands in its group now."""

    wire: ClassVar[str] = "posted.requested.v1"

    delivery_id: UUID
    url: Line | None = Field(default=None, description="Where it can be read; none: at the question")


class EntryRequest(CoordinatorRequest):
    """What is asked of one entry of the archive."""

    number: int = Field(ge=1, description="As `entry.noted` tells it")


class EntryShowRequested(EntryRequest):
    """From the coordinator: show an entry, with what looks personal in it."""

    wire: ClassVar[str] = "entry_show.requested.v1"


class EntryReleaseRequested(EntryRequest):
    """From the coordinator, who has looked: everyone may read it, in these words."""

    wire: ClassVar[str] = "entry_release.requested.v1"

    title: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00\r\n]*$")]
    question: Annotated[str, StringConstraints(max_length=50_000, pattern=r"^[^\x00]*$")]
    answer: Annotated[str, StringConstraints(max_length=50_000, pattern=r"^[^\x00]*$")]
    format: TextFormat = Field(default="plain", description="Of the answer")
    sources: tuple[Line, ...] = ()
    subject: Line | None = None


class EntryKeepRequested(EntryRequest):
    """From the coordinator: it stays with its asker."""

    wire: ClassVar[str] = "entry_keep.requested.v1"


class EntryWithdrawRequested(EntryRequest):
    """From the coordinator: take it off the archive; no text of it is kept."""

    wire: ClassVar[str] = "entry_withdraw.requested.v1"


class RequestDone(Fact):
    """To the workspace: what was asked is done; what follows from it are facts of their own."""

    wire: ClassVar[str] = "request.done.v1"

    request_id: str
    request_type: str


class RequestRefused(Fact):
    """To the workspace: what was asked was not done, and nothing was changed."""

    wire: ClassVar[str] = "request.refused.v1"

    request_id: str
    request_type: str
    code: Word = Field(
        description="changed_meanwhile, emptied_field, faulty_field, has_it_already, impossible,"
        " known_partner, moment_passed, nobody_has_it, not_answerable, not_open, not_so_any_more,"
        " nothing_failed, nothing_held, nothing_silenced, nothing_to_post, nothing_weighs, stays_held, unfit,"
        " unknown_partner, unknown_question, waits_for_asker, walled"
    )
    reason: str = Field(description="For an operator to read")
    field: Line | None = None
    value: Line | None = Field(default=None, description="The code's parameter: a state, a moment, an id")


class FactsTold(Fact):
    """To the workspace: a page of what this service announced of questions, and where to go on."""

    wire: ClassVar[str] = "facts.told.v1"

    rebuild: UUID
    service: Word
    facts: tuple[ToldFact, ...] = ()
    after: FactMark | None = Field(default=None, description="Where to go on; none: that was all")

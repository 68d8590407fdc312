"""The broker's names and shapes: the one place from which services, docs and definitions are made."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.contracts import explained, ingest, notifier, partners, router, workspace
from services.contracts.catalogue import CONFIDENTIAL, DOES, FACTS, FORMER, TO_COORDINATOR
from services.contracts.vocabulary import Fact

EVENTS = "sesame.events"
INBOX = "sesame.inbox"
COORDINATOR = "sesame.coordinator"
PARTNERS = "sesame.partners"
DEAD = "sesame.dead"

EXCHANGES: Mapping[str, str] = MappingProxyType(
    {EVENTS: "topic", INBOX: "topic", COORDINATOR: "topic", PARTNERS: "topic", DEAD: "direct"}
)
"""Exchange → its type. All durable."""

LARGEST_BODY = 1_048_576
"""Bytes of one event at most, for the broker's setting `max_message_size`: a service sees the size of what it
has in its memory already. Twice what is taken of partners."""

HEARS: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {
        "ingest": (
            router.QuestionRouted,
            router.QuestionAnswered,
            router.AnswerRefused,
            router.AnswerAdded,
            router.AnswerCorrected,
            router.QuestionPaused,
            router.QuestionResumed,
            router.QuestionOverdue,
            router.QuestionUnroutable,
            router.FollowUpRouted,
            router.FollowUpUnhandled,
            router.QuestionClosed,
            router.QuestionReopened,
            router.QuestionHandled,
            router.IntakeChanged,
            notifier.QuestionPublished,
            notifier.SimilarFound,
            notifier.MailsSent,
        ),
        "router": (
            ingest.QuestionReceived,
            ingest.AnswerReceived,
            ingest.QuestionDeclined,
            ingest.QuestionTaken,
            ingest.TakeWithdrawn,
            ingest.ClarificationRequested,
            ingest.AdditionReceived,
            ingest.QuestionFollowedUp,
            ingest.ReopeningRequested,
            ingest.SpamReported,
            ingest.QuestionWithdrawn,
            ingest.AskerErased,
        ),
        "notifier": (
            ingest.QuestionReceived,
            ingest.QuestionFollowedUp,
            ingest.ReplyHeld,
            ingest.HeldAnswered,
            ingest.QuestionRated,
            ingest.AnswerPosted,
            ingest.QuestionWithdrawn,
            ingest.AskerErased,
            ingest.MailBounced,
            router.QuestionRouted,
            router.QuestionReminded,
            router.QuestionAnswered,
            router.AnswerRefused,
            router.QuestionOverdue,
            router.QuestionUnroutable,
            router.QuestionPaused,
            router.ClarificationReminded,
            router.QuestionResumed,
            router.FollowUpRouted,
            router.FollowUpUnhandled,
            router.AnswerAdded,
            router.AnswerCorrected,
            router.QuestionClosed,
            router.QuestionReopened,
            router.QuestionHandled,
            workspace.SignInRequested,
            workspace.ApplicantTold,
            workspace.LibraryReaddressed,
            workspace.ColleagueCalled,
        ),
        "metrics": tuple(fact for fact in FACTS if fact not in CONFIDENTIAL),
        "workspace": (
            ingest.QuestionReceived,
            ingest.AnswerReceived,
            ingest.QuestionDeclined,
            ingest.QuestionTaken,
            ingest.ReplyHeld,
            ingest.HeldNoted,
            ingest.HeldEnded,
            ingest.HeldShown,
            ingest.KeyNoted,
            ingest.TakeWithdrawn,
            ingest.ReopeningRequested,
            ingest.SpamReported,
            ingest.QuestionFollowedUp,
            ingest.QuestionRated,
            ingest.QuestionWithdrawn,
            ingest.AskerErased,
            router.QuestionRouted,
            router.QuestionAnswered,
            router.AnswerRefused,
            router.AnswerAdded,
            router.AnswerCorrected,
            router.QuestionPaused,
            router.QuestionResumed,
            router.FollowUpRouted,
            router.FollowUpUnhandled,
            router.QuestionOverdue,
            router.QuestionUnroutable,
            router.QuestionClosed,
            router.QuestionReopened,
            router.QuestionHandled,
            router.IntakeChanged,
            explained.QuestionExplained,
            explained.WeightsChanged,
            explained.WeightsSimulated,
            router.PartnerChanged,
            notifier.QuestionPublished,
            notifier.SimilarFound,
            notifier.DeliveryFailed,
            notifier.DeliveryResumed,
            notifier.EntryNoted,
            notifier.EntryShown,
            notifier.AddressSilenced,
            notifier.AddressLifted,
            notifier.PostNoted,
        ),
    }
)
"""Service → the facts its queue is bound to."""

SERVICES = tuple(HEARS)

TOLD_AGAIN = frozenset(
    {
        *(fact.wire for fact in HEARS["workspace"] if fact not in CONFIDENTIAL),
        notifier.DeliveryResumed.wire,
    }
)
"""Facts of questions' lives, which whoever announced them keeps to tell the workspace again. The rest of what
it hears is told again as a list of what is so now."""

RECEIPTS = (partners.SubmissionAccepted, partners.SubmissionRefused)


def coordinator_key(fact: type[Fact]) -> str:
    """Routing key of a coordinator's request on its exchange, and of the receipt on `sesame.partners`."""
    return f"coordinator.{fact.wire}"


ASKED_BY_WORKSPACE = "/sesame/workspace"
"""The source of what the workspace asks in a partner's name."""

TAKEN_IN_WORKSPACE = "workspace"
"""The way of a taking that it asked for."""


def workspace_key(receipt: type[Fact]) -> str:
    """Routing key on `sesame.partners` of the receipt of what the workspace asked."""
    return f"workspace.{receipt.wire}"


def _asked_of(service: str) -> tuple[tuple[str, str], ...]:
    former = (fact for fact, now in FORMER.items() if now in DOES[service])
    return tuple((COORDINATOR, coordinator_key(fact)) for fact in (*DOES[service], *former))


ALSO_READS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "ingest": ((INBOX, "partner.#"), *_asked_of("ingest")),
        "router": _asked_of("router"),
        "notifier": _asked_of("notifier"),
        "workspace": (
            *((PARTNERS, workspace_key(fact)) for fact in RECEIPTS),
            *((PARTNERS, coordinator_key(fact)) for fact in TO_COORDINATOR),
        ),
    }
)
"""Service → (exchange, routing key) pairs besides the facts. The workspace asks as a partner does, and hears
what became of it by a key of its own: it need not read what every partner's program is told."""

DELIVERY_LIMIT = 50
"""Deliveries of one event before the broker itself takes it for poison: more than restarts can cause."""


MOST_WAITING = 512 * 1024 * 1024
"""Bytes in the queue that partners' programs publish to: a thousand of the largest events, a million usual
ones. The other queues have no such bound: one service that stands still must not stop the others."""


def routing_key(fact: type[Fact]) -> str:
    """The wire name without its version: `question.received`."""
    return unversioned(fact.wire)


def unversioned(wire: str) -> str:
    return wire.rpartition(".")[0]


def bindings(service: str) -> tuple[tuple[str, str], ...]:
    """(exchange, routing key) pairs of one service's queue."""
    keys = sorted({routing_key(fact) for fact in HEARS[service]})
    return (*((EVENTS, key) for key in keys), *ALSO_READS.get(service, ()))


def dead_queue(service: str) -> str:
    return f"{service}.dead"


def queue_arguments(service: str) -> dict[str, Any]:
    """Quorum, at-least-once dead-lettering (needs reject-publish), and a delivery limit (3.x has none). Where
    strangers' programs write, a length: what is over it is refused to the publisher, who still has it."""
    bound = {"x-max-length-bytes": MOST_WAITING} if service == "ingest" else {}
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": service,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": DELIVERY_LIMIT,
        **bound,
    }


PARTNER_QUEUE_ARGUMENTS: Mapping[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
"""Nothing is dropped: a program that hands a question back again and again harms nobody but itself. Where no
limit is said, RabbitMQ 4 drops at the 21st delivery. All who make such a queue must make it alike."""


def partner_queue(partner: str) -> str:
    return f"partner.{partner}"


def partner_key(partner: str, fact: type[Fact]) -> str:
    """Routing key on `sesame.partners` and `sesame.inbox`: `partner.bpi.question.assigned.v1`."""
    return f"partner.{partner}.{fact.wire}"

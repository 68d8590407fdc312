"""Facts as the other services announce them, made up for counting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import ingest, notifier, router, topology
from services.contracts.envelope import Event
from services.contracts.vocabulary import Facets, Fact, PartnerName, Reach

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VIEWS = 4
REACH = Reach(way="queue", address="partner.bpi")


def facets(channel: str = "mail", hours: int = 0, **more: Any) -> Facets:
    return Facets(channel=channel, received_at=MONDAY + timedelta(hours=hours), **more)


def name(partner: str) -> PartnerName:
    return PartnerName(id=partner, name=partner.title())


def received(cut: Facets, _partner: str) -> Fact:
    return ingest.QuestionReceived(text="Who built the first lighthouse?", facets=cut)


def submitted(cut: Facets, partner: str) -> Fact:
    return ingest.AnswerReceived(
        answer_id=uuid4(), partner=partner, text="Sostratus of Cnidus.", way="mail", facets=cut
    )


def routed(cut: Facets, partner: str) -> Fact:
    return router.QuestionRouted(
        assignment_id=uuid4(),
        partner=name(partner),
        reach=REACH,
        attempt=1,
        due_at=cut.received_at + timedelta(days=1),
        promise_at=cut.received_at + timedelta(days=3),
        facets=cut,
    )


def answered(cut: Facets, partner: str) -> Fact:
    return router.QuestionAnswered(
        answer_id=uuid4(),
        assignment_id=uuid4(),
        partner=name(partner),
        text="Sostratus of Cnidus.",
        effort=3,
        answered_at=cut.received_at + timedelta(hours=20),
        promise_at=cut.received_at + timedelta(days=3),
        facets=cut,
    )


def published(cut: Facets, partner: str) -> Fact:
    return notifier.QuestionPublished(
        place="asker",
        way="mail",
        answer_id=uuid4(),
        partner=name(partner),
        answered_at=cut.received_at + timedelta(hours=20),
        published_at=cut.received_at + timedelta(hours=21),
        promise_at=cut.received_at + timedelta(days=3),
        facets=cut,
    )


def viewed(cut: Facets, partner: str) -> Fact:
    return notifier.QuestionViewed(views=VIEWS, answer_id=uuid4(), partner=name(partner), facets=cut)


def declined(cut: Facets, partner: str) -> Fact:
    return ingest.QuestionDeclined(partner=partner, way="page", facets=cut)


def rated(cut: Facets, partner: str) -> Fact:
    return ingest.QuestionRated(stars=5, partner=partner, facets=cut)


def erased(_cut: Facets, _partner: str) -> Fact:
    return ingest.AskerErased(reason="wish")


MAKERS: tuple[Callable[[Facets, str], Fact], ...] = (
    received,
    routed,
    submitted,
    answered,
    published,
    viewed,
    declined,
    rated,
    erased,
)


def event(fact: Fact, *, id_: str | None = None, at: datetime = MONDAY) -> Event[Any]:
    return Event(
        id=id_ or str(uuid4()), source="/sesame/test", type=fact.wire, subject=uuid4(), time=at, data=fact
    )


def letter(event: Event[Any]) -> IncomingMessage:
    key = event.type.rpartition(".")[0]
    return IncomingMessage(topology.EVENTS, key, "application/cloudevents+json", event.id, event.encode())


def life(question: UUID, cut: Facets, partner: str) -> list[Event[Any]]:
    """The events of a question that goes well."""
    return [
        event(make(cut, partner)).model_copy(update={"subject": question})
        for make in (received, routed, submitted, answered, published, viewed)
    ]

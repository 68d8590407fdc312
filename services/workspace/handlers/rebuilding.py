"""The read model from nothing: each service tells again what it announced, page by page, as we ask."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.coordinator import (
    DirectoryRequested,
    FactsRequested,
    FactsTold,
    HeldListRequested,
    IngestFactsRequested,
    NotifierFactsRequested,
    OutgoingListRequested,
    RouterFactsRequested,
)
from services.contracts.links.kept import kept
from services.contracts.notifier import DeliveryFailed, DeliveryResumed
from services.contracts.vocabulary import FactMark
from services.contracts.workspace import KeyListRequested
from services.workspace.domain.read_model import Heard
from services.workspace.handlers import failing
from services.workspace.handlers.hearing import fold
from services.workspace.handlers.steering import ask_unnamed
from services.workspace.store import rebuilds

BY = "workspace rebuild"

LISTS = (DirectoryRequested, HeldListRequested, KeyListRequested, OutgoingListRequested)
"""What is told again as it is now."""

FACTS: Mapping[str, type[FactsRequested]] = {
    "ingest": IngestFactsRequested,
    "router": RouterFactsRequested,
    "notifier": NotifierFactsRequested,
}
"""Service → how it is asked for what it announced."""

OF_DELIVERIES = tuple(topology.routing_key(fact) for fact in (DeliveryFailed, DeliveryResumed))


async def begin(unit: Unit) -> UUID:
    """Ask everybody, whatever is known here; what comes is put beside it."""
    id_ = uuid7()
    for wish in LISTS:
        ask_unnamed(unit, wish(by=BY))
    await rebuilds.begin(unit.db, list(FACTS), id_, unit.now)
    for service in FACTS:
        _ask(unit, service, id_, None)
    return id_


def _ask(unit: Unit, service: str, rebuild: UUID, after: FactMark | None) -> None:
    ask_unnamed(unit, FACTS[service](by=BY, rebuild=rebuild, after=after))


async def told(unit: Unit, page: FactsTold) -> None:
    """Facts known here change nothing; the others are put where they would have come. Then the next page."""
    for fact in page.facts:
        if fact.type in OF_DELIVERIES:
            await failing.told_again(unit, fact)
        else:
            one = Heard(fact.event, fact.type, fact.at, kept(fact.data))
            unit.pending(fold, list[tuple[UUID, Heard]]).append((fact.question, one))
    counts = await rebuilds.note(
        unit.db, page.service, page.rebuild, len(page.facts), unit.now, last=page.after is None
    )
    if counts and page.after is not None:
        _ask(unit, page.service, page.rebuild, page.after)

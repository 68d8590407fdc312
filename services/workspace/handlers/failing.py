"""What was not delivered and who is not written to: heard of in any order, mended by asking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.coordinator import LiftRequested, RetryRequested
from services.contracts.envelope import Event
from services.contracts.notifier import AddressLifted, AddressSilenced, DeliveryFailed, DeliveryResumed
from services.contracts.vocabulary import ToldFact
from services.workspace.handlers.steering import LONGEST_LINE, Coordinator, ask
from services.workspace.store import facts
from services.workspace.store.coordinator import failures


async def failed(unit: Unit, event: Event[DeliveryFailed]) -> None:
    await _failed(unit, event.data.model_dump(), event.subject, event.time)


async def resumed(unit: Unit, event: Event[DeliveryResumed]) -> None:
    await failures.resumed(unit.db, event.data.delivery_id, event.time)


async def told_again(unit: Unit, fact: ToldFact) -> None:
    """What was given up, or tried again since: the later word counts, however often either comes."""
    delivery = UUID(fact.data["delivery_id"])
    if fact.type == topology.routing_key(DeliveryResumed):
        await failures.resumed(unit.db, delivery, fact.at)
    else:
        await _failed(unit, {**fact.data, "delivery_id": delivery}, fact.question, fact.at)


async def _failed(unit: Unit, data: Mapping[str, Any], question: UUID, at: datetime) -> None:
    """Of somebody who is erased no word of a mail server is kept, for it may name them; who tells it again
    may have taken it out already."""
    erased = await facts.is_erased(unit.db, question)
    await failures.failed(
        unit.db,
        data["delivery_id"],
        question,
        data["kind"],
        data["way"],
        data.get("partner"),
        data["attempts"],
        "" if erased else data.get("error", ""),
        at,
    )


async def silenced(unit: Unit, event: Event[AddressSilenced]) -> None:
    fact = event.data
    since = fact.since or event.time
    await failures.silenced(unit.db, fact.name, fact.library, fact.status, since, event.time)


async def lifted(unit: Unit, event: Event[AddressLifted]) -> None:
    await failures.lifted(unit.db, event.data.name, event.time)


async def retry(unit: Unit, who: Coordinator, form: str, delivery: UUID) -> None:
    fact = RetryRequested(by=who.name[:LONGEST_LINE], delivery_id=delivery)
    await ask(unit, who, form, fact, None, str(delivery))


async def lift(unit: Unit, who: Coordinator, form: str, name: str) -> None:
    fact = LiftRequested(by=who.name[:LONGEST_LINE], name=name)
    await ask(unit, who, form, fact, None, name)

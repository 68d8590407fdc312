"""Who speaks is told by the key that the broker looks at, and by nothing else in a message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import EventReader, Reader
from services.chassis.messaging.requests import request_reader
from services.contracts import topology
from services.contracts.catalogue import DOES
from services.contracts.coordinator import HeldDropRequested, IntakeChangeRequested, SettleRequested
from services.contracts.envelope import CONTENT_TYPE, Event, NotAnEvent
from services.contracts.router import IntakeChanged
from services.contracts.vocabulary import Fact
from services.ingest.entrypoints.mail.held_orders import HeldOrderReader

NOBODY = UUID(int=0)
FOREIGN = ("partner.lyon.question.submitted.v1", "question.received", "coordinator.x", "x")


async def nothing(*_: Any) -> None:
    """Does nothing: it is the reading that is tried."""


READERS: list[tuple[str, Reader, Fact, str]] = [
    (
        topology.COORDINATOR,
        request_reader("router", cast("Any", dict.fromkeys(DOES["router"], nothing))),
        IntakeChangeRequested(by="Claire", notice="Fermé"),
        "coordinator.intake_change.requested.v1",
    ),
    (
        topology.COORDINATOR,
        request_reader("router", cast("Any", dict.fromkeys(DOES["router"], nothing))),
        SettleRequested(by="Claire"),
        "coordinator.settle.requested.v1",
    ),
    (
        topology.COORDINATOR,
        HeldOrderReader(),
        HeldDropRequested(by="Claire", number=1),
        "coordinator.held_drop.requested.v1",
    ),
    (
        topology.EVENTS,
        EventReader({IntakeChanged: nothing}),
        IntakeChanged(paused=True, notice="Fermé", actor="Claire"),
        "intake.changed",
    ),
]


@pytest.mark.parametrize(("exchange", "reader", "fact", "key"), READERS)
def test_an_event_is_read_under_its_own_key_alone(
    exchange: str, reader: Reader, fact: Fact, key: str
) -> None:
    event = Event(id="1", source="/evil", type=fact.wire, subject=NOBODY, time=datetime.now(UTC), data=fact)

    def letter(routing_key: str) -> IncomingMessage:
        return IncomingMessage(exchange, routing_key, CONTENT_TYPE, "1", event.encode())

    assert reader.read(letter(key)).id == "1"
    for foreign in FOREIGN:
        with pytest.raises(NotAnEvent, match="routing_key"):
            reader.read(letter(foreign))

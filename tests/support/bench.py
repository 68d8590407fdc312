"""The chassis as tests drive it: one service's consume path on a real database, letters made by hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from asyncpg import Pool, Record
from prometheus_client import CollectorRegistry
from uuid_utils.compat import uuid7

from services.chassis.clock import SystemClock
from services.chassis.messaging.consume import Handling, readers_of
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import EventReader, Reader, Subscriptions
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts import topology
from services.contracts.catalogue import FACTS
from services.contracts.envelope import Event, event_readers
from services.contracts.vocabulary import Fact

MOMENT = datetime(2026, 11, 20, 9, 12, 31, tzinfo=UTC)

READERS = event_readers(FACTS)


@dataclass
class Bench:
    """What a service's handlers are tried on: settle letters, then look at the outbox and the tables."""

    service: str
    pool: Pool[Record]
    transactions: Transactions
    instruments: MessagingMetrics = field(default_factory=lambda: MessagingMetrics(CollectorRegistry()))
    woken: int = 0

    def handling(self, subscriptions: Subscriptions, others: Mapping[str, Reader] | None = None) -> Handling:
        readers = readers_of(EventReader(subscriptions), others or {})
        handling = Handling(self.transactions, readers, self.instruments)
        self.transactions.redeliver = handling.redeliver
        return handling

    async def announced(self) -> list[Event[Any]]:
        """The facts in the outbox, in the order they were written."""
        rows = await self.pool.fetch(
            "SELECT body FROM outbox WHERE exchange = $1 ORDER BY id", topology.EVENTS
        )
        return [_read(row["body"]) for row in rows]

    async def dead(self) -> list[dict[str, Any]]:
        """Headers of the dead letters in the outbox."""
        rows = await self.pool.fetch(
            "SELECT headers FROM outbox WHERE exchange = $1 ORDER BY id", topology.DEAD
        )
        return [json.loads(row["headers"]) for row in rows]


@asynccontextmanager
async def bench(url: str, service: str) -> AsyncIterator[Bench]:
    async with await open_pool(url, name=service, size=4) as pool:
        yield Bench(service, pool, Transactions(pool, service, SystemClock()))


def letter_of(
    fact: Fact,
    question: UUID,
    *,
    source: str = "/sesame/test",
    id_: str | None = None,
    time: datetime = MOMENT,
) -> IncomingMessage:
    """The fact as the broker would bring it."""
    event = Event(
        id=id_ or str(uuid7()), source=source, type=fact.wire, subject=question, time=time, data=fact
    )
    return IncomingMessage(
        topology.EVENTS,
        topology.routing_key(type(fact)),
        "application/cloudevents+json",
        event.id,
        event.encode(),
    )


def _read(body: bytes) -> Event[Any]:
    reader = READERS[json.loads(body)["type"]]
    event = reader.model_validate_json(body)
    assert isinstance(event, Event)
    return event

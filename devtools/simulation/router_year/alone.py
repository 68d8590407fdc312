"""The router alone: its own handlers, timers and SQL on tables that are gone afterwards, and no broker.

PostgreSQL looks for a table among a session's temporary ones first. So the same SQL plays here, the real ones
are not touched, and all of it is gone with the connection.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg import Pool, Record
from prometheus_client import CollectorRegistry
from uuid_utils.compat import uuid7

from devtools.simulation.router_year import people
from devtools.simulation.router_year.stage import COORDINATOR, Asking
from services.chassis.messaging.consume import Handling, readers_of
from services.chassis.messaging.incoming import FactReader, IncomingMessage
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import Db
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts import topology
from services.contracts.catalogue import FACTS
from services.contracts.envelope import Event, decode, event_readers
from services.contracts.ingest import AnswerReceived, QuestionDeclined, QuestionReceived
from services.contracts.vocabulary import Facets, Fact, Place
from services.router.domain.partner import Partner
from services.router.entrypoints import subscriptions
from services.router.entrypoints.timers import Timers
from services.router.handlers import coordinator
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Actor
from services.router.store import partner_directory

READERS = event_readers(FACTS)
TICK = timedelta(hours=1)
"""How often the timers look; a breach bears its own moment anyway."""

_ANNOUNCED = "DELETE FROM outbox RETURNING id, body"

_TABLES = """
CREATE TEMPORARY TABLE inbox (LIKE inbox INCLUDING ALL);
CREATE TEMPORARY TABLE outbox (LIKE outbox INCLUDING ALL);
CREATE TEMPORARY TABLE waiting (LIKE waiting INCLUDING ALL);
CREATE TEMPORARY TABLE network (LIKE network INCLUDING ALL);
CREATE TEMPORARY TABLE partner (LIKE partner INCLUDING ALL);
CREATE TEMPORARY TABLE partner_history (LIKE partner_history INCLUDING ALL);
CREATE TEMPORARY TABLE load (LIKE load INCLUDING ALL);
CREATE TEMPORARY TABLE question (LIKE question INCLUDING ALL);
CREATE TEMPORARY TABLE assignment (LIKE assignment INCLUDING ALL);
CREATE TEMPORARY TABLE decision (LIKE decision INCLUDING ALL);
CREATE TEMPORARY TABLE history (LIKE history INCLUDING ALL);
INSERT INTO network DEFAULT VALUES;
"""


@dataclass
class _OwnClock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Alone:
    """A stage: what the router announces is read from its outbox, as the notifier would hear it."""

    def __init__(self, desk: RoutingContext, pool: Pool[Record]) -> None:
        self._desk = desk
        self._pool = pool
        self._clock = _OwnClock(datetime.min.replace(tzinfo=UTC))
        self._fired = self._clock.moment
        self._transactions = Transactions(pool, "router", self._clock)
        readers = readers_of(FactReader(subscriptions.subscriptions(desk)), {})
        self._handling = Handling(self._transactions, readers, MessagingMetrics(CollectorRegistry()))
        self._timers = Timers(desk, pool, self._transactions.begin, self._clock)

    async def go_to(self, moment: datetime) -> None:
        self._clock.moment = moment
        if moment - self._fired >= TICK:
            self._fired = moment
            await self._timers.fire()

    async def ask(self, asking: Asking) -> None:
        fact = QuestionReceived(
            text=asking.text,
            facets=Facets(received_at=asking.asked_at, **asking.facets),
            place=Place(postcode=asking.postcode) if asking.postcode else None,
        )
        await self._tell(fact, uuid7())

    async def answer(self, question: UUID, partner: str) -> None:
        await self._tell(
            AnswerReceived(answer_id=uuid7(), partner=partner, text=people.ANSWER, way="page"), question
        )

    async def decline(self, question: UUID, partner: str) -> None:
        await self._tell(QuestionDeclined(partner=partner, way="page"), question)

    async def assign(self, question: UUID, partner: str, reason: str) -> None:
        async with self._transactions.begin(question) as unit:
            await coordinator.assign(self._desk, unit, question, Actor(COORDINATOR, reason), partner)

    async def close(self, question: UUID, explanation: str) -> None:
        async with self._transactions.begin(question) as unit:
            await coordinator.close(self._desk, unit, question, Actor(COORDINATOR), explanation)

    async def change(self, changed: Sequence[Partner]) -> None:
        async with self._transactions.begin() as unit:
            changes = await partner_directory.compare(unit.db, changed, whole=False)
            await partner_directory.apply(unit.db, changes, hand=COORDINATOR, now=unit.now)

    async def heard(self) -> Sequence[Event[Any]]:
        rows = await self._pool.fetch(_ANNOUNCED)
        events = (decode(row["body"], READERS) for row in sorted(rows, key=lambda row: row["id"]))
        return [event for event in events if isinstance(event, Event)]

    async def _tell(self, fact: Fact, question: UUID) -> None:
        event: Event[Any] = Event(
            id=str(uuid7()),
            source="/sesame/year",
            type=fact.wire,
            subject=question,
            time=self._clock.moment,
            data=fact,
        )
        key = topology.routing_key(type(fact))
        await self._handling.settle([IncomingMessage(topology.EVENTS, key, "", event.id, event.encode())])


@asynccontextmanager
async def tables_apart(url: str) -> AsyncIterator[Pool[Record]]:
    """One connection, never exchanged for another; should it be, the new one has a stage of its own: no query
    can reach the real tables."""
    async with asyncpg.create_pool(
        url,
        min_size=1,
        max_size=1,
        max_queries=sys.maxsize,
        max_inactive_connection_lifetime=0,
        init=_set_up,
        server_settings={"jit": "off"},
    ) as pool:
        yield pool


async def _set_up(db: Db) -> None:
    await db.execute(_TABLES)

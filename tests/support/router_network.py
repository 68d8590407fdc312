"""A small network to try the router on: partners, questions, and the consume path on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from prometheus_client import CollectorRegistry
from uuid_utils.compat import uuid7

from services.chassis.messaging.consume import Handling
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.transaction import Transactions
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts import topology
from services.contracts.envelope import Event
from services.contracts.ingest import (
    AdditionReceived,
    AnswerReceived,
    ClarificationRequested,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionReceived,
)
from services.contracts.vocabulary import Facets, Fact
from services.router.domain.partner import Partner, ReachedBy
from services.router.entrypoints import subscriptions
from services.router.entrypoints.requests import requests
from services.router.handlers import weighing
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Actor
from services.router.settings import RouterSettings
from services.router.store import partner_directory
from services.router.store import weights as weights_store
from tests.support.bench import Bench, letter_of

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""Ten in the morning in Paris."""


@dataclass
class OwnClock:
    """Stands still until it is told."""

    moment: datetime = MONDAY

    def now(self) -> datetime:
        return self.moment

    def wait(self, length: timedelta) -> None:
        self.moment += length


@dataclass
class Network:
    """The router of a test: `tell` it facts, look at what it `announced`."""

    bench: Bench
    clock: OwnClock
    context: RoutingContext
    handling: Handling = field(init=False)

    def __post_init__(self) -> None:
        others = {topology.COORDINATOR: requests(self.context)}
        self.handling = self.bench.handling(subscriptions.subscriptions(self.context), others)

    async def tell(self, fact: Fact, question: UUID) -> None:
        await self.settle([letter_of(fact, question, time=self.clock.now())])

    async def settle(self, letters: Sequence[IncomingMessage]) -> None:
        await self.handling.settle(letters)

    async def announced(self, kind: type[Fact], question: UUID | None = None) -> list[Any]:
        events = await self.events(question)
        return [event.data for event in events if isinstance(event.data, kind)]

    async def events(self, question: UUID | None = None) -> list[Event[Any]]:
        events = await self.bench.announced()
        return [event for event in events if question in (None, event.subject)]

    async def ask(self, **facets: Any) -> UUID:
        """A question of the network; returns its id."""
        question = uuid7()
        await self.tell(received(self.clock.now(), **facets), question)
        return question

    async def value(self, query: str, *arguments: object) -> Any:
        return await self.bench.pool.fetchval(query, *arguments)

    async def import_partners(self, wanted: Sequence[Partner]) -> None:
        async with self.bench.transactions.begin() as unit:
            changes = await partner_directory.compare(unit.db, wanted, whole=True)
            await partner_directory.apply(unit.db, changes, actor="test", now=unit.now)

    async def weigh(self, **points: float) -> None:
        """From now on these parts weigh so much; the others as before."""
        async with self.bench.transactions.begin() as unit:
            known, version = await weights_store.held(unit.db)
            await weighing.change(unit, replace(known, **points), version, Actor("test"))


@asynccontextmanager
async def network(
    url: str,
    wanted: Sequence[Partner],
    *,
    clock: OwnClock | None = None,
    weights: Mapping[str, float] | None = None,
    **settings: Any,
) -> AsyncIterator[Network]:
    clock = clock or OwnClock()
    options = RouterSettings(amqp_url="amqp://unused", database_url=url, **settings)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        transactions = Transactions(pool, "router", clock)
        bench = Bench("router", pool, transactions, MessagingMetrics(CollectorRegistry()))
        made = Network(bench, clock, RoutingContext.of(options))
        await made.import_partners(wanted)
        if weights:
            await made.weigh(**weights)
        yield made


def library(name: str, **fields: Any) -> Partner:
    """A library that is reached by mail."""
    return Partner(id=name, name=name.title(), reach=ReachedBy("mail", f"{name}@libraries.example"), **fields)


def received(at: datetime, **facets: Any) -> QuestionReceived:
    return QuestionReceived(
        text="Où trouver les plans du canal de Bourgogne ?",
        facets=Facets(**{"channel": "form", "received_at": at, **facets}),
    )


def answer(partner: str, **fields: Any) -> AnswerReceived:
    given = {"answer_id": uuid7(), "text": "Aux archives de la Côte-d'Or, série XIV F.", "way": "page"}
    return AnswerReceived(partner=partner, **{**given, **fields})


def asks_back(partner: str, text: str = "De quel canal parlez-vous ?") -> ClarificationRequested:
    return ClarificationRequested(clarification_id=uuid7(), partner=partner, text=text, way="page")


def writes(text: str) -> QuestionFollowedUp:
    """The asker."""
    return QuestionFollowedUp(follow_up_id=uuid7(), text=text, way="mail")


def adds(partner: str, *, corrects: bool = False) -> AdditionReceived:
    text = "Le plan est de 1833." if corrects else "Un second plan est à Dijon."
    return AdditionReceived(
        addition_id=uuid7(), partner=partner, text=text, format="commonmark", way="page", corrects=corrects
    )


def decline(partner: str, refer_to: str | None = None) -> QuestionDeclined:
    return QuestionDeclined(partner=partner, way="mail", reason="Hors de nos fonds.", refer_to=refer_to)

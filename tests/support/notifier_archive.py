"""The archive as tests open it: its real application on a real database, asked through HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from asyncpg import Pool, Record
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from services.chassis.face import NetworkFace
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import Subscriptions
from services.contracts import coordinator, topology
from services.contracts.envelope import Event
from services.contracts.notifier import EntryShown, ShownText
from services.contracts.vocabulary import Asker, Fact, TextFormat
from services.notifier.entrypoints import subscriptions
from services.notifier.entrypoints.archive import app
from services.notifier.entrypoints.archive.page_views import PageViews
from services.notifier.entrypoints.archive.pages import ArchivePages
from services.notifier.entrypoints.archive.public import ArchiveSite
from services.notifier.entrypoints.requests import requests
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.facts.decisions import CoordinatorAddress
from services.notifier.handlers.outcomes import Outcomes
from tests.support import notifier_facts as made
from tests.support.bench import MOMENT, Bench, bench, letter_of
from tests.support.notifier_bench import WALL
from tests.support.servers import Database

URL = "https://archive.example"
COORDINATOR = "Claire Dumas"
NOBODY = UUID(int=0)
NETWORK = "Sésame"


@dataclass
class Archive:
    on: Bench
    reader: httpx.AsyncClient
    views: PageViews
    subscriptions: Subscriptions
    rules: ReleaseRules
    outcomes: Outcomes

    async def hear(self, question: UUID, *facts: Fact) -> None:
        letters = [letter_of(fact, question) for fact in facts]
        await self.on.handling(self.subscriptions).settle(letters)

    async def answered(
        self,
        text: str,
        answer: str = made.ANSWER,
        *,
        partner: str = "bpi",
        asker: Asker | None = made.ASKER,
        consent: bool = True,
        sources: tuple[str, ...] | None = None,
        subject: str | None = None,
        form: TextFormat = "plain",
    ) -> UUID:
        """A question asked and answered; gives its id. What is None is as in `notifier_facts`."""
        question = uuid4()
        received = made.received(asker=asker, publish_consent=consent)
        reply = made.answered(question, partner=partner, publish_consent=consent)
        await self.hear(
            question,
            received.model_copy(update={"text": text}),
            reply.model_copy(update={"text": answer, "format": form} | _said(sources, subject)),
        )
        return question

    async def number_of(self, question: UUID) -> int:
        number: int = await self.on.pool.fetchval(
            "SELECT number FROM archive_entry WHERE question_id = $1", question
        )
        return number

    async def ask(self, *wishes: coordinator.CoordinatorRequest) -> list[dict[str, Any]]:
        """As the workspace does; their receipts."""
        asked = {topology.COORDINATOR: requests(self.rules, self.outcomes, (b"k" * 32,))}
        before = len(await self._receipts())
        await self.on.handling(self.subscriptions, asked).settle([request_of(wish) for wish in wishes])
        return (await self._receipts())[before:]

    async def _receipts(self) -> list[dict[str, Any]]:
        rows = await self.on.pool.fetch(
            "SELECT body FROM outbox WHERE exchange = $1 AND routing_key LIKE 'coordinator.%' ORDER BY id",
            topology.PARTNERS,
        )
        return [json.loads(row["body"])["data"] for row in rows]

    async def proposed(self, number: int, field: str) -> list[str]:
        """The texts of one field as they are proposed for release."""
        return [one.proposed for one in await self._shown(number) if one.field == field]

    async def _shown(self, number: int) -> tuple[ShownText, ...]:
        await self.ask(coordinator.EntryShowRequested(by=COORDINATOR, number=number))
        shown = [one.data for one in await self.on.announced() if isinstance(one.data, EntryShown)]
        await self.on.pool.execute("DELETE FROM outbox WHERE routing_key = 'entry.shown'")
        return shown[-1].texts if shown else ()

    async def decide(self, number: int, action: str, **fields: Any) -> dict[str, Any]:
        """The text as it is proposed, and what the coordinator changed in it; gives the receipt."""
        if action == "withdraw":
            [receipt] = await self.ask(coordinator.EntryWithdrawRequested(by=COORDINATOR, number=number))
            return receipt
        texts = await self._shown(number)
        form: dict[str, Any] = {one.field: one.proposed for one in texts if one.field != "source"}
        form["format"] = next(one.format for one in texts if one.field == "answer")
        form["sources"] = tuple(one.proposed for one in texts if one.field == "source")
        wish = coordinator.EntryReleaseRequested(by=COORDINATOR, number=number, **{**form, **fields})
        [receipt] = await self.ask(wish)
        return receipt

    async def released(self, text: str, answer: str = made.ANSWER, **more: Any) -> int:
        """An answer that everyone can read; gives its number."""
        number = await self.number_of(await self.answered(text, answer, **more))
        assert "code" not in await self.decide(number, "release")
        return number

    async def found(self, query: str, **filters: str) -> list[int]:
        reply = await self.reader.get("/api/v1/answers", params={"q": query, **filters})
        return [one["number"] for one in json.loads(reply.content)["answers"]]


def _said(sources: tuple[str, ...] | None, subject: str | None) -> dict[str, Any]:
    facets = made.FACETS.model_copy(update={"subject": subject})
    return ({} if sources is None else {"sources": sources}) | ({"facets": facets} if subject else {})


def request_of(wish: coordinator.CoordinatorRequest) -> IncomingMessage:
    event = Event(
        id=str(uuid4()), source="/sesame/workspace", type=wish.wire, subject=NOBODY, time=MOMENT, data=wish
    )
    key = topology.coordinator_key(type(wish))
    return IncomingMessage(
        topology.COORDINATOR, key, "application/cloudevents+json", event.id, event.encode()
    )


def application(reading: Pool[Record], views: PageViews) -> Starlette:
    pages = ArchivePages(
        face=NetworkFace(name=NETWORK, ask_url="https://ask.example", archive_url=URL),
        archive_url=URL,
        ask_url="https://ask.example",
        zone="Europe/Paris",
    )
    public = ArchiveSite(reading, pages, views, url=URL, network=NETWORK)
    return app.application(public.routes(), pages)


@asynccontextmanager
async def archive(
    database: Database, release: Literal["review", "masked"] = "review"
) -> AsyncIterator[Archive]:
    rules = ReleaseRules(release, URL, WALL)
    coordinator = CoordinatorAddress("coordination@network.example")
    outcomes = Outcomes("coordination@network.example", DeliveryMetrics(CollectorRegistry()))
    heard = subscriptions.subscriptions(
        coordinator, rules, outcomes, (b"k" * 32,), frozenset({"facebook_group"})
    )
    async with bench(database("notifier"), "notifier") as on:
        views = PageViews(on.transactions.begin)
        transport = httpx.ASGITransport(application(on.pool, views), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as reader:
            yield Archive(on, reader, views, heard, rules, outcomes)

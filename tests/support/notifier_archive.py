"""The archive as tests open it: its real application on a real database, asked through HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from services.chassis.face import NetworkFace
from services.chassis.messaging.incoming import Subscriptions
from services.contracts.vocabulary import Asker, Fact
from services.notifier.entrypoints import subscriptions
from services.notifier.entrypoints.archive import app
from services.notifier.entrypoints.archive.page_views import PageViews
from services.notifier.entrypoints.archive.pages import ArchivePages
from services.notifier.entrypoints.archive.posting import Posting
from services.notifier.entrypoints.archive.public import ArchiveSite
from services.notifier.entrypoints.archive.release_desk import DeskCredentials, ReleaseDesk
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.events import CoordinatorAddress
from services.notifier.handlers.outcomes import Outcomes
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench, letter_of
from tests.support.notifier_bench import WALL
from tests.support.servers import Database

URL = "https://archive.example"
KEY = DeskCredentials("coordination", "a long enough password")
NETWORK = "Sésame"


@dataclass
class Archive:
    on: Bench
    reader: httpx.AsyncClient
    desk: httpx.AsyncClient
    views: PageViews
    subscriptions: Subscriptions

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
    ) -> UUID:
        """A question asked and answered; gives its id. What is None is as in `notifier_facts`."""
        question = uuid4()
        received = made.received(asker=asker, publish_consent=consent)
        reply = made.answered(question, partner=partner, publish_consent=consent)
        await self.hear(
            question,
            received.model_copy(update={"text": text}),
            reply.model_copy(update={"text": answer} | _said(sources, subject)),
        )
        return question

    async def number_of(self, question: UUID) -> int:
        number: int = await self.on.pool.fetchval(
            "SELECT number FROM archive_entry WHERE question_id = $1", question
        )
        return number

    async def decide(self, number: int, deed: str, **fields: str) -> httpx.Response:
        """As a browser does it: the form as the page proposes it, and what the coordinator changed in it."""
        page = (await self.desk.get(f"/desk/{number}")).text
        form = {**fields_of(page), "deed": deed, **fields}
        return await self.desk.post(f"/desk/{number}", data=form)

    async def released(self, text: str, answer: str = made.ANSWER, **more: Any) -> int:
        """An answer that everyone can read; gives its number."""
        number = await self.number_of(await self.answered(text, answer, **more))
        assert (await self.decide(number, "release")).status_code == 303
        return number

    async def found(self, query: str, **filters: str) -> list[int]:
        reply = await self.reader.get("/api/v1/answers", params={"q": query, **filters})
        return [one["number"] for one in json.loads(reply.content)["answers"]]


def _said(sources: tuple[str, ...] | None, subject: str | None) -> dict[str, Any]:
    facets = made.FACETS.model_copy(update={"subject": subject})
    return ({} if sources is None else {"sources": sources}) | ({"facets": facets} if subject else {})


FIELD = re.compile(
    r'<input[^>]* name="(\w+)" value="([^"]*)"|<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>'
)


SELECT = re.compile(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected>')


def fields_of(page: str) -> dict[str, str]:
    """Names and values of the fields of a page's form."""
    typed = {a or c: unescape(b or d) for a, b, c, d in FIELD.findall(page)}
    lists = {name: CHOSEN.search(options) for name, options in SELECT.findall(page)}
    return typed | {name: unescape(chosen[1]) if chosen else "" for name, chosen in lists.items()}


def application(on: Bench, rules: ReleaseRules, views: PageViews) -> Starlette:
    pages = ArchivePages(
        face=NetworkFace(name=NETWORK, ask_url="https://ask.example", archive_url=URL),
        archive_url=URL,
        ask_url="https://ask.example",
        zone="Europe/Paris",
    )
    settlement = Outcomes("coordination@network.example", DeliveryMetrics(CollectorRegistry()))
    posting = Posting(on.transactions.begin, settlement, rules.wall)
    desk = ReleaseDesk(on.transactions.begin, posting, pages, rules, KEY)
    public = ArchiveSite(on.pool, pages, views, url=URL, network=NETWORK)
    return app.application(public.routes() + desk.routes(), pages)


@asynccontextmanager
async def archive(
    database: Database, release: Literal["review", "masked"] = "review"
) -> AsyncIterator[Archive]:
    rules = ReleaseRules(release, URL, WALL)
    coordinator = CoordinatorAddress("coordination@network.example")
    settlement = Outcomes("coordination@network.example", DeliveryMetrics(CollectorRegistry()))
    heard = subscriptions.subscriptions(
        coordinator, rules, settlement, (b"k" * 32,), frozenset({"facebook_group"})
    )
    async with bench(database("notifier"), "notifier") as on:
        views = PageViews(on.transactions.begin)
        transport = httpx.ASGITransport(application(on, rules, views), raise_app_exceptions=False)
        client = partial(httpx.AsyncClient, transport=transport, base_url=URL)
        async with client() as reader, client(auth=(KEY.user, KEY.password)) as desk:
            yield Archive(on, reader, desk, views, heard)

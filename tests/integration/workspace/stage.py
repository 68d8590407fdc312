"""The workspace's pages on a real database, with people signed in; facts are told by hand."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import orjson
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from uuid_utils.compat import uuid7

from services.chassis.http.client_addresses import ClientAddresses
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.transaction import Transactions
from services.contracts import topology
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.app import Site
from services.workspace.entrypoints.library.public_data import PublicData
from services.workspace.entrypoints.questions.answer_files import AnswerFiles
from services.workspace.entrypoints.questions.streams import Streams
from services.workspace.entrypoints.receipts import ReceiptReader
from services.workspace.entrypoints.sign_in.guard import COOKIE, Guard
from services.workspace.entrypoints.sign_in.relying_party import RelyingParty
from services.workspace.entrypoints.subscriptions import subscriptions
from services.workspace.handlers import signing_in
from services.workspace.handlers.signing_in import SignInRules
from services.workspace.pages.pages import WorkspacePages
from services.workspace.store import people
from tests.support.bench import Bench, bench
from tests.support.servers import Database

KEY = b"a key that only tests know"
SEAL = re.compile(r'data-seal="(\w+)"')
HOME = "http://workspace.example"
PARTY = RelyingParty("localhost", "http://localhost", "Sésame")


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass
class Someone:
    """A person with a browser of their own; `seal` is that of their forms."""

    id: UUID
    http: httpx.AsyncClient
    seal: str = ""

    async def see(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.http.get(path, headers=headers)
        if found := SEAL.search(answer.text):
            self.seal = found[1]
        return answer

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """As the page's own form does."""
        if not self.seal:
            await self.see("/account")
        return await self.http.post(path, data={"seal": self.seal} | fields)


@dataclass
class Stage:
    on: Bench
    app: Starlette
    guard: Guard
    clock: Hands
    streams: Streams
    stack: AsyncExitStack
    people: dict[str, Someone] = field(default_factory=dict)

    async def tell(self, letters: Sequence[IncomingMessage]) -> None:
        handling = self.on.handling(subscriptions(), {topology.PARTNERS: ReceiptReader()})
        await handling.settle(letters)

    async def browser(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        return await self.stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=HOME))

    async def someone(self, name: str, *members: Member) -> Someone:
        """Signed in, in these roles."""
        person = uuid7()
        async with self.guard.begin() as unit:
            mail = f"{name.lower().replace(' ', '.')}@libraries.example"
            await people.add(unit.db, person, name, mail, "fr", unit.now)
            for member in members:
                await people.join(unit.db, person, member)
            began = await signing_in.begin(unit, self.guard.rules, person, way="mail", agent="a browser")
        http = await self.browser()
        http.cookies.set(COOKIE, began.cookie)
        return Someone(person, http)

    async def requests(self) -> list[dict[str, Any]]:
        """What was asked of the network, in order: routing key and event."""
        rows = await self.on.pool.fetch(
            "SELECT routing_key, body FROM outbox WHERE exchange = ANY($1) ORDER BY id",
            [topology.INBOX, topology.COORDINATOR],
        )
        return [{"key": row["routing_key"], **orjson.loads(row["body"])} for row in rows]


@asynccontextmanager
async def stage(
    database: Database,
    *,
    most_streams: int = 10,
    files: AnswerFiles | None = None,
    party: RelyingParty = PARTY,
    data: PublicData | None = None,
    seen_at: tuple[str, str, str] = ("", "", ""),
) -> AsyncIterator[Stage]:
    async with bench(database("workspace"), "workspace") as on, AsyncExitStack() as stack:
        clock = Hands()
        on.transactions = Transactions(on.pool, "workspace", clock)
        pages = WorkspacePages("Sésame", ZoneInfo("Europe/Paris"))
        rules, callers = SignInRules(KEY, timedelta(hours=12)), ClientAddresses((), CollectorRegistry())
        guard = Guard(on.transactions.begin, rules, pages, secure=False, callers=callers)
        streams = Streams(most_streams)
        data, files = data or PublicData(), files or AnswerFiles()
        site = Site(guard, streams, party=party, files=files, data=data, seen_at=seen_at)
        yield Stage(on, site.app(), guard, clock, streams, stack)

"""All four services as the stage of a year: everything goes in by their doors, as in the world outside.

Askers use the API, partners the broker, the coordinator what the workspace asks; mail goes to a mailbox of
ours. Only the clock is not the system's, and it stands still until everything has come to rest.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg
import httpx
from aio_pika.abc import AbstractExchange
from uuid_utils.compat import uuid7

from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import running_platform
from devtools.servers.servers import DATABASE_URL, running_servers
from devtools.simulation import people
from devtools.simulation.clock import SharedClock
from devtools.simulation.idle_check import IdleCheck, told
from devtools.simulation.listener import Listener, listening
from devtools.simulation.stage import COORDINATOR, Asking
from operations.errors import OperationError
from operations.mailbox import Mail
from services.chassis.messaging.command import command_transactions
from services.chassis.settings import signing_keys
from services.contracts import topology
from services.contracts.catalogue import CONFIDENTIAL
from services.contracts.coordinator import (
    AssignRequested,
    CloseRequested,
    CoordinatorRequest,
    ResolveRequested,
)
from services.contracts.envelope import CONTENT_TYPE, Event, Submission
from services.contracts.links.signed_links import asker_token
from services.contracts.partners import (
    AdditionSubmitted,
    AnswerSubmitted,
    ClarificationSubmitted,
    DeclineSubmitted,
    PartnerAsker,
    PartnerPlace,
    QuestionSubmitted,
)
from services.contracts.vocabulary import Fact
from services.router.domain.partner import Partner
from services.router.store import partner_directory

KIND = re.compile(rb"^X-Sesame: (\S+)", re.MULTILINE)
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = (0.02, 0.008)
"""Seconds between two looks at the tables, the last again and again: looking costs the services time."""

SETTINGS = {
    "SESAME_TIMER_SECONDS": "0.02",
    "SESAME_METRICS_FOLD_SECONDS": "1",
    "SESAME_RATING_DAYS": "0",
    "SESAME_LOG_LEVEL": "WARNING",
}


class NoRest(OperationError):
    """Something goes on for ever, or a service is down."""


@dataclass
class Services:
    clock: SharedClock
    idle: IdleCheck
    listener: Listener
    metrics: httpx.AsyncClient
    _inbox: AbstractExchange
    _asked: AbstractExchange
    _askers: httpx.AsyncClient
    _database: str
    _link_keys: Sequence[bytes]
    mails: Counter[str]
    """What went out by mail, by kind."""
    _numbers: count[int] = field(default_factory=count)
    _heard: int = 0
    _actions: list[Coroutine[Any, Any, None]] = field(default_factory=list)
    """Of people who do not wait for one another: `heard` does them together."""

    async def go_to(self, moment: datetime) -> None:
        self.clock.set(moment)

    async def ask(self, asking: Asking) -> None:
        """On a partner's page, by its program; else by the network's own API."""
        facets = dict(asking.facets)
        question = QuestionSubmitted(
            text=asking.text,
            asked_at=asking.asked_at,
            language=facets.get("language"),
            subject=facets.get("subject"),
            place=PartnerPlace(postcode=asking.postcode) if asking.postcode else None,
            asker=PartnerAsker(mail=f"asker-{next(self._numbers)}@askers.example"),
        )
        origin = facets.get("origin")
        self._actions.append(self._submit(origin, question, None) if origin else self._ask_here(question))

    async def answer(self, question: UUID, partner: str) -> None:
        answer = AnswerSubmitted(text="Aux archives de la Côte-d'Or, série XIV F.")
        self._actions.append(self._submit(partner, answer, question))

    async def decline(self, question: UUID, partner: str) -> None:
        self._actions.append(self._submit(partner, DeclineSubmitted(reason=people.REFUSAL), question))

    async def ask_back(self, question: UUID, partner: str) -> None:
        self._actions.append(self._submit(partner, ClarificationSubmitted(text=people.ASKED_BACK), question))

    async def add(self, question: UUID, partner: str) -> None:
        self._actions.append(self._submit(partner, AdditionSubmitted(text=people.ADDED), question))

    async def correct(self, question: UUID, partner: str) -> None:
        corrected = AdditionSubmitted(text=people.CORRECTED, corrects=True)
        self._actions.append(self._submit(partner, corrected, question))

    async def write(self, question: UUID, text: str) -> None:
        self._actions.append(self._on_page(question, "follow-up", text))

    async def ask_again(self, question: UUID) -> None:
        self._actions.append(self._on_page(question, "reopen", people.DID_NOT_HELP))

    async def _on_page(self, question: UUID, form: str, text: str) -> None:
        page = f"/q/{asker_token(self._link_keys, question)}/{form}"
        answered = await self._askers.post(page, data={"text": text})
        if not answered.has_redirect_location:
            raise OperationError(f"{form} of question {question}: {answered.status_code} {answered.text}")

    async def _ask_here(self, question: QuestionSubmitted) -> None:
        body = question.model_dump(mode="json", exclude_none=True)
        (await self._askers.post("/api/v1/questions", json=body)).raise_for_status()

    async def _submit(self, partner: str, fact: Fact, question: UUID | None) -> None:
        event: Submission[Any] = Submission(
            id=str(uuid7()),
            source=f"/{partner}",
            type=fact.wire,
            subject=str(question) if question else None,
            data=fact,
        )
        self.idle.expect("ingest", event.id)
        message = aio_pika.Message(event.encode(), content_type=CONTENT_TYPE, delivery_mode=2)
        await self._inbox.publish(message, topology.partner_key(partner, type(fact)))

    async def assign(self, question: UUID, partner: str, reason: str) -> None:
        await self._handle(question, AssignRequested(by=COORDINATOR, partner=partner, reason=reason))

    async def close(self, question: UUID, explanation: str) -> None:
        await self._handle(question, CloseRequested(by=COORDINATOR, explanation=explanation))

    async def resolve(self, question: UUID) -> None:
        await self._handle(question, ResolveRequested(by=COORDINATOR))

    async def _handle(self, question: UUID, wish: CoordinatorRequest) -> None:
        """As the workspace asks it."""
        event: Event[Any] = Event(
            id=str(uuid7()),
            source="/sesame/workspace",
            type=wish.wire,
            subject=question,
            time=self.clock.now(),
            data=wish,
        )
        self.idle.expect("router", event.id)
        message = aio_pika.Message(event.encode(), content_type=CONTENT_TYPE, delivery_mode=2)
        await self._asked.publish(message, topology.coordinator_key(type(wish)))

    async def change(self, changed: Sequence[Partner]) -> None:
        """As an operator's file does: whole records."""
        wanted = [people.within_reach(partner) for partner in changed]
        async with (
            command_transactions("router", self._database) as transactions,
            transactions.begin() as unit,
        ):
            changes = await partner_directory.compare(unit.db, wanted, whole=False)
            await partner_directory.apply(unit.db, changes, actor=COORDINATOR, now=self.clock.now())

    async def heard(self) -> Sequence[Event[Any]]:
        async with asyncio.TaskGroup() as together:
            while self._actions:
                together.create_task(self._actions.pop(0))
        await self._until_at_rest()
        new = self.listener.facts[self._heard :]
        self._heard = len(self.listener.facts)
        return new

    async def _until_at_rest(self) -> None:
        """At rest twice, with all heard in between: what was published in between would have been missed."""
        since, seen, calm = time.monotonic(), self._heard, False
        rests = chain(LOOK_SECONDS, repeat(LOOK_SECONDS[-1]))
        while True:
            await self.listener.all_heard()
            new = self.listener.facts[seen:]
            seen += len(new)
            for event in new:
                self.idle.published(event.type, event.id)
            if calm and not new:
                return
            moving = await self.idle.moving(self.clock.now())
            calm = not moving
            if moving:
                if time.monotonic() - since > PATIENCE_SECONDS:
                    raise NoRest(f"no rest after {PATIENCE_SECONDS:g} s: {', '.join(told(moving.items()))}")
                await asyncio.sleep(next(rests))

    @property
    def to_count(self) -> int:
        """Facts that metrics hears: not what is for one service alone."""
        secret = {fact.wire for fact in CONFIDENTIAL}
        return sum(event.type not in secret for event in self.listener.facts)

    async def counted(self) -> int:
        """Facts that metrics has counted, once it no longer lags behind."""
        since = time.monotonic()
        while (count := await self.idle.counted()) < self.to_count or await self.idle.pending():
            if time.monotonic() - since > PATIENCE_SECONDS:
                break
            await asyncio.sleep(0.1)
        return count

    async def dead_letters(self) -> int:
        queues = [
            await self.listener.channel.declare_queue(topology.dead_queue(name), passive=True)
            for name in topology.SERVICES
        ]
        return sum(queue.declaration_result.message_count or 0 for queue in queues)

    async def received(self, year: int, wanted: int) -> int:
        """Questions of the year in the key figures as metrics publishes them, once they don't lag behind."""
        since, received = time.monotonic(), 0
        while received < wanted and time.monotonic() - since < PATIENCE_SECONDS:
            answer = (await self.metrics.get(f"/figures/{year}.json")).raise_for_status()
            received = answer.json()["headlines"]["received"]["n"]
            await asyncio.sleep(0.1)
        return received


def _count_mail(mails: Counter[str], mail: Mail) -> None:
    if kind := KIND.search(mail.content):
        mails[kind[1].decode()] += 1


@asynccontextmanager
async def services(folder: Path) -> AsyncIterator[Services]:
    """The four services on private servers, ready, until the block ends."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(running_servers(folder, fsync=False, environ={}))
        mails: Counter[str] = Counter()
        listener = partial(_count_mail, mails)
        mailbox = await stack.enter_async_context(running_mailbox(folder / "mails", listener))
        clock_file = folder / "clock"
        clock = SharedClock.made(clock_file)
        platform = await stack.enter_async_context(
            running_platform(
                folder,
                servers,
                smtp_port=mailbox.port,
                settings=SETTINGS,
                program=lambda name: ("-m", "devtools.simulation.service", name, str(clock_file)),
            )
        )
        connection = await stack.enter_async_context(await aio_pika.connect(servers.amqp_url))
        channel = await connection.channel()
        db = await asyncpg.connect(servers.database_url)
        stack.push_async_callback(db.close)

        async def client(url: str, **headers: str) -> httpx.AsyncClient:
            return await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, headers=headers, timeout=30)
            )

        yield Services(
            clock=clock,
            idle=IdleCheck(db),
            listener=await stack.enter_async_context(listening(connection)),
            metrics=await client(platform.doors("metrics").url()),
            _inbox=await channel.get_exchange(topology.INBOX),
            _asked=await channel.get_exchange(topology.COORDINATOR),
            _askers=await client(platform.doors("ingest").url()),
            _database=platform.environment("router")[DATABASE_URL],
            _link_keys=signing_keys(platform.environment("ingest")["SESAME_LINK_SECRET"]),
            mails=mails,
        )

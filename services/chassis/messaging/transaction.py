"""One database transaction: what is read and written, and what will be announced once it is committed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import orjson
from asyncpg import Pool, Record
from uuid_utils.compat import uuid7

from services.chassis.clock import Clock
from services.chassis.messaging import inbox, outbox
from services.chassis.messaging.announced import Announced
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.outbox import Saved
from services.chassis.messaging.outgoing import OutgoingMessage
from services.chassis.postgres.database import Db
from services.chassis.telemetry import trace
from services.contracts import topology
from services.contracts.envelope import Event, Notice
from services.contracts.links.kept import kept
from services.contracts.vocabulary import Fact

Pending = TypeVar("Pending")
Write: TypeAlias = Callable[["Unit", Pending], Awaitable[None]]
Redeliver = Callable[["Unit", IncomingMessage], Awaitable[None]]
Enqueue = Callable[[Sequence[Saved]], None]

REFUSAL_SECONDS = 20.0
"""How long one refusal counts: afterwards the next transaction may try whether there is room again."""


class Unit:
    """Use `db` for every statement; announce what happened; leave without error to commit both at once.

    `held` are the questions whose locks this transaction has: what is read of them stays true until it ends.
    """

    def __init__(self, db: Db, service: str, clock: Clock, held: Sequence[UUID] = ()) -> None:
        self.db = db
        self.held = frozenset(held)
        self.now: datetime = clock.now()
        self.service = service
        self._outgoing: list[OutgoingMessage] = []
        self._announced: dict[str, Event[Any]] = {}
        self._pending: dict[Write[Any], Any] = {}
        self._arrived: dict[UUID, None] = {}
        self._again: list[IncomingMessage] = []

    def announce(self, fact: Fact, *, question: UUID) -> Event[Any]:
        """A fact for everybody bound to it on `sesame.events`."""
        event = Event(**self._envelope(fact), subject=question)
        key = topology.routing_key(type(fact))
        self.send(OutgoingMessage.event(topology.EVENTS, key, event.id, event.encode()))
        if event.type in topology.TOLD_AGAIN:
            self._announced[event.id] = event
        return event

    def tell_partner(self, partner: str, fact: Fact, *, question: UUID | None) -> Notice[Any]:
        """A fact for one partner system's own queue."""
        notice = Notice(**self._envelope(fact), subject=question)
        key = topology.partner_key(partner, type(fact))
        self.send(OutgoingMessage.event(topology.PARTNERS, key, notice.id, notice.encode()))
        return notice

    def tell_workspace(self, receipt: Fact, *, question: UUID | None) -> Notice[Any]:
        """The receipt of what it asked in a partner's name."""
        notice = Notice(**self._envelope(receipt), subject=question)
        key = topology.workspace_key(type(receipt))
        self.send(OutgoingMessage.event(topology.PARTNERS, key, notice.id, notice.encode()))
        return notice

    def tell_coordinator(self, receipt: Fact, *, question: UUID) -> Event[Any]:
        """The receipt of a request, for the workspace."""
        event = Event(**self._envelope(receipt), subject=question)
        key = topology.coordinator_key(type(receipt))
        self.send(OutgoingMessage.event(topology.PARTNERS, key, event.id, event.encode()))
        return event

    def send(self, outgoing: OutgoingMessage) -> None:
        """Anything else for the broker."""
        self._outgoing.append(outgoing)

    def mark(self) -> int:
        """What has been said so far, for `back_to`."""
        return len(self._outgoing)

    def back_to(self, mark: int) -> None:
        """Say nothing of what was said since: it was undone."""
        del self._outgoing[mark:]

    def pending(self, write: Write[Pending], new: Callable[[], Pending]) -> Pending:
        """What handlers gather and `write(unit, gathered)` writes once, after all of them: the place for sums
        in one statement. Made by `new` when it is first asked for."""
        if write not in self._pending:
            self._pending[write] = new()
        gathered: Pending = self._pending[write]
        return gathered

    async def write_now(self, write: Write[Any]) -> None:
        """Not only before the commit: a query is to see what was gathered for it."""
        if write in self._pending:
            await write(self, self._pending.pop(write))

    def holds(self, questions: Iterable[UUID]) -> None:
        """Their locks were taken by a statement of this transaction."""
        self.held |= frozenset(questions)

    async def write_all(self) -> None:
        """Everything that was gathered."""
        while self._pending:
            await self.write_now(next(iter(self._pending)))

    def drop_gathered(self) -> None:
        """What was gathered since all was written: it was undone."""
        self._pending.clear()

    async def arrived(self, question: UUID) -> None:
        """The question stands now: what came before it is handed out before this unit commits."""
        self._arrived[question] = None

    def again(self, message: IncomingMessage) -> None:
        """A message that its reader kept: handled before this unit commits, after what it has in hand."""
        self._again.append(message)

    def _envelope(self, fact: Fact) -> dict[str, Any]:
        return {
            "id": str(uuid7()),
            "source": f"/sesame/{self.service}",
            "type": fact.wire,
            "time": self.now,
            "traceparent": trace.child(trace.current()),
            "data": fact,
        }

    async def finish(self, redeliver: Redeliver, *, handed: bool) -> Sequence[Saved]:
        """Do what was put off until commit; gives what is to be published after it."""
        await self._hand_out(redeliver)
        while self._pending:
            await self.write_all()
            await self._hand_out(redeliver)
        return await outbox.save(self.db, self._outgoing, handed=handed, kept=[*self._to_keep()])

    def _to_keep(self) -> Iterator[Announced]:
        """What will be told again, of what was not undone."""
        for message in self._outgoing:
            if event := self._announced.get(message.message_id):
                yield _announced(event, message.body)

    async def _hand_out(self, redeliver: Redeliver) -> None:
        while self._arrived or self._again:
            arrived, self._arrived = list(self._arrived), {}
            kept, self._again = self._again, []
            early = [
                IncomingMessage(topology.EVENTS, "", "", "", body)
                for body in await inbox.hand_out(self.db, arrived)
            ]
            for message in early + kept:
                await redeliver(self, message)


def _announced(event: Event[Any], body: bytes) -> Announced:
    """`body`: as it was encoded for the broker."""
    data = kept(orjson.loads(body)["data"])
    type_ = topology.unversioned(event.type)
    return Announced(event.subject, event.id, type_, event.time, orjson.dumps(data).decode())


async def nothing_waits(_unit: Unit, _message: IncomingMessage) -> None:
    raise RuntimeError("an event waits here, but this service consumes nothing")


class Begin(Protocol):
    def __call__(self, *questions: UUID) -> AbstractAsyncContextManager[Unit]:
        """One transaction, holding the lock of each question named."""
        ...


class Transactions:
    """Begins units. `enqueue` is given, after each commit, what it left to publish; without one, some running
    copy's relay will find it. `redeliver` handles an event that waited for its question."""

    def __init__(
        self, pool: Pool[Record], service: str, clock: Clock, enqueue: Enqueue | None = None
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._enqueue = enqueue
        self.service = service
        self.redeliver: Redeliver = nothing_waits
        self._refusal: asyncpg.PostgresError | None = None
        self._refused_at = 0.0

    @asynccontextmanager
    async def begin(self, *questions: UUID) -> AsyncIterator[Unit]:
        """One transaction, holding the lock of each question named. An error rolls everything back."""
        try:
            async with self._pool.acquire() as db, db.transaction():
                await inbox.lock(db, self.service, questions)
                unit = Unit(db, self.service, self._clock, questions)
                yield unit
                announced = await unit.finish(self.redeliver, handed=self._enqueue is not None)
        except asyncpg.InsufficientResourcesError as error:
            self._refusal, self._refused_at = error, time.monotonic()
            raise
        self._refusal = None
        if self._enqueue is not None:
            self._enqueue(announced)

    def ask_whether_they_are_kept(self) -> None:
        """Raises when the last transaction found no room (disk full, no memory, no connection left), which no
        question put to the server shows."""
        if self._refusal is not None and time.monotonic() - self._refused_at < REFUSAL_SECONDS:
            raise self._refusal

"""Sending: each way out has a worker that takes what is due, tries it, and notes what became of it.

A delivery is claimed by putting its next attempt one lease ahead. Whoever dies with it in hand leaves it due
again after the lease; the receiver tells the copy by the delivery's id. Any number of copies may run.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.chassis.backoff import backoff_seconds
from services.chassis.messaging.transaction import Begin
from services.chassis.telemetry import trace
from services.chassis.telemetry.log import about
from services.notifier.domain.delivery import Failed, without_addresses
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.outcomes import AttemptOutcome, Outcome, Outcomes
from services.notifier.sending.senders.protocol import Sender
from services.notifier.store import claims

log = logging.getLogger(__name__)


SWEEP_SECONDS, LONGEST_REST_SECONDS = 0.5, 2.0
"""How often to look for what became due, or was left by a crash, when nobody wakes us: at first, and where
again and again there is nothing."""

GATHER_SECONDS = 0.05
"""How long at most the first outcome waits for others that are under way, to be written down in one
transaction."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many deliveries are in hand at once, how long one attempt may take, how long a claim holds."""

    at_once: int
    attempt_seconds: float = 30.0
    lease: timedelta = timedelta(seconds=45)


class DeliveryWorker:
    """One way out. Nothing is claimed that can't be tried at once: a slow receiver holds its own place."""

    def __init__(
        self,
        way: str,
        sender: Sender,
        pace: Pace,
        begin: Begin,
        outcomes: Outcomes,
        brakes: MailBrakes | None = None,
    ) -> None:
        self._brakes = brakes
        self.way = way
        self._sender = sender
        self._pace = pace
        self._begin = begin
        self._outcomes = outcomes
        self._in_hand: dict[UUID, asyncio.Task[None]] = {}
        self._attempted: list[AttemptOutcome] = []
        self._woken = asyncio.Event()
        self._due = asyncio.Event()
        self._freed = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled: then what is in hand is finished, within an attempt's time, and noted."""
        noting = asyncio.create_task(self._note_outcomes(), name=f"{self.way} outcomes")
        try:
            await self._claim_forever()
        finally:
            await self._finish(noting)

    async def _claim_forever(self) -> None:
        delays, rests = backoff_seconds(most=5.0), _rests()
        while True:
            self._woken.clear()
            try:
                taken = await self._take()
            except Exception as error:
                log.warning("%s deliveries held: %s: %s", self.way, type(error).__name__, error)
                await asyncio.sleep(next(delays))
                continue
            delays = backoff_seconds(most=5.0)
            if taken:
                rests = _rests()
            await self._rest(next(rests), hungry=taken > 0)

    async def _take(self) -> int:
        """Claim as many as there is room for; gives how many came."""
        if (room := self._room()) <= 0:
            return 1
        held = self._held()
        async with self._begin() as unit:
            due = await claims.claim(unit.db, self.way, unit.now, room, self._pace.lease, held=held)
            if self._brakes is not None:
                due = await self._brakes.let_through(unit, due)
        self._in_hand |= {delivery.id: asyncio.create_task(self._attempt(delivery)) for delivery in due}
        return len(due)

    def _held(self) -> list[UUID]:
        """What is tried now, or was and could not be noted yet: its lease may have run out meanwhile."""
        return [*self._in_hand, *(one.delivery.id for one in self._attempted)]

    async def _rest(self, seconds: float, *, hungry: bool) -> None:
        """Where there was work there may be more: then only until a good part of its places is free again,
        and not for long, where receivers are slow."""
        if not hungry:
            await _until(self._woken, seconds)
        elif not self._roomy():
            self._freed.clear()
            await _until(self._freed, SWEEP_SECONDS)

    def _room(self) -> int:
        """What waits to be noted holds no receiver, but must not pile up where it can't be noted."""
        return self._pace.at_once - max(len(self._in_hand), len(self._attempted))

    def _roomy(self) -> bool:
        return 2 * self._room() >= self._pace.at_once

    def _tell_of_room(self) -> None:
        if self._roomy():
            self._freed.set()

    async def _attempt(self, delivery: DeliveryAttempt) -> None:
        with trace.span(delivery.traceparent), about(question=delivery.question.id, delivery=delivery.id):
            try:
                outcome = await self._try(delivery)
            finally:  # where the attempt was cancelled, its place is free all the same
                self._in_hand.pop(delivery.id, None)
        self._attempted.append(AttemptOutcome(delivery, outcome))
        self._due.set()
        self._tell_of_room()

    async def _try(self, delivery: DeliveryAttempt) -> Outcome:
        if delivery.is_obsolete:
            return None
        try:
            async with asyncio.timeout(self._pace.attempt_seconds):
                return await self._sender.send(delivery)
        except Exception as error:
            return Failed(without_addresses(f"{type(error).__name__}: {error}"))

    async def _note_outcomes(self) -> None:
        while True:
            await _until(self._due, SWEEP_SECONDS)
            self._due.clear()
            await self._note()

    async def _note(self) -> None:
        """Insists: what was sent and not noted would be sent again."""
        delays = backoff_seconds(most=2.0)
        while self._attempted:
            await self._gather()
            batch = list(self._attempted)
            try:
                async with self._begin() as unit:
                    await self._outcomes.record(unit, self.way, batch, random.random)
            except Exception as error:
                log.warning("%s outcomes not noted yet: %s: %s", self.way, type(error).__name__, error)
                await asyncio.sleep(next(delays))
                continue
            del self._attempted[: len(batch)]
            self._tell_of_room()

    async def _gather(self) -> None:
        """No longer than until a good part of the deliveries has come back, or all of it."""
        clock = asyncio.get_running_loop()
        end = clock.time() + GATHER_SECONDS
        while self._in_hand and len(self._attempted) < self._pace.at_once // 4 and clock.time() < end:
            self._due.clear()
            await _until(self._due, end - clock.time())

    async def _finish(self, noting: asyncio.Task[None]) -> None:
        if self._in_hand:
            await asyncio.wait(self._in_hand.values(), timeout=self._pace.attempt_seconds)
        noting.cancel()
        await asyncio.wait((noting,))
        await self._note()


def _rests() -> Iterator[float]:
    return backoff_seconds(first=SWEEP_SECONDS, most=LONGEST_REST_SECONDS)


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return

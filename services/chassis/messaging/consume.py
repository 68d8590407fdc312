"""The one consume wrapper: a batch of messages, one transaction, acknowledged after its commit.

In the transaction: an inbox row per event (one handled before is skipped), the lock of each question, the
handlers in the order of questions, and the outbox rows of what they announced. If anything fails the batch is
rolled back and each event tried alone, so that a bad one harms no neighbour. `errors` says what follows then.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from services.chassis.backoff import backoff_seconds
from services.chassis.errors import Poison, TooEarly, is_transient
from services.chassis.messaging import inbox, wire
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import EventReader, Reader, Work
from services.chassis.messaging.transaction import Transactions, Unit
from services.chassis.telemetry import trace
from services.chassis.telemetry.instruments import MessagingMetrics
from services.chassis.telemetry.log import about
from services.contracts import topology
from services.contracts.envelope import NotAnEvent

log = logging.getLogger(__name__)

NOBODY = UUID(int=0)

ACK_TIMEOUT_SECONDS = 5.0
"""On a connection that died unnoticed, an acknowledgement can wait for ever."""


class Handling:
    """Turns messages into committed work. Knows nothing of the broker: messages go in, an outbox fills."""

    def __init__(
        self,
        transactions: Transactions,
        readers: Mapping[str, Reader],
        instruments: MessagingMetrics,
        *,
        lock_questions: bool = True,
    ) -> None:
        self._transactions = transactions
        self._readers = readers
        self._instruments = instruments
        self._lock_questions = lock_questions

    async def settle(self, messages: Sequence[IncomingMessage]) -> None:
        """Returns when every message is committed: handled, known, waiting, or dead. Never gives up."""
        with self._instruments.batch.time():
            failed = await self._failed(messages)
            if failed:
                log.info("%d events apart, for one failed: %s", len(messages), failed)
                for message in messages:
                    await self._alone(message)

    async def _failed(self, messages: Sequence[IncomingMessage]) -> str:
        """The kind of fault in one of them; empty when all are committed. The fault itself ends here: as the
        context of another event's it would carry this one's words into that one's traceback."""
        try:
            await self._patiently(partial(self._together, messages))
        except Exception as error:
            return type(error).__name__
        return ""

    async def _patiently(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Hold on through whatever passes: a database away, a deadlock. Anything else is raised."""
        delays = backoff_seconds(most=10.0)
        while True:
            try:
                await attempt()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("held: %s: %s", type(error).__name__, error)
                self._instruments.held.inc()
                await asyncio.sleep(next(delays))
            else:
                return

    async def _alone(self, message: IncomingMessage) -> None:
        try:
            await self._patiently(partial(self._together, [message]))
        except Exception as error:
            await self._patiently(partial(self._bury, message, error))

    async def _bury(self, message: IncomingMessage, error: Exception) -> None:
        async with self._transactions.begin() as unit:
            self._dead(unit, message, error)

    async def _together(self, messages: Sequence[IncomingMessage]) -> None:
        works = [self._read(message) for message in messages]
        outcomes: Counter[tuple[str, str]] = Counter()
        questions = {work.question for work in works if work.question}.union(*(work.also for work in works))
        questions = questions if self._lock_questions else set()
        async with self._transactions.begin() as unit:
            service = self._transactions.service
            fresh = await inbox.remember(unit.db, service, [work.key for work in works], questions)
            unit.holds(questions)
            for work in works:
                work.expect(unit)
            for work in sorted(works, key=lambda work: work.question or NOBODY):
                known = work.key not in fresh
                outcomes[work.name, "duplicate" if known else await self._do(unit, work)] += 1
                fresh.discard(work.key)
        for (name, outcome), count in outcomes.items():
            self._instruments.handled.labels(name, outcome).inc(count)

    def _read(self, message: IncomingMessage) -> Work:
        reader = self._readers.get(message.exchange)
        if reader is None:
            raise Poison(f"came by exchange {message.exchange!r}, which nobody here reads")
        return reader.read(message)

    async def _do(self, unit: Unit, work: Work) -> str:
        with trace.span(work.traceparent), about(question=work.question, event=work.id):
            try:
                with self._instruments.handling.labels(work.name).time():
                    await work.do(unit)
            except TooEarly as early:
                await inbox.keep(unit.db, early.question, work.message.body)
                log.debug("%s came early, it waits for its question", work.name)
                return "early"
            log.debug("%s handled", work.name)
        return "done"

    async def redeliver(self, unit: Unit, message: IncomingMessage) -> None:
        """Handle a message that waited. Its fault must not be laid on the one that brought the question, nor
        undo what others gathered."""
        await unit.write_all()
        announced, key = unit.mark(), None
        try:
            work = self._read(message)
            key = work.key
            if not message.routing_key:
                message = replace(message, message_id=work.id, routing_key=topology.unversioned(work.name))
            async with unit.db.transaction():
                await self._do(unit, work)
                await unit.write_all()
        except Exception as error:
            if is_transient(error):
                raise
            unit.back_to(announced)
            unit.drop_gathered()
            if key is not None:
                await inbox.forget_one(unit.db, key)
            self._dead(unit, message, error)

    def _dead(self, unit: Unit, message: IncomingMessage, error: Exception) -> None:
        expected = isinstance(error, Poison | NotAnEvent)
        reason = str(error) if expected else f"{type(error).__name__}: {error}"
        log.error("dead letter %s: %s", message.message_id, reason, exc_info=None if expected else error)
        kind = "poison" if expected else "fault"
        self._instruments.dead.labels(kind).inc()
        service = self._transactions.service
        unit.send(message.dead(service, kind=kind, reason=reason, handler=message.routing_key, now=unit.now))


class Consumer:
    """Takes messages from the service's queue as they come, hands them to `Handling` in batches, and
    acknowledges each batch as a whole."""

    def __init__(
        self, handling: Handling, instruments: MessagingMetrics, *, batch: int, linger_seconds: float = 0.0
    ) -> None:
        self._handling = handling
        self._instruments = instruments
        self._batch = batch
        self._linger_seconds = linger_seconds
        self._pending: asyncio.Queue[wire.Delivery] = asyncio.Queue()
        self._stopping = asyncio.Event()

    def take(self, delivery: wire.Delivery) -> None:
        """The subscriber; the broker's prefetch bounds what is pending."""
        if delivery.redelivered:
            self._instruments.redelivered.inc()
        self._pending.put_nowait(delivery)

    async def run(self) -> None:
        """Until `stop`, which lets the batch in hand finish; what is pending goes back to the broker."""
        stopping = asyncio.create_task(self._stopping.wait())
        while not self._stopping.is_set():
            first = asyncio.create_task(self._pending.get())
            await asyncio.wait((first, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                first.cancel()
                break
            if self._linger_seconds and self._pending.qsize() < self._batch:
                await asyncio.wait((stopping,), timeout=self._linger_seconds)
            await self._settle([first.result(), *self._more()])

    def stop(self) -> None:
        self._stopping.set()

    def _more(self) -> list[wire.Delivery]:
        count = min(self._pending.qsize(), self._batch - 1)
        return [self._pending.get_nowait() for _ in range(count)]

    async def _settle(self, deliveries: Sequence[wire.Delivery]) -> None:
        await self._handling.settle([_message(delivery) for delivery in deliveries])
        try:
            async with asyncio.timeout(ACK_TIMEOUT_SECONDS):
                await wire.acknowledge(deliveries[-1])
        except Exception as error:
            log.warning("acknowledgement lost, the inbox will know these again: %r", error)


def _message(delivery: wire.Delivery) -> IncomingMessage:
    """A replayed message comes by the default exchange and says in its headers where it first came from; only
    operators may publish there."""
    properties = delivery.header.properties
    headers = properties.headers or {}
    replayed = not delivery.exchange
    return IncomingMessage(
        exchange=str(headers.get("x-sesame-exchange", "")) if replayed else str(delivery.exchange),
        routing_key=str(headers.get("x-sesame-routing-key", "")) if replayed else str(delivery.routing_key),
        content_type=properties.content_type or "",
        message_id=properties.message_id or "",
        body=delivery.body,
        headers=headers,
    )


def readers_of(facts: EventReader, others: Mapping[str, Reader]) -> dict[str, Reader]:
    return {topology.EVENTS: facts, **others}

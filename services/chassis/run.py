"""Start and stop: everything in order, and the reverse.

start   private port → pool → migrations → publishing → relay → consuming → doors
stop    doors → consuming (the batch in hand is finished) → relay → publishing → pool → private port
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from aiormq import Channel
from asyncpg import Pool, Record
from prometheus_client import CollectorRegistry, Info
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.types import ASGIApp

from services.chassis import settings
from services.chassis.clock import Clock, SystemClock
from services.chassis.http.private_port import PrivatePort
from services.chassis.http.serving import MOST_CONNECTIONS, serving
from services.chassis.jobs import cancel, name_of, repeat, stray
from services.chassis.messaging import broker as rabbit
from services.chassis.messaging import inbox, outbox, wire
from services.chassis.messaging.consume import Consumer, Handling, readers_of
from services.chassis.messaging.readers import EventReader, Reader, Subscriptions
from services.chassis.messaging.transaction import Transactions, Unit
from services.chassis.postgres import schema
from services.chassis.postgres.database import ask_whether_it_writes, open_pool
from services.chassis.telemetry import log
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts import topology

logger = logging.getLogger(__name__)

INBOX_DAYS = 14
"""How long handled ids are kept: longer than any redelivery, replay or partner's repetition."""

PRUNE_SECONDS = 3600.0
GC_THRESHOLD = (10_000, 10, 20)
"""How many more things are made than go before the newest are looked through for circles: with Python's own
700, that is a twelfth of a question's time (decision 0131)."""


class Chassis:
    """One running service. Built by `Chassis.start`, which owns the order."""

    def __init__(
        self,
        name: str,
        options: settings.ServiceSettings,
        clock: Clock,
        pool: Pool[Record],
        publishing: rabbit.BrokerConnection,
        stack: AsyncExitStack,
        ops: PrivatePort,
        instruments: MessagingMetrics,
    ) -> None:
        self.name = name
        self.clock = clock
        self.pool = pool
        self.ops = ops
        self.registry = instruments.registry
        self.publisher = rabbit.Publisher(publishing)
        self.publishing = publishing
        self._options = options
        self._stack = stack
        self._instruments = instruments
        self._relay = outbox.Relay(pool, self.publisher, instruments)
        self._transactions = Transactions(pool, name, clock, self._relay.enqueue)
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        options: settings.ServiceSettings,
        *,
        name: str,
        migrations: Path,
        clock: Clock | None = None,
    ) -> AsyncIterator[Chassis]:
        instruments = MessagingMetrics(CollectorRegistry())
        ops = PrivatePort(instruments.registry)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                serving(ops.app, options.ops_host, options.ops_port, grace_seconds=options.grace_seconds)
            )
            pool = await open_pool(options.database_url, name=name, size=options.pool_size)
            stack.push_async_callback(_close, pool, options.grace_seconds)
            await _migrate(options, migrations)
            publishing = rabbit.BrokerConnection(options.amqp_url)
            await publishing.open()
            stack.push_async_callback(publishing.close)
            if options.declare_topology:
                await rabbit.declare_topology(publishing.broker, name)
            chassis = cls(name, options, clock or SystemClock(), pool, publishing, stack, ops, instruments)
            chassis._look_after_itself()
            yield chassis

    def _look_after_itself(self) -> None:
        Info("sesame_service", "Which service this is", registry=self.registry).info({"name": self.name})
        self.ops.sources["outbox"] = self._outbox_metrics
        self.background("publishing link", self.publishing.keep)
        self.background("outbox relay", self._relay_when_all_hear)
        self._stack.push_async_callback(self._relay.finish, self._options.grace_seconds)
        self.every(PRUNE_SECONDS, self._prune)

    def begin(self, *questions: UUID) -> AbstractAsyncContextManager[Unit]:
        """A transaction for doors, jobs and commands, holding the questions named."""
        return self._transactions.begin(*questions)

    async def reading(self, most: int) -> Pool[Record]:
        """So many connections of their own at most, for doors that only search and read."""
        pool = await open_pool(self._options.database_url, name=self.name, size=most, reads=True)
        self._stack.push_async_callback(_close, pool, self._options.grace_seconds)
        return pool

    async def consume(
        self,
        subscriptions: Subscriptions,
        others: Mapping[str, Reader] | None = None,
        *,
        lock_questions: bool = True,
        linger_seconds: float = 0.0,
    ) -> None:
        """Hear these facts: they must be those the topology binds. `others` read further exchanges. Handlers
        that only append need no lock on their question; where nobody waits for the result, lingering makes
        larger batches and fewer commits."""
        _check(self.name, subscriptions)
        readers = readers_of(EventReader(subscriptions), others or {})
        handling = Handling(self._transactions, readers, self._instruments, lock_questions=lock_questions)
        self._transactions.redeliver = handling.redeliver
        consumer = Consumer(
            handling, self._instruments, batch=self._options.batch, linger_seconds=linger_seconds
        )
        subscribe = partial(_subscribe, self.name, consumer)
        link = rabbit.BrokerConnection(
            self._options.amqp_url, prefetch=self._options.prefetch, subscribe=subscribe
        )
        await link.open()
        working = asyncio.create_task(consumer.run(), name="consumer")
        working.add_done_callback(self._watch)
        self._stack.push_async_callback(_stop_consuming, consumer, working, link)
        self.background("consuming link", link.keep)
        self.ops.watched["consuming"] = link.ping

    async def serve(
        self, app: ASGIApp, host: str, port: int, *, most_connections: int = MOST_CONNECTIONS
    ) -> int:
        """Open a door; gives its port. Pages that stay connected need room for more of them."""
        grace = self._options.grace_seconds
        door = serving(app, host, port, grace_seconds=grace, most_connections=most_connections)
        return await self._stack.enter_async_context(door)

    async def enter(self, context: AbstractAsyncContextManager[Any]) -> Any:
        """Anything else that is opened now and closed in its turn."""
        return await self._stack.enter_async_context(context)

    def background(self, what: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A task that lives as long as the service; should it end in an error, so does the service."""
        task = asyncio.create_task(run(), name=what)
        task.add_done_callback(self._watch)
        self._stack.push_async_callback(cancel, task)

    def every(self, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
        """Run `job` now and again after each rest of `seconds`; after an error, sooner with growing waits."""
        self.background(f"every {seconds:g} s: {name_of(job)}", lambda: repeat(seconds, job))

    async def until_stopped(self) -> None:
        """Ready from here, until SIGTERM or SIGINT, or until something that must run has ended."""
        self.ops.checks["database"] = self._ask_database
        self.ops.watched["broker"] = self.publishing.ping
        self.ops.started = True
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        logger.info("ready")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGUSR1, log.switch, self._options.log_level)
        await self._failed
        logger.info("stopping")

    def _stop(self) -> None:
        if not self._failed.done():
            self._failed.set_result(None)

    def _watch(self, task: asyncio.Task[None]) -> None:
        error = stray(task) if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _ask_database(self) -> None:
        async with asyncio.timeout(rabbit.PING_TIMEOUT_SECONDS):
            await ask_whether_it_writes(self.pool)
        self._transactions.ask_whether_they_are_kept()

    async def _relay_when_all_hear(self) -> None:
        await rabbit.until_all_hear(self.publishing)
        await self._relay.run()

    async def _prune(self) -> None:
        async with self.pool.acquire() as db:
            await inbox.forget(db, INBOX_DAYS)

    async def _outbox_metrics(self) -> list[Metric]:
        rows, age = await outbox.backlog(self.pool)
        in_use = self.pool.get_size() - self.pool.get_idle_size()
        return [
            GaugeMetricFamily("sesame_outbox_rows", "Events committed and not yet published", value=rows),
            GaugeMetricFamily("sesame_outbox_oldest_seconds", "Age of the oldest of them", value=age),
            GaugeMetricFamily(
                "sesame_pool_connections", "Database connections open", value=self.pool.get_size()
            ),
            GaugeMetricFamily("sesame_pool_connections_in_use", "Of these, at work", value=in_use),
        ]


def run(
    serve: Callable[[Any], Coroutine[Any, Any, None]], kind: type[settings.ServiceSettings], *, name: str
) -> None:
    """The whole life of a service's process."""
    options = settings.load(kind)
    log.configure(name, options.log_level)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # which would else end a service that is still starting
    uvloop.run(serve(options))


async def _subscribe(queue: str, consumer: Consumer, channel: Channel, cancelled: Callable[[], None]) -> None:
    await wire.consume(channel, queue, consumer.take, cancelled)


async def _migrate(options: settings.ServiceSettings, own: Path) -> None:
    applied = await schema.bring_up_to_date(
        options.database_url,
        (schema.CHASSIS, own),
        lock_timeout_seconds=options.lock_timeout_seconds,
    )
    if applied:
        logger.info("migrated: %s", ", ".join(applied))


async def _close(pool: Pool[Record], grace_seconds: float) -> None:
    try:
        async with asyncio.timeout(grace_seconds):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def _stop_consuming(
    consumer: Consumer, working: asyncio.Task[None], link: rabbit.BrokerConnection
) -> None:
    consumer.stop()
    await asyncio.wait((working,))
    await link.close()


def _check(service: str, subscriptions: Subscriptions) -> None:
    bound, handled = set(topology.HEARS[service]), set(subscriptions)
    if bound != handled:
        different = ", ".join(sorted(fact.__name__ for fact in bound ^ handled))
        raise RuntimeError(f"{service}: handlers and topology.HEARS differ in {different}")

"""RabbitMQ through FastStream: one connection that publishes, one that consumes, and this service's topology.

Publishing is persistent, confirmed and mandatory: a message that no queue took is an error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from aio_pika.abc import AbstractChannel, AbstractRobustConnection, UnderlayConnection
from aiormq import Channel as WireChannel
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from yarl import URL

from services.chassis.backoff import retry_until_done
from services.chassis.messaging import wire
from services.chassis.messaging.malformed_properties import read_malformed_properties
from services.chassis.messaging.outgoing import OutgoingMessage
from services.contracts import topology

if TYPE_CHECKING:
    from faststream.rabbit.schemas.queue import QuorumQueueArgs

log = logging.getLogger(__name__)

PUBLISH_TIMEOUT_SECONDS = 10.0
HEARTBEAT_SECONDS = 5
"""Three of them missed, and a broker that went without a word (a machine without power) is known to be gone.
The default of aiormq, 60, would be three minutes."""
START_TIMEOUT_SECONDS = 20.0
PING_TIMEOUT_SECONDS = 2.0
CLOSE_TIMEOUT_SECONDS = 5.0
LOOK_SECONDS = 0.5

_TYPES = {"topic": ExchangeType.TOPIC, "direct": ExchangeType.DIRECT}

EXCHANGES: Mapping[str, RabbitExchange] = {
    name: RabbitExchange(name, type=_TYPES[kind], durable=True) for name, kind in topology.EXCHANGES.items()
}
DEFAULT = RabbitExchange("")


Subscribe = Callable[[WireChannel, Callable[[], None]], Awaitable[None]]


class BrokerConnection:
    """One connection with everything on it, made anew from nothing once it is lost.

    aio-pika reconnects by itself, but gives up on a channel or consumer that the broker refuses at that
    moment (a queue whose leader is not elected yet), and says so to nobody. Starting over does not.
    """

    def __init__(
        self,
        url: str,
        *,
        prefetch: int | None = None,
        subscribe: Subscribe | None = None,
    ) -> None:
        """`subscribe` is called with each new channel, and with what starts the connection over."""
        read_malformed_properties()
        self._url = _with_heartbeat(url)
        self._prefetch = prefetch
        self._subscribe = subscribe
        self._broker: RabbitBroker | None = None
        self._transport: UnderlayConnection | None = None
        self._channel: AbstractChannel | None = None
        self._wire: WireChannel | None = None

    @property
    def broker(self) -> RabbitBroker:
        if self._broker is None:
            raise ConnectionError("broker: not connected")
        return self._broker

    @property
    def channel(self) -> AbstractChannel:
        if self._broker is None or self._channel is None:
            raise ConnectionError("broker: not connected")
        return self._channel

    @property
    def connection(self) -> AbstractRobustConnection:
        connection = self.broker._connection
        if connection is None:
            raise ConnectionError("broker: not connected")
        return connection

    async def open(self) -> None:
        """Wait as long as the broker is away."""
        await retry_until_done("broker", self._start)

    async def keep(self) -> None:
        """Until cancelled: look whether it still stands, and open it again where not."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.is_lost:
                log.warning("broker: connection lost, starting over")
                await self.close()
                await self.open()

    def start_over(self) -> None:
        """At the next look, though the connection stands: after a refusal. A channel that first publishes to
        a quorum queue while its leader is dead and has no successor yet is refused for good: RabbitMQ 3.10
        goes on asking the dead node for it (rabbit_fifo_client). A new channel is not."""
        self._channel = None

    async def close(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            await _stop(broker)

    async def ping(self) -> None:
        """Ask the broker something only a living one can answer. Raises if it does not within the time."""
        async with asyncio.timeout(PING_TIMEOUT_SECONDS):
            channel = await self.connection.channel()
            await channel.close()

    async def _start(self) -> None:
        broker = RabbitBroker(
            self._url,
            default_channel=Channel(
                prefetch_count=self._prefetch, publisher_confirms=True, on_return_raises=True
            ),
            apply_types=False,
            logger=None,
        )
        try:
            with wire.closing_is_an_error():
                async with asyncio.timeout(START_TIMEOUT_SECONDS):
                    await broker.start()
                    default = await broker.declare_exchange(DEFAULT)
                    self._channel, self._wire = default.channel, await wire.below(default.channel)
                    if self._subscribe is not None:
                        await self._subscribe(self._wire, self.start_over)
        except BaseException:
            await _stop(broker)
            raise
        self._broker = broker
        self._transport = self.connection.transport

    @property
    def is_lost(self) -> bool:
        """Also where the broker closed the channel alone (an acknowledgement that it waited for too long):
        aio-pika makes another one in its place, on which nobody consumes."""
        if self._broker is None or self._channel is None or self._wire is None:
            return True
        return self._wire.is_closed or self.connection.transport is not self._transport


def _with_heartbeat(url: str) -> str:
    """Unless the address names one."""
    address = URL(url)
    return str(address if "heartbeat" in address.query else address.update_query(heartbeat=HEARTBEAT_SECONDS))


async def _stop(broker: RabbitBroker) -> None:
    with suppress(Exception), wire.closing_is_an_error():
        await asyncio.wait_for(broker.stop(), CLOSE_TIMEOUT_SECONDS)


def service_queue(service: str, *, declare: bool = False) -> RabbitQueue:
    return RabbitQueue(
        service,
        queue_type=QueueType.QUORUM,
        durable=True,
        declare=declare,
        arguments=cast("QuorumQueueArgs", topology.queue_arguments(service)),
    )


class Publisher:
    """Publishes over one link."""

    def __init__(self, link: BrokerConnection) -> None:
        self._link = link
        self.start_over = link.start_over

    async def publish_all(self, messages: Sequence[OutgoingMessage]) -> list[Exception | None]:
        """Each once the broker has it safe: None, or what became of it: PublishError where no queue is bound,
        DeliveryError where the broker refuses, another error where it is away. Raises none of these."""
        confirmations: list[wire.Confirmation] = []
        try:
            with wire.closing_is_an_error():
                async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                    for piece in wire.in_pieces(messages):
                        confirmations += await wire.publish(await wire.below(self._link.channel), piece)
                    if confirmations:
                        await asyncio.wait(confirmations)
        except Exception as error:
            if isinstance(error, TimeoutError) and not await self._is_blocked():
                self.start_over()
            not_sent = len(messages) - len(confirmations)
            return [*(_outcome(one) for one in confirmations), *[error] * not_sent]
        return [_outcome(one) for one in confirmations]

    async def _is_blocked(self) -> bool:
        """A broker short of memory or disk says so, and reads nothing from who publishes until it has room:
        a connection that is left with words in it is never closed, so it is kept."""
        try:
            channel = await wire.below(self._link.channel)
            async with asyncio.timeout(0):
                await channel.connection.ready()
        except TimeoutError:
            return True
        except Exception:
            return False
        return False


def _outcome(confirmation: wire.Confirmation) -> Exception | None:
    if not confirmation.done():
        return TimeoutError(f"broker: not confirmed in {PUBLISH_TIMEOUT_SECONDS:g} s")
    if confirmation.cancelled():
        return ConnectionError("broker: channel closed meanwhile")
    error = confirmation.exception()
    if error is None or isinstance(error, Exception):
        return error
    return ConnectionError(f"broker: {error!r}")


async def declare_topology(broker: RabbitBroker, service: str) -> None:
    """The exchanges, and this service's queue with its bindings. The dead-letter queue comes last: where it
    stands, the bindings stand (see `until_all_hear`)."""
    for exchange in EXCHANGES.values():
        await broker.declare_exchange(exchange)
    queue = await broker.declare_queue(service_queue(service, declare=True))
    for exchange_name, key in topology.bindings(service):
        await queue.bind(exchange_name, key)
    dead = await broker.declare_queue(dead_queue(service))
    await dead.bind(topology.DEAD, service)


def dead_queue(service: str) -> RabbitQueue:
    """Looking at dead letters hands them back, which counts as a delivery: the limit is out of reach."""
    return RabbitQueue(
        topology.dead_queue(service),
        queue_type=QueueType.QUORUM,
        durable=True,
        arguments={"x-delivery-limit": 1_000_000},
    )


async def until_all_hear(link: BrokerConnection) -> None:
    """Wait until every service's queue is bound, so that no fact is announced to half of its readers: matters
    only the first time services start on an empty broker."""
    for service in topology.SERVICES:
        await retry_until_done(f"queue of {service}", partial(_exists, link, topology.dead_queue(service)))


async def _exists(link: BrokerConnection, queue: str) -> None:
    async with link.connection.channel() as channel:
        await channel.declare_queue(queue, passive=True)

"""RabbitMQ through FastStream: one connection that publishes, one that consumes, and this service's topology.

Publishing is persistent, confirmed and mandatory: a message that no queue took is an error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from aio_pika.abc import AbstractRobustConnection
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue

from services.chassis.patience import insist
from services.contracts import topology

if TYPE_CHECKING:
    from faststream.rabbit.schemas.queue import QuorumQueueArgs

log = logging.getLogger(__name__)

PUBLISH_TIMEOUT_SECONDS = 30.0
PING_TIMEOUT_SECONDS = 2.0

_TYPES = {"topic": ExchangeType.TOPIC, "direct": ExchangeType.DIRECT}

EXCHANGES: Mapping[str, RabbitExchange] = {
    name: RabbitExchange(name, type=_TYPES[kind], durable=True) for name, kind in topology.EXCHANGES.items()
}
DEFAULT = RabbitExchange("")


def open_broker(url: str, *, prefetch: int | None = None) -> RabbitBroker:
    """Not yet connected: `start_broker` does that. Messages reach subscribers as they came, undecoded."""
    return RabbitBroker(
        url,
        default_channel=Channel(prefetch_count=prefetch, publisher_confirms=True, on_return_raises=True),
        apply_types=False,
        logger=None,
    )


async def start_broker(broker: RabbitBroker) -> None:
    await insist("broker", broker.start)


def service_queue(service: str, *, declare: bool = False) -> RabbitQueue:
    return RabbitQueue(
        service,
        queue_type=QueueType.QUORUM,
        durable=True,
        declare=declare,
        arguments=cast("QuorumQueueArgs", topology.queue_arguments(service)),
    )


class Publisher:
    """Publishes on one broker's connection."""

    def __init__(self, broker: RabbitBroker) -> None:
        self._broker = broker

    async def publish(
        self,
        body: bytes,
        *,
        exchange: str,
        routing_key: str,
        content_type: str,
        message_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Returns once the broker has it safe. Raises when it is away, refuses, or no queue is bound."""
        await self._broker.publish(
            body,
            exchange=EXCHANGES[exchange] if exchange else DEFAULT,
            routing_key=routing_key,
            content_type=content_type,
            message_id=message_id,
            correlation_id=message_id,
            headers=dict(headers or {}),
            persist=True,
            mandatory=True,
            timeout=PUBLISH_TIMEOUT_SECONDS,
        )


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


async def until_all_hear(broker: RabbitBroker) -> None:
    """Wait until every service's queue is bound, so that no fact is announced to half of its readers: matters
    only the first time services start on an empty broker."""
    for service in topology.SERVICES:
        await insist(f"queue of {service}", partial(_exists, broker, topology.dead_queue(service)))


async def _exists(broker: RabbitBroker, queue: str) -> None:
    async with connection_of(broker).channel() as channel:
        await channel.declare_queue(queue, passive=True)


def connection_of(broker: RabbitBroker) -> AbstractRobustConnection:
    connection = broker._connection
    if connection is None:
        raise ConnectionError("broker: not connected")
    return connection


async def ping(broker: RabbitBroker) -> None:
    """Ask the broker something only a living one can answer. Raises if it does not within the time."""
    async with asyncio.timeout(PING_TIMEOUT_SECONDS):
        channel = await connection_of(broker).channel()
        with suppress(Exception):
            await channel.close()

"""How long queues are and who reads them, asked by AMQP: the broker's own word at that moment.

The management API's numbers are some seconds old, and RabbitMQ 4 announces their end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import aio_pika
from aio_pika.exceptions import AMQPError, ChannelClosed

from operations.errors import OperationError


class QueueCount(NamedTuple):
    """`messages`: ready, handed to nobody yet."""

    messages: int
    consumers: int


async def counts(amqp_url: str, queues: Iterable[str]) -> Mapping[str, QueueCount]:
    """Queue → its numbers; without those that do not exist."""
    try:
        async with await aio_pika.connect(amqp_url) as connection:
            asked = {name: await _count(connection, name) for name in queues}
    except (OSError, AMQPError) as error:
        raise OperationError(f"broker: {error or type(error).__name__}; is SESAME_AMQP_URL right?") from error
    return {name: count for name, count in asked.items() if count is not None}


async def _count(connection: aio_pika.abc.AbstractConnection, name: str) -> QueueCount | None:
    """On a channel of its own: the broker closes it where the queue does not exist."""
    channel = await connection.channel()
    try:
        told = (await channel.declare_queue(name, passive=True)).declaration_result
    except ChannelClosed:
        return None
    await channel.close()
    return QueueCount(told.message_count or 0, told.consumer_count or 0)

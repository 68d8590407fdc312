"""Events on their way between services while the database is copied.

Such an event is in no table: its writer's outbox has let it go, its reader has not taken it. So a listener of
our own hears everything from a little before the database's moment until after it. What the readers had
handled by then they know again when it is handed in anew; what they had not would else be lost.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from operations.broker.counting import counts
from services.contracts import topology

HEARD = (topology.EVENTS, topology.INBOX, topology.COORDINATOR)
LOOK_SECONDS = 0.2
HANDS_SECONDS = 3.0
"""What a service has taken out of its queue and not yet committed is done by then."""
MARK_SECONDS = 60.0


class Listener:
    """Hears what is published from its start on."""

    def __init__(self, channel: AbstractChannel, queue: AbstractQueue) -> None:
        self._channel = channel
        self._queue = queue
        self._heard: list[dict[str, Any]] = []
        self._marks: dict[str, asyncio.Event] = {}

    async def start(self) -> None:
        for exchange in HEARD:
            await self._queue.bind(exchange, "#")
        await self._queue.consume(self._hear, no_ack=True)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        if message.message_id in self._marks:
            self._marks[message.message_id].set()
            return
        self._heard.append(_written(message))

    async def all_until_now(self) -> list[dict[str, Any]]:
        """A queue keeps its order: what was published before this mark is heard before it."""
        mark = secrets.token_hex(16)
        self._marks[mark] = asyncio.Event()
        await self._channel.default_exchange.publish(
            aio_pika.Message(b"", message_id=mark), routing_key=self._queue.name
        )
        async with asyncio.timeout(MARK_SECONDS):
            await self._marks[mark].wait()
        return list(self._heard)


@asynccontextmanager
async def listening(amqp_url: str) -> AsyncIterator[Listener]:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        listener = Listener(channel, await channel.declare_queue(exclusive=True))
        await listener.start()
        yield listener


async def earlier_ones_taken(amqp_url: str, patience: float) -> Mapping[str, int]:
    """Wait until each service has once emptied its queue, so that what was in it before we listened is in the
    database. Service → how many it still has where it has not."""
    deadline, left = time.monotonic() + patience, dict.fromkeys(topology.SERVICES, 0)
    while left:
        found = await counts(amqp_url, left)
        left = {service: count.messages for service, count in found.items() if count.messages}
        if left and time.monotonic() > deadline:
            return left
        await asyncio.sleep(LOOK_SECONDS if left else HANDS_SECONDS)
    return {}


async def hand_in_again(amqp_url: str, lines: bytes) -> int:
    """Publish them as they were, in their order. Gives how many."""
    events = [json.loads(line) for line in lines.splitlines()]
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        exchanges = {name: await channel.get_exchange(name) for name in HEARD}
        for event in events:
            await exchanges[event["exchange"]].publish(_message(event), event["routing_key"], mandatory=False)
    return len(events)


def as_lines(events: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(event)}\n" for event in events).encode()


def _written(message: AbstractIncomingMessage) -> dict[str, Any]:
    return {
        "exchange": message.exchange,
        "routing_key": message.routing_key,
        "content_type": message.content_type,
        "message_id": message.message_id,
        "headers": {name: str(value) for name, value in message.headers.items()},
        "body": base64.b64encode(message.body).decode(),
    }


def _message(event: Mapping[str, Any]) -> aio_pika.Message:
    return aio_pika.Message(
        base64.b64decode(event["body"]),
        content_type=event["content_type"],
        message_id=event["message_id"],
        headers=event["headers"],
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )

"""The way to the network and back: RabbitMQ, AMQP 0-9-1, with aio-pika."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError, PublishError

from .events import CONTENT_TYPE

INBOX = "sesame.inbox"
AT_ONCE = 10
PUBLISH_TIMEOUT_SECONDS = 30.0


class Network:
    """One partner's place in the network. Its broker user may publish to the inbox under its own id and read
    its own queue, nothing else: exchange and queue are there already and must not be declared."""

    def __init__(self, partner: str, publishing: AbstractChannel, reading: AbstractChannel) -> None:
        self.partner = partner
        self.publishing = publishing
        self.reading = reading
        self.lost = asyncio.Event()

    async def publish(self, event: Mapping[str, Any]) -> None:
        """Returns once the broker has the event safe. Raises when it is away, refuses or has nobody to read
        it; publishing the same event again, with the same id, is then safe."""
        inbox = await self.publishing.get_exchange(INBOX, ensure=False)
        message = aio_pika.Message(
            json.dumps(event, ensure_ascii=False).encode(),
            content_type=CONTENT_TYPE,
            message_id=event["id"],
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        key = f"partner.{self.partner}.{event['type']}"
        try:
            await inbox.publish(message, key, mandatory=True, timeout=PUBLISH_TIMEOUT_SECONDS)
        except DeliveryError as error:
            if not isinstance(error, PublishError):  # that one says: nobody reads it; the channel is good
                self.lost.set()
            raise

    async def read(self, take: Callable[[AbstractIncomingMessage], Awaitable[Any]]) -> None:
        """Hands over whatever is in the partner's queue, from now on, up to AT_ONCE at a time. `take`
        acknowledges what it has dealt with; the rest comes again."""
        await self.reading.set_qos(prefetch_count=AT_ONCE)
        queue = await self.reading.get_queue(f"partner.{self.partner}", ensure=False)
        await queue.consume(take)


@asynccontextmanager
async def connected(url: str, partner: str) -> AsyncIterator[Network]:
    """Reading and publishing each have a connection, so that a broker which slows down publishers does not
    stop reading. When anything of it is lost, or the broker refuses an event (a channel that it has refused
    once it may refuse for good), `network.lost` is set: leave, and come in again."""
    async with await aio_pika.connect(url) as sending, await aio_pika.connect(url) as receiving:
        publishing = await sending.channel(publisher_confirms=True, on_return_raises=True)
        network = Network(partner, publishing, await receiving.channel())
        for part in (sending, receiving, network.publishing, network.reading):
            part.close_callbacks.add(lambda *_: network.lost.set())
        yield network

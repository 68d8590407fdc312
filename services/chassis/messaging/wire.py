"""Many messages on the wire at once: below FastStream and aio-pika, which take one at a time.

What a service publishes in one turn leaves in one write, and its confirms are waited for together; what it
consumes comes as aiormq read it. Beside FastStream a message costs a third of the processor time to publish,
and half of it in the broker, and a third to consume (docs/decisions/0110).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias, cast
from uuid import uuid4

from aio_pika.abc import AbstractChannel
from aiormq import Channel
from aiormq.abc import ChannelFrame, DeliveredMessage
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from services.chassis.messaging.outgoing import OutgoingMessage

PERSISTENT = 2

MOST_BYTES = 256 * 1024
"""Of bodies in one write."""

Delivery: TypeAlias = DeliveredMessage
Confirmation: TypeAlias = "asyncio.Future[Any]"
"""Done once the broker has the message safe; failed with PublishError where no queue took it, with
DeliveryError where the broker refused it; cancelled where the channel closed before."""


async def below(channel: AbstractChannel) -> Channel:
    """aio-pika's channel as aiormq has it: another one after each reconnection."""
    return cast("Channel", await channel.get_underlay_channel())


async def publish(channel: Channel, messages: Sequence[OutgoingMessage]) -> list[Confirmation]:
    """Hand all of them to the socket in one piece: persistent, mandatory. Returns at once, with what tells of
    each in its turn. Does for many what aiormq's `basic_publish` does for one."""
    ids = [one.message_id or uuid4().hex for one in messages]
    payload = b"".join(_frames(channel, one, id_) for one, id_ in zip(messages, ids, strict=True))
    async with channel.lock:
        first = channel.delivery_tag + 1
        confirmations = [_expect(channel, first + place, id_) for place, id_ in enumerate(ids)]
        try:
            await channel.write_queue.put(ChannelFrame(payload=payload, should_close=False))
        except BaseException:  # the broker has seen none of them: their numbers are free again
            for place in range(len(messages)):
                channel.confirmations.pop(first + place, None)
            raise
        channel.delivery_tag += len(messages)
    return confirmations


class Together:
    """Publishes what is asked for in one turn of the event loop in one piece."""

    def __init__(self, channel: Callable[[], Awaitable[AbstractChannel]]) -> None:
        self._channel = channel
        self._waiting: list[tuple[OutgoingMessage, asyncio.Future[Confirmation]]] = []
        self._leaving: set[asyncio.Task[None]] = set()

    async def publish(self, message: OutgoingMessage) -> None:
        """Until the broker has it safe; raises what its confirmation says."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._leave)
        left: asyncio.Future[Confirmation] = loop.create_future()
        self._waiting.append((message, left))
        await (await left)

    def _leave(self) -> None:
        waiting, self._waiting = self._waiting, []
        task = asyncio.create_task(self._publish(waiting))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _publish(self, waiting: Sequence[tuple[OutgoingMessage, asyncio.Future[Confirmation]]]) -> None:
        try:
            channel = await below(await self._channel())
            confirmations = await publish(channel, [message for message, _ in waiting])
        except Exception as error:
            for _, left in waiting:
                if not left.done():
                    left.set_exception(error)
            return
        for (_, left), confirmation in zip(waiting, confirmations, strict=True):
            if not left.done():
                left.set_result(confirmation)


def _expect(channel: Channel, tag: int, message_id: str) -> Confirmation:
    confirmation: Confirmation = channel.create_future()
    channel.confirmations[tag] = confirmation
    channel.message_id_delivery_tag[message_id] = tag  # by which a message that came back is known
    confirmation.add_done_callback(partial(_forget, channel, message_id, tag))
    return confirmation


def _forget(channel: Channel, message_id: str, tag: int, _confirmation: Confirmation) -> None:
    if channel.message_id_delivery_tag.get(message_id) == tag:
        del channel.message_id_delivery_tag[message_id]


def _frames(channel: Channel, message: OutgoingMessage, message_id: str) -> bytes:
    size, body = channel.max_content_size, message.body
    properties = Basic.Properties(
        content_type=message.content_type,
        message_id=message_id,
        headers=dict(message.headers) or None,
        delivery_mode=PERSISTENT,
    )
    frames: list[Frame | ContentHeader | ContentBody] = [
        Basic.Publish(exchange=message.exchange, routing_key=message.routing_key, mandatory=True),
        ContentHeader(properties=properties, body_size=len(body)),
    ]
    frames += [ContentBody(body[start : start + size]) for start in range(0, len(body), size)]
    return ChannelFrame.marshall(channel.number, frames).payload


def in_pieces(messages: Sequence[OutgoingMessage]) -> Iterator[Sequence[OutgoingMessage]]:
    """So that what lies in memory between us and the socket stays small, whatever people wrote."""
    start = size = 0
    for place, one in enumerate(messages):
        size += len(one.body)
        if size >= MOST_BYTES:
            yield messages[start : place + 1]
            start, size = place + 1, 0
    if start < len(messages):
        yield messages[start:]


async def consume(
    channel: Channel, queue: str, take: Callable[[Delivery], None], cancelled: Callable[[], None]
) -> None:
    """Call `take` with each delivery as it comes. `cancelled`: the broker ended it, for the queue is gone or
    its leader moved."""

    async def taken(delivery: Delivery) -> None:
        take(delivery)

    channel.on_consumer_cancel_callbacks.add(lambda _frame: cancelled())
    await channel.basic_consume(queue, taken)


async def acknowledge(delivery: Delivery) -> None:
    """This one and all before it on its channel."""
    await delivery.channel.basic_ack(delivery.delivery_tag or 0, multiple=True)

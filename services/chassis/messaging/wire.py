"""Many messages on the wire at once: below FastStream and aio-pika, which take one at a time.

What a service publishes in one turn leaves in one write, and its confirms are waited for together; what it
consumes comes as aiormq read it. Beside FastStream a message costs a third of the processor time to publish,
and half of it in the broker, and a third to consume (docs/decisions/0110).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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

LEAVING_SECONDS = 10.0
"""A connection that dies while it is full or blocked tells nobody who waits for it."""

Delivery: TypeAlias = DeliveredMessage
Confirmation: TypeAlias = "asyncio.Future[Any]"
"""Done once the broker has the message safe; failed with PublishError where no queue took it, with
DeliveryError where the broker refused it; cancelled where the channel closed before."""


@contextmanager
def closing_is_an_error() -> Iterator[None]:
    """A channel that closes cancels whoever waits for it (aiormq), which would end their task unseen: to them
    it is a lost connection. Their own cancellation stays one."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionError("broker: channel closed meanwhile") from error


async def below(channel: AbstractChannel) -> Channel:
    """aio-pika's channel as aiormq has it: another one after each reconnection."""
    return cast("Channel", await channel.get_underlay_channel())


async def publish(channel: Channel, messages: Sequence[OutgoingMessage]) -> list[Confirmation]:
    """Hand all of them to the socket in one piece: persistent, mandatory. Returns once the socket takes more,
    with what tells of each in its turn. Does for many what aiormq's `basic_publish` does for one."""
    ids = [one.message_id or uuid4().hex for one in messages]
    payload = b"".join(_frames(channel, one, id_) for one, id_ in zip(messages, ids, strict=True))
    await channel.connection.ready()  # unless the broker said that it reads nothing for now
    async with channel.lock:
        first = channel.delivery_tag + 1
        confirmations = [_expect(channel, first + place, id_) for place, id_ in enumerate(ids)]
        drained = channel.create_future()
        try:
            await channel.write_queue.put(
                ChannelFrame(payload=payload, should_close=False, drain_future=drained)
            )
        except BaseException:  # the broker has seen none of them: their numbers are free again
            drained.cancel()
            for place, confirmation in enumerate(confirmations):
                channel.confirmations.pop(first + place, None)
                confirmation.cancel()
            raise
        channel.delivery_tag += len(messages)
        await drained
    return confirmations


Left: TypeAlias = "asyncio.Future[Confirmation]"
"""Done once the message is on its way."""


class Together:
    """Publishes what is asked for in one turn of the event loop in one piece; while the socket takes nothing,
    what is asked for waits here, and is gone with who asked."""

    def __init__(self, channel: Callable[[], Awaitable[AbstractChannel]]) -> None:
        self._channel = channel
        self._waiting: dict[Left, OutgoingMessage] = {}
        self._leaving: asyncio.Task[None] | None = None

    async def publish(self, message: OutgoingMessage) -> None:
        """Until the broker has it safe; raises what its confirmation says."""
        left: Left = asyncio.get_running_loop().create_future()
        self._waiting[left] = message
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._leave())
        with closing_is_an_error():
            try:
                confirmation = await left
            finally:
                self._waiting.pop(left, None)
            await confirmation

    async def _leave(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                await self._publish(waiting)
        finally:
            self._leaving = None

    async def _publish(self, waiting: Mapping[Left, OutgoingMessage]) -> None:
        leaving = iter(waiting)
        try:
            with closing_is_an_error():
                async with asyncio.timeout(LEAVING_SECONDS):
                    channel = await below(await self._channel())
                    for piece in in_pieces(list(waiting.values())):
                        for confirmation in await publish(channel, piece):
                            if not (left := next(leaving)).done():
                                left.set_result(confirmation)
        except Exception as error:
            for left in waiting:
                if not left.done():
                    left.set_exception(error)


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
    with closing_is_an_error():
        await delivery.channel.basic_ack(delivery.delivery_tag or 0, multiple=True)

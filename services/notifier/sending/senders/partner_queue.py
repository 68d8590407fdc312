"""The queue that a partner's own system reads: `partner.<id>`, bound to its keys on `sesame.partners`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from aio_pika.abc import AbstractChannel, AbstractRobustConnection
from aio_pika.exceptions import ChannelNotFoundEntity, DeliveryError, PublishError

from services.chassis.messaging import wire
from services.chassis.messaging.outgoing import OutgoingMessage
from services.contracts import topology
from services.contracts.envelope import Event
from services.contracts.vocabulary import Fact
from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.partner_events import event_of

Connection = Callable[[], AbstractRobustConnection]


class QueueSender:
    """The event's id is the delivery's: a copy sent twice is recognised by its reader. `connection` gives the
    broker's connection; publishing has a channel of its own on it."""

    def __init__(self, connection: Connection, page_url: Callable[[DeliveryAttempt], str | None]) -> None:
        self._connection = connection
        self._page_url = page_url
        self._channel: AbstractChannel | None = None
        self._together = wire.Together(self._ready)
        self._opening = asyncio.Lock()
        self._binding = asyncio.Lock()
        self._bound: Counter[str] = Counter()

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed:
        event = event_of(delivery, page_url=self._page_url(delivery))
        partner = delivery.destination
        try:
            await self._publish(partner, event)
        except PublishError:
            await self._bind(partner)
            await self._publish(partner, event)
        except DeliveryError:
            await self._leave_channel()
            raise
        return Sent()

    async def _leave_channel(self) -> None:
        """What it refused once it may refuse for ever (`Link.start_over`)."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def _bind(self, partner: str) -> None:
        """The broker returned an event: nobody was bound to its key. Hundreds may come back at once; one
        mends it for all."""
        before = self._bound[partner]
        async with self._binding:
            if self._bound[partner] == before:
                await self._make_queue(partner)
                self._bound[partner] += 1

    async def _publish(self, partner: str, event: Event[Fact]) -> None:
        key = topology.partner_key(partner, type(event.data))
        await self._together.publish(OutgoingMessage.event(topology.PARTNERS, key, event.id, event.encode()))

    async def _ready(self) -> AbstractChannel:
        if self._channel is not None and not self._channel.is_closed:
            return self._channel
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await self._open()
            return self._channel

    async def _open(self) -> AbstractChannel:
        return await self._connection().channel(publisher_confirms=True, on_return_raises=True)

    async def _make_queue(self, partner: str) -> None:
        """Bind the queue, made first where it is missing; one that the partner made otherwise is left so."""
        name = topology.partner_queue(partner)
        async with self._connection().channel() as channel:
            try:
                queue = await channel.declare_queue(name, passive=True)
                await queue.bind(topology.PARTNERS, f"{name}.#")
                return
            except ChannelNotFoundEntity:
                pass
        async with self._connection().channel() as channel:
            queue = await channel.declare_queue(
                name, durable=True, arguments=dict(topology.PARTNER_QUEUE_ARGUMENTS)
            )
            await queue.bind(topology.PARTNERS, f"{name}.#")

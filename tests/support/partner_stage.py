"""The broker as a partner's program sees it: its queue, the inbox, and nothing of the services behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue

from devtools.checkout import ROOT
from services.contracts import topology
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import CONTENT_TYPE, Envelope, decode, submission_readers
from tests.support.waiting import PATIENCE_SECONDS

PARTNER = "lyon"
GOLDEN = ROOT / "services" / "contracts" / "golden"


class Stage:
    """`inbox` gets what any partner publishes to `sesame.inbox`."""

    def __init__(self, channel: AbstractChannel, inbox: AbstractQueue) -> None:
        self._channel = channel
        self.inbox = inbox

    async def tell(self, golden: str, **changes: Any) -> None:
        """Put the golden example of an event, its data changed, into the partner's queue."""
        event = json.loads((GOLDEN / golden / "full.json").read_text())
        event["data"] |= changes
        exchange = await self._channel.get_exchange(topology.PARTNERS)
        message = aio_pika.Message(json.dumps(event).encode(), content_type=CONTENT_TYPE)
        await exchange.publish(message, f"partner.{PARTNER}.{event['type']}")

    async def heard(self, within_seconds: float = PATIENCE_SECONDS) -> tuple[str, Envelope[Any]]:
        """The next submission: its routing key and what the contract reads in it."""
        async with self.inbox.iterator(timeout=within_seconds) as messages:
            async for message in messages:
                await message.ack()
                assert message.content_type == CONTENT_TYPE
                assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
                return str(message.routing_key), decode(message.body, submission_readers(FROM_PARTNERS))
        raise AssertionError("unreachable: the iterator ends with an error")

    async def has_no_room(self, full: bool) -> None:
        """Beside `inbox`, one more reader: the broker refuses what finds no room with it."""
        if not full:
            await self._channel.queue_delete("full")
            return
        arguments: dict[str, Any] = {"x-max-length": 0, "x-overflow": "reject-publish"}
        queue = await self._channel.declare_queue("full", exclusive=True, arguments=arguments)
        await queue.bind(topology.INBOX, "partner.#")

    async def comes_to_hold(self, number: int, within_seconds: float = PATIENCE_SECONDS) -> None:
        """Until no program reads the partner's queue and so many events wait in it.

        What a program had in hand goes back a moment after its end.
        """
        async with asyncio.timeout(within_seconds):
            for rest in repeat(0.02):
                if await self._events_and_readers() == (number, 0):
                    return
                await asyncio.sleep(rest)

    async def held(self) -> int:
        """How many events wait in the partner's queue, once no program reads it."""
        while True:
            number, readers = await self._events_and_readers()
            if not readers:
                return number
            await asyncio.sleep(0.02)

    async def _events_and_readers(self) -> tuple[int, int]:
        queue = await self._channel.declare_queue(topology.partner_queue(PARTNER), passive=True)
        found = queue.declaration_result
        return found.message_count or 0, found.consumer_count or 0


@asynccontextmanager
async def partner_stage(amqp_url: str) -> AsyncIterator[Stage]:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        inbox = await channel.declare_exchange(topology.INBOX, "topic", durable=True)
        partners = await channel.declare_exchange(topology.PARTNERS, "topic", durable=True)
        submissions = await channel.declare_queue("submissions", exclusive=True)
        await submissions.bind(inbox, "partner.#")
        own = await channel.declare_queue(
            topology.partner_queue(PARTNER), durable=True, arguments=dict(topology.PARTNER_QUEUE_ARGUMENTS)
        )
        await own.bind(partners, f"partner.{PARTNER}.#")
        yield Stage(channel, submissions)

"""Partner systems that keep their side of the contract through anything: what was not confirmed is sent again
under the same id, what was not answered is not acknowledged. And one who writes down every event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError

from services.chassis.messaging.broker import HEARTBEAT_SECONDS
from services.chassis.messaging.wire import closing_is_an_error
from services.contracts import topology

OBSERVER = "observer"
AGAIN_SECONDS = 0.3
MOMENT_SECONDS = 0.3
QUORUM = dict(topology.PARTNER_QUEUE_ARGUMENTS)


class Partners:
    def __init__(self) -> None:
        self._channel: asyncio.Future[AbstractChannel] = asyncio.get_running_loop().create_future()
        self.asked = 0
        self.with_mail = 0

    async def ask(self, partner: str, number: int) -> None:
        """Returns once the broker has it: from here on the network has accepted the question."""
        data: dict[str, Any] = {"text": f"Question {number} ?", "language": "fr", "reference": str(number)}
        if number % 5 == 0:
            data["asker"] = {"mail": f"asker-{number}@asker.example"}
        await self._insist(partner, "question.submitted.v1", f"ask-{number}", None, data)
        self.asked += 1
        self.with_mail += "asker" in data

    async def answer(self, message: AbstractIncomingMessage) -> None:
        event = json.loads(message.body)
        if event["type"] == "question.assigned.v1":
            partner = (message.routing_key or "").split(".")[1]
            id_ = str(uuid5(NAMESPACE_URL, event["data"]["assignment_id"]))
            await self._insist(partner, "answer.submitted.v1", id_, event["subject"], {"text": "Voici."})
        try:
            await message.ack()
        except Exception:  # the broker is gone and will deliver it again
            return

    async def _insist(
        self, partner: str, wire: str, id_: str, subject: str | None, data: dict[str, Any]
    ) -> None:
        event = {
            "specversion": "1.0",
            "id": id_,
            "source": f"/partners/{partner}",
            "type": wire,
            "time": datetime.now(UTC).isoformat(),
            "data": data,
            **({"subject": subject} if subject else {}),
        }
        message = aio_pika.Message(
            json.dumps(event).encode(),
            content_type="application/cloudevents+json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        while True:
            channel = await self._channel
            try:
                with closing_is_an_error():
                    exchange = await channel.get_exchange(topology.INBOX, ensure=False)
                    await exchange.publish(message, f"partner.{partner}.{wire}", mandatory=True, timeout=10)
                return
            except DeliveryError:  # which this channel may get for good, see `Link.start_over`
                await channel.close()
            except Exception:  # whatever it was, nothing was confirmed
                await asyncio.sleep(AGAIN_SECONDS)

    async def stay(self, amqp_url: str, ids: Sequence[str]) -> None:
        """Connected until cancelled: when anything is lost, they begin again from nothing."""
        while True:
            with suppress(Exception):
                await self._be_there(amqp_url, ids)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _be_there(self, amqp_url: str, ids: Sequence[str]) -> None:
        lost = asyncio.Event()
        async with (
            await aio_pika.connect(amqp_url, heartbeat=HEARTBEAT_SECONDS) as sending,
            await aio_pika.connect(amqp_url, heartbeat=HEARTBEAT_SECONDS) as receiving,
        ):
            publishing, reading = await sending.channel(on_return_raises=True), await receiving.channel()
            for part in (sending, receiving, publishing, reading):
                part.close_callbacks.add(lambda *_: lost.set())
            await reading.set_qos(50)
            for id_ in ids:
                queue = await reading.get_queue(topology.partner_queue(id_), ensure=False)
                await queue.consume(self.answer)
            if self._channel.done():
                self._channel = asyncio.get_running_loop().create_future()
            self._channel.set_result(publishing)
            await lost.wait()


@asynccontextmanager
async def partners(amqp_url: str, ids: Sequence[str]) -> AsyncIterator[Partners]:
    """Their queues and the observer's are declared, and they answer while inside."""
    await _declare(amqp_url, ids)
    made = Partners()
    staying = asyncio.create_task(made.stay(amqp_url, ids))
    try:
        yield made
    finally:
        staying.cancel()
        await asyncio.wait((staying,))


async def _declare(amqp_url: str, ids: Sequence[str]) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        observer = await channel.declare_queue(OBSERVER, durable=True, arguments=QUORUM)
        await observer.bind(topology.EVENTS, "#")
        for id_ in ids:
            queue = await channel.declare_queue(topology.partner_queue(id_), durable=True, arguments=QUORUM)
            await queue.bind(topology.PARTNERS, f"{topology.partner_queue(id_)}.#")


class Observed:
    """Every event that was on `sesame.events`, each once however often it was published."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}

    async def read(self, amqp_url: str) -> None:
        """What has come since; returns when nothing comes for a moment."""
        async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
            await channel.set_qos(500)
            queue = await channel.get_queue(OBSERVER)
            with suppress(TimeoutError):
                async with queue.iterator(timeout=MOMENT_SECONDS) as messages:
                    async for message in messages:
                        event = json.loads(message.body)
                        self.events[event["id"]] = event
                        await message.ack()

    def of(self, wire: str, **fields: str) -> list[str]:
        """The questions of which this was said, once for each event that says it."""
        return [
            event["subject"]
            for event in self.events.values()
            if event["type"] == wire and fields.items() <= event["data"].items()
        ]

    def moments(self, wire: str) -> list[str]:
        """When each was said, as it says itself."""
        return [event["time"] for event in self.events.values() if event["type"] == wire]


async def waiting_in(amqp_url: str, queue: str) -> int:
    """Messages ready in the queue."""
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

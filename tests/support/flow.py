"""Questions through a network, driven from outside: partner systems that ask and answer, and one who watches.

Speaks only the published contract, so the same driver measures Sésame and the floor.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import yaml
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

from devtools.demo.watch import Watch, watching

INBOX, PARTNERS = "sesame.inbox", "sesame.partners"
RECEIVED, ROUTED, PUBLISHED = "question.received.v1", "question.routed.v1", "question.published.v1"

TEXT = (
    "Je prépare une exposition sur les bains publics de ma ville entre 1890 et 1930. Où trouver des plans, "
    "des règlements et des photographies, et que lire pour comprendre qui les fréquentait ? J'ai déjà vu "
    "l'inventaire des archives municipales, qui ne dit rien du quartier de la gare."
)
ANSWER = (
    "Bonjour, trois pistes : les délibérations du conseil municipal, la série des travaux publics aux "
    "archives départementales, et la presse locale numérisée, où les tarifs paraissaient chaque année."
)


class Network:
    """Partner systems that answer at once whatever they are assigned."""

    def __init__(self, inbox: AbstractExchange, watch: Watch, partners: Sequence[str]) -> None:
        self._inbox = inbox
        self._partners = partners
        self._asked = 0
        self.watch = watch

    async def ask(self, count: int, *, in_flight: int = 200) -> None:
        """As fast as the broker confirms, the partners taking turns."""
        gate = asyncio.Semaphore(in_flight)
        async with asyncio.TaskGroup() as asking:
            for _ in range(count):
                await gate.acquire()
                asking.create_task(self.ask_one()).add_done_callback(lambda _: gate.release())

    async def ask_one(self) -> None:
        self._asked += 1
        partner = self._partners[self._asked % len(self._partners)]
        data = {
            "text": f"{TEXT} ({self._asked})",
            "language": "fr",
            "subject": "histoire",
            "place": {"country": "FR", "postcode": "93100"},
        }
        await self._send(partner, "question.submitted.v1", None, data)

    async def until_published(self, count: int, *, within_seconds: float) -> None:
        if not await self.watch.until(
            lambda: self.watch.count(PUBLISHED) >= count, within_seconds=within_seconds
        ):
            raise TimeoutError(f"{self.watch.count(PUBLISHED)} of {count} published in {within_seconds} s")

    async def answer(self, message: AbstractIncomingMessage) -> None:
        event = json.loads(message.body)
        if event["type"] == "question.assigned.v1":
            partner = (message.routing_key or "").split(".")[1]
            data = {"text": ANSWER, "sources": ["Archives municipales, 3 O 12"], "effort": 3}
            await self._send(partner, "answer.submitted.v1", event["subject"], data)
        await message.ack()

    async def _send(self, partner: str, wire: str, subject: str | None, data: dict[str, Any]) -> None:
        event = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": f"/partners/{partner}",
            "type": wire,
            "time": datetime.now(UTC).isoformat(),
            "data": data,
        }
        if subject is not None:
            event["subject"] = subject
        message = aio_pika.Message(
            json.dumps(event).encode(),
            content_type="application/cloudevents+json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(event["id"]),
        )
        await self._inbox.publish(message, f"partner.{partner}.{wire}", mandatory=True)


@asynccontextmanager
async def network(amqp_url: str, partners: Sequence[str]) -> AsyncIterator[Network]:
    """The partners listen and the watch stands. Their queues are declared as provisioning would."""
    async with (
        await aio_pika.connect(amqp_url) as asking,
        await aio_pika.connect(amqp_url) as listening,
        watching(amqp_url, "question.*") as watch,
    ):
        publishing = await asking.channel(on_return_raises=True)
        made = Network(await publishing.get_exchange(INBOX), watch, partners)
        channel = await listening.channel()
        await channel.set_qos(200)
        for partner in partners:
            await _listen(channel, partner, made)
        yield made


async def _listen(channel: AbstractChannel, partner: str, made: Network) -> None:
    arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
    queue = await channel.declare_queue(f"partner.{partner}", durable=True, arguments=arguments)
    await queue.bind(PARTNERS, f"partner.{partner}.#")
    await queue.consume(made.answer)


def write_partners(ids: Sequence[str], folder: Path) -> Path:
    """A file of partners, alike but for their names, that take whatever they are given from their queues."""
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump([_partner(id_) for id_ in ids]))
    return path


def _partner(id_: str) -> dict[str, object]:
    return {
        "id": id_,
        "name": f"Bibliothèque {id_.capitalize()}",
        "email": f"questions@{id_}.example",
        "languages": ["fr", "en"],
        "subjects": {"histoire": 3},
        "territories": ["country:FR"],
        "capacity_per_week": 100_000,
        "reach": {"way": "queue", "address": f"partner.{id_}"},
        "role": "member",
    }

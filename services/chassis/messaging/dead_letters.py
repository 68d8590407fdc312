"""What could not be handled: looked at, handed in again, or dropped.

Letters lie in `<service>.dead`. Looking takes them out and hands them back unacknowledged, so nothing is lost
if the looking process dies.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from services.chassis.messaging.incoming import attributes
from services.chassis.messaging.malformed_properties import read_malformed_properties
from services.contracts import topology
from services.contracts.addresses import names
from services.contracts.envelope import NotAnEvent, parse

MOST = 10_000
"""Letters looked at in one go."""

LOOK_SECONDS = 0.5

LIMIT = "delivery_limit"
"""Why the broker gives up an event of ours, its only reason. Any other is of the sender's making: a message
with `expiration`, as none of ours has. What RabbitMQ 3 then notes in x-death it adds to what the sender wrote
there, so that nothing in such a letter says for sure who sent it."""


@dataclass(frozen=True)
class DeadLetter:
    service: str
    message: AbstractIncomingMessage

    @property
    def id(self) -> str:
        """Its sender's; for one without, a digest of its body."""
        digest = hashlib.sha256(self.message.body).hexdigest()
        return self.message.message_id or f"sha256-{digest[:16]}"

    @property
    def kind(self) -> str:
        """`poison` (will never work), `fault` (ours), or `limit`: given up by the broker."""
        return str(
            self._ours.get("x-sesame-kind") or ("fault" if self._ours.get("x-sesame-reason") else "limit")
        )

    @property
    def handler(self) -> str:
        return str(self._ours.get("x-sesame-handler") or self.routing_key)

    @property
    def is_of_known_origin(self) -> bool:
        """Whether its exchange and key can be believed, and with them who speaks in it."""
        return not self._death or self._death.get("reason") == LIMIT

    @property
    def reason(self) -> str:
        ours = self._ours.get("x-sesame-reason")
        return str(ours) if ours else f"by the broker: {self._death.get('reason', 'unknown')}"

    @property
    def died_at(self) -> str:
        return str(self._ours.get("x-sesame-died-at") or self._death.get("time") or "-")

    @property
    def exchange(self) -> str:
        noted = self._death.get("exchange", "") if self.is_of_known_origin else ""
        return str(self._ours.get("x-sesame-exchange") or noted)

    @property
    def routing_key(self) -> str:
        keys = (self._death.get("routing-keys") if self.is_of_known_origin else None) or [""]
        return str(self._ours.get("x-sesame-routing-key") or keys[0])

    @property
    def question(self) -> str:
        try:
            return str(parse(self.message.body).get("subject", "-"))
        except NotAnEvent:
            return "-"

    def names(self, who: str) -> bool:
        """Whether this address or account stands in it."""
        return names(self.message.body, who)

    @property
    def _ours(self) -> Mapping[str, Any]:
        """What a service wrote when it buried the letter. On one that the broker buried they are its sender's
        words, unless it came by the default exchange, where only operators publish."""
        trusted = self.is_of_known_origin and not self._death.get("exchange")
        return self.message.headers if trusted else {}

    @property
    def _death(self) -> Mapping[str, Any]:
        """What the broker noted when it was the broker that gave up (delivery limit)."""
        deaths: Any = self.message.headers.get("x-death")
        return deaths[0] if isinstance(deaths, list) and deaths else {}


@asynccontextmanager
async def looking(url: str, service: str) -> AsyncIterator[tuple[AbstractChannel, list[DeadLetter]]]:
    """The dead letters of one service, handed back on leaving unless they were replayed or dropped."""
    read_malformed_properties()
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(topology.dead_queue(service))
        letters: list[DeadLetter] = []
        while len(letters) < MOST and (message := await queue.get(fail=False)) is not None:
            letters.append(DeadLetter(service, message))
        yield channel, letters


async def replay(channel: AbstractChannel, letter: DeadLetter) -> None:
    """Hand it in again, to its service alone, and take it from the dead ones once the broker has it. Raises
    ValueError for one whose origin nobody knows: it would be believed whatever its sender wrote."""
    if not letter.is_of_known_origin:
        raise ValueError(f"{letter.id}: {letter.reason}, so nobody knows who sent it")
    message = aio_pika.Message(
        letter.message.body,
        content_type=letter.message.content_type,
        message_id=letter.message.message_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers={
            **attributes(letter.message.headers),
            "x-sesame-exchange": letter.exchange,
            "x-sesame-routing-key": letter.routing_key,
        },
    )
    await channel.default_exchange.publish(message, routing_key=letter.service, mandatory=True)
    await letter.message.ack()


async def came_back(
    url: str, service: str, ids: Collection[str], *, within_seconds: float
) -> list[DeadLetter]:
    """Which of these, just replayed, died again within the time. A service at work buries within a second."""
    deadline, found = time.monotonic() + within_seconds, list[DeadLetter]()
    while len(found) < len(ids) and time.monotonic() < deadline:
        await asyncio.sleep(LOOK_SECONDS)
        async with looking(url, service) as (_, letters):
            found = [letter for letter in letters if letter.id in ids]
    return found


async def waiting(url: str, service: str) -> int:
    """Letters that the service's queue holds and has handed to nobody."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(service, passive=True)
        return queue.declaration_result.message_count or 0


async def drop(letter: DeadLetter) -> None:
    await letter.message.ack()

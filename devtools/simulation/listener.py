"""Hear everything that is published, in order: the services' facts, and what reaches the partners' queues."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from services.contracts import topology
from services.contracts.catalogue import FACTS
from services.contracts.envelope import Event, decode, event_readers, parse

READERS = event_readers(FACTS)


@dataclass
class Listener:
    channel: AbstractChannel
    queue: str
    facts: list[Event[Any]] = field(default_factory=list)
    letters: Counter[str] = field(default_factory=Counter)
    """What reached partners' queues, by kind."""
    _marks: dict[bytes, asyncio.Event] = field(default_factory=dict)

    async def take(self, message: AbstractIncomingMessage) -> None:
        if message.exchange == topology.PARTNERS:
            self.letters[str(parse(message.body)["type"])] += 1
        elif message.exchange == topology.EVENTS:
            event = decode(message.body, READERS)
            if isinstance(event, Event):
                self.facts.append(event)
        elif mark := self._marks.pop(message.body, None):
            mark.set()

    async def all_heard(self) -> None:
        """Whatever was published before this call has been heard: a mark of our own went through the queue
        behind it."""
        mark = uuid4().bytes
        passed = self._marks[mark] = asyncio.Event()
        await self.channel.default_exchange.publish(aio_pika.Message(mark), self.queue)
        await passed.wait()


@asynccontextmanager
async def listening(connection: aio_pika.abc.AbstractConnection) -> AsyncIterator[Listener]:
    async with connection.channel() as channel:
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(topology.EVENTS, "#")
        await queue.bind(topology.PARTNERS, "#")
        listener = Listener(channel, queue.name)
        await queue.consume(listener.take, no_ack=True)
        yield listener

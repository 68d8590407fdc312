"""One who watches `sesame.events` and notes when each question passed each step."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

EVENTS = "sesame.events"


@dataclass(frozen=True)
class Seen:
    """`at`: seconds on this process's clock."""

    at: float
    data: dict[str, Any]


@dataclass
class Watch:
    """By question: wire name → the first event of that kind. `declines` counts every one, by partner."""

    questions: dict[str, dict[str, Seen]] = field(default_factory=dict)
    declines: Counter[str] = field(default_factory=Counter)
    _counts: Counter[str] = field(default_factory=Counter)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, message: AbstractIncomingMessage) -> None:
        event = json.loads(message.body)
        if event["data"].get("place") == "archive":
            return  # out for everybody, which follows; what counts here is that the asker has it
        passed = self.questions.setdefault(event["subject"], {})
        if event["type"] not in passed:
            passed[event["type"]] = Seen(time.perf_counter(), event["data"])
            self._counts[event["type"]] += 1
        if event["type"] == "question.declined.v1":
            self.declines[event["data"]["partner"]] += 1
        self._moved.set()

    def count(self, wire: str) -> int:
        """How many questions passed this step."""
        return self._counts[wire]

    def seconds_between(self, first: str, then: str) -> list[float]:
        """In order, for the questions that passed both."""
        return sorted(
            passed[then].at - passed[first].at
            for passed in self.questions.values()
            if first in passed and then in passed
        )

    async def until(self, condition: Callable[[], bool], *, within_seconds: float) -> bool:
        """Whether it came true in time."""
        try:
            async with asyncio.timeout(within_seconds):
                while not condition():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def until_quiet(self, seconds: float) -> None:
        """Until nothing has come for so long."""
        self._moved.clear()
        while await self.until(self._moved.is_set, within_seconds=seconds):
            self._moved.clear()


@asynccontextmanager
async def watching(amqp_url: str, *keys: str) -> AsyncIterator[Watch]:
    watch = Watch()
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(exclusive=True)
        for key in keys:
            await queue.bind(EVENTS, key)
        await queue.consume(watch.take, no_ack=True)
        yield watch

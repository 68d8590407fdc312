"""The notifier as tests drive it: handlers on a real database, workers with senders of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import repeat

from prometheus_client import CollectorRegistry

from services.contracts.links.wall import Wall
from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.entrypoints import subscriptions
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.facts.decisions import CoordinatorAddress
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.sending.coordinator import CoordinatorMail
from services.notifier.sending.senders.protocol import Sender
from services.notifier.sending.worker import DeliveryWorker, Pace
from tests.support.bench import Bench
from tests.support.waiting import PATIENCE_SECONDS

KEYS = (b"a secret that only tests and nobody know",)
COORDINATOR = "coordination@network.example"
ARCHIVE = "https://archive.example"
OUTCOMES = Outcomes(COORDINATOR, DeliveryMetrics(CollectorRegistry()))
WALL = Wall((b"a key of sixteen letters and more",), "reply@network.example", "https://network.example")
RULES = ReleaseRules("review", ARCHIVE, WALL)
SUBSCRIPTIONS = subscriptions.subscriptions(CoordinatorAddress(COORDINATOR), RULES, OUTCOMES, KEYS)
WAYS = ("mail", "queue", "page")
PACE = Pace(at_once=20, attempt_seconds=5.0, lease=timedelta(seconds=10))

WAITING = "SELECT EXISTS (SELECT FROM delivery WHERE state = 'waiting')"


@dataclass
class Outside:
    """A receiver that takes everything, or what `answers` says for the next tries of a kind."""

    taken: list[DeliveryAttempt] = field(default_factory=list)
    answers: dict[str, list[Sent | Failed]] = field(default_factory=dict)

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed:
        planned = self.answers.get(delivery.kind)
        outcome = planned.pop(0) if planned else Sent()
        if isinstance(outcome, Sent):
            self.taken.append(delivery)
        return outcome


def workers(bench: Bench, senders: Mapping[str, Sender], pace: Pace) -> list[DeliveryWorker]:
    outcomes = Outcomes(COORDINATOR, DeliveryMetrics(CollectorRegistry()))
    return [
        DeliveryWorker(way, sender, pace, bench.transactions.begin, outcomes)
        for way, sender in senders.items()
    ]


@asynccontextmanager
async def at_work(
    bench: Bench, senders: Mapping[str, Sender], pace: Pace = PACE
) -> AsyncIterator[list[DeliveryWorker]]:
    running = workers(bench, senders, pace)
    tasks = [asyncio.create_task(worker.run()) for worker in running]
    if "mail" in senders:
        tasks.append(asyncio.create_task(telling_the_coordinator(bench, senders["mail"], pace)))
    try:
        yield running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class OneByOne:
    """Takes notes that come together as if each came alone."""

    sender: Sender

    async def send_together(self, notes: Sequence[DeliveryAttempt]) -> Sent | Failed:
        outcomes = [await self.sender.send(note) for note in notes]
        return next((one for one in outcomes if isinstance(one, Failed)), Sent())


async def telling_the_coordinator(bench: Bench, sender: Sender, pace: Pace) -> None:
    notes = CoordinatorMail(
        bench.transactions.begin,
        OneByOne(sender),
        Outcomes(COORDINATOR, DeliveryMetrics(CollectorRegistry())),
        MailBrakes(KEYS, DeliveryMetrics(CollectorRegistry())),
        attempt_seconds=pace.attempt_seconds,
        lease=pace.lease,
        rest=timedelta(0),
    )
    while True:
        await notes.send()
        await asyncio.sleep(0.05)


async def send_all(bench: Bench, senders: Mapping[str, Sender], pace: Pace = PACE) -> None:
    """Run the workers until nothing waits any more."""
    async with at_work(bench, senders, pace):
        await nothing_waits(bench)


async def nothing_waits(
    bench: Bench, *, within_seconds: float = PATIENCE_SECONDS, look_seconds: float = 0.02
) -> None:
    async with asyncio.timeout(within_seconds):
        for rest in repeat(look_seconds):
            if not await bench.pool.fetchval(WAITING):
                return
            await asyncio.sleep(rest)

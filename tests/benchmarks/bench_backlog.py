"""What a long backlog costs: ./sesame bench backlog [--events N] [--decided N] [--services router metrics]

Questions that came while every service stood still lie in each one's queue; then one service after the other
is started alone, and drains its own. Of each part of the backlog: how many events a second, the service's
processor time for one, its memory, and the broker's. All are to be flat, however long the backlog was.

A million of them are laid up in minutes: by pages, as an outbox is published, of one question's words under
ever new ids. What lies in the queues then is some 4 GB on the disk.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

import aio_pika
import psutil
import uvloop
from aio_pika.abc import AbstractChannel
from rich.console import Console
from rich.table import Table
from uuid_utils.compat import uuid7

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from services.chassis.messaging.broker import BrokerConnection, Publisher
from services.chassis.messaging.outgoing import OutgoingMessage
from services.contracts import topology
from services.contracts.ingest import QuestionReceived
from tests.benchmarks.bench_profile import WARM, flow
from tests.benchmarks.stage import PARTNERS, Standing, standing
from tests.support import notifier_facts as made
from tests.support.bench import letter_of
from tests.support.flow import network

HEAR_QUESTIONS = ("metrics", "workspace", "notifier", "router")
"""In the order in which none adds to the backlog of the next: the router's decisions come last."""
DECIDES = "router"
PARTS, PAGE, PAGES, PATIENCE_SECONDS = 8, 500, 3, 1200.0


@dataclass(frozen=True)
class Part:
    """`cpu`: milliseconds of the service's processor time for an event. Megabytes at the part's end."""

    rate: float
    cpu: float
    megabytes: float
    broker: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench backlog", description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=20_000, help="in each queue (default %(default)s)")
    parser.add_argument("--decided", type=int, help="in the router's, no more than that (default: as many)")
    parser.add_argument("--services", nargs="+", default=HEAR_QUESTIONS, choices=HEAR_QUESTIONS)
    chosen = parser.parse_args()
    services = [one for one in HEAR_QUESTIONS if one in chosen.services]
    decided = min(chosen.events, chosen.decided or chosen.events)
    uvloop.run(measure(chosen.events, decided if DECIDES in services else 0, services))
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")


async def measure(events: int, decided: int, services: Sequence[str]) -> None:
    with throwaway_folder() as folder:
        async with running_servers(folder) as servers, standing(servers) as there:
            async with network(there.amqp_url, PARTNERS) as partners:
                await flow(partners, WARM, 0)
            await there.platform.stop_all()
            started = perf_counter()
            async with _publishing(there.amqp_url) as publisher:
                await _let_be(there.amqp_url, [one for one in HEAR_QUESTIONS if one not in services])
                await _lay_up(publisher, decided)
                await _let_be(there.amqp_url, [DECIDES])
                await _lay_up(publisher, events - decided)
            print(f"{events:,} laid up in {perf_counter() - started:.0f} s", flush=True)
            for service in services:
                _show(service, await _drained(servers, there, service))


@asynccontextmanager
async def _publishing(amqp_url: str) -> AsyncIterator[Publisher]:
    link = BrokerConnection(amqp_url)
    await link.open()
    try:
        yield Publisher(link)
    finally:
        await link.close()


async def _lay_up(publisher: Publisher, events: int) -> None:
    """Some pages at a time: while one is made the ones before are confirmed."""
    gate = asyncio.Semaphore(PAGES)
    async with asyncio.TaskGroup() as publishing:
        for start in range(0, events, PAGE):
            await gate.acquire()
            page = list(_questions(min(PAGE, events - start)))
            publishing.create_task(_publish(publisher, page)).add_done_callback(lambda _: gate.release())


async def _publish(publisher: Publisher, page: Sequence[OutgoingMessage]) -> None:
    for error in await publisher.publish_all(page):
        if error is not None:
            raise error


def _questions(number: int) -> Iterator[OutgoingMessage]:
    """One question's words; each a question of its own."""
    first = uuid7()
    letter = letter_of(made.received(asker=None), first, time=datetime.now(UTC))
    for _ in range(number):
        question, event = str(uuid7()), str(uuid7())
        body = letter.body.replace(str(first).encode(), question.encode())
        body = body.replace(letter.message_id.encode(), event.encode())
        yield OutgoingMessage.event(topology.EVENTS, letter.routing_key, event, body)


async def _let_be(amqp_url: str, services: Sequence[str]) -> None:
    """They hear of no more questions, until they start."""
    key = topology.routing_key(QuestionReceived)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for service in services:
            await (await channel.get_queue(service, ensure=False)).unbind(topology.EVENTS, key)


async def _drained(servers: Servers, there: Standing, service: str) -> list[Part]:
    """Each part of what lies in its queue; then it is stopped again."""
    assert servers.rabbitmq is not None
    async with await aio_pika.connect(there.amqp_url) as connection:
        channel = await connection.channel()
        laid_up = await _waiting(channel, service)
        await there.platform.start(service)
        process = psutil.Process(there.platform.pid(service))
        broker = psutil.Process(servers.rabbitmq.pid)
        parts = []
        for part in range(1, PARTS + 1):
            parts.append(await _part(channel, service, (process, broker), laid_up * (PARTS - part) // PARTS))
            print(service, part, parts[-1], flush=True)
        await there.platform.stop(service)
        return parts


async def _part(
    channel: AbstractChannel, service: str, processes: tuple[psutil.Process, psutil.Process], left: int
) -> Part:
    process, broker = processes
    before, cpu, started = await _waiting(channel, service), _seconds(process), perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            waiting = await _waiting(channel, service)
            if waiting <= left:
                break
            await asyncio.sleep(0.1)
    events = max(1, before - waiting)
    took, used = perf_counter() - started, _seconds(process) - cpu
    return Part(events / took, used / events * 1000, _megabytes(process), _megabytes(broker))


async def _waiting(channel: AbstractChannel, service: str) -> int:
    """Events in the service's queue that it has not been given. A broker that has too much to do says 0 of a
    quorum queue that does not answer in time: of three the largest."""
    counts = []
    for _ in range(3):
        queue = await channel.declare_queue(service, passive=True)
        counts.append(queue.declaration_result.message_count or 0)
    return max(counts)


def _seconds(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _megabytes(process: psutil.Process) -> float:
    """RabbitMQ's is the one that works, below the script that starts it."""
    return max(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6


def _show(service: str, parts: Sequence[Part]) -> None:
    table = Table(f"backlog of {service}", "events/s", "ms of processor time", "MB", "MB of RabbitMQ")
    for number, part in enumerate(parts, 1):
        memory = (f"{part.megabytes:.0f}", f"{part.broker:.0f}")
        table.add_row(f"part {number}", f"{part.rate:.0f}", f"{part.cpu:.2f}", *memory)
    Console().print(table)


if __name__ == "__main__":
    main()

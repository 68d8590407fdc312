"""What a long backlog costs: ./sesame bench backlog [--events N] [--services router metrics]

Questions that came while every service stood still lie in each one's queue; then one service after the other
is started alone, and drains its own. Of each part of the backlog: how many events a second, the service's
processor time for one, and its memory. All are to be flat, however long the backlog was.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
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
from devtools.servers.servers import running_servers
from services.contracts import topology
from tests.benchmarks.bench_profile import WARM, flow
from tests.benchmarks.stage import Running, sesame
from tests.support import notifier_facts as made
from tests.support.bench import letter_of

HEAR_QUESTIONS = ("metrics", "workspace", "notifier", "router")
"""In the order in which none adds to the backlog of the next: the router's decisions come last."""
PARTS, IN_FLIGHT, PATIENCE_SECONDS = 8, 500, 1200.0


@dataclass(frozen=True)
class Part:
    """`cpu`: milliseconds of the service's processor time for an event."""

    rate: float
    cpu: float
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench backlog", description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=20_000, help="in each queue (default %(default)s)")
    parser.add_argument("--services", nargs="+", default=HEAR_QUESTIONS, choices=HEAR_QUESTIONS)
    chosen = parser.parse_args()
    uvloop.run(measure(chosen.events, [one for one in HEAR_QUESTIONS if one in chosen.services]))
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")


async def measure(events: int, services: Sequence[str]) -> None:
    with throwaway_folder() as folder:
        async with running_servers(folder) as servers, sesame(servers) as running:
            await flow(running.network, WARM, 0)
            await running.platform.stop_all()
            await _lay_up(running, events)
            for service in services:
                _show(service, await _drained(running, service))


async def _lay_up(running: Running, events: int) -> None:
    async with await aio_pika.connect(running.amqp_url) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(topology.EVENTS)
        for start in range(0, events, IN_FLIGHT):
            messages = _questions(min(IN_FLIGHT, events - start))
            await asyncio.gather(*(exchange.publish(one, key, mandatory=True) for key, one in messages))


def _questions(number: int) -> Iterator[tuple[str, aio_pika.Message]]:
    for _ in range(number):
        letter = letter_of(made.received(asker=None), uuid7(), time=datetime.now(UTC))
        yield (
            letter.routing_key,
            aio_pika.Message(
                letter.body,
                content_type=letter.content_type,
                message_id=letter.message_id,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            ),
        )


async def _drained(running: Running, service: str) -> list[Part]:
    """Each part of what lies in its queue; then it is stopped again."""
    async with await aio_pika.connect(running.amqp_url) as connection:
        channel = await connection.channel()
        laid_up = await _waiting(channel, service)
        await running.platform.start(service)
        process = psutil.Process(running.platform.pid(service))
        parts = [
            await _part(channel, service, process, laid_up * (PARTS - part) // PARTS)
            for part in range(1, PARTS + 1)
        ]
        await running.platform.stop(service)
        return parts


async def _part(channel: AbstractChannel, service: str, process: psutil.Process, left: int) -> Part:
    before, cpu, started = await _waiting(channel, service), _seconds(process), perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            waiting = await _waiting(channel, service)
            if waiting <= left:
                break
            await asyncio.sleep(0.1)
    events = max(1, before - waiting)
    took, used = perf_counter() - started, _seconds(process) - cpu
    return Part(events / took, used / events * 1000, process.memory_info().rss / 1e6)


async def _waiting(channel: AbstractChannel, service: str) -> int:
    """Events in the service's queue that it has not been given."""
    queue = await channel.declare_queue(service, passive=True)
    return queue.declaration_result.message_count or 0


def _seconds(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _show(service: str, parts: Sequence[Part]) -> None:
    table = Table(f"backlog of {service}", "events/s", "ms of processor time", "MB")
    for number, part in enumerate(parts, 1):
        table.add_row(f"part {number}", f"{part.rate:.0f}", f"{part.cpu:.2f}", f"{part.megabytes:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()

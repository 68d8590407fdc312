"""HTTP intake beside a bare handler with one insert: ./sesame bench ingest [--questions N]

Both are processes of their own on durable servers, asked by the same 32 connections in turns; the ratio is
the middle one of several rounds. The bare handler announces nothing: what ingest takes waits in its outbox at
first, for want of who hears it, and is announced in a last round. Beside it what each process took for a
question, and ingest's memory. Leaves with status 1 below 0.6 of the bare handler or 300 questions/s, or when
ingest's memory grew by more than 30 MB meanwhile (before a release: `--questions 100000`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from operator import attrgetter
from time import perf_counter
from typing import Any

import asyncpg
import psutil

from devtools.servers.folders import throwaway_folder
from devtools.servers.ports import free_port
from devtools.servers.servers import Servers, running_servers
from services.chassis.messaging import broker as rabbit
from services.chassis.messaging import outbox
from services.contracts import topology
from tests.benchmarks.bench_profile import processor_seconds
from tests.support.servers import (
    Database,
    VirtualHost,
    cloned,
    drop,
    make_template,
    migrate_template,
    virtual_host,
)

CONNECTIONS = 32
WARM = 500
ROUNDS = 3
PATIENCE_SECONDS = 300.0
LEAST, LEAST_OF_BARE, MOST_GROWN_MB = 300.0, 0.6, 30.0
QUESTION = {
    "text": "Où trouver les plans du moulin avant 1850, et qui l’a fait bâtir ? " * 3,
    "place": {"country": "FR", "postcode": "69520"},
    "publish_consent": True,
}


def request(number: int) -> bytes:
    asker = {"mail": f"reader-{number}@example.org"}
    body = json.dumps(QUESTION | {"reference": f"N-{number}", "asker": asker}).encode()
    head = (
        "POST /api/v1/questions HTTP/1.1\r\nhost: sesame.example\r\ncontent-type: application/json\r\n"
        f"idempotency-key: {number}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask(port: int, numbers: list[int]) -> None:
    """One connection, one question after the other; anything but 201 ends the measurement."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in numbers:
        writer.write(request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 201 " not in head[:20]:
            raise RuntimeError(f"question {number}: {head[:80]!r}")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
    writer.close()


async def per_second(port: int, first: int, count: int) -> float:
    shares = [list(range(first + share, first + count, CONNECTIONS)) for share in range(CONNECTIONS)]
    started = perf_counter()
    await asyncio.gather(*(ask(port, numbers) for numbers in shares))
    return count / (perf_counter() - started)


async def declare_queues(vhost: VirtualHost) -> None:
    """Of all services, though none of them runs: ingest announces nothing before all would hear it."""
    link = rabbit.BrokerConnection(vhost.amqp_url)
    await link.open()
    for service in topology.SERVICES:
        await rabbit.declare_topology(link.broker, service)
    await link.close()


async def all_announced(url: str) -> None:
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            rows, _ = await outbox.backlog(pool)
            if not rows:
                return
            await asyncio.sleep(0.2)


@asynccontextmanager
async def process(port: int, environ: Mapping[str, str], *command: str) -> AsyncIterator[psutil.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env={**os.environ, **environ}
    )
    try:
        await listening(port)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        await child.wait()


async def listening(port: int, within_seconds: float = 30) -> None:
    async with asyncio.timeout(within_seconds):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


def environment(database: Database, vhost: VirtualHost, port: int) -> dict[str, str]:
    return {
        "SESAME_AMQP_URL": vhost.amqp_url,
        "SESAME_DATABASE_URL": database("ingest"),
        "SESAME_INGEST_PORT": str(port),
        "SESAME_LMTP_PORT": "0",
        "SESAME_LINK_SECRET": "a key of sixteen letters and more",
        "SESAME_LOG_LEVEL": "ERROR",
    }


@dataclass(frozen=True)
class Side:
    """One of the two that take questions in, and the processes whose time is counted, by name."""

    port: int
    processes: Mapping[str, psutil.Process]


@dataclass(frozen=True)
class Round:
    """`cost`: milliseconds of processor time for a question, by process."""

    per_second: float
    bare_per_second: float
    cost: Mapping[str, float]
    bare_cost: Mapping[str, float]

    @property
    def of_bare(self) -> float:
        return self.per_second / self.bare_per_second


async def taking(side: Side, first: int, count: int) -> tuple[float, dict[str, float]]:
    """Questions a second, and milliseconds of processor time for one of them."""
    before = {name: processor_seconds(one) for name, one in side.processes.items()}
    rate = await per_second(side.port, first, count)
    used = {name: processor_seconds(one) - before[name] for name, one in side.processes.items()}
    return rate, {name: round(1000 * seconds / count, 3) for name, seconds in used.items()}


async def one_round(ours: Side, bare: Side, first: int, count: int) -> Round:
    floor, bare_cost = await taking(bare, first, count)
    rate, cost = await taking(ours, first, count)
    return Round(rate, floor, cost, bare_cost)


async def rounds(ours: Side, bare: Side, count: int) -> Round:
    """The middle one; the first questions, while all is new, don't count."""
    for side in (ours, bare):
        await per_second(side.port, 0, WARM)
    each = count // ROUNDS
    measured = [await one_round(ours, bare, WARM + turn * each, each) for turn in range(ROUNDS)]
    return sorted(measured, key=attrgetter("of_bare"))[ROUNDS // 2]


async def measure(servers: Servers, database: Database, vhost: VirtualHost, count: int) -> dict[str, Any]:
    assert servers.rabbitmq is not None
    assert servers.postgresql is not None
    both = {
        "PostgreSQL": psutil.Process(servers.postgresql.pid),
        "RabbitMQ": psutil.Process(servers.rabbitmq.pid),
    }
    bare_port, port = free_port(), free_port()
    command = ("tests.benchmarks.bare_intake", database("ingest"), str(bare_port))
    async with (
        process(bare_port, {}, *command) as bare,
        process(port, environment(database, vhost, port), "services.ingest") as ingest,
    ):
        rest = ingest.memory_info().rss
        await per_second(port, count + WARM, WARM)
        before = ingest.memory_info().rss
        middle = await rounds(
            Side(port, {"ingest": ingest} | both), Side(bare_port, {"bare": bare} | both), count
        )
        await declare_queues(vhost)
        await all_announced(database("ingest"))
        announcing, announced_cost = await taking(
            Side(port, {"ingest": ingest} | both), 2 * (count + WARM), count // ROUNDS
        )
        after = ingest.memory_info().rss
    memory = {"memory_at_rest_mb": rest, "memory_before_mb": before, "memory_after_mb": after}
    return {
        **figures_of(middle),
        "announced_per_second": round(announcing, 1),
        "announced_processor_ms": announced_cost,
        **{name: round(held / 1e6, 1) for name, held in memory.items()},
    }


def figures_of(middle: Round) -> dict[str, Any]:
    return {
        "questions_per_second": round(middle.per_second, 1),
        "bare_per_second": round(middle.bare_per_second, 1),
        "of_bare": round(middle.of_bare, 2),
        "processor_ms": middle.cost,
        "bare_processor_ms": middle.bare_cost,
    }


async def bench(count: int) -> dict[str, Any]:
    with throwaway_folder() as folder:
        async with running_servers(folder, environ={}) as servers:
            template = await make_template(servers)
            await migrate_template(template)
            async with cloned(template) as database, virtual_host(servers) as vhost:
                figures = await measure(servers, database, vhost, count)
            await drop(template)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=9000)
    figures = asyncio.run(bench(parser.parse_args().questions))
    print(json.dumps(figures, indent=2))
    slow = figures["questions_per_second"] < LEAST or figures["of_bare"] < LEAST_OF_BARE
    grown = figures["memory_after_mb"] - figures["memory_before_mb"] > MOST_GROWN_MB
    return int(slow or grown)


if __name__ == "__main__":
    raise SystemExit(main())

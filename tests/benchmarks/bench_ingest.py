"""HTTP intake beside a bare handler with one insert: ./sesame bench ingest [--questions N]

Both are processes of their own on durable servers, asked by the same 32 connections; beside it, ingest's
memory. Leaves with status 1 below 300 questions/s, unless that is at least half of the bare handler, or when
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
from time import perf_counter

import psutil

from devtools.servers.folders import throwaway_folder
from devtools.servers.ports import free_port
from devtools.servers.servers import running_servers
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
LEAST, LEAST_OF_BARE, MOST_GROWN_MB = 300.0, 0.5, 30.0
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


async def measure(database: Database, vhost: VirtualHost, count: int) -> dict[str, float]:
    bare_port, port = free_port(), free_port()
    bare = ("tests.benchmarks.bare_intake", database("ingest"), str(bare_port))
    async with process(bare_port, {}, *bare):
        await per_second(bare_port, 0, 200)
        floor = await per_second(bare_port, 200, count)
    async with process(port, environment(database, vhost, port), "services.ingest") as ingest:
        rest = ingest.memory_info().rss
        await per_second(port, 0, 500)
        before = ingest.memory_info().rss
        rate = await per_second(port, 500, count)
        after = ingest.memory_info().rss
    return {
        "questions_per_second": round(rate, 1),
        "bare_per_second": round(floor, 1),
        "of_bare": round(rate / floor, 2),
        "memory_at_rest_mb": round(rest / 1e6, 1),
        "memory_before_mb": round(before / 1e6, 1),
        "memory_after_mb": round(after / 1e6, 1),
    }


async def bench(count: int) -> dict[str, float]:
    with throwaway_folder() as folder:
        async with running_servers(folder, environ={}) as servers:
            template = await make_template(servers)
            await migrate_template(template)
            async with cloned(template) as database, virtual_host(servers) as vhost:
                figures = await measure(database, vhost, count)
            await drop(template)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=3000)
    figures = asyncio.run(bench(parser.parse_args().questions))
    print(json.dumps(figures, indent=2))
    slow = figures["questions_per_second"] < LEAST and figures["of_bare"] < LEAST_OF_BARE
    grown = figures["memory_after_mb"] - figures["memory_before_mb"] > MOST_GROWN_MB
    return int(slow or grown)


if __name__ == "__main__":
    raise SystemExit(main())

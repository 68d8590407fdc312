"""A large network, end to end: ./sesame bench directory [LIBRARIES.csv] [--questions N]

The running platform with 8 partners, with 500 made-up ones beside them, and with 15,882 (of the ministry's
list, where the file is given, else made up), in one run: how long the router takes to start and how much
memory, and what a question costs it and PostgreSQL, where each comes alone and where they come as fast as
they are taken.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import asyncpg
import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from services.chassis.clock import SystemClock
from services.router.domain.partner import Partner, ReachedBy
from services.router.files.partners import read_file
from services.router.store import partner_directory
from tests.benchmarks.bench_router_decision import partners
from tests.benchmarks.stage import Running, sesame
from tests.support.flow import ROUTED

COUNTS = (0, 500, 15_882)
ALONE, PATIENCE_SECONDS = 20, 600.0
RESET = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()"
ROUTERS = """
SELECT coalesce(sum(total_exec_time), 0)::float
FROM pg_stat_statements JOIN pg_roles AS role ON role.oid = userid WHERE role.rolname = 'sesame_router'
"""

UNTOLD = """
SELECT EXISTS (SELECT FROM router.partner_history WHERE told_at IS NULL) OR EXISTS (SELECT FROM router.outbox)
"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds for a question: the router's processor time, PostgreSQL's for its statements."""

    router: float
    statements: float


@dataclass(frozen=True)
class Network:
    partners: int
    start_seconds: float
    start_cpu_seconds: float
    megabytes: float
    alone: Cost
    together: Cost


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench directory", description=__doc__.split("\n")[0])
    parser.add_argument("libraries", type=Path, nargs="?", help="a file of partners")
    parser.add_argument("--questions", type=int, default=300, help="at once (default %(default)s)")
    chosen = parser.parse_args()
    listed = read_file(chosen.libraries)[0] if chosen.libraries else []
    _show(uvloop.run(measure(listed, chosen.questions)))


async def measure(listed: Sequence[Partner], questions: int) -> list[Network]:
    made_up = list(partners(random.Random(3), max(COUNTS)))
    with throwaway_folder() as folder:
        async with running_servers(folder, counts_statements=True) as servers:
            return [
                await _network(
                    servers, (listed or made_up)[:count] if count > 500 else made_up[:count], questions
                )
                for count in COUNTS
            ]


async def _network(servers: Servers, others: Sequence[Partner], questions: int) -> Network:
    async with sesame(servers) as running:
        await running.network.ask(ALONE)
        await _routed(running, ALONE)
        await _take_in(
            running, [replace(one, reach=ReachedBy("mail", f"{one.id}@x.example")) for one in others]
        )
        await running.platform.stop("router")
        started = perf_counter()
        await running.platform.start("router")
        took = perf_counter() - started
        router = psutil.Process(running.platform.pid("router"))
        cpu = sum(router.cpu_times()[:2])
        await _all_told(running)
        await running.network.ask(ALONE)  # the directory is read with the first decision
        await _routed(running, 2 * ALONE)
        memory = router.memory_info().rss / 1e6
        alone = await _cost(running, router, ALONE, lambda: _one_by_one(running, 2 * ALONE))
        together = await _cost(running, router, questions, lambda: _all(running, questions, 3 * ALONE))
        return Network(len(others) + 8, took, cpu, memory, alone, together)


async def _take_in(running: Running, wanted: Sequence[Partner]) -> None:
    db = await asyncpg.connect(running.platform.environment("router")["SESAME_DATABASE_URL"])
    try:
        async with db.transaction():
            changes = await partner_directory.compare(db, wanted, whole=False)
            await partner_directory.apply(db, changes, actor="bench", now=SystemClock().now())
    finally:
        await db.close()


async def _all_told(running: Running) -> None:
    """The workspace hears of each library that came in, which is no question's cost."""
    db = await asyncpg.connect(running.database_url)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if not await db.fetchval(UNTOLD):
                    return
                await asyncio.sleep(1)
    finally:
        await db.close()


async def _one_by_one(running: Running, before: int) -> None:
    for number in range(1, ALONE + 1):
        await running.network.ask_one()
        await _routed(running, before + number)


async def _all(running: Running, questions: int, before: int) -> None:
    await running.network.ask(questions)
    await _routed(running, before + questions)


async def _routed(running: Running, count: int) -> None:
    watch = running.network.watch
    if not await watch.until(lambda: watch.count(ROUTED) >= count, within_seconds=PATIENCE_SECONDS):
        raise TimeoutError(f"{watch.count(ROUTED)} of {count} routed in {PATIENCE_SECONDS:g} s")


async def _cost(
    running: Running, router: psutil.Process, questions: int, action: Callable[[], Awaitable[None]]
) -> Cost:
    db = await asyncpg.connect(running.database_url)
    try:
        await db.execute(RESET)
        before = sum(router.cpu_times()[:2])
        await action()
        used = (sum(router.cpu_times()[:2]) - before) * 1000
        return Cost(used / questions, await db.fetchval(ROUTERS) / questions)
    finally:
        await db.close()


def _show(networks: Sequence[Network]) -> None:
    columns = (
        "start, s",
        "of it processor",
        "MB",
        "router alone, ms",
        "SQL alone",
        "router together",
        "SQL together",
    )
    table = Table("partners", *columns)
    for one in networks:
        costs = (one.alone.router, one.alone.statements, one.together.router, one.together.statements)
        table.add_row(
            f"{one.partners:,}",
            f"{one.start_seconds:.1f}",
            f"{one.start_cpu_seconds:.1f}",
            f"{one.megabytes:.0f}",
            *(f"{cost:.2f}" for cost in costs),
        )
    Console().print(table)
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")


if __name__ == "__main__":
    main()

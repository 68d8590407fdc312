"""Where a question's milliseconds go: ./sesame bench profile [--questions N] [--samples 100]

Processor time of each process for one question, from a partner's question to its published answer, beside the
floor's; what each service asked of PostgreSQL and RabbitMQ for it (pg_stat_statements); and which packages a
service's time is spent in (py-spy, by the innermost frame). Processor time hardly depends on what else the
machine does, so it may be compared from day to day.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import asyncpg
import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from services.contracts import topology
from tests.benchmarks.stage import hand_written, sesame
from tests.support.flow import Network

WARM, PATIENCE_SECONDS = 200, 300.0
MOST_PACKAGES = 12
FRAME = re.compile(r"(\S+) \((.+?)(?::\d+)?\)$")
SAMPLER = str(Path(sys.executable).parent / "py-spy")

ASKED = """
SELECT role.rolname AS role, sum(calls), coalesce(sum(calls) FILTER (WHERE query = 'COMMIT'), 0),
    sum(total_exec_time), coalesce(sum(rows) FILTER (WHERE query LIKE '%INTO inbox%'), 0),
    coalesce(sum(rows) FILTER (WHERE query LIKE '%INTO outbox%'), 0)
FROM pg_stat_statements JOIN pg_roles AS role ON role.oid = userid
WHERE role.rolname LIKE 'sesame!_%' ESCAPE '!' GROUP BY role.rolname
"""


@dataclass(frozen=True)
class Asked:
    """Of PostgreSQL and RabbitMQ, by one service."""

    statements: int
    commits: int
    milliseconds: float
    handled: int
    announced: int


Seconds = Mapping[str, float]
"""Processor time, by the name of a process."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench profile", description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=int, default=2000, help="of each side (default %(default)s)")
    parser.add_argument("--samples", type=int, default=100, help="a second and service (default %(default)s)")
    chosen = parser.parse_args()
    uvloop.run(measure(chosen.questions, chosen.samples))


async def measure(questions: int, samples: int) -> None:
    with throwaway_folder() as folder:
        async with running_servers(folder, counts_statements=True) as servers:
            async with hand_written(servers) as floor:
                await flow(floor.network, WARM, 0)
                theirs = await cost(servers, floor.pids, floor.network, questions)
            async with sesame(servers) as running:
                pids = {service: running.platform.pid(service) for service in topology.SERVICES}
                async with asked_of_servers(servers) as asked:
                    await flow(running.network, WARM, 0)
                    ours = await cost(servers, pids, running.network, questions)
                async with _sampled(pids, samples, folder) as stacks:
                    await flow(running.network, questions, WARM + questions)
        _show(ours, theirs, questions)
        _show_asked(asked, WARM + questions)
        for service, file in stacks.items():
            _show_packages(service, _packages(file.read_text().splitlines()))


async def flow(network: Network, questions: int, before: int) -> None:
    await network.ask(questions)
    await network.until_published(before + questions, within_seconds=PATIENCE_SECONDS)


Asking = Callable[[Network, int, int], Awaitable[None]]


async def cost(
    servers: Servers,
    pids: Mapping[str, int],
    network: Network,
    questions: int,
    ask: Asking = flow,
    published: int = WARM,
) -> Seconds:
    """After so many questions that were `published`."""
    processes = dict(_processes(servers, pids))
    before = {name: processor_seconds(process) for name, process in processes.items()}
    started = perf_counter()
    await ask(network, questions, published)
    took = {"clock": perf_counter() - started}
    return took | {name: processor_seconds(process) - before[name] for name, process in processes.items()}


@asynccontextmanager
async def asked_of_servers(servers: Servers) -> AsyncIterator[dict[str, Asked]]:
    """Service → what it asked in this block; filled once that is left."""
    asked: dict[str, Asked] = {}
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await connection.execute("SELECT pg_stat_statements_reset()")
        yield asked
        for row in await connection.fetch(ASKED):
            asked[row["role"].removeprefix("sesame_")] = Asked(*list(row.values())[1:])
    finally:
        await connection.close()


def _processes(servers: Servers, pids: Mapping[str, int]) -> Iterator[tuple[str, psutil.Process]]:
    yield from ((name, psutil.Process(pid)) for name, pid in pids.items())
    assert servers.rabbitmq is not None
    assert servers.postgresql is not None
    yield "RabbitMQ", psutil.Process(servers.rabbitmq.pid)
    yield "PostgreSQL", psutil.Process(servers.postgresql.pid)


def processor_seconds(process: psutil.Process) -> float:
    """Of the process and those under it; what ended meanwhile counts once its parent waited for it."""
    every = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in every) + sum(process.cpu_times()[2:4])


@asynccontextmanager
async def _sampled(pids: Mapping[str, int], samples: int, folder: Path) -> AsyncIterator[Mapping[str, Path]]:
    """Service → the file with its stacks, each with how often it was seen, once the block is left."""
    files = {service: folder / f"{service}.stacks" for service in pids}
    async with AsyncExitStack() as stack:
        for service, pid in pids.items():
            await stack.enter_async_context(_sampling(pid, samples, files[service]))
        yield files


@asynccontextmanager
async def _sampling(pid: int, samples: int, file: Path) -> AsyncIterator[None]:
    options = ("--nonblocking", "--format", "raw", "--rate", str(samples), "--output", str(file))
    process = await asyncio.create_subprocess_exec(
        SAMPLER,
        "record",
        *options,
        "--pid",
        str(pid),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = await process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"py-spy, of {pid}: {said.decode(errors='replace')[-500:]}")


def _packages(stacks: list[str]) -> Counter[str]:
    """Samples by the package that the innermost frame is of."""
    seen: Counter[str] = Counter()
    for line in stacks:
        frames, _, count = line.rpartition(" ")
        seen[_package(frames.rpartition(";")[2])] += int(count)
    return seen


def _package(frame: str) -> str:
    """Ours by room, a library by its name, what comes with Python by its module."""
    found = FRAME.match(frame)
    parts = Path(found[2]).with_suffix("").parts if found else (frame,)
    if "services" in parts:
        return "/".join(parts[parts.index("services") :][1:3])
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return parts[0]


def _show(ours: Seconds, theirs: Seconds, questions: int) -> None:
    table = Table("milliseconds for a question", "Sésame", "floor")
    for name in dict.fromkeys([*ours, *theirs]):
        table.add_row(name, *(_per(side.get(name), questions) for side in (ours, theirs)))
    sums = [sum(used for name, used in side.items() if name != "clock") for side in (ours, theirs)]
    table.add_row("all processes", *(_per(used, questions) for used in sums), style="bold")
    Console().print(table)


def _show_asked(asked: Mapping[str, Asked], questions: int) -> None:
    columns = ("statements", "commits", "milliseconds of PostgreSQL", "events handled", "announced")
    table = Table("for a question", *columns)
    for service in topology.SERVICES:
        if service in asked:
            of = asked[service]
            values = (of.statements, of.commits, of.milliseconds, of.handled, of.announced)
            table.add_row(service, *(f"{value / questions:.2f}" for value in values))
    Console().print(table)


def _per(seconds: float | None, questions: int) -> str:
    return "" if seconds is None else f"{seconds / questions * 1000:.2f}"


def _show_packages(service: str, seen: Counter[str]) -> None:
    table = Table(service, "share of its samples")
    for package, count in seen.most_common(MOST_PACKAGES):
        table.add_row(package, f"{count / seen.total():.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()

"""How far one installation goes: ./sesame bench scale [--questions N] [--backlog N] [--copies 1 2]

First the processor time of a question at each station is measured twice: where each comes alone, and where
they come as fast as they are taken. How often each service then took a batch says what of it each batch
costs, and what each question. From these, and from what of the machine's cores there was to be had, the
network of queues (devtools/simulation/queue_network.py) predicts how many a second several copies of each
service bear, and that is measured. Then a backlog: questions asked while the router stood still, how fast
and in how much memory it is drained, slice by slice. Last, what 10, 100 and 1,000 times today's load would
take.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from devtools.simulation.queue_network import BUSY_AT_MOST, QueueNetwork, Station
from services.contracts import topology
from tests.benchmarks.bench_profile import WARM, Asking, cost, flow
from tests.benchmarks.stage import Running, sesame
from tests.support.flow import ROUTED, Network

TODAY_A_SECOND = 4000 / (250 * 7 * 3600)
"""Questions of a year of the network in France, in the hours of its working days."""
PEAK = 20
"""The busiest minutes beside the average."""
TIMES = (1, 10, 100, 1000)
SLICES = 10
PATIENCE_SECONDS = 300.0
DRIVER = "driver"


SERVERS = ("RabbitMQ", "PostgreSQL")
MANY = 64
"""Servers have more threads and processes than a machine has cores."""


ALONE = 40
"""Questions, one after another."""

BATCHES = """
SELECT role.rolname AS role, sum(calls) AS calls
FROM pg_stat_statements JOIN pg_roles AS role ON role.oid = userid
WHERE query LIKE '%INSERT INTO inbox%' AND role.rolname LIKE 'sesame!_%' ESCAPE '!' GROUP BY role.rolname
"""


@dataclass(frozen=True)
class Point:
    """For each question. `turns`: batches taken, by service. `cores`: what of the machine's it had, on the
    average; the rest was others' or idle."""

    copies: int
    milliseconds: Mapping[str, float]
    turns: Mapping[str, float]
    measured: float
    cores: float


def network(alone: Point, loaded: Point, copies: int, cores: float | None) -> QueueNetwork:
    """By what a question costs alone, and where one copy of each had as many as it could take."""
    stations = {name: _station(name, alone, loaded, copies) for name in alone.milliseconds}
    return QueueNetwork(stations, cores)


def _station(name: str, alone: Point, loaded: Point, copies: int) -> Station:
    """Nobody takes turns at the driver, whose questions are asked one by one. A server is asked by all."""
    if name == DRIVER:
        return Station(loaded.milliseconds[name])
    served = name in SERVERS
    each_alone, each = (
        sum(point.turns.values()) if served else point.turns[name] for point in (alone, loaded)
    )
    a_turn = (alone.milliseconds[name] - loaded.milliseconds[name]) / (each_alone - each)
    return Station(
        max(0.0, loaded.milliseconds[name] - a_turn * each),
        places=MANY if served else copies,
        turn=a_turn * each_alone,
        turns=each / each_alone * loaded.measured,
        turners=copies,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench scale", description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=int, default=600, help="for each point (default %(default)s)")
    parser.add_argument("--backlog", type=int, default=2000, help="questions (default %(default)s)")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2], help="of each service")
    parser.add_argument("--json", type=Path, default=Path(".local/bench-scale.json"), help="where points go")
    chosen = parser.parse_args()
    uvloop.run(measure(chosen.questions, chosen.backlog, chosen.copies, chosen.json))


async def measure(questions: int, backlog: int, copies: Sequence[int], file: Path) -> None:
    with throwaway_folder() as folder:
        async with running_servers(folder, counts_statements=True) as servers:
            alone = await _point(servers, ALONE, 1, one_by_one)
            points = [await _point(servers, questions, number, flow) for number in (1, *copies)]
            _write(file, (alone, *points))
            _show_points(alone, points[0], points[1:])
            _show_drained(await _drained(servers, backlog))
    _show_plan(alone, points[0])


async def one_by_one(network: Network, questions: int, before: int) -> None:
    for number in range(1, questions + 1):
        await network.ask_one()
        await network.until_published(before + number, within_seconds=PATIENCE_SECONDS)


async def _point(servers: Servers, questions: int, copies: int, ask: Asking) -> Point:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(sesame(servers))
        for copy in range(2, copies + 1):
            for service in topology.SERVICES:
                await running.platform.start(service, copy)
        pids = {
            f"{service} {copy}": running.platform.pid(service, copy)
            for service in topology.SERVICES
            for copy in range(1, copies + 1)
        }
        database = await asyncpg.connect(servers.database_url)
        stack.push_async_callback(database.close)
        await database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await flow(running.network, WARM, 0)
        await database.execute("SELECT pg_stat_statements_reset()")
        before = process_time()
        used = dict(await cost(servers, pids, running.network, questions, ask))
        used[DRIVER] = process_time() - before
        batches = {row["role"].removeprefix("sesame_"): row["calls"] for row in await database.fetch(BATCHES)}
    took = used.pop("clock")
    milliseconds: dict[str, float] = {}  # by station: of a service, all its copies
    for name, seconds in used.items():
        station = name.split(" ")[0]
        milliseconds[station] = milliseconds.get(station, 0.0) + seconds / questions * 1000
    turns = {service: float(batches[service]) / questions for service in topology.SERVICES}
    return Point(copies, milliseconds, turns, questions / took, sum(used.values()) / took)


async def _drained(servers: Servers, backlog: int) -> list[tuple[float, float]]:
    """(questions a second, megabytes of the router) of each slice."""
    async with sesame(servers) as running:
        await flow(running.network, WARM, 0)
        await running.platform.stop("router")
        await running.network.ask(backlog)
        await running.network.watch.until(
            lambda: running.network.watch.count("question.received.v1") >= WARM + backlog,
            within_seconds=PATIENCE_SECONDS,
        )
        await running.platform.start("router")
        return [await _slice(running, WARM + backlog * part // SLICES) for part in range(1, SLICES + 1)]


async def _slice(running: Running, until: int) -> tuple[float, float]:
    started, before = perf_counter(), running.network.watch.count(ROUTED)
    if not await running.network.watch.until(
        lambda: running.network.watch.count(ROUTED) >= until, within_seconds=PATIENCE_SECONDS
    ):
        raise TimeoutError(f"{running.network.watch.count(ROUTED)} of {until} routed")
    memory = psutil.Process(running.platform.pid("router")).memory_info().rss / 1e6
    return (running.network.watch.count(ROUTED) - before) / (perf_counter() - started), memory


def _write(file: Path, points: Sequence[Point]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(point) for point in points], indent=1) + "\n")


def _show_points(alone: Point, loaded: Point, points: Sequence[Point]) -> None:
    table = Table("copies of each", "cores had", "predicted/s", "measured/s", "off by", "breaks first")
    for point in points:
        model = network(alone, loaded, point.copies, point.cores)
        off = f"{model.bears / point.measured - 1:+.0%}"
        rates = (f"{model.bears:.0f}", f"{point.measured:.0f}", off, model.breaks_first)
        table.add_row(str(point.copies), f"{point.cores:.2f}", *rates)
    Console().print(table)
    runs = (loaded, *points)
    table = Table("milliseconds for a question", "alone", *(f"copies: {point.copies}" for point in runs))
    for station, used in alone.milliseconds.items():
        table.add_row(station, f"{used:.2f}", *(f"{point.milliseconds[station]:.2f}" for point in runs))
    table.add_row(
        "all", *(f"{sum(point.milliseconds.values()):.2f}" for point in (alone, *runs)), style="bold"
    )
    for service in topology.SERVICES:
        turns = (f"{point.turns[service]:.2f}" for point in (alone, *runs))
        table.add_row(f"batches of {service}", *turns)
    Console().print(table)


def _show_drained(slices: Sequence[tuple[float, float]]) -> None:
    table = Table("backlog of the router", "routed/s", "MB")
    for number, (rate, memory) in enumerate(slices, 1):
        table.add_row(f"slice {number}", f"{rate:.0f}", f"{memory:.0f}")
    Console().print(table)


def _show_plan(alone: Point, loaded: Point) -> None:
    """In the busiest minutes, by stations that have cores of their own; on the safe side, each question comes
    alone: how often a copy turns was measured where batches are largest."""
    stations = network(alone, loaded, 1, None).stations
    model = QueueNetwork(
        {name: replace(one, turns=math.inf) for name, one in stations.items() if name != DRIVER}
    )
    rates = [times * PEAK * TODAY_A_SECOND for times in TIMES]
    title = f"copies, or cores of a server, none busier than {BUSY_AT_MOST:.0%}"
    table = Table("times today", *(f"{times:,}" for times in TIMES), title=title)
    table.add_row("questions a second", *(f"{rate:.3f}" for rate in rates))
    for name in model.stations:
        table.add_row(name, *(str(model.places_for(rate)[name]) for rate in rates))
    cores = (model.used(rate) / BUSY_AT_MOST for rate in rates)
    table.add_row("cores in all", *(f"{one:.3f}" for one in cores))
    Console().print(table)
    full = QueueNetwork({name: stations[name] for name in topology.SERVICES})
    print(f"with a core for each, {full.breaks_first} breaks first, at {full.bears:.0f} questions/s")


if __name__ == "__main__":
    main()

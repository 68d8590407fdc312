"""How far one installation goes: ./sesame bench scale [--questions N] [--backlog N] [--copies 1 2]

First the processor time of a question at each station is measured by itself. From it, and from what of the
machine's cores there was to be had, the network of queues (devtools/simulation/queue_network.py) predicts how
many a second one and two copies of each service bear, and that is measured. Then a backlog: questions asked
while the router stood still, how fast and in how much memory it is drained, quarter by quarter. Last, what
10, 100 and 1,000 times today's load would take.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter

import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from devtools.simulation.queue_network import BUSY_AT_MOST, QueueNetwork, Station
from services.contracts import topology
from tests.benchmarks.bench_profile import WARM, cost, flow
from tests.benchmarks.stage import Running, sesame
from tests.support.flow import ROUTED

TODAY_A_SECOND = 4000 / (250 * 7 * 3600)
"""Questions of a year of the network in France, in the hours of its working days."""
PEAK = 20
"""The busiest minutes beside the average."""
TIMES = (1, 10, 100, 1000)
QUARTERS = 4
PATIENCE_SECONDS = 300.0
DRIVER = "driver"


MANY = 64
"""Servers have more threads and processes than a machine has cores."""


@dataclass(frozen=True)
class Point:
    """`cores`: what of the machine's it had, on the average; the rest was others' or idle."""

    copies: int
    milliseconds: dict[str, float]
    measured: float
    cores: float


def network(milliseconds: Mapping[str, float], copies: int, cores: float) -> QueueNetwork:
    places = dict.fromkeys(topology.SERVICES, copies) | {"RabbitMQ": MANY, "PostgreSQL": MANY}
    stations = {name: Station(used, places.get(name, 1)) for name, used in milliseconds.items()}
    return QueueNetwork(stations, cores)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench scale", description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=int, default=600, help="for each point (default %(default)s)")
    parser.add_argument("--backlog", type=int, default=2000, help="questions (default %(default)s)")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2], help="of each service")
    chosen = parser.parse_args()
    uvloop.run(measure(chosen.questions, chosen.backlog, chosen.copies))


async def measure(questions: int, backlog: int, copies: Sequence[int]) -> None:
    with throwaway_folder() as folder:
        async with running_servers(folder) as servers:
            alone = (await _point(servers, questions, 1)).milliseconds
            points = [await _point(servers, questions, number) for number in copies]
            _show_points(alone, points)
            _show_drained(await _drained(servers, backlog))
    _show_plan(alone)


async def _point(servers: Servers, questions: int, copies: int) -> Point:
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
        driver = psutil.Process()
        before = sum(driver.cpu_times()[:2])
        used = dict(await cost(servers, pids, running.network, questions))
        took = used.pop("clock")
        used[DRIVER] = (sum(driver.cpu_times()[:2]) - before) * questions / (questions + WARM)
    milliseconds: dict[str, float] = {}  # by station: of a service, all its copies
    for name, seconds in used.items():
        station = name.split(" ")[0]
        milliseconds[station] = milliseconds.get(station, 0.0) + seconds / questions * 1000
    return Point(copies, milliseconds, questions / took, sum(used.values()) / took)


async def _drained(servers: Servers, backlog: int) -> list[tuple[float, float]]:
    """(questions a second, megabytes of the router) of each quarter."""
    async with sesame(servers) as running:
        await flow(running.network, WARM, 0)
        await running.platform.stop("router")
        await running.network.ask(backlog)
        await running.network.watch.until(
            lambda: running.network.watch.count("question.received.v1") >= WARM + backlog,
            within_seconds=PATIENCE_SECONDS,
        )
        await running.platform.start("router")
        return [await _quarter(running, WARM + backlog * part // QUARTERS) for part in range(1, QUARTERS + 1)]


async def _quarter(running: Running, until: int) -> tuple[float, float]:
    started, before = perf_counter(), running.network.watch.count(ROUTED)
    if not await running.network.watch.until(
        lambda: running.network.watch.count(ROUTED) >= until, within_seconds=PATIENCE_SECONDS
    ):
        raise TimeoutError(f"{running.network.watch.count(ROUTED)} of {until} routed")
    memory = psutil.Process(running.platform.pid("router")).memory_info().rss / 1e6
    return (running.network.watch.count(ROUTED) - before) / (perf_counter() - started), memory


def _show_points(alone: Mapping[str, float], points: Sequence[Point]) -> None:
    table = Table("copies of each", "cores had", "predicted/s", "measured/s", "off by", "breaks first")
    for point in points:
        model = network(alone, point.copies, point.cores)
        off = f"{model.bears / point.measured - 1:+.0%}"
        rates = (f"{model.bears:.0f}", f"{point.measured:.0f}", off, model.breaks_first)
        table.add_row(str(point.copies), f"{point.cores:.2f}", *rates)
    Console().print(table)
    table = Table("milliseconds for a question", "alone", *(f"copies: {point.copies}" for point in points))
    for station, used in alone.items():
        table.add_row(station, f"{used:.2f}", *(f"{point.milliseconds[station]:.2f}" for point in points))
    Console().print(table)


def _show_drained(quarters: Sequence[tuple[float, float]]) -> None:
    table = Table("backlog of the router", "routed/s", "MB")
    for number, (rate, memory) in enumerate(quarters, 1):
        table.add_row(f"quarter {number}", f"{rate:.0f}", f"{memory:.0f}")
    Console().print(table)


def _show_plan(alone: Mapping[str, float]) -> None:
    """In the busiest minutes, by stations that have cores of their own."""
    model = QueueNetwork({name: Station(used) for name, used in alone.items() if name != DRIVER})
    rates = [times * PEAK * TODAY_A_SECOND for times in TIMES]
    title = f"copies, or cores of a server, none busier than {BUSY_AT_MOST:.0%}"
    table = Table("times today", *(f"{times:,}" for times in TIMES), title=title)
    table.add_row("questions a second", *(f"{rate:.3f}" for rate in rates))
    for name in model.stations:
        table.add_row(name, *(str(model.places_for(rate)[name]) for rate in rates))
    cores = (rate * model.milliseconds / 1000 / BUSY_AT_MOST for rate in rates)
    table.add_row("cores in all", *(f"{one:.3f}" for one in cores))
    Console().print(table)
    print(f"with a core for each, {model.breaks_first} breaks first, at {model.bears:.0f} questions/s")


if __name__ == "__main__":
    main()

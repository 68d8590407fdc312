"""How far one installation goes: ./sesame bench scale [--questions N] [--copies 1 2] [--rates 5 20 60]

What each station uses is measured at rest, where each question comes alone, at steady rates, and with several
copies of each service where questions come as fast as they are taken. From all points but one the network of
queues (devtools/simulation/queue_network.py, fitted in scale_model.py) predicts that one: at a steady rate
what a question costs, else how many a second are borne by what of the machine's cores there was to be had.
Last, what 10, 100 and 1,000 times today's load would take. How a backlog is drained: ./sesame bench backlog.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from devtools.simulation.queue_network import BUSY_AT_MOST, QueueNetwork
from services.contracts import topology
from tests.benchmarks.bench_profile import WARM, Asking, cost, flow
from tests.benchmarks.scale_model import (
    DRIVER,
    Measured,
    Point,
    by_its_turns,
    network,
    outcome,
    predicted,
)
from tests.benchmarks.stage import Running, sesame
from tests.support.flow import PUBLISHED, Network

TODAY_A_SECOND = 4000 / (250 * 7 * 3600)
"""Questions of a year of the network in France, in the hours of its working days."""
PEAK = 20
"""The busiest minutes beside the average."""
TIMES = (1, 10, 100, 1000)
PATIENCE_SECONDS = 300.0
SETTLE_SECONDS, REST_SECONDS = 15.0, 40.0
KEPT_UP = 0.8
"""Of a rate; where less was done more was asked than it bears, and what waits is a flood."""
ALONE = 40
"""Questions, one after another."""

BATCHES = """
SELECT role.rolname AS role, sum(calls) AS calls
FROM pg_stat_statements JOIN pg_roles AS role ON role.oid = userid
WHERE query LIKE '%INSERT INTO inbox%' AND role.rolname LIKE 'sesame!_%' ESCAPE '!' GROUP BY role.rolname
"""


@dataclass(frozen=True)
class Stage:
    running: Running
    servers: Servers
    pids: Mapping[str, int]
    copies: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench scale", description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=int, default=600, help="for each flood (default %(default)s)")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2], help="of each service")
    parser.add_argument("--rates", type=float, nargs="+", default=[5, 20, 60], help="questions a second")
    parser.add_argument("--seconds", type=float, default=15, help="at each rate (default %(default)s)")
    parser.add_argument("--json", type=Path, default=Path(".local/bench-scale.json"), help="where points go")
    chosen = parser.parse_args()
    measured = uvloop.run(measure(chosen.questions, chosen.copies, chosen.rates, chosen.seconds))
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(asdict(measured), indent=1) + "\n")
    show_points(measured)
    show_plan(measured)
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")


def read(file: Path) -> Measured:
    """What `--json` wrote."""
    kept = json.loads(file.read_text())
    points = tuple(Point(**point) for point in kept["points"])
    return Measured(kept["rest"], Point(**kept["alone"]), points)


async def measure(questions: int, copies: Sequence[int], rates: Sequence[float], seconds: float) -> Measured:
    """One copy of each for all that is steady, on one platform; a platform for each flood."""
    with throwaway_folder() as folder:
        async with running_servers(folder, counts_statements=True) as servers:
            async with _stage(servers, 1) as stage:
                rest = await _at_rest(stage)
                alone = await _point(stage, ALONE, one_by_one)
                points = [await _point(stage, int(rate * seconds), _at(rate), rate) for rate in rates]
            for number in copies:
                async with _stage(servers, number) as stage:
                    points.append(await _point(stage, questions, flow))
    return Measured(rest, alone, tuple(points))


@asynccontextmanager
async def _stage(servers: Servers, copies: int) -> AsyncIterator[Stage]:
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
        await flow(running.network, WARM, 0)
        await asyncio.sleep(SETTLE_SECONDS)
        yield Stage(running, servers, pids, copies)


async def one_by_one(network: Network, questions: int, before: int) -> None:
    for number in range(1, questions + 1):
        await network.ask_one()
        await network.until_published(before + number, within_seconds=PATIENCE_SECONDS)


def _at(rate: float) -> Asking:
    """So many a second, the last one's publication waited for."""

    async def asking(network: Network, questions: int, before: int) -> None:
        begun = perf_counter()
        async with asyncio.TaskGroup() as asked:
            for number in range(questions):
                await asyncio.sleep(max(0.0, begun + number / rate - perf_counter()))
                asked.create_task(network.ask_one())
        await network.until_published(before + questions, within_seconds=PATIENCE_SECONDS)

    return asking


async def _at_rest(stage: Stage) -> dict[str, float]:
    """Milliseconds a second, by station."""

    async def nothing(network: Network, questions: int, before: int) -> None:
        await asyncio.sleep(REST_SECONDS)

    return _stations(await _used(stage, 0, nothing), REST_SECONDS)


async def _point(stage: Stage, questions: int, ask: Asking, rate: float | None = None) -> Point:
    database = await asyncpg.connect(stage.servers.database_url)
    try:
        await database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await database.execute("SELECT pg_stat_statements_reset()")
        used = dict(await _used(stage, questions, ask))
        batches = {row["role"].removeprefix("sesame_"): row["calls"] for row in await database.fetch(BATCHES)}
    finally:
        await database.close()
    took = used.pop("clock")
    turns = {service: float(batches[service]) / questions for service in topology.SERVICES}
    cores = sum(used.values()) / took
    if rate is not None and questions / took < KEPT_UP * rate:
        rate = None
    return Point(stage.copies, rate, _stations(used, questions), turns, questions / took, cores)


async def _used(stage: Stage, questions: int, ask: Asking) -> dict[str, float]:
    """Seconds of processor time by process, and the clock's."""
    before, network = process_time(), stage.running.network
    published = network.watch.count(PUBLISHED)
    used = dict(await cost(stage.servers, stage.pids, network, questions, ask, published))
    return used | {DRIVER: process_time() - before}


def _stations(used: Mapping[str, float], each: float) -> dict[str, float]:
    """Milliseconds for each of so many; of a service, all its copies."""
    stations: dict[str, float] = {}
    for name, seconds in used.items():
        station = name.split(" ")[0]
        if station != "clock":
            stations[station] = stations.get(station, 0.0) + seconds / each * 1000
    return stations


def show_points(measured: Measured) -> None:
    columns = ("copies", "cores had", "predicted from the others", "measured", "off by", "turns")
    table = Table("asked", *columns, "ms by its turns", "measured", "off by")
    for point in measured.points:
        others = measured.without(point)
        unit = "/s" if point.rate is None else " ms"
        asked = "a flood" if point.rate is None else f"{point.measured:.1f}/s"
        table.add_row(
            asked,
            str(point.copies),
            f"{point.cores:.2f}",
            *_pair(predicted(others, point), outcome(point), unit),
            f"{sum(point.turns.values()):.2f}",
            *_pair(by_its_turns(others, point), point.milliseconds_in_all, ""),
        )
    Console().print(table)
    runs = (measured.alone, *measured.points)
    names = (f"{one.rate:g}/s" if one.rate else f"flood, {one.copies}" for one in measured.points)
    table = Table("ms for a question", "at rest, ms/s", "alone", *names)
    for station, rest in measured.rest.items():
        table.add_row(station, f"{rest:.2f}", *(f"{point.milliseconds[station]:.2f}" for point in runs))
    for service in topology.SERVICES:
        table.add_row(f"turns of {service}", "", *(f"{point.turns[service]:.2f}" for point in runs))
    Console().print(table)


def _pair(says: float, was: float, unit: str) -> tuple[str, str, str]:
    return f"{says:.1f}{unit}", f"{was:.1f}{unit}", f"{says / was - 1:+.0%}"


def show_plan(measured: Measured) -> None:
    """In the busiest minutes, by stations that have cores of their own."""
    stations = network(measured, 1, None).stations
    model = QueueNetwork({name: one for name, one in stations.items() if name != DRIVER})
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

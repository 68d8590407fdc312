"""`./sesame bench`: the platform beside a hand-written floor, in one run on one machine.

    throughput   questions a second, from a partner's question to its published answer
    latency      received → routed at a steady rate
    memory       of each service at rest
    start        from the start of a service's process to ready

Absolute numbers say something about this machine today; the ratio says something about Sésame.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import uvloop

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from services.contracts import topology
from tests.benchmarks.figures import Figure, percentile, show, write
from tests.benchmarks.stage import hand_written, sesame
from tests.support.flow import RECEIVED, ROUTED, Network

SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 120.0


def main() -> None:
    parts = sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))
    parser = argparse.ArgumentParser(
        prog="./sesame bench",
        description=__doc__.split("\n")[0],
        epilog=f"./sesame bench PART measures one part: {', '.join(parts)}".replace("_", "-"),
    )
    parser.add_argument(
        "--questions", type=int, default=2000, help="per throughput run (default %(default)s)"
    )
    parser.add_argument("--pairs", type=int, default=2, help="runs of floor and Sésame in turn")
    parser.add_argument("--rate", type=float, default=20, help="questions a second for the latency")
    parser.add_argument("--seconds", type=float, default=20, help="how long at that rate")
    parser.add_argument("--json", type=Path, default=Path(".local/bench.json"), help="where the figures go")
    chosen = parser.parse_args()
    figures = uvloop.run(measure(chosen))
    show(figures)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    write(figures, chosen.json)
    print(f"written to {chosen.json}")


async def measure(chosen: argparse.Namespace) -> list[Figure]:
    async with _servers() as servers:
        figures = [await throughput(servers, chosen.questions, chosen.pairs)]
        async with hand_written(servers) as peer:
            floor = await _waits(peer.network, chosen.rate, chosen.seconds)
        figures += await at_rest_and_steady(servers, chosen.rate, chosen.seconds, floor)
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")
    return figures


@asynccontextmanager
async def _servers() -> AsyncIterator[Servers]:
    """Durable: fsync stays on for both sides."""
    with throwaway_folder() as folder:
        async with running_servers(folder) as servers:
            yield servers


async def throughput(servers: Servers, questions: int, pairs: int) -> Figure:
    ours, floors = [], []
    for _ in range(pairs):
        async with hand_written(servers) as peer:
            floors.append(await _questions_a_second(peer.network, questions))
        async with sesame(servers) as running:
            ours.append(await _questions_a_second(running.network, questions))
    return Figure(
        "throughput, question to published",
        statistics.median(ours),
        "questions/s",
        statistics.median(floors),
        "ratio ≥ 0.7",
    )


async def _questions_a_second(network: Network, questions: int) -> float:
    await network.ask(50)
    await network.until_published(50, within_seconds=PATIENCE_SECONDS)
    started = time.perf_counter()
    await network.ask(questions)
    await network.until_published(50 + questions, within_seconds=PATIENCE_SECONDS)
    return questions / (time.perf_counter() - started)


async def at_rest_and_steady(
    servers: Servers, rate: float, seconds: float, floor: Sequence[float]
) -> list[Figure]:
    """`floor`: what the hand-written peer's questions waited, in order."""
    async with sesame(servers) as running:
        await asyncio.sleep(SETTLE_SECONDS)
        memory = {service: _megabytes(running.platform.pid(service)) for service in topology.SERVICES}
        figures = [
            Figure(f"memory of {service} at rest", used, "MB", wanted="< 130")
            for service, used in memory.items()
        ]
        figures += _latency(rate, await _waits(running.network, rate, seconds), floor)
        for service in topology.SERVICES:
            await running.platform.stop(service)
            started = time.perf_counter()
            await running.platform.start(service)
            figures.append(Figure(f"start of {service}", time.perf_counter() - started, "s", wanted="< 3"))
        return figures


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


async def _waits(network: Network, rate: float, seconds: float) -> list[float]:
    """Seconds from received to routed, in order."""
    count = int(rate * seconds)
    begun = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        await network.ask_one()
    await network.until_published(count, within_seconds=PATIENCE_SECONDS)
    return network.watch.seconds_between(RECEIVED, ROUTED)


def _latency(rate: float, ours: Sequence[float], floor: Sequence[float]) -> list[Figure]:
    return [
        Figure(
            f"received → routed at {rate:g}/s, p{share:.0%}".rstrip("%"),
            percentile(ours, share) * 1000,
            "ms",
            percentile(floor, share) * 1000,
            wanted,
        )
        for share, wanted in ((0.5, "≤ 10"), (0.99, "≤ 40"))
    ]


if __name__ == "__main__":
    main()

"""How many events at once: ./sesame bench batches [--questions N]

The platform with several values of SESAME_PREFETCH and SESAME_BATCH, in turn in one run, each given many
questions as fast as they are taken: what a question costs in processor time and in commits, and what memory
the services have afterwards. Processor time hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from services.contracts import topology
from tests.benchmarks.bench_profile import WARM, Seconds, asked_of_servers, cost, flow
from tests.benchmarks.stage import sesame

VALUES = ((20, 10), (100, 50), (400, 200), (1000, 500))
"""Events held unacknowledged, and events in one transaction, at most."""


@dataclass(frozen=True)
class Tried:
    prefetch: int
    batch: int
    seconds: Seconds
    commits: float
    megabytes: float
    """Of the service that has most."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench batches", description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=int, default=2000, help="of each pair (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="of all pairs (default %(default)s)")
    chosen = parser.parse_args()
    _show(uvloop.run(measure(chosen.questions, chosen.rounds)), chosen.questions)


async def measure(questions: int, rounds: int) -> list[Tried]:
    with throwaway_folder() as folder:
        async with running_servers(folder, counts_statements=True) as servers:
            return [await _tried(servers, *pair, questions) for pair in VALUES * rounds]


async def _tried(servers: Servers, prefetch: int, batch: int, questions: int) -> Tried:
    values = {"SESAME_PREFETCH": str(prefetch), "SESAME_BATCH": str(batch)}
    async with sesame(servers, values) as running:
        pids = {service: running.platform.pid(service) for service in topology.SERVICES}
        await flow(running.network, WARM, 0)
        async with asked_of_servers(servers) as asked:
            seconds = await cost(servers, pids, running.network, questions)
        commits = sum(of.commits for of in asked.values()) / questions
        most = max(psutil.Process(pid).memory_info().rss for pid in pids.values()) / 1e6
        return Tried(prefetch, batch, seconds, commits, most)


def _show(tried: Sequence[Tried], questions: int) -> None:
    table = Table(
        "prefetch", "batch", "services, ms", "RabbitMQ", "PostgreSQL", "all", "commits", "questions/s", "MB"
    )
    for one in tried:
        services = sum(one.seconds[name] for name in topology.SERVICES)
        servers = [one.seconds[name] for name in ("RabbitMQ", "PostgreSQL")]
        costs = [f"{used / questions * 1000:.2f}" for used in (services, *servers, services + sum(servers))]
        others = (f"{one.commits:.2f}", f"{questions / one.seconds['clock']:.0f}", f"{one.megabytes:.0f}")
        table.add_row(str(one.prefetch), str(one.batch), *costs, *others)
    Console().print(table)
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")


if __name__ == "__main__":
    main()

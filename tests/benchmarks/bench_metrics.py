"""How metrics bears ten years: ./sesame bench metrics

    page      the key figures of a year, read and drawn, with ten years and ten million questions counted
    scrape    what Prometheus is given, and how many series that is
    size      of the counters on the disk
    rebuild   facts a second from the log into new counters, beside the same counts by plain SQL
    rest      memory of the service with nothing to do, before and after its first page

Leaves with status 1 when a page takes 200 ms, a scrape 100 ms or 5,000 series, the counters 1 GB, a rebuild
falls under 20,000 facts a second, or the plain counts differ.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import httpx
import psutil
import uvloop
from asyncpg import Pool, Record

from devtools.servers.folders import throwaway_folder
from devtools.servers.platform import running_platform
from devtools.servers.servers import Servers, running_servers
from devtools.simulation.invented_year import questions_of
from services.chassis.postgres.database import open_pool
from services.metrics.domain.times import NetworkTime
from services.metrics.entrypoints.prometheus import collect
from services.metrics.handlers.recounting import rebuild
from services.metrics.store import counting
from tests.benchmarks.figures import Figure, show, write
from tests.support.metrics_network import PARIS, figures_door
from tests.support.servers import Database, cloned, drop, make_template, migrate_template

HERE = Path(__file__).parent
TIMES = NetworkTime(PARIS)
YEARS = (2023, 2024, 2025)
GIGABYTE = 10**9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--questions", type=int, default=20_000, help="a year, for the rebuild; seven facts each"
    )
    parser.add_argument("--json", type=Path, default=Path(".local/bench-metrics.json"))
    chosen = parser.parse_args()
    figures, failed = uvloop.run(measure(chosen.questions))
    show(figures)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    write(figures, chosen.json)
    for fault in failed:
        print(f"failed: {fault}", file=sys.stderr)
    return 1 if failed else 0


async def measure(questions: int) -> tuple[list[Figure], list[str]]:
    with throwaway_folder() as folder:
        async with running_servers(folder) as servers:
            template = await make_template(servers)
            await migrate_template(template)
            try:
                ten_years, too_much = await _ten_years(template)
                recount, too_slow = await _recount(template, questions)
                rest = await _at_rest(servers, folder)
            finally:
                await drop(template)
    return [*ten_years, *recount, *rest], [*too_much, *too_slow]


@asynccontextmanager
async def _pool(template: Database) -> AsyncIterator[Pool[Record]]:
    async with cloned(template) as database:
        pool = await open_pool(database("metrics"), name="bench", size=3)
        try:
            yield pool
        finally:
            await pool.close()


async def _ten_years(template: Database) -> tuple[list[Figure], list[str]]:
    async with _pool(template) as pool:
        await pool.execute((HERE / "metrics_ten_years.sql").read_text(), timeout=600)
        rows = await pool.fetchval("SELECT count(*) FROM monthly")
        size = await pool.fetchval(_SIZE)
        async with figures_door(pool) as door:
            network = await _median(lambda: _get(door, "/figures/2026"))
            partner = await _median(lambda: _get(door, "/figures/2026/partner-7"))
        scrape = await _median(lambda: collect(pool))
        series = await _series(pool)
    figures = [
        Figure("page, network", 1000 * network, "ms", None, "< 200"),
        Figure("page, one partner", 1000 * partner, "ms", None, "< 200"),
        Figure("scrape", 1000 * scrape, "ms", None, "< 100"),
        Figure("series", series, "series", None, "< 5,000"),
        Figure(f"counters on disk, {rows:,} rows", size / 1e6, "MB", None, "< 1,000"),
    ]
    limits = (
        ("page takes 200 ms", max(network, partner) < 0.2),
        ("scrape takes 100 ms", scrape < 0.1),
        ("scrape has 5,000 series", series < 5_000),
        ("counters take 1 GB", size < GIGABYTE),
    )
    return figures, [fault for fault, kept in limits if not kept]


_SIZE = """
SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
"""


async def _get(door: httpx.AsyncClient, address: str) -> None:
    (await door.get(address)).raise_for_status()


async def _median(action: Callable[[], Awaitable[object]], times: int = 15) -> float:
    """Seconds, the first time left out."""
    await action()
    taken = []
    for _ in range(times):
        started = perf_counter()
        await action()
        taken.append(perf_counter() - started)
    return statistics.median(taken)


async def _series(pool: Pool[Record]) -> int:
    return sum(len(metric.samples) for metric in await collect(pool))


async def _recount(template: Database, questions: int) -> tuple[list[Figure], list[str]]:
    async with _pool(template) as pool:
        await _fill_log(pool, questions)
        started = perf_counter()
        facts = await rebuild(pool, TIMES)
        ours = facts / (perf_counter() - started)
        async with pool.acquire() as db:
            started = perf_counter()
            await db.execute((HERE / "metrics_plain_count.sql").read_text(), timeout=600)
            plain = facts / (perf_counter() - started)
            differences = await db.fetchval(_DIFFERENT)
    faults = (
        ("rebuild falls under 20,000 facts a second", ours >= 20_000),
        (f"{differences} plain counts differ from the counters", differences == 0),
    )
    figure = Figure(f"rebuild of {facts:,} facts", ours, "facts/s", plain, "≥ 20,000")
    return [figure], [fault for fault, kept in faults if not kept]


_DIFFERENT = """
SELECT count(*) FROM plain FULL JOIN (SELECT * FROM tally WHERE facet NOT LIKE '%\\_%' ) AS tally
USING (partner, measure, facet, month, value) WHERE plain.n IS DISTINCT FROM tally.n
"""


async def _fill_log(pool: Pool[Record], questions: int) -> None:
    for year in YEARS:
        facts = list(questions_of(year, questions, TIMES, until=date(year + 1, 1, 31)))
        async with pool.acquire() as db, db.transaction():
            await counting.log(db, facts)
    await pool.execute("ANALYZE log")


async def _at_rest(servers: Servers, folder: Path) -> list[Figure]:
    """Resident memory: the process, and what it has learnt by its first page."""
    year = datetime.now(UTC).year
    async with running_platform(folder, servers, smtp_port=9, services=("metrics",)) as platform:
        process = psutil.Process(platform.pid("metrics"))
        await asyncio.sleep(2)
        rest = process.memory_info().rss
        async with httpx.AsyncClient() as client:
            await client.get(platform.doors("metrics").url(f"/figures/{year}"))
        after = process.memory_info().rss
    return [
        Figure("memory at rest", rest / 2**20, "MiB", None, "< 90"),
        Figure("memory after the first page", after / 2**20, "MiB", None, ""),
    ]


if __name__ == "__main__":
    sys.exit(main())

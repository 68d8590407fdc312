"""Pages beside bare ones, asked in turn in one run: ./sesame bench pages [--rounds N]

    figures    the network's key figures and one partner's, with two years of a million questions each,
               beside a starlette page with one SELECT
    form       a question by the form, from POST to 303, beside a form with one INSERT; both are processes of
               their own, on a server that waits for the disk

The archive's pages are measured by `./sesame bench notifier-archive`. Load of the machine lengthens both
sides; the ratio stays.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
import psutil
import uvloop

from devtools.servers.folders import throwaway_folder
from devtools.servers.ports import free_port
from devtools.servers.servers import running_servers
from services.chassis.postgres.database import open_pool
from tests.benchmarks.bare_pages import TABLE, BarePages, asked, sent
from tests.benchmarks.bench_ingest import environment, process
from tests.benchmarks.figures import Figure, percentile, show, write
from tests.support.metrics_network import figures_door
from tests.support.servers import (
    Database,
    VirtualHost,
    cloned,
    drop,
    make_template,
    migrate_template,
    virtual_host,
)

TEN_YEARS = Path(__file__).parent / "metrics_ten_years.sql"
WARM = 10
TEXT = "Je cherche les plans des bains publics de ma ville entre 1890 et 1930 ; où les trouver ? ({})"

Action = Callable[[int], Awaitable[float]]
"""Milliseconds that one time took."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench pages", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=150, help="of each page (default %(default)s)")
    parser.add_argument("--json", type=Path, default=Path(".local/bench-pages.json"))
    chosen = parser.parse_args()
    figures = uvloop.run(measure(chosen.rounds))
    show(figures)
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    write(figures, chosen.json)


async def measure(rounds: int) -> list[Figure]:
    with throwaway_folder() as folder:
        async with running_servers(folder) as servers:
            template = await make_template(servers)
            await migrate_template(template)
            try:
                async with cloned(template) as database, virtual_host(servers) as vhost:
                    return [
                        *await _figures(database, rounds),
                        *await _form(database, vhost, rounds),
                    ]
            finally:
                await drop(template)


async def _figures(database: Database, rounds: int) -> list[Figure]:
    pool = await open_pool(database("metrics"), name="bench", size=3)
    try:
        two_years = TEN_YEARS.read_text().replace("generate_series(0, 119)", "generate_series(96, 119)")
        await pool.execute(two_years, timeout=600)
        await pool.execute(TABLE)
        transport = httpx.ASGITransport(app=BarePages(pool).app())
        async with (
            figures_door(pool) as door,
            httpx.AsyncClient(transport=transport, base_url="http://bare") as bare,
        ):
            network, network_floor = await in_turn(
                lambda _: asked(door, "/figures/2026"), lambda _: asked(bare, "/bare"), rounds
            )
            partner, partner_floor = await in_turn(
                lambda _: asked(door, "/figures/2026/partner-7"), lambda _: asked(bare, "/bare"), rounds
            )
    finally:
        await pool.close()
    return [
        *_both("figures of the network", network, network_floor, "< 200"),
        *_both("figures of one partner", partner, partner_floor, "< 200"),
    ]


async def _form(database: Database, vhost: VirtualHost, rounds: int) -> list[Figure]:
    bare_port, port = free_port(), free_port()
    limits = {"SESAME_ADDRESS_BURST": "1000000", "SESAME_ADDRESS_PER_HOUR": "1000000"}
    ours = environment(database, vhost, port) | limits
    async with (
        process(bare_port, {}, "tests.benchmarks.bare_pages", database("metrics"), str(bare_port)),
        process(port, ours, "services.ingest"),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{bare_port}") as bare,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as door,
    ):
        took, floor = await in_turn(
            lambda turn: sent(door, _fields(turn)), lambda turn: sent(bare, _fields(turn)), rounds
        )
    return _both("form, POST to 303", took, floor, "p50 < 15")


def _fields(turn: int) -> dict[str, str]:
    return {"text": TEXT.format(turn), "mail": f"reader-{turn}@example.org"}


async def in_turn(ours: Action, floor: Action, rounds: int) -> tuple[list[float], list[float]]:
    """In order of length; what the first times took is left out."""
    pairs = [(await ours(turn), await floor(turn)) for turn in range(WARM + rounds)][WARM:]
    return sorted(our for our, _ in pairs), sorted(bare for _, bare in pairs)


def _both(name: str, took: Sequence[float], floor: Sequence[float], wanted: str) -> list[Figure]:
    half, most = statistics.median(took), percentile(took, 0.95)
    return [
        Figure(f"{name}, p50", half, "ms", statistics.median(floor), wanted),
        Figure(f"{name}, p95", most, "ms", percentile(floor, 0.95)),
    ]


if __name__ == "__main__":
    main()

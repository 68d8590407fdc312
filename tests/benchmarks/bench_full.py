"""What a full database costs: ./sesame bench full [--full N] [--questions N]

Questions are asked of the platform while its tables are nearly empty, then again in tables of N questions, in
one run. How they are filled: `full_tables.py`. Shown is each service's time in PostgreSQL for a question
(pg_stat_statements) and what it writes to the WAL just after a checkpoint, where each page that is touched
first is written whole; the statements that became slower most; and what the tables weigh on the disk.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import asyncpg
import psutil
import uvloop
from asyncpg import Record
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import running_servers
from services.contracts import topology
from tests.benchmarks.bench_profile import flow
from tests.benchmarks.full_tables import Db, fill
from tests.benchmarks.stage import Running, sesame

SEED = 200
STATISTICS_SECONDS = 12.0
"""Idle connections report what they did within ten seconds."""
MOST_STATEMENTS, LETTERS = 12, 90
RESET = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()"
STATEMENTS = """
SELECT replace(role.rolname, 'sesame_', '') AS service, query, sum(calls)::float AS calls,
    sum(total_exec_time) AS milliseconds, sum(wal_bytes)::float AS wal
FROM pg_stat_statements JOIN pg_roles AS role ON role.oid = userid
WHERE role.rolname LIKE 'sesame!_%' ESCAPE '!' GROUP BY 1, 2
"""
SIZES = """
SELECT nspname AS service, CASE WHEN relispartition THEN 'log, by month' ELSE relname END AS name,
    sum(pg_total_relation_size(c.oid))::float AS everything, sum(pg_indexes_size(c.oid))::float AS indexes
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname = ANY ($1::text[]) GROUP BY 1, 2 ORDER BY 3 DESC
"""
SMALL = 0.1
"""kB for a question: tables below it are one line of their service."""

HOT = """
SELECT schemaname || '.' || relname AS name, n_tup_upd AS updates, n_tup_hot_upd AS hot, n_tup_del AS deletes
FROM pg_stat_user_tables WHERE schemaname = ANY ($1::text[]) AND n_tup_upd > 0
ORDER BY n_tup_upd DESC LIMIT 15
"""


@dataclass(frozen=True)
class Asked:
    """One statement of one service."""

    calls: float
    milliseconds: float
    wal: float
    """Bytes."""


Statements = Mapping[tuple[str, str], Asked]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./sesame bench full", description=__doc__.split("\n")[0])
    parser.add_argument("--full", type=int, default=1_000_000, help="questions in it (default %(default)s)")
    parser.add_argument("--questions", type=int, default=400, help="asked each time (default %(default)s)")
    chosen = parser.parse_args()
    uvloop.run(measure(chosen.full, chosen.questions))


async def measure(full: int, questions: int) -> None:
    with throwaway_folder() as folder:
        async with running_servers(folder, counts_statements=True) as servers, sesame(servers) as running:
            db = await asyncpg.connect(running.database_url, command_timeout=7200)
            try:
                await db.execute(RESET)
                await flow(running.network, SEED, 0)
                empty = await _cost(db, running, questions, SEED)
                await asyncio.sleep(STATISTICS_SECONDS)  # until what was asked has gone out
                started = perf_counter()
                await fill(db, full // (SEED + questions))
                print(f"filled with {full:,} questions in {perf_counter() - started:.0f} s")
                await flow(running.network, SEED, SEED + questions)
                await asyncio.sleep(STATISTICS_SECONDS)
                await db.execute("SELECT pg_stat_reset()")
                filled = await _cost(db, running, questions, 2 * SEED + questions)
                await asyncio.sleep(STATISTICS_SECONDS)
                _show_hot(await db.fetch(HOT, topology.SERVICES), questions)
                _show(empty, filled, questions)
                _show_sizes(await db.fetch(SIZES, topology.SERVICES), full)
            finally:
                await db.close()
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")


async def _cost(db: Db, running: Running, questions: int, before: int) -> Statements:
    await db.execute("CHECKPOINT")
    await db.execute(RESET)
    await flow(running.network, questions, before)
    rows = await db.fetch(STATEMENTS)
    return {
        (row["service"], row["query"]): Asked(row["calls"], row["milliseconds"], row["wal"]) for row in rows
    }


def _show(empty: Statements, filled: Statements, questions: int) -> None:
    columns = ("nearly empty", "full", "ratio", "kB of WAL, empty", "full")
    table = Table("milliseconds of PostgreSQL for a question", *columns)
    for service in (*topology.SERVICES, ""):
        spent, wal = (
            [
                sum(getattr(one, kind) for (who, _), one in side.items() if service in ("", who)) / questions
                for side in (empty, filled)
            ]
            for kind in ("milliseconds", "wal")
        )
        table.add_row(
            service or "all",
            *(f"{one:.3f}" for one in spent),
            f"{spent[1] / spent[0]:.2f}",
            *(f"{one / 1e3:.1f}" for one in wal),
        )
    Console().print(table)
    table = Table("statement", "mean ms, empty", "full", "calls", "more ms a question")
    slower = sorted(_slower(empty, filled, questions), reverse=True)[:MOST_STATEMENTS]
    for more, (service, query), before, after in slower:
        text = f"{service}: {' '.join(query.split())[:LETTERS]}"
        calls = f"{filled[service, query].calls:.0f}"
        table.add_row(text, f"{before:.3f}", f"{after:.3f}", calls, f"{more:.3f}")
    Console().print(table)


def _slower(
    empty: Statements, filled: Statements, questions: int
) -> Iterator[tuple[float, tuple[str, str], float, float]]:
    for key, one in filled.items():
        before = empty.get(key, Asked(1, 0.0, 0.0))
        means = before.milliseconds / before.calls, one.milliseconds / one.calls
        yield (means[1] - means[0]) * one.calls / questions, key, *means


def _show_hot(rows: Sequence[Record], questions: int) -> None:
    table = Table("rows of", "updated a question", "of them in place (HOT)", "deleted")
    for row in rows:
        share = f"{row['hot'] / row['updates']:.0%}"
        each = (row["updates"] / questions, row["deletes"] / questions)
        table.add_row(row["name"], f"{each[0]:.2f}", share, f"{each[1]:.2f}")
    Console().print(table)


def _show_sizes(rows: Sequence[Record], full: int) -> None:
    table = Table("table", "GB", "of it indexes", "kB for a question")
    for service in topology.SERVICES:
        of_service = [row for row in rows if row["service"] == service]
        large = [row for row in of_service if row["everything"] / 1e3 / full >= SMALL]
        for row in large:
            table.add_row(f"{service}: {row['name']}", *_sizes([row], full))
        table.add_row(f"{service}: others", *_sizes([row for row in of_service if row not in large], full))
        table.add_row(service, *_sizes(of_service, full), style="bold")
    table.add_row("all", *_sizes(rows, full), style="bold")
    Console().print(table)


def _sizes(rows: Sequence[Record], full: int) -> tuple[str, str, str]:
    everything, indexes = (sum(row[kind] for row in rows) for kind in ("everything", "indexes"))
    return f"{everything / 1e9:.2f}", f"{indexes / 1e9:.2f}", f"{everything / 1e3 / full:.2f}"


if __name__ == "__main__":
    main()

"""What a full database costs: ./sesame bench full [--full N] [--questions N]

Questions are asked of the platform while its tables are nearly empty, then again in tables of N questions, in
one run. The tables are filled with copies of the questions asked before, in every table of every service that
has rows of them: ids made new, moments moved back. Shown is each service's time in PostgreSQL for a question
(pg_stat_statements), the statements that became slower most, and what the tables weigh on the disk.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from time import perf_counter
from typing import TypeAlias

import asyncpg
import psutil
import uvloop
from asyncpg import Connection, Record
from rich.console import Console
from rich.table import Table

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import running_servers
from services.contracts import topology
from tests.benchmarks.bench_profile import flow
from tests.benchmarks.stage import Running, sesame

SEED, COPIES = 200, 250
"""Questions that are copied, and copies of each in one statement."""
MOST_INBOX = 500_000
"""Questions whose events are remembered: ids are kept for two weeks, not for years."""
STATISTICS_SECONDS = 12.0
"""Idle connections report what they did within ten seconds."""
MOST_STATEMENTS, LETTERS = 12, 90
LEFT_OUT = ("network", "load", "partner", "partner_history", "subject_model", "outbox", "waiting")
"""What does not grow with questions."""

RESET = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()"
STATEMENTS = """
SELECT replace(role.rolname, 'sesame_', '') AS service, query, sum(calls)::float AS calls,
    sum(total_exec_time) AS milliseconds
FROM pg_stat_statements JOIN pg_roles AS role ON role.oid = userid
WHERE role.rolname LIKE 'sesame!_%' ESCAPE '!' GROUP BY 1, 2
"""
COLUMNS = """
SELECT c.table_schema AS schema, c.table_name AS name, c.column_name AS column, c.data_type AS type, EXISTS (
    SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indisunique AND attname = c.column_name
        AND indrelid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass
) AS alone
FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE table_type = 'BASE TABLE' AND c.table_schema = ANY ($1::text[]) AND c.table_name <> ALL ($2::text[])
    AND is_identity = 'NO' AND is_generated = 'NEVER' AND coalesce(column_default, '') NOT LIKE 'nextval%'
ORDER BY 1, 2, ordinal_position
"""
SIZES = """
SELECT nspname AS service, sum(pg_total_relation_size(c.oid))::float AS everything,
    sum(pg_indexes_size(c.oid))::float AS indexes
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname = ANY ($1::text[]) GROUP BY 1
"""

HOT = """
SELECT schemaname || '.' || relname AS name, n_tup_upd AS updates, n_tup_hot_upd AS hot, n_tup_del AS deletes
FROM pg_stat_user_tables WHERE schemaname = ANY ($1::text[]) AND n_tup_upd > 0
ORDER BY n_tup_upd DESC LIMIT 15
"""

Db: TypeAlias = "Connection[Record]"


@dataclass(frozen=True)
class Asked:
    """One statement of one service."""

    calls: float
    milliseconds: float


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
                started = perf_counter()
                await fill(db, full, SEED + questions)
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
    await db.execute(RESET)
    await flow(running.network, questions, before)
    rows = await db.fetch(STATEMENTS)
    return {(row["service"], row["query"]): Asked(row["calls"], row["milliseconds"]) for row in rows}


async def fill(db: Db, full: int, asked: int) -> None:
    """Past triggers and foreign keys, which the copies keep as the copied did."""
    await db.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    rows = await db.fetch(COLUMNS, topology.SERVICES, LEFT_OUT)
    for (schema, name), columns in groupby(rows, lambda row: (row["schema"], row["name"])):
        of_table, copies = list(columns), full // asked
        if name == "inbox":
            await _multiply(db, f'"{schema}"."{name}"', of_table, min(copies, MOST_INBOX // asked))
        elif any(row["type"] == "uuid" for row in of_table):
            await _multiply(db, f'"{schema}"."{name}"', of_table, copies)
    await db.execute("SET session_replication_role = DEFAULT")
    await db.execute("VACUUM (ANALYZE)")
    await db.execute("CHECKPOINT")


async def _multiply(db: Db, table: str, columns: Sequence[Record], copies: int) -> None:
    names = ", ".join(f'"{row["column"]}"' for row in columns)
    copied = ", ".join(map(_copied, columns))
    done = " WHERE state <> 'waiting'" if table.endswith('"delivery"') else ""
    await db.execute(f"CREATE TEMP TABLE seed AS SELECT {names} FROM {table}{done}")
    for start in range(1, copies + 1, COPIES):
        numbers = f"generate_series({start}, {min(start + COPIES - 1, copies)}) AS copy"
        await db.execute(
            f"INSERT INTO {table} ({names}) SELECT {copied} FROM seed, {numbers} ON CONFLICT DO NOTHING"
        )
    await db.execute("DROP TABLE seed")


def _copied(row: Record) -> str:
    name = f'"{row["column"]}"'
    if row["type"] == "uuid":
        return f"CASE WHEN {name} IS NOT NULL THEN md5({name}::text || copy)::uuid END"
    if row["type"] == "timestamp with time zone" and row["name"] != "inbox":
        return f"{name} - copy * interval '10 minutes'"
    if row["type"] == "text" and row["alone"]:
        return f"{name} || '-' || copy"
    return name


def _show(empty: Statements, filled: Statements, questions: int) -> None:
    table = Table("milliseconds of PostgreSQL for a question", "nearly empty", "full", "ratio")
    for service in (*topology.SERVICES, ""):
        pair = [
            sum(one.milliseconds for (who, _), one in side.items() if service in ("", who)) / questions
            for side in (empty, filled)
        ]
        table.add_row(service or "all", *(f"{one:.3f}" for one in pair), f"{pair[1] / pair[0]:.2f}")
    Console().print(table)
    table = Table("statement", "mean ms, empty", "full", "calls", "more ms a question")
    slower = sorted(_slower(empty, filled, questions), reverse=True)[:MOST_STATEMENTS]
    for more, (service, query), before, after in slower:
        text = f"{service}: {' '.join(query.split())[:LETTERS]}"
        table.add_row(
            text, f"{before:.3f}", f"{after:.3f}", f"{filled[service, query].calls:.0f}", f"{more:.3f}"
        )
    Console().print(table)


def _slower(
    empty: Statements, filled: Statements, questions: int
) -> Iterator[tuple[float, tuple[str, str], float, float]]:
    for key, one in filled.items():
        before = empty.get(key, Asked(1, 0.0))
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
    table = Table("service", "GB", "of it indexes", "kB for a question")
    for row in rows:
        sizes = (f"{row['everything'] / 1e9:.2f}", f"{row['indexes'] / 1e9:.2f}")
        table.add_row(row["service"], *sizes, f"{row['everything'] / 1e3 / full:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()

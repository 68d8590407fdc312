"""Tables as a year of questions leaves them: each row that is about a question, in every service, many times.

Copy n has the same words, and moments and ids as if all of it had happened n steps earlier: an id keeps the
time within it (UUIDv7), so indexes grow at their right end as they do in use. What services forget with time
is forgotten: event ids after two weeks, submissions as they came after thirty days. The year is as long as an
asker is kept, so nobody is forgotten yet: it is the fullest that so many questions can be.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from time import perf_counter
from typing import TypeAlias

from asyncpg import Connection, Record

from services.contracts import topology

YEAR = timedelta(days=360)
KEPT = {"inbox": timedelta(days=14)}
"""Tables whose rows go with time; everything else stays for the year."""
RAW = timedelta(days=30)
AT_ONCE = 25
"""Copies in one statement: few, so that the ids of one statement lie close together."""

LEFT_OUT = (
    "network",
    "load",
    "partner",
    "partner_history",
    "subject_model",
    "outbox",
    "waiting",
    "pending",
)
"""What does not grow with questions."""

COLUMNS = """
SELECT n.nspname AS schema, c.relname AS name, a.attname AS column, format_type(atttypid, NULL) AS type,
    EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisunique AND attnum = ANY (indkey)) AS alone
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace JOIN pg_attribute AS a ON attrelid = c.oid
    LEFT JOIN pg_attrdef AS d ON adrelid = c.oid AND adnum = attnum
WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname = ANY ($1::text[])
    AND relname <> ALL ($2::text[]) AND attnum > 0 AND NOT attisdropped
    AND attidentity = '' AND attgenerated = ''
    AND coalesce(pg_get_expr(adbin, adrelid), '') NOT LIKE 'nextval%'
ORDER BY 1, 2, attnum
"""

INDEXES = """
SELECT format('DROP INDEX %I.%I', nspname, c.relname) AS drop, pg_get_indexdef(indexrelid) AS make
FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid JOIN pg_namespace AS n ON n.oid = relnamespace
    JOIN pg_class AS t ON t.oid = indrelid
WHERE nspname = ANY ($1::text[]) AND t.relkind = 'r' AND NOT t.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""

# Of a server of the bench's own. A crash would cost this database, which is made anew each time.
QUICK = (
    "ALTER SYSTEM SET full_page_writes = off",
    "ALTER SYSTEM SET autovacuum = off",
    "ALTER SYSTEM SET max_wal_size = '4GB'",
    "SELECT pg_reload_conf()",
)
AS_IN_USE = (
    "ALTER SYSTEM RESET full_page_writes",
    "ALTER SYSTEM RESET autovacuum",
    "ALTER SYSTEM RESET max_wal_size",
    "SELECT pg_reload_conf()",
)
# Past triggers and foreign keys, which the copies keep as the copied did.
OWN = (
    "SET session_replication_role = replica",
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '256MB'",
)

MONTHS = """
SELECT metrics.ensure_log_month(month::date)
FROM generate_series(date_trunc('month', now() - $1::interval), now(), '1 month') AS month
"""

Db: TypeAlias = "Connection[Record]"


@dataclass(frozen=True, slots=True)
class Copies:
    """So many of each row, the time between two of them."""

    number: int

    @property
    def step(self) -> timedelta:
        return YEAR / self.number

    def within(self, kept: timedelta) -> int:
        return min(self.number, kept // self.step)


async def fill(db: Db, number: int) -> None:
    """`number`: copies of each question that stands there."""
    copies = Copies(number)
    async with _quickly(db):
        await db.execute("SET search_path = metrics")
        await db.execute(MONTHS, YEAR)
        await db.execute("RESET search_path")
        rows = await db.fetch(COLUMNS, topology.SERVICES, LEFT_OUT)
        for (schema, name), columns in groupby(rows, lambda row: (row["schema"], row["name"])):
            of_table = list(columns)
            if name in KEPT or any(row["type"] == "uuid" for row in of_table):
                await _multiply(db, schema, name, of_table, copies)
    await db.execute("VACUUM (ANALYZE)")
    await db.execute("CHECKPOINT")


@asynccontextmanager
async def _quickly(db: Db) -> AsyncIterator[None]:
    """Indexes are built over full tables, and nothing is kept for a crash."""
    indexes = await db.fetch(INDEXES, topology.SERVICES)
    for statement in (*QUICK, *OWN, *(row["drop"] for row in indexes)):
        await db.execute(statement)
    try:
        yield
        started = perf_counter()
        for row in indexes:
            await db.execute(row["make"])
        print(f"{len(indexes)} indexes: {perf_counter() - started:.0f} s", flush=True)
    finally:
        for statement in (*AS_IN_USE, "RESET ALL"):
            await db.execute(statement)


async def _multiply(db: Db, schema: str, table: str, columns: Sequence[Record], copies: Copies) -> None:
    """The earliest first."""
    started = perf_counter()
    names = ", ".join(f'"{row["column"]}"' for row in columns)
    copied = ", ".join(_copied(row, copies) for row in columns)
    parts = "".join(_parts(row["column"]) for row in columns if row["type"] == "uuid")
    done = " WHERE state <> 'waiting'" if table == "delivery" else ""
    await db.execute(f'CREATE TEMP TABLE seed AS SELECT {names}{parts} FROM "{schema}"."{table}"{done}')
    for last in range(copies.within(KEPT.get(table, YEAR)), 0, -AT_ONCE):
        numbers = f"generate_series({max(1, last - AT_ONCE + 1)}, {last}) AS copy"
        await db.execute(
            f'INSERT INTO "{schema}"."{table}" ({names}) SELECT {copied} FROM seed, {numbers} '
            "ON CONFLICT DO NOTHING"
        )
    await db.execute("DROP TABLE seed")
    if (took := perf_counter() - started) >= 1:
        print(f"{schema}.{table}: {took:.0f} s", flush=True)


def _parts(name: str) -> str:
    """Two columns more: of a UUIDv7 the milliseconds that it begins with, and the digits after them."""
    digits = f"""replace("{name}"::text, '-', '')"""
    return (
        f", CASE WHEN substr({digits}, 13, 1) = '7' THEN ('x0000' || left({digits}, 12))::bit(64)::bigint END"
        f' AS "{name} at", substr({digits}, 13) AS "{name} rest"'
    )


def _copied(row: Record, copies: Copies) -> str:
    name, milliseconds = row["column"], int(copies.step.total_seconds() * 1000)
    if row["type"] == "uuid":  # that is no UUIDv7 is mere chance
        then = f"""lpad(to_hex("{name} at" - copy * {milliseconds}::bigint), 12, '0') || "{name} rest\""""
        return f"""coalesce({then}, md5("{name}"::text || copy))::uuid"""
    if row["type"] == "timestamp with time zone":
        return f""""{name}" - copy * interval '{milliseconds} milliseconds'"""
    if row["type"] == "text" and row["alone"]:
        return f""""{name}" || '-' || copy"""
    if name == "raw":
        return f'CASE WHEN copy <= {copies.within(RAW)} THEN "{name}" END'
    return f'"{name}"'

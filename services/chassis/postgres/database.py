"""The connection pool of one service, as its own role in its own schema."""

from __future__ import annotations

from typing import TypeAlias

import asyncpg
from asyncpg import Connection, Pool, Record
from asyncpg.pool import PoolConnectionProxy

from services.chassis.backoff import retry_until_done

Db: TypeAlias = "Connection[Record] | PoolConnectionProxy[Record]"
"""A connection, the pool's or one's own: what every query takes."""

STATEMENT_TIMEOUT_SECONDS = 60

_AT_WORK = """
SELECT DISTINCT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'sesame-%' ORDER BY 1
"""

_WRITES = """
SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only
"""

# Services look things up by key, in short queries. JIT costs those more than it gives. A plan made while its
# table held a dozen rows reads the whole table, and is kept: on a new installation each look-up would take
# longer with every row, until PostgreSQL has counted them.
_PLANNING = {"jit": "off", "enable_seqscan": "off"}


# Which way is short depends on the words that are looked for: each query is planned by its own.
_READING = {"plan_cache_mode": "force_custom_plan", "default_transaction_read_only": "on"}


async def open_pool(url: str, *, name: str, size: int, reads: bool = False) -> Pool[Record]:
    """Connect, waiting as long as the server is away. `reads`: for searches; it can write nothing."""

    async def attempt() -> Pool[Record]:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            command_timeout=STATEMENT_TIMEOUT_SECONDS,
            reset=_nothing,
            server_settings={
                "application_name": f"sesame-{name}",
                **_PLANNING,
                **(_READING if reads else {}),
            },
        )

    return await retry_until_done("database", attempt)


async def ask_whether_it_writes(pool: Pool[Record]) -> None:
    """Raises when the server answers and takes nothing: a standby after a failover, or set to read only."""
    row = await pool.fetchrow(_WRITES)
    if row is not None and (row["standby"] or row["read_only"]):
        kind = "a standby" if row["standby"] else "default_transaction_read_only is on"
        raise ConnectionError(f"database takes no writes: {kind}")


async def services_at_work(db: Db) -> list[str]:
    """Those that are connected to this database, by the name that `open_pool` gives."""
    return [str(row[0]).removeprefix("sesame-") for row in await db.fetch(_AT_WORK)]


async def _nothing(_connection: Db) -> None:
    """Nobody here sets, locks or listens beyond a transaction, so there is nothing to reset: it would cost a
    round trip each time a connection is handed back."""

"""The connection pool of one service, as its own role in its own schema."""

from __future__ import annotations

from typing import TypeAlias

import asyncpg
from asyncpg import Connection, Pool, Record
from asyncpg.pool import PoolConnectionProxy

from services.chassis.patience import insist

Db: TypeAlias = "Connection[Record] | PoolConnectionProxy[Record]"
"""A connection, the pool's or one's own: what every query takes."""

STATEMENT_TIMEOUT_SECONDS = 60


async def open_pool(url: str, *, name: str, size: int) -> Pool[Record]:
    """Connect, waiting as long as the server is away. JIT costs short queries more than it gives: off."""

    async def attempt() -> Pool[Record]:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            command_timeout=STATEMENT_TIMEOUT_SECONDS,
            reset=_nothing,
            server_settings={"application_name": f"sesame-{name}", "jit": "off"},
        )

    return await insist("database", attempt)


async def _nothing(_connection: Db) -> None:
    """Nobody here sets, locks or listens beyond a transaction, so there is nothing to reset: it would cost a
    round trip each time a connection is handed back."""

"""A stage that leaves nothing behind: the router's tables, empty, as temporary ones of one connection.

PostgreSQL looks for a table among a session's temporary ones first. So the same SQL plays here, the real ones
are not touched, and all of it is gone with the connection.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from asyncpg import Pool, Record

from services.chassis.database import Db

_TABLES = """
CREATE TEMPORARY TABLE inbox (LIKE inbox INCLUDING ALL);
CREATE TEMPORARY TABLE outbox (LIKE outbox INCLUDING ALL);
CREATE TEMPORARY TABLE waiting (LIKE waiting INCLUDING ALL);
CREATE TEMPORARY TABLE network (LIKE network INCLUDING ALL);
CREATE TEMPORARY TABLE partner (LIKE partner INCLUDING ALL);
CREATE TEMPORARY TABLE partner_history (LIKE partner_history INCLUDING ALL);
CREATE TEMPORARY TABLE load (LIKE load INCLUDING ALL);
CREATE TEMPORARY TABLE question (LIKE question INCLUDING ALL);
CREATE TEMPORARY TABLE assignment (LIKE assignment INCLUDING ALL);
CREATE TEMPORARY TABLE decision (LIKE decision INCLUDING ALL);
CREATE TEMPORARY TABLE history (LIKE history INCLUDING ALL);
INSERT INTO network DEFAULT VALUES;
"""


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Pool[Record]]:
    """One connection, never exchanged for another; should it be, the new one has a stage of its own: no query
    can reach the real tables."""
    async with asyncpg.create_pool(
        url,
        min_size=1,
        max_size=1,
        max_queries=sys.maxsize,
        max_inactive_connection_lifetime=0,
        init=_set_up,
        server_settings={"jit": "off"},
    ) as pool:
        yield pool


async def _set_up(db: Db) -> None:
    await db.execute(_TABLES)

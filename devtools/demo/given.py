"""Given servers stay when the demonstration is over: it keeps its questions in a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from devtools.servers.postgres.databases import fresh_database
from devtools.servers.servers import Servers


@asynccontextmanager
async def own_database(servers: Servers) -> AsyncIterator[Servers]:
    """The same servers with a new database for the time of the block; private ones as they are."""
    if servers.postgresql is not None:
        yield servers
        return
    async with fresh_database(servers.database_url, "demo") as url:
        yield replace(servers, database_url=url)

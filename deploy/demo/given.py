"""Given servers stay when the demonstration is over: it keeps its questions in a database of its own."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.servers import Servers

_CREATE = "SELECT format('CREATE DATABASE %I', $1::text)"
_DROP = "SELECT format('DROP DATABASE %I WITH (FORCE)', $1::text)"


@asynccontextmanager
async def own_database(servers: Servers) -> AsyncIterator[Servers]:
    """The same servers with a new database for the time of the block; private ones as they are."""
    if servers.postgresql is not None:
        yield servers
        return
    name = f"sesame_demo_{secrets.token_hex(4)}"
    await _administer(servers.database_url, _CREATE, name)
    try:
        path = urlsplit(servers.database_url)._replace(path=f"/{name}")
        yield replace(servers, database_url=urlunsplit(path))
    finally:
        await _administer(servers.database_url, _DROP, name)


async def _administer(url: str, query: str, name: str) -> None:
    """The server itself writes the name into the statement: there it can't be a parameter."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(await connection.fetchval(query, name))
    finally:
        await connection.close()

"""Connections to one service's schema, opened with the administrator's address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from asyncpg import Pool, Record

from operations.errors import OperationError
from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import Db
from services.chassis.postgres.provision import role

_AS_SERVICE = "SELECT set_config('role', $1, false), set_config('search_path', $2, false)"


@asynccontextmanager
async def as_service(admin_url: str, service: str) -> AsyncIterator[Db]:
    """With the rights of the service's role, so that an operator's slip harms one schema at most."""
    async with _pool(admin_url, service) as pool, pool.acquire() as db:
        yield db


@asynccontextmanager
async def transactions_as(admin_url: str, service: str) -> AsyncIterator[Transactions]:
    """What they announce, the running service publishes."""
    async with _pool(admin_url, service) as pool:
        yield Transactions(pool, service, SystemClock())


@asynccontextmanager
async def _pool(admin_url: str, service: str) -> AsyncIterator[Pool[Record]]:
    async def become(db: Db) -> None:
        await db.fetchrow(_AS_SERVICE, role(service), service)

    try:
        pool = await asyncpg.create_pool(admin_url, min_size=1, max_size=1, init=become, reset=_stay)
    except (OSError, asyncpg.PostgresError) as error:
        raise OperationError(f"database: {error}; is SESAME_DATABASE_URL right?") from error
    async with pool:
        yield pool


async def _stay(_db: Db) -> None:
    """Handed back and taken again, the connection is still the service's."""

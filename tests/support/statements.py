"""How many statements a piece of work sends to PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from tests.support.bench import Bench


@asynccontextmanager
async def counting(url: str, service: str) -> AsyncIterator[tuple[Bench, list[Any]]]:
    """A service's bench on one connection, and every statement it sends."""
    sent: list[Any] = []

    async def watch(connection: Any) -> None:
        connection.add_query_logger(sent.append)

    async with asyncpg.create_pool(url, min_size=1, max_size=1, init=watch) as pool:
        yield Bench(service, pool, Transactions(pool, service, SystemClock())), sent

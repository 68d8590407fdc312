"""Transactions for the operator's commands: like the service's own, in a process of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool


@asynccontextmanager
async def command_transactions(service: str, database_url: str) -> AsyncIterator[Transactions]:
    """With the service's own role. What they announce, the running service publishes."""
    async with await open_pool(database_url, name=f"{service}-command", size=2) as pool:
        yield Transactions(pool, service, SystemClock())

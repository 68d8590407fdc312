"""A network that has counted three years, and its figures' door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import httpx
from asyncpg import Pool, Record

from devtools.simulation.invented_year import questions_of
from services.chassis.clock import Clock
from services.chassis.postgres.database import open_pool
from services.metrics.domain.times import NetworkTime
from services.metrics.entrypoints.web import FigureSite
from services.metrics.handlers.folding import fold
from services.metrics.pages.page import FigurePages
from services.metrics.store import counting
from tests.support.servers import Database

PARIS = ZoneInfo("Europe/Paris")
TIMES = NetworkTime(PARIS)
TODAY = date(2026, 6, 30)


class Noon:
    """A clock that stands at noon of the thirtieth of June 2026."""

    def now(self) -> datetime:
        return datetime(2026, 6, 30, 10, 0, tzinfo=UTC)


NOON = Noon()


@asynccontextmanager
async def pool_of(database: Database) -> AsyncIterator[Pool[Record]]:
    pool = await open_pool(database("metrics"), name="metrics", size=3)
    try:
        yield pool
    finally:
        await pool.close()


async def count_year(pool: Pool[Record], year: int, questions: int, clock: Clock | None = None) -> int:
    """Made-up facts of one year up to today, counted; gives how many. By a clock, what is past comes late."""
    facts = list(questions_of(year, questions, TIMES, until=min(TODAY, date(year, 12, 31))))
    async with pool.acquire() as db:
        await counting.append(db, facts)
    return await fold(pool, TIMES, clock=clock)


@asynccontextmanager
async def figures_door(pool: Pool[Record], clock: Clock = NOON) -> AsyncIterator[httpx.AsyncClient]:
    door = FigureSite(pool, clock, PARIS, FigurePages(base="", zone=PARIS.key))
    transport = httpx.ASGITransport(app=door.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://figures") as client:
        yield client

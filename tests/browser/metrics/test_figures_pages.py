"""The key figures in a real browser, by day and by night: no fault for axe-core, nothing that sticks out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from services.metrics.entrypoints.web import FigureSite
from services.metrics.pages.page import FigurePages
from tests.support.chromium import Browser, browser
from tests.support.metrics_network import PARIS, Noon, count_year, pool_of
from tests.support.servers import Database

BY_DAY = (
    ("/figures/2026", 1440),
    ("/figures/2026?lang=en", 768),
    ("/figures/2026?lang=en", 320),
    ("/figures/2025/bibliotheque-du-canal", 320),
    ("/figures/1999", 320),
)
BY_NIGHT = (("/figures/2026", 1440), ("/figures/2026?lang=en", 320))
NIGHT = "@media (prefers-color-scheme: dark)"


class AtNight(httpx.AsyncBaseTransport):
    """The pages as a reader with a dark screen gets them."""

    def __init__(self, day: httpx.AsyncBaseTransport) -> None:
        self._day = day

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        reply = await self._day.handle_async_request(request)
        content = await reply.aread()
        kind = reply.headers.get("content-type", "")
        if kind.startswith("text/css"):
            assert NIGHT.encode() in content
            content = content.replace(NIGHT.encode(), b"@media all")
        return httpx.Response(reply.status_code, headers={"content-type": kind}, content=content)


@pytest.fixture
async def day(database: Database) -> AsyncIterator[httpx.AsyncBaseTransport]:
    async with pool_of(database) as pool:
        await count_year(pool, 2025, 200)
        await count_year(pool, 2026, 250)
        door = FigureSite(pool, Noon(), PARIS, FigurePages(base="", zone=PARIS.key))
        yield httpx.ASGITransport(app=door.app())


async def look(looking: Browser, pages: Sequence[tuple[str, int]]) -> None:
    for address, width in pages:
        verdict = await looking.look(address, width=width)
        assert (address, width, verdict.violations, verdict.overflow) == (address, width, [], 0)


async def test_figures_have_no_fault_by_day_at_any_width(day: httpx.AsyncBaseTransport) -> None:
    async with (
        httpx.AsyncClient(transport=day, base_url="http://figures.example") as client,
        browser(client) as looking,
    ):
        await look(looking, BY_DAY)


async def test_figures_have_no_fault_by_night(day: httpx.AsyncBaseTransport) -> None:
    async with (
        httpx.AsyncClient(transport=AtNight(day), base_url="http://figures.example") as client,
        browser(client) as looking,
    ):
        await look(looking, BY_NIGHT)

"""The key figures in a real browser, by day and by night: no fault for axe-core, nothing that sticks out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.metrics.entrypoints.web import FigureSite
from services.metrics.pages.page import FigurePages
from tests.support.chromium import browser
from tests.support.metrics_network import PARIS, Noon, count_year, pool_of
from tests.support.screen import screen
from tests.support.servers import Database

PAGES = (
    ("/figures/2026", (1440, 320)),
    ("/figures/2026?lang=en", (320, 768)),
    ("/figures/2026?embed=1", (320, 1440)),
    ("/figures/2025/bibliotheque-du-canal", (320, 768)),
    ("/figures/1999", (320,)),
)


@pytest.fixture
async def day(database: Database) -> AsyncIterator[httpx.AsyncBaseTransport]:
    async with pool_of(database) as pool:
        await count_year(pool, 2025, 200)
        await count_year(pool, 2026, 250)
        door = FigureSite(pool, Noon(), PARIS, FigurePages(base="", zone=PARIS.key))
        yield httpx.ASGITransport(app=door.app())


async def test_figures_have_no_fault_on_any_screen(day: httpx.AsyncBaseTransport) -> None:
    async with (
        httpx.AsyncClient(transport=day, base_url="http://figures.example") as client,
        browser(client) as served,
        screen(served.origin) as looking,
    ):
        for address, widths in PAGES:
            await looking.faultless(address, widths=widths)


SHOWN = """JSON.stringify([
  ...document.querySelectorAll(".legend i, .track i, .heat td, .chart rect.rect")
].filter((one) => getComputedStyle(one).forcedColorAdjust !== "none" && !one.closest("svg")).length)"""


async def test_in_forced_colours_bars_and_legends_keep_theirs(day: httpx.AsyncBaseTransport) -> None:
    async with (
        httpx.AsyncClient(transport=day, base_url="http://figures.example") as client,
        browser(client) as served,
        screen(served.origin) as looking,
    ):
        await looking.settings(forced=True)
        await looking.open("/figures/2026?lang=fr")
        assert await looking.script(SHOWN) == "0"


MAIN = [
    "main",
    "region Par où l’on demande",
    "heading 2 Par où l’on demande",
    "list",
    "group Par où l’on demande",
]


async def test_figures_are_read_by_keyboard_and_read_out(day: httpx.AsyncBaseTransport) -> None:
    async with (
        httpx.AsyncClient(transport=day, base_url="http://figures.example") as client,
        browser(client) as served,
        screen(served.origin) as reader,
    ):
        await reader.settings()
        await reader.open("/figures/2026?lang=fr")
        told = await reader.read_out()
        assert told[told.index("main") :][: len(MAIN)] == MAIN
        assert "table Questions par thème déclaré" in told
        assert any(said.startswith("image Questions par canal, année par année : 2025 ") for said in told)
        await reader.tab_to("DisclosureTriangle Voir les chiffres")
        await reader.press("Enter")
        assert "table" in " ".join((await reader.read_out())[told.index(MAIN[-1]) :])
        await reader.tab_to("link Affiche A4 (PDF)")

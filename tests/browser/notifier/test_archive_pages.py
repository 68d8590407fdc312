"""The archive in a real browser: nothing that axe-core faults, nothing that sticks out of a narrow screen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.support.chromium import browser
from tests.support.notifier_archive import Archive, archive
from tests.support.screen import screen
from tests.support.servers import Database

LONG = "Où trouver des plans de la rivière dont le nom s'écrivait autrefois Bièvreauxmoulinsetauxtanneries ?"
NARROW, WIDE = 320, 1100


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Archive]:
    async with archive(database) as here:
        await here.released(LONG, "Voir https://example.org/plans/" + "tres-long/" * 20)
        await here.released("Les moulins de la Bièvre ont-ils été peints ?", partner="lyon")
        yield here


async def test_public_pages_have_no_fault_on_any_screen(here: Archive) -> None:
    addresses = ["/?lang=fr", "/?q=moulnis&lang=en", "/?q=xyzzyx", "/a/1?lang=fr", "/a/999", "/embed/bpi"]
    addresses += [
        "/?library=bpi&lang=fr",
        "/similar?q=moulins+de+la+Bievre&lang=fr",
        "/similar?q=xyzzyx&lang=en",
    ]
    async with browser(here.reader) as served, screen(served.origin) as looking:
        for address in addresses:
            await looking.faultless(address, widths=(NARROW, WIDE))


async def test_a_faulty_page_is_seen_as_faulty() -> None:
    async def faulty(_request: Request) -> HTMLResponse:
        return HTMLResponse(
            "<html><head></head><body><img src=x><p style='width:900px'>wide</p></body></html>"
        )

    transport = httpx.ASGITransport(Starlette(routes=[Route("/", faulty)]))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://faulty.example") as client,
        browser(client) as looking,
    ):
        verdict = await looking.look("/", width=NARROW)
    assert any(violation.startswith("image-alt") for violation in verdict.violations)
    assert verdict.overflow > 500

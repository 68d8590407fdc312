"""The workspace in a real browser, by day and by night: no fault for axe-core, nothing that sticks out."""

from __future__ import annotations

import pytest

from tests.browser.workspace.scene import PAGE, applicants, at_the_coordination, morning, tried
from tests.integration.workspace.facts import QUESTION
from tests.integration.workspace.stage import stage
from tests.integration.workspace.test_our_library import SEEN_AT, others
from tests.support.chromium import browser
from tests.support.screen import screen
from tests.support.servers import Database

PAGES = (
    ("/questions", 1440),
    ("/questions?list=in_hand", 320),
    (PAGE, 1440),
    (PAGE, 320),
    ("/people", 320),
    ("/account", 768),
    ("/account", 320),
    ("/sign-in", 320),
    ("/paragraphs", 320),
    ("/paragraphs", 1440),
    ("/search?q=phare", 320),
    ("/search?q=phare", 1440),
    ("/libraries/bm-lyon", 320),
    ("/libraries/bm-lyon/site", 320),
    ("/libraries/bm-lyon/site", 1440),
    ("/libraries/bm-lyon/figures", 320),
)

NETWORKS = (
    ("/network", 1440),
    ("/network", 320),
    ("/network?need=today", 320),
    (PAGE, 1440),
    (PAGE, 320),
    (f"/network/check?action=assign&partner=bm-lyon&question={QUESTION}", 320),
    (f"/network/check?action=extend&question={QUESTION}", 320),
    (f"/network/check?action=close&question={QUESTION}", 1440),
    ("/audit", 320),
    ("/held", 320),
    ("/deliveries", 320),
    ("/release", 320),
    ("/release/17", 320),
    ("/release/17", 1440),
    ("/held/17", 320),
    ("/held/17", 1440),
    ("/libraries", 320),
    ("/libraries/bm-lyon", 320),
    ("/libraries/bm-lyon", 1440),
    ("/people", 1440),
    ("/posts", 320),
    ("/posts", 1440),
    ("/held/19", 320),
    ("/join", 320),
    ("/join", 1440),
)

COLOURS = {"fr": ("dark", "forced"), "en": ()}
"""In which language pages are looked at by night too."""


@pytest.mark.parametrize("language", COLOURS)
async def test_the_coordinators_pages_have_no_fault_at_any_width(database: Database, language: str) -> None:
    async with stage(database, most_streams=0) as on:
        await morning(on)
        claire = await at_the_coordination(on)
        await claire.post("/account/language", language=language)
        async with browser(claire.http) as served, screen(served.origin) as looking:
            there = (*await applicants(on), await tried(on, claire), "/weights")
            asked = [(address, width) for address in there for width in (320, 1440)]
            for address, width in (*NETWORKS, *asked, ("/applications", 320)):
                await looking.faultless(address, widths=(width,), colours=COLOURS[language])


@pytest.mark.parametrize("language", COLOURS)
async def test_pages_have_no_fault_at_any_width(database: Database, language: str) -> None:
    async with stage(database, most_streams=0, data=others(), seen_at=SEEN_AT) as on:
        amel = await morning(on)
        await amel.post("/account/language", language=language)
        async with browser(amel.http) as served, screen(served.origin) as looking:
            for address, width in PAGES:
                await looking.faultless(address, widths=(width,), colours=COLOURS[language])

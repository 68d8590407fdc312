"""The workspace in a real browser, by day and by night: no fault for axe-core, nothing that sticks out."""

from __future__ import annotations

import pytest

from tests.browser.workspace.scene import PAGE, morning
from tests.integration.workspace.stage import stage
from tests.support.chromium import browser
from tests.support.servers import Database

PAGES = (
    ("/questions", 1440),
    ("/questions?list=in_hand", 320),
    (PAGE, 1440),
    (PAGE, 320),
    ("/people", 320),
    ("/account", 768),
    ("/sign-in", 320),
)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_pages_have_no_fault_at_any_width(database: Database, language: str) -> None:
    async with stage(database, most_streams=0) as on:
        amel = await morning(on)
        await amel.post("/account/language", language=language)
        async with browser(amel.http) as looking:
            for address, width in PAGES:
                verdict = await looking.look(address, width=width)
                assert (address, width, verdict.violations, verdict.overflow) == (address, width, [], 0)

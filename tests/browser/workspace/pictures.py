"""The pictures of docs/workspace.md, taken anew: python -m tests.browser.workspace.pictures

Of the morning that the pages' own tests look at; to be looked at before they are committed.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import running_servers
from tests.browser.workspace.scene import PAGE, at_the_coordination, morning
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.integration.workspace.test_our_library import SEEN_AT, others
from tests.support.chromium import browser
from tests.support.screen import screen
from tests.support.servers import cloned, drop, make_template, migrate_template

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
LIBRARY = "/libraries/bm-lyon"

OF_THE_LIBRARY = (
    ("lists", "/questions", 1100, 900),
    ("in-hand", "/questions?list=in_hand", 1100, 900),
    ("question", PAGE, 1100, 1900),
    ("phone", PAGE, 360, 1500),
    ("people", "/people", 1100, 1100),
    ("account", "/account", 1100, 1300),
    ("site", f"{LIBRARY}/site", 1100, 1700),
)
OF_THE_COORDINATION = (
    ("network", "/network", 1440, 1000),
    ("why", PAGE, 1440, 1700),
    ("release", "/release/17", 1440, 1500),
    ("library", LIBRARY, 1100, 1700),
)
"""Name, path, width and the most of its height."""


async def take(of: Someone, pictures: tuple[tuple[str, str, int, int], ...]) -> None:
    async with browser(of.http) as served, screen(served.origin) as looking:
        for name, path, width, most in pictures:
            await looking.settings(width=width)
            await looking.open(path)
            (PICTURES / f"workspace-{name}.png").write_bytes(await looking.picture(width, most))


async def take_all(on: Stage) -> None:
    amel = await morning(on)
    await take(amel, OF_THE_LIBRARY)
    await take(await at_the_coordination(on), OF_THE_COORDINATION)
    nobody = Someone(amel.id, await on.browser())
    await take(nobody, (("sign-in", "/sign-in?lang=fr", 1100, 900),))


async def main() -> None:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        servers = await stack.enter_async_context(running_servers(folder, fsync=False))
        template = await make_template(servers)
        stack.push_async_callback(drop, template)
        await migrate_template(template)
        database = await stack.enter_async_context(cloned(template))
        on = await stack.enter_async_context(stage(database, most_streams=0, data=others(), seen_at=SEEN_AT))
        await take_all(on)


if __name__ == "__main__":
    asyncio.run(main())

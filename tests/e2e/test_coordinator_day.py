"""A coordinator runs the network from the workspace's pages, with all services and a kill -9 in between."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from devtools.servers.platform import Platform
from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool
from services.workspace.commands.people import link_for
from services.workspace.domain.roles import Member
from tests.e2e.test_workspace_day import LIBRARIES, Librarian, ask, day, first_asked
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS


async def coordinator(platform: Platform, stack: AsyncExitStack) -> Librarian:
    environ = platform.environment("workspace")
    async with await open_pool(environ["SESAME_DATABASE_URL"], name="test", size=2) as pool:
        transactions = Transactions(pool, "workspace", SystemClock())
        link = await link_for(transactions, environ, "Claire", "claire@net.example", Member("coordinator"))
    client = httpx.AsyncClient(base_url=platform.doors("workspace").url(), timeout=PATIENCE_SECONDS)
    http = await stack.enter_async_context(client)
    assert (await http.post(link)).status_code == 303
    return Librarian(http)


async def test_what_the_coordinator_asks_is_done_whoever_is_away_meanwhile(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    async with day(tmp_path, database, vhost) as (platform, _, people), AsyncExitStack() as stack:
        claire = await coordinator(platform, stack)
        for library in LIBRARIES:
            await claire.see("/libraries", f"/libraries/{library}")
        await ask(platform)
        first, page = await first_asked(people)
        [second] = set(LIBRARIES) - {first}
        question = page.rpartition("/")[2]
        await claire.see(page, "Comment les délais ont couru", "Si on la sollicite maintenant")
        await platform.kill("router")
        given = {"question": question, "action": "assign", "partner": second, "form": "one"}
        for _ in range(2):
            await claire.do("/network/do", **given)
        await claire.see(page, ": en cours")
        await platform.start("router")
        await claire.see(page, "confiée à une bibliothèque par Claire", without=[": en cours"])
        await people[f"Amel {second}"].see("/questions", page)
        await people[f"Amel {first}"].see("/questions?list=passed", page)
        await claire.do("/network/do", **given | {"form": "two"})
        await claire.see(page, "cette bibliothèque a déjà la question")
        away = {"first": "2030-01-07", "last": "2030-01-13", "form": "away", "version": ""}
        await claire.do(f"/libraries/{second}/away", **away)
        await claire.see(f"/libraries/{second}", "13\u00a0janvier 2030", without=[": en cours"])
        await claire.do("/network/intake", form="pause", action="pause", notice="Retour le 4 janvier.")
        await claire.see("/network", "Retour le 4 janvier.", without=[": en cours"])

"""Ingest's pages in a real browser: nothing that axe-core faults, nothing out of a narrow screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from devtools.servers.ports import free_port
from services.chassis.face import NetworkFace
from services.chassis.http.serving import serving
from services.contracts.links.signed_links import asker_token, partner_token
from services.ingest.domain.forms import desk_seal
from services.ingest.domain.intake import OverCap
from services.ingest.entrypoints.http.api.problems import Refusals
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.http.pause import Paused
from tests.support.chromium import browser
from tests.support.ingest_doors import KEYS, Ingest, answered_by, hears, ingest, routed_to
from tests.support.screen import screen
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

NARROW, WIDE = 320, 1100
LONG = "https://archives.example/" + "tres-long/" * 30
FORM = {"text": f"Où était le moulin ? {LONG}", "private_note": "Pour ma mère.", "mail": "a@b.example"}
DESK = f"/desk/grigny/{desk_seal(KEYS[0], 'grigny')}"
LAW = ("/legal?lang=fr", "/privacy?lang=fr", "/accessibility?lang=en")
SCRIPT = re.compile(r'<script src="([^"]*)"')
LINES = """<script src="{0}/static/embed.js" data-library="grigny" data-lang="fr" async></script>
<noscript><a href="{0}/embed/grigny">Poser une question</a></noscript>"""

UNTIL_HIGH = """<script>
addEventListener("message", ({data}) => data.sesameHeight > 900 && fetch("/high"))
</script><img src="/wait" alt="">"""
"""The browser looks at a page once it has loaded, and what a frame of another site says may come later."""


@asynccontextmanager
async def here(database: Database, vhost: VirtualHost, **settings: Any) -> AsyncIterator[Ingest]:
    """Its pages name their own address, as in production."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with ingest(database, vhost, ingest_port=port, public_url=address, **settings) as door:
        yield door


async def pages(door: Ingest) -> list[str]:
    """Every page once: the forms, a question on its way, one that is answered, one that was erased; at the
    desk an answer to paste and a post that waits for one."""
    under_way, answered, erased = [await asked(door) for _ in range(3)]
    pasted, _ = [await entered(door, number) for number in (1, 2)]
    await hears(door, pasted, routed_to("grigny"), answered_by("grigny", f"Voyez {LONG}"))
    await hears(door, answered, answered_by("grigny", f"Voyez {LONG}"))
    await door.http.post(f"/q/{asker_token(KEYS, under_way)}/follow-up", data={"text": f"Et ? {LONG}"})
    await door.http.post(f"/q/{asker_token(KEYS, erased)}/erase")
    askers = [f"/q/{asker_token(KEYS, question)}?done=new" for question in (under_way, answered, erased)]
    partners = [f"/r/{partner_token(KEYS, question, 'grigny')}" for question in (under_way, answered)]
    return [
        "/?lang=fr",
        "/?lang=en",
        "/embed/grigny",
        DESK,
        *askers,
        *partners,
        "/nowhere",
        "/api/docs",
        *LAW,
    ]


async def entered(door: Ingest, number: int) -> UUID:
    post = f"https://facebook.example/groups/1/posts/{number}"
    await door.http.post(DESK, data=FORM | {"channel": "facebook_group", "post_url": post, "mail": ""})
    question: UUID = await door.fetchval("SELECT id FROM question ORDER BY id DESC LIMIT 1")
    return question


async def asked(door: Ingest) -> UUID:
    place = (await door.http.post("/questions", data=FORM)).headers["location"]
    path = place.removeprefix(str(door.http.base_url).rstrip("/"))
    question: UUID = await door.fetchval("SELECT id FROM question ORDER BY id DESC LIMIT 1")
    assert asker_token(KEYS, question) in path
    await hears(door, question, routed_to("lyon", "Lyon"), routed_to("grigny"))
    return question


async def test_no_page_has_a_fault_on_a_narrow_screen(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door, screen(str(door.http.base_url)) as looking:
        for address in await pages(door):
            await looking.faultless(address, widths=(NARROW,))


FAULTS: dict[str, Exception] = {
    "404": HTTPException(404),
    "413": HTTPException(413),
    "429": OverCap("hour", 21, 20),
    "500": HTTPException(500),
    "503": HTTPException(503),
    "pause": Paused("Le réseau fait une pause.\nÀ lundi\u00a0!"),
}


async def test_no_page_of_a_fault_has_one(database: Database, vhost: VirtualHost) -> None:
    async def fails(request: Request) -> Response:
        raise FAULTS[request.path_params["fault"]]

    async with here(database, vhost) as door:
        pages = SitePages(str(door.http.base_url).rstrip("/"), NetworkFace())
        site = Starlette(
            routes=[Route("/{fault}", fails)],
            exception_handlers={
                kind: told for kind, told in Refusals(pages).handlers().items() if kind is not Exception
            },
        )
        async with (
            serving(site, "127.0.0.1", 0, grace_seconds=1) as port,
            screen(f"http://127.0.0.1:{port}") as looking,
        ):
            for fault in FAULTS:
                for language in ("fr", "en"):
                    await looking.faultless(f"/{fault}?lang={language}", widths=(NARROW,))
            await looking.open("/pause?lang=en")
            assert await looking.script("document.querySelector('.lead').lang") == "fr"


async def test_the_longest_pages_have_no_fault_on_a_wide_screen(
    database: Database, vhost: VirtualHost
) -> None:
    async with here(database, vhost) as door, browser(door.http) as looking:
        every = await pages(door)
        for address in (every[0], every[4], every[5], every[7]):
            verdict = await looking.look(address, width=WIDE)
            assert (address, verdict.violations, verdict.overflow) == (address, [], 0)


async def test_every_page_works_without_a_script(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door:
        for address in await pages(door):
            page = await door.http.get(address)
            scripts = ["/static/framed.js"] if address.startswith("/embed/") else []
            assert [urlsplit(found).path for found in SCRIPT.findall(page.text)] == scripts
            assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_two_lines_of_html_put_the_whole_form_into_a_librarys_page(
    database: Database, vhost: VirtualHost
) -> None:
    told = asyncio.Event()
    async with here(database, vhost) as door, browser(door.http) as looking:
        lines = LINES.format(str(door.http.base_url).rstrip("/"))

        async def page(_request: Request) -> Response:
            return HTMLResponse(f"<!doctype html><title>Grigny</title><body>{lines}{UNTIL_HIGH}")

        async def high(_request: Request) -> Response:
            told.set()
            return Response()

        async def wait(_request: Request) -> Response:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await told.wait()
            return Response()

        site = Starlette(routes=[Route("/", page), Route("/high", high), Route("/wait", wait)])
        async with serving(site, "127.0.0.1", 0, grace_seconds=1) as port:
            html = await looking.dom(f"http://localhost:{port}/")
    frame = re.search(r'<iframe src="([^"]*)" title="([^"]*)" style="[^"]*height: (\d+)px', html)
    assert frame is not None, html
    assert frame[1].endswith("/embed/grigny?lang=fr")
    assert frame[2] == "Poser une question"
    assert int(frame[3]) > 900

"""Ingest's pages in a real browser: nothing that axe-core faults, nothing out of a narrow screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from deploy.local.ports import free_port
from services.contracts.links import asker_token, partner_token
from services.ingest.domain.forms import desk_seal
from tests.browser.chromium import browser
from tests.integration.ingest_doors import KEYS, Ingest, answered_by, hears, ingest, routed_to
from tests.servers import Database, VirtualHost

NARROW, WIDE = 320, 1100
LONG = "https://archives.example/" + "tres-long/" * 30
FORM = {"text": f"Où était le moulin ? {LONG}", "private_note": "Pour ma mère.", "mail": "a@b.example"}
DESK = f"/desk/grigny/{desk_seal(KEYS[0], 'grigny')}"


@asynccontextmanager
async def here(database: Database, vhost: VirtualHost) -> AsyncIterator[Ingest]:
    """Its pages name their own address, as in production."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with ingest(database, vhost, ingest_port=port, public_url=address) as door:
        yield door


async def pages(door: Ingest) -> list[str]:
    """Every page once: the forms, a question on its way, one that is answered, one that was erased."""
    under_way, answered, erased = [await asked(door) for _ in range(3)]
    await hears(door, answered, answered_by("grigny", f"Voyez {LONG}"))
    await door.http.post(f"/q/{asker_token(KEYS, under_way)}/follow-up", data={"text": f"Et ? {LONG}"})
    await door.http.post(f"/q/{asker_token(KEYS, erased)}/erase")
    askers = [f"/q/{asker_token(KEYS, question)}?done=new" for question in (under_way, answered, erased)]
    partners = [f"/r/{partner_token(KEYS, question, 'grigny')}" for question in (under_way, answered)]
    return ["/?lang=fr", "/?lang=en", "/embed/grigny", DESK, *askers, *partners, "/nowhere"]


async def asked(door: Ingest) -> UUID:
    place = (await door.http.post("/questions", data=FORM)).headers["location"]
    path = place.removeprefix(str(door.http.base_url).rstrip("/"))
    question: UUID = await door.fetchval("SELECT id FROM question ORDER BY id DESC LIMIT 1")
    assert asker_token(KEYS, question) in path
    await hears(door, question, routed_to("lyon", "Lyon"), routed_to("grigny"))
    return question


async def test_no_page_has_a_fault_on_a_narrow_screen(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door, browser(door.http) as looking:
        for address in await pages(door):
            verdict = await looking.look(address, width=NARROW)
            assert (address, verdict.violations, verdict.overflow) == (address, [], 0)


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
            assert "<script" not in page.text
            assert "default-src 'none'" in page.headers["content-security-policy"]

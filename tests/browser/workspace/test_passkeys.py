"""A passkey, with a real browser's own authenticator: added, used to come in, named, removed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from devtools.servers.ports import free_port
from services.chassis.http.serving import serving
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.sign_in.guard import COOKIE
from services.workspace.entrypoints.sign_in.relying_party import RelyingParty
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.support.screen import Screen, screen
from tests.support.servers import Database

OF_LYON = Member("respondent", "bm-lyon")
ADD = """document.getElementById("passkey-name").value = "Mon téléphone";
document.querySelector("#passkey-add button").click()"""
ADDED = "document.querySelector('#passkeys .row input[name=name]')?.value === 'Mon téléphone'"
ENTER = """document.getElementById("passkey-enter").click()"""
LAST = """(() => { const asked = window.fetch; window.fetch = (to, what) => {
  if (!String(to).endsWith("/sign-in/passkey")) return asked(to, what);
  window.sent = new URLSearchParams(what.body).get("credential");
  return Promise.reject(new Error("kept")); }; })()"""


@asynccontextmanager
async def amel_with_a_browser(database: Database) -> AsyncIterator[tuple[Stage, Someone, Screen, str]]:
    """Signed in, on her own page, in a browser that has an authenticator."""
    port = free_port()
    origin = f"http://localhost:{port}"
    async with (
        stage(database, most_streams=0, party=RelyingParty("localhost", origin, "Sésame")) as on,
        serving(on.app, "127.0.0.1", port, grace_seconds=1),
        screen(origin) as looking,
    ):
        amel = await on.someone("Amel Benali", OF_LYON)
        await looking.authenticator()
        await looking.cookie(COOKIE, str(amel.http.cookies.get(COOKIE)))
        await looking.open("/account")
        yield on, amel, looking, origin


async def test_a_person_adds_a_passkey_and_comes_in_by_it(database: Database) -> None:
    async with amel_with_a_browser(database) as (on, _, looking, _):
        await looking.script(ADD)
        await looking.says(ADDED)
        await looking.script("document.querySelector('form[action=\"/sign-out\"]').submit()")
        await looking.says("location.pathname === '/sign-in' && document.readyState === 'complete'")
        await looking.script(ENTER)
        await looking.says("location.pathname === '/questions'")
        ways = await on.on.pool.fetch("SELECT way FROM session WHERE ended_at IS NULL")
        assert [row["way"] for row in ways] == ["passkey"]


async def test_what_a_passkey_signed_opens_once_and_not_once_it_is_removed(database: Database) -> None:
    async with amel_with_a_browser(database) as (on, amel, looking, origin):
        await looking.script(ADD)
        await looking.says(ADDED)
        sent = []
        for _ in range(2):
            await looking.open("/sign-in")
            await looking.script(LAST)
            await looking.script(ENTER)
            sent.append(await looking.says("window.sent"))
        async with httpx.AsyncClient(base_url=origin) as http:

            async def tried(credential: str) -> int:
                return (await http.post("/sign-in/passkey", data={"credential": credential})).status_code

            forged = json.loads(sent[0])
            forged["response"]["signature"] = forged["response"]["signature"][::-1]
            assert await tried(json.dumps(forged)) == 403
            assert await tried(sent[0]) == 403  # its challenge was answered, if wrongly
            key = json.loads(sent[1])["rawId"]
            assert (await amel.post(f"/account/passkeys/{key}/name", name="Poste 3")).status_code == 303
            assert "Poste 3" in (await amel.see("/account")).text
            await amel.post(f"/account/passkeys/{key}/remove")
            assert await tried(sent[1]) == 403
        assert await on.on.pool.fetchval("SELECT count(*) FROM passkey") == 0


async def test_nobody_names_or_removes_anothers_passkey_and_tries_make_wait(database: Database) -> None:
    async with amel_with_a_browser(database) as (on, _, looking, origin):
        await looking.script(ADD)
        await looking.says(ADDED)
        bruno = await on.someone("Bruno Roux", OF_LYON)
        [row] = await on.on.pool.fetch("SELECT encode(id, 'base64') AS id FROM passkey")
        key = row["id"].replace("+", "-").replace("/", "_").rstrip("=\n")
        for action in ("name", "remove"):
            await bruno.post(f"/account/passkeys/{key}/{action}", name="x")
        assert await on.on.pool.fetchval("SELECT name FROM passkey") == "Mon téléphone"
        async with httpx.AsyncClient(base_url=origin) as http:
            told = [
                (await http.post("/sign-in/passkey", data={"credential": "{}"})).status_code
                for _ in range(12)
            ]
        assert told[0] == 403
        assert told[-1] == 429

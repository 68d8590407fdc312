"""Coming in: by a link that opens once and soon, to a session that can be ended anywhere."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from services.contracts.links.signed_links import sign_in_token
from services.contracts.workspace import SignInRequested
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.sign_in.guard import COOKIE
from services.workspace.store import sessions
from tests.integration.workspace.stage import HOME, KEY, Stage, stage
from tests.support.servers import Database

AMEL = "amel.benali@libraries.example"
OF_LYON = Member("respondent", "bm-lyon")


async def ask(on: Stage, mail: str = AMEL) -> httpx.Response:
    return await (await on.browser()).post("/sign-in", data={"mail": mail})


async def token(on: Stage) -> str:
    """As the notifier makes it, of the last request."""
    event = (await on.on.announced())[-1]
    assert isinstance(event.data, SignInRequested)
    return sign_in_token(KEY, event.subject)


async def test_a_link_opens_once_and_looking_at_it_does_not_use_it(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        assert (await ask(on)).status_code == 200
        link, browser = f"/sign-in/{await token(on)}", await on.browser()
        assert [(await browser.get(link)).status_code for _ in range(3)] == [200, 200, 200]
        entered = await browser.post(link)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert "HttpOnly" in entered.headers["set-cookie"]
        assert "SameSite=lax" in entered.headers["set-cookie"]
        assert (await browser.get("/questions")).status_code == 200
        assert (await (await on.browser()).post(link)).status_code == 410


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HOME},
        {"origin": "https://evil.example"},
    ],
)
async def test_no_other_site_signs_somebody_in_as_another(
    database: Database, headers: dict[str, str]
) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        await ask(on)
        link, browser = f"/sign-in/{await token(on)}", await on.browser()
        assert (await browser.post(link, headers=headers)).status_code == 403
        assert (await browser.post("/sign-in", data={"mail": AMEL}, headers=headers)).status_code == 422
        assert (await browser.post(link, headers={"origin": HOME})).status_code == 303


async def test_a_link_of_sixteen_minutes_ago_opens_nothing(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        await ask(on)
        link = f"/sign-in/{await token(on)}"
        on.clock.pass_by(minutes=16)
        assert (await (await on.browser()).post(link)).status_code == 410


async def test_neither_token_nor_key_travels_with_the_request(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        await ask(on)
        body = await on.on.pool.fetchval("SELECT body FROM outbox")
        assert (await token(on)).encode() not in body
        assert KEY not in body


async def test_a_stranger_reads_the_same_as_somebody_of_the_network(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        known, stranger = await ask(on), await ask(on, "nobody@elsewhere.example")
        assert known.text.replace(AMEL, "X") == stranger.text.replace("nobody@elsewhere.example", "X")
        assert len(await on.on.announced()) == 1


async def test_asking_too_often_costs_a_growing_wait(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        statuses = [(await ask(on)).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        on.clock.pass_by(seconds=31)
        assert (await ask(on)).status_code == 200
        late = await ask(on)
        assert (late.status_code, late.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize(
    "forged", ["x", "a" * 42, sign_in_token(b"another key that is wrong", UUID(int=7)), "é" * 42]
)
async def test_a_forged_link_opens_nothing(database: Database, forged: str) -> None:
    async with stage(database) as on:
        assert (await (await on.browser()).post(f"/sign-in/{forged}")).status_code in (404, 405, 410)


async def test_a_form_without_its_seal_changes_nothing(database: Database) -> None:
    async with stage(database) as on:
        amel = await on.someone("Amel Benali", OF_LYON)
        for seal in ("", "0" * 32):
            answer = await amel.http.post("/account/language", data={"language": "en", "seal": seal})
            assert answer.status_code == 403
        assert await on.on.pool.fetchval("SELECT language FROM person") == "fr"


async def test_a_page_left_open_goes_on_after_its_person_signed_in_anew(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await on.someone("Amel Benali", OF_LYON), await on.someone("Bruno Roux", OF_LYON)
        await amel.see("/account")
        await ask(on)
        assert (await amel.http.post(f"/sign-in/{await token(on)}")).status_code == 303
        assert (await amel.post("/account/language", language="en")).status_code == 303
        left_open = {"language": "en", "seal": amel.seal}
        assert (await bruno.http.post("/account/language", data=left_open)).status_code == 403


async def test_a_page_opened_before_the_upgrade_is_still_taken_from_its_own_browser(
    database: Database,
) -> None:
    async with stage(database) as on:
        amel, bruno = await on.someone("Amel Benali", OF_LYON), await on.someone("Bruno Roux", OF_LYON)
        seal = hashlib.sha256(f"form of {amel.http.cookies[COOKIE]}".encode()).hexdigest()[:32]
        sent = {"language": "en", "seal": seal}
        assert (await bruno.http.post("/account/language", data=sent)).status_code == 403
        assert (await amel.http.post("/account/language", data=sent)).status_code == 303


async def test_a_session_ended_elsewhere_is_over_at_once(database: Database) -> None:
    async with stage(database) as on:
        amel = await on.someone("Amel Benali", OF_LYON)
        await ask(on)
        other = await on.browser()
        await other.post(f"/sign-in/{await token(on)}")
        assert (await other.get("/account")).status_code == 200
        await amel.post("/account/sessions/end")
        assert (await other.get("/account")).headers["location"].startswith("/sign-in?next=")
        assert (await amel.see("/account")).status_code == 200


async def test_a_removed_persons_open_page_does_nothing(database: Database) -> None:
    async with stage(database) as on:
        lead = await on.someone("Lou Martin", Member("lead", "bm-lyon"))
        amel = await on.someone("Amel Benali", OF_LYON)
        await amel.see("/account")
        removed = await lead.post(f"/people/{amel.id}/leave", library="bm-lyon")
        assert removed.status_code == 303
        assert (await amel.post("/account/language", language="en")).status_code == 303
        assert await on.on.pool.fetchval("SELECT language FROM person WHERE id = $1", amel.id) == "fr"
        assert await on.on.pool.fetchval("SELECT mail FROM person WHERE id = $1", amel.id) == ""


async def test_signing_in_leads_back_to_where_one_was_and_nowhere_else(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        for wish, there in (
            ("/people", "/people"),
            ("//evil.example", "/questions"),
            ("https://e", "/questions"),
        ):
            browser = await on.browser()
            await browser.get("/sign-in", params={"next": wish})
            on.clock.pass_by(hours=2)
            await ask(on)
            entered = await browser.post(f"/sign-in/{await token(on)}")
            assert entered.headers["location"] == there


async def test_tries_and_the_log_are_kept_for_their_term_and_no_longer(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", OF_LYON)
        await ask(on)
        for days, left in ((0, [1, 1, 1, 1]), (2, [0, 0, 1, 1]), (400, [0, 0, 0, 0])):
            on.clock.pass_by(days=days)
            async with on.guard.begin() as unit:
                await sessions.forget(unit.db, unit.now, timedelta(days=365))
            tables = ("attempt WHERE key IS NOT NULL", "sign_in", "session", "audit")
            found = [await on.on.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
            assert [min(number, 1) for number in found] == left

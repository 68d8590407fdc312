"""Coming in by an OpenID provider: a real one, with PKCE and a signed userinfo, as ProConnect's is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.workspace.domain.identity import Identity
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.app import Site
from services.workspace.entrypoints.sign_in.identity_provider import (
    Attempt,
    IdentityProvider,
    ProviderFault,
    vouched_address,
)
from services.workspace.handlers import signing_in
from tests.integration.workspace.stage import HOME, Stage, stage
from tests.support.openid import CLIENT, SECRET, openid_provider
from tests.support.servers import Database

RETURNED = f"{HOME}/sign-in/provider/returned"
MOST_PAGES = 12
AMEL = "amel.benali@libraries.example"


def with_provider(on: Stage, issuer: str) -> IdentityProvider:
    provider = IdentityProvider(issuer, CLIENT, SECRET, RETURNED)
    on.app = Site(on.guard, on.streams, provider).app()
    return provider


async def through_the_provider(browser: httpx.AsyncClient) -> httpx.Response:
    """As a browser goes: out by our redirect, through the provider's pages, and back to us."""
    return await browser.get(await outside((await browser.get("/sign-in/provider")).headers["location"]))


async def outside(url: str) -> str:
    """Where the provider's pages lead in the end: back to us."""
    async with httpx.AsyncClient() as client:
        for _ in range(MOST_PAGES):
            if url.startswith(HOME):
                return url
            answer = await client.get(url)
            assert answer.is_redirect, answer.text
            url = str(httpx.URL(url).join(answer.headers["location"]))
    raise AssertionError(f"the provider leads in circles: {url}")


@pytest.mark.parametrize("signed", [True, False])
async def test_who_was_invited_comes_in_and_out_again(database: Database, signed: bool) -> None:
    async with stage(database) as on, openid_provider("sub-7", AMEL, RETURNED, signed=signed) as issuer:
        await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        with_provider(on, issuer)
        for _ in range(2):
            browser = await on.browser()
            entered = await through_the_provider(browser)
            assert (entered.status_code, entered.headers["location"]) == (303, "/questions")
        account = await browser.get("/account")
        assert AMEL in account.text
        seal = account.text.partition('data-seal="')[2][:32]
        out = (await browser.post("/sign-out", data={"seal": seal})).headers["location"]
        assert out.startswith(f"{issuer}/session/end?id_token_hint=")
        assert (await browser.get("/account")).status_code == 303


async def test_whom_nobody_invited_stays_outside(database: Database) -> None:
    async with stage(database) as on, openid_provider("x", "x@y.example", RETURNED, signed=True) as issuer:
        with_provider(on, issuer)
        assert (await through_the_provider(await on.browser())).status_code == 403
        assert await on.on.pool.fetchval("SELECT count(*) FROM session") == 0


async def test_who_is_given_a_colleagues_old_address_is_not_that_colleague(database: Database) -> None:
    async with stage(database) as on:
        await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        for subject, comes_in in (("sub-7", True), ("sub-8", False), ("sub-7", True)):
            identity = Identity("https://provider.example", subject, AMEL, "a token")
            async with on.guard.begin() as unit:
                began = await signing_in.by_provider(unit, on.guard.rules, identity, "a browser")
            assert (began is not None) == comes_in, subject


@pytest.mark.parametrize(
    ("told", "mail"),
    [
        ({"email": AMEL}, AMEL),
        ({"email": AMEL, "email_verified": True}, AMEL),
        ({"email": AMEL, "email_verified": "true"}, AMEL),
        ({"email": AMEL, "email_verified": False}, None),
        ({"email": AMEL, "email_verified": "false"}, None),
        ({"email": AMEL, "email_verified": None}, None),
        ({"email": [AMEL]}, None),
        ({}, None),
    ],
)
def test_an_address_that_nobody_verified_opens_nothing(told: dict[str, Any], mail: str | None) -> None:
    assert vouched_address(told) == mail


async def test_an_answer_to_another_attempt_lets_nobody_in(database: Database) -> None:
    async with stage(database) as on, openid_provider("sub-7", AMEL, RETURNED, signed=True) as issuer:
        await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        provider = with_provider(on, issuer)
        before = await on.on.pool.fetchval("SELECT count(*) FROM session")
        thief, victim = await on.browser(), await on.browser()
        url = await outside((await thief.get("/sign-in/provider")).headers["location"])
        assert (await victim.get(url)).status_code == 400
        await victim.get("/sign-in/provider")
        assert (await victim.get(url)).status_code == 502
        own = Attempt.new()
        with pytest.raises(ProviderFault):
            await provider.come_back(own, {"state": own.state, "code": httpx.URL(url).params["code"]})
        assert await on.on.pool.fetchval("SELECT count(*) FROM session") == before


async def test_a_provider_that_is_away_or_another_is_said_so(database: Database) -> None:
    async with stage(database) as on, openid_provider("sub-7", AMEL, RETURNED, signed=True) as issuer:
        provider = with_provider(on, issuer)
        for wrong in (f"{issuer}/", "http://127.0.0.1:9"):
            on.app = Site(on.guard, on.streams, replace(provider, issuer=wrong, _metadata={})).app()
            assert (await (await on.browser()).get("/sign-in/provider")).status_code == 502

"""A library sees and changes what is its own: addresses, snippets, figures, people; and searches."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.workspace.domain.roles import Member
from services.workspace.entrypoints.library.public_data import PublicData
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.support.servers import Database

LEAD, OF_LYON = Member("lead", "bm-lyon"), Member("respondent", "bm-lyon")
SEEN_AT = ("https://ask.example", "https://archive.example", "https://figures.example")
YEAR = {
    "headlines": {"answered": {"n": 12, "before": 10}, "routed": {"n": 20, "before": None}},
    "months": {"answered": [0] * 10 + [3, 0]},
    "kept": 9,
    "durations": {"answer_calendar": {"median": 7200.0}},
    "stars": [0, 0, 0, 1, 1],
}


async def figures(request: Request) -> Response:
    known = request.path_params == {"year": 2026, "partner": "bm-lyon"}
    return JSONResponse(YEAR) if known else Response(status_code=404)


async def answers(request: Request) -> Response:
    found = [{"title": "Le phare d’Eckmühl", "url": "https://archive.example/a/7", "number": 7}]
    bad = [{"title": "x", "url": "javascript:alert(1)", "number": 8}]
    return JSONResponse({"answers": found + bad if request.query_params["q"] == "phare" else []})


def others() -> PublicData:
    """Archive and figures, as they answer at their documented addresses."""
    routes = [
        Route("/figures/{year:int}/{partner}.json", figures),
        Route("/api/v1/answers", answers),
    ]
    there = httpx.ASGITransport(app=Starlette(routes=routes))
    return PublicData("https://archive.example", "https://figures.example", there)


async def lead_of_lyon(on: Stage) -> Someone:
    await on.tell([made.listed("bm-lyon")])
    return await on.someone("Léa Lead", LEAD)


async def test_a_librarys_figures_are_those_of_the_poster(database: Database) -> None:
    async with stage(database, data=others(), seen_at=SEEN_AT) as on:
        lead = await lead_of_lyon(on)
        page = (await lead.see("/libraries/bm-lyon/figures")).text
        for words in (
            "75",
            "moins de 2\N{NO-BREAK SPACE}h",
            "4,5",
            "https://figures.example/figures/2026/bm-lyon",
        ):
            assert words in page, words
        assert "<td>3</td><td>12</td><td>10</td>" in page
        assert (await lead.see("/libraries/bm-lyon/figures?year=2025")).status_code == 200
        assert (await lead.see("/libraries/bm-lyon/figures?year=99999999")).status_code == 200


async def test_without_its_neighbours_a_page_says_so_and_stands(database: Database) -> None:
    async with stage(database, data=PublicData("http://127.0.0.1:9", "http://127.0.0.1:9")) as on:
        lead = await lead_of_lyon(on)
        assert "ne sont pas disponibles" in (await lead.see("/libraries/bm-lyon/figures")).text
        assert "L’archive ne répond pas" in (await lead.see("/search?q=phare")).text


async def test_snippets_name_the_library_and_the_networks_addresses(database: Database) -> None:
    async with stage(database, seen_at=SEEN_AT) as on:
        lead = await lead_of_lyon(on)
        page = (await lead.see("/libraries/bm-lyon/site")).text
        assert "https://ask.example/static/embed.js&#34; data-library=&#34;bm-lyon" in page
        assert "https://archive.example/embed/bm-lyon" in page


@pytest.mark.parametrize("path", ["site", "figures"])
async def test_another_librarys_pages_are_none_of_theirs(database: Database, path: str) -> None:
    async with stage(database, data=others()) as on:
        await lead_of_lyon(on)
        other = await on.someone("Maël", Member("lead", "bm-brest"))
        assert (await other.see(f"/libraries/bm-lyon/{path}")).status_code == 404


async def test_a_search_finds_what_we_had_in_any_list_and_what_is_published(database: Database) -> None:
    async with stage(database, data=others()) as on:
        lead = await lead_of_lyon(on)
        await on.tell(made.life(made.received(), made.routed(), made.declined(), made.routed("bm-brest", 2)))
        page = (await lead.see("/search?q=phare")).text
        assert "Qui a construit le phare" in page
        assert 'href="https://archive.example/a/7"' in page
        assert "javascript:" not in page
        assert "Qui a construit" not in (await lead.see("/search?q=phare&subject=arts")).text
        caen = await on.someone("Odile", Member("respondent", "caen"))
        assert "Qui a construit" not in (await caen.see("/search?q=phare")).text


async def test_a_search_says_whether_a_question_is_to_take_as_the_lists_do(database: Database) -> None:
    async with stage(database) as on:
        lead = await lead_of_lyon(on)
        await on.tell(made.life(made.received(), made.routed()))
        amel = await on.someone("Amel", OF_LYON)
        said = []
        for action in ("take", "give-back"):
            await amel.post(f"/questions/{made.QUESTION}/{action}", form=action)
            said.append((await lead.see("/search?q=phare")).text)
        for hour in (2, 7):
            await on.tell([made.hourly(hour, made.taken())])
            said.append((await lead.see("/search?q=phare")).text)
    told = [re.findall(r'class="tag">(En cours|À prendre)<', page) for page in said]
    assert told == [["En cours"], ["À prendre"], ["À prendre"], ["En cours"]]


async def test_a_lead_asks_for_other_addresses_of_their_library(database: Database) -> None:
    async with stage(database) as on:
        lead = await lead_of_lyon(on)
        fields = {"email": "equipe@bm-lyon.example", "own_forms": "https://bm-lyon.example/question"}
        assert (await lead.post("/libraries/bm-lyon", form="f", version="1", **fields)).status_code == 303
        [asked] = await on.requests()
        assert asked["data"]["fields"] == {
            "email": "equipe@bm-lyon.example",
            "own_forms": ["https://bm-lyon.example/question"],
        }


async def test_a_lead_changes_a_colleagues_role_and_nobody_elses(database: Database) -> None:
    async with stage(database) as on:
        lead = await lead_of_lyon(on)
        bruno = await on.someone("Bruno Roux", OF_LYON)
        other = await on.someone("Maël", Member("respondent", "bm-brest"))
        await lead.post(f"/people/{bruno.id}/role", library="bm-lyon", role="lead")
        assert (await bruno.see("/people")).text.count("Retirer") >= 1
        refused = await lead.post(f"/people/{other.id}/role", library="bm-brest", role="lead")
        assert refused.status_code == 403
        await lead.post(f"/people/{other.id}/role", library="bm-lyon", role="lead")
        await lead.post(f"/people/{bruno.id}/role", library="bm-lyon", role="coordinator")
        rows = await on.on.pool.fetch("SELECT person, role, partner FROM membership")
        assert {(row["person"], row["role"], row["partner"]) for row in rows} == {
            (lead.id, "lead", "bm-lyon"),
            (bruno.id, "lead", "bm-lyon"),
            (other.id, "respondent", "bm-brest"),
        }


async def test_who_invites_a_colleague_is_told_that_an_e_mail_is_on_its_way(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon")])
        lead = await lead_of_lyon(on)
        fields = {
            "name": "Zoé Petit",
            "mail": "zoe@bm-lyon.example",
            "role": "respondent",
            "library": "bm-lyon",
        }
        answer = await lead.post("/people", **fields)
        told = (await lead.see(answer.headers["location"])).text
        assert "Zoé Petit" in told
        assert "un courriel vient de lui être envoyé." in told
        assert "un courriel vient de lui être envoyé." not in (await lead.see("/people")).text
        again = await lead.post("/people", **fields | {"mail": "zoe"})
        assert (again.status_code, "un courriel vient de lui être envoyé." in again.text) == (422, False)


async def test_a_new_key_is_shown_once_and_only_its_digest_leaves(database: Database) -> None:
    async with stage(database) as on:
        lead = await lead_of_lyon(on)
        page = (await lead.post("/libraries/bm-lyon/key", form="one")).text
        key = re.findall(r"sesame-[\w-]{40,}", page)[0]
        assert (await lead.post("/libraries/bm-lyon/key", form="one")).status_code == 303
        assert key not in (await lead.see("/libraries/bm-lyon/site")).text
        [asked] = await on.requests()
        assert asked["type"] == "key_change.requested.v1"
        assert asked["data"]["digest"] == hashlib.sha256(key.encode()).hexdigest()
        assert key not in str(asked)
        other = await on.someone("Maël", Member("lead", "bm-brest"))
        assert (await other.post("/libraries/bm-lyon/key", form="two")).status_code == 404


async def test_every_key_is_listed_and_ended_or_replaced_by_who_leads(database: Database) -> None:
    async with stage(database) as on:
        lead = await lead_of_lyon(on)
        page = (await lead.see("/libraries/bm-lyon/site")).text
        assert "Aucun de vos programmes" in page
        used = made.MOMENT + timedelta(days=2)
        await on.tell(
            [
                made.key(1, name="catalogue", used_at=used),
                made.key(2, made_by="Claire Dumas"),
                made.key(3, partner="bm-brest", name="celle-de-brest"),
                made.key(4, name="celle-qui-est-finie", ended_at=used),
                made.key(4, name="celle-qui-est-finie"),
            ]
        )
        page = (await lead.see("/libraries/bm-lyon/site")).text
        assert all(word in page for word in ("1 · catalogue", "Claire Dumas", used.isoformat()))
        assert "celle-" not in page
        reader = await on.someone("Bruno Roux", OF_LYON)
        seen = (await reader.see("/libraries/bm-lyon/site")).text
        assert "1 · catalogue" in seen
        assert "/key/1/end" not in seen
        assert (await reader.post("/libraries/bm-lyon/key/1/end", form="r")).status_code == 403
        for number in (3, 4, 99, 2**70):
            assert (await lead.post(f"/libraries/bm-lyon/key/{number}/end", form="x")).status_code == 404
        assert (await lead.post("/libraries/bm-lyon/key", form="y", number="3")).status_code == 404
        await lead.post("/libraries/bm-lyon/key/1/end", form="end")
        await lead.post("/libraries/bm-lyon/key/1/end", form="end")
        shown = (await lead.post("/libraries/bm-lyon/key", form="new", number="2")).text
        ended, changed = await on.requests()
        assert (ended["type"], ended["data"]["number"]) == ("key_end.requested.v1", 1)
        assert (changed["type"], changed["data"]["number"]) == ("key_change.requested.v1", 2)
        [key] = set(re.findall(r"sesame-[\w-]{40,}", shown))
        assert changed["data"]["digest"] == hashlib.sha256(key.encode()).hexdigest()

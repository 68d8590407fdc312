"""The directory of libraries: as the router tells it, changed by asking the router, with its history."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest

from services.contracts.coordinator import RequestRefused
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.integration.workspace.test_coordinator import receipt
from tests.support.plain_tags import plain_tags
from tests.support.servers import Database

LYON = "/libraries/bm-lyon"
HOOK = {"way": "webhook", "address": "https://hooks.bm-lyon.example/questions"}


async def changes(on: Stage) -> list[dict[str, Any]]:
    return [one["data"] for one in await on.requests() if one["key"].endswith("partner_change.requested.v1")]


async def claire(on: Stage) -> Someone:
    return await on.someone("Claire Dumas", Member("coordinator"))


async def test_the_latest_version_counts_in_whatever_order_they_come(database: Database) -> None:
    told = [made.listed("bm-lyon", version, territories=[str(version)]) for version in (1, 2, 3)]
    for number, order in enumerate(permutations(told)):
        async with stage(database) as on:
            await on.on.pool.execute("TRUNCATE library, library_change, inbox")
            await on.tell([*order, *order])
            person = await on.someone(f"Claire {number}", Member("coordinator"))
            page = (await person.see(LYON)).text
            assert 'value="3"' in page
            assert page.count("l’exploitant du réseau") == 3


async def test_of_hundreds_a_page_at_a_time_is_shown_and_a_part_of_the_name_finds_one(
    database: Database,
) -> None:
    async with stage(database) as on:
        await on.tell(
            [made.listed(f"lib-{number:03}", name=f"Médiathèque {number:03}") for number in range(101)]
        )
        person = await claire(on)
        assert "Médiathèque 100" not in (await person.see("/libraries")).text
        for found in ("/libraries?page=2", "/libraries?q=mediatheque+100"):
            page = (await person.see(found)).text
            assert "Médiathèque 100" in page
            assert "Médiathèque 042" not in page


async def test_a_library_that_no_mail_reaches_is_shown_as_such(database: Database) -> None:
    queue = {"way": "queue", "address": "partner.caen"}
    async with stage(database) as on:
        await on.tell(
            [made.listed("caen", reach=queue), made.listed("metz", reach=queue, email="a@metz.example")]
        )
        person = await claire(on)
        assert (await person.see("/libraries")).text.count("aucune adresse de courriel") == 1
        assert "On ne connaît aucune adresse" in (await person.see("/libraries/caen")).text
        assert "On ne connaît aucune adresse" not in (await person.see("/libraries/metz")).text


async def test_a_library_that_nobody_asked_yet_can_be_given_a_question(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed("bm-brest"), made.listed("bm-nantes", gone=True)])
        page = (await (await claire(on)).see(f"/questions/{made.QUESTION}")).text
        assert '<option value="bm-brest">' in page
        assert "bm-nantes" not in page


async def test_only_what_was_changed_is_asked_for(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", subjects={"histoire": 4}, capacity_per_week=12)])
        person = await claire(on)
        fields = {
            "name": "Bibliothèque de Lyon",
            "role": "member",
            "languages": "fr, ar",
            "territories": "",
            "capacity_per_week": "12",
            "time_zone": "Europe/Paris",
            "subjects": "yes",
            "subject-histoire": "5",
            "subject-arts": "",
            "hours": "yes",
            "hours-mon": "10:00-12:30 14:00-18:00",
            "version": "1",
        }
        for _ in range(2):
            assert (await person.post(LYON, form="f1", **fields)).headers["location"] == LYON
        [asked] = await changes(on)
        assert asked == {
            "by": "Claire Dumas",
            "partner": "bm-lyon",
            "version": 1,
            "fields": {
                "languages": ["ar", "fr"],
                "subjects": {"histoire": 5},
                "hours": {"mon": ["10:00-12:30", "14:00-18:00"]},
            },
        }
        assert ": en cours" in (await person.see(LYON)).text


async def test_a_field_that_the_router_refuses_is_named_with_its_value(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon")])
        person = await claire(on)
        await person.post(LYON, form="f1", time_zone="Europe/Lyon")
        for page in (LYON, "/network", "/audit"):
            assert "Bibliothèque de Lyon\N{NO-BREAK SPACE}: Fuseau horaire" in (await person.see(page)).text
        [asked] = await on.requests()
        refused = RequestRefused(
            request_id=asked["id"],
            request_type=asked["type"],
            code="faulty_field",
            reason='time_zone "Europe/Lyon" is unknown',
            field="time_zone",
            value="Europe/Lyon",
        )
        await on.tell([receipt(refused, "r1")])
        page = plain_tags((await person.see(LYON)).text)
        assert "Fuseau horaire, <q>Europe/Lyon</q>" in page


async def test_away_next_week_is_two_clicks_for_the_lead_too_and_can_be_undone(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", closures=[{"first": "2026-12-24", "last": "2026-12-26"}])])
        lead = await on.someone("Amel Benali", Member("lead", "bm-lyon"))
        page = (await lead.see(LYON)).text
        assert 'name="first" value="2026-11-30"' in page
        await lead.post(f"{LYON}/away", form="a1", first="2026-11-30", last="2026-12-06", version="1")
        await lead.post(f"{LYON}/back", form="b1", first="2026-12-24", last="2026-12-26", version="1")
        assert [one["fields"]["closures"] for one in await changes(on)] == [
            [{"first": "2026-11-30", "last": "2026-12-06"}, {"first": "2026-12-24", "last": "2026-12-26"}],
            [],
        ]
        assert (await lead.post(f"{LYON}/away", form="a2", first="2026-12-06", last="")).status_code == 422


@pytest.mark.parametrize("field", ["name", "role"])
async def test_a_lead_changes_no_part_in_the_network(database: Database, field: str) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon"), made.listed("bm-brest")])
        lead = await on.someone("Amel Benali", Member("lead", "bm-lyon"))
        await lead.post(LYON, form="f1", **{field: "back-up"})
        assert (await lead.post("/libraries/bm-brest", form="f2", languages="en")).status_code == 404
        assert await changes(on) == []


async def test_the_history_says_what_was_before_and_whose_hand_it_was(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon"), made.listed("bm-lyon", 2, actor="Claire Dumas")])
        page = (await (await claire(on)).see(LYON)).text
        assert "<del>Avant</del> → <ins>Bibliothèque de Lyon</ins>" in page
        assert "Claire Dumas" in page.partition("Ce qui a changé")[2]


async def test_what_changed_is_told_by_names_and_the_form_takes_them(database: Database) -> None:
    async with stage(database) as on:
        before: dict[str, Any] = {"territories": ["69"], "languages": ["fr"], "subjects": {"histoire": 4}}
        closed = [{"first": "2026-12-24", "last": "2026-12-31", "reason": "Fêtes"}]
        await on.tell([made.listed("bm-lyon", **before)])
        await on.tell([made.listed("bm-lyon", 2, "Claire Dumas", closures=closed, **before)])
        person = await claire(on)
        page = (await person.see(LYON)).text
        assert 'value="Rhône (69)"' in page
        assert "24\u00a0décembre 2026 – 31\u00a0décembre 2026 Fêtes" in page
        typed = {"territories": "rhône, Belgique", "languages": "français, arabe"}
        await person.post(LYON, form="f1", version="2", **typed)
        [asked] = await changes(on)
    assert asked["fields"] == {"territories": ["69", "country:BE"], "languages": ["ar", "fr"]}


async def test_a_coordinator_has_a_library_reached_at_another_address(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon")])
        person = await claire(on)
        assert 'value="reponses@libraries.example"' in (await person.see(LYON)).text
        await person.post(
            LYON, form="f1", reach_way="mail", reach_address="neuf@bm-lyon.example", version="1"
        )
        [asked] = await changes(on)
        assert asked["fields"] == {"reach": {"way": "mail", "address": "neuf@bm-lyon.example"}}


@pytest.mark.parametrize(
    ("reach", "typed", "why"),
    [
        (made.REACH, {"reach_way": "mail", "reach_address": "nobody"}, "Écrivez une adresse"),
        (made.REACH, {"reach_way": "webhook", "reach_address": "https://a.example/"}, "crée un exploitant"),
        (HOOK, {"reach_way": "webhook", "reach_address": "http://203.0.113.9/in"}, "passent par https"),
        (HOOK, {"reach_way": "webhook", "reach_address": "https://127.0.0.1/in"}, "pas d’adresse publique"),
        (
            HOOK,
            {"reach_way": "webhook", "reach_address": "https://u:p@a.example/"},
            "sans nom ni mot de passe",
        ),
        (
            HOOK,
            {"reach_way": "webhook", "reach_address": "https://no-such-host.invalid/"},
            "pas d’adresse publique",
        ),
        (HOOK, {"reach_way": "mail", "reach_address": "https://a.example/"}, "Écrivez une adresse"),
        (
            {"way": "queue", "address": "bm-lyon"},
            {"reach_way": "queue", "reach_address": "x"},
            "ne change jamais",
        ),
    ],
)
async def test_an_address_that_reaches_nobody_is_refused_before_it_is_asked_for(
    database: Database, reach: dict[str, str], typed: dict[str, str], why: str
) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", reach=reach)])
        answer = await (await claire(on)).post(
            LYON, form="f1", version="1", email="no one", hours="yes", capacity_per_week="", **typed
        )
        assert answer.status_code == 422
        assert why in answer.text
        assert "<q>no one</q>" in plain_tags(answer.text)
        assert await changes(on) == []


async def test_the_form_tells_nothing_of_what_our_name_server_knows(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", reach=HOOK)])
        person, said = await claire(on), set()
        for host in ("localhost", "no-such-host.invalid", "10.0.0.1", "127.0.0.1", "192.168.1.1") * 2:
            url = f"https://{host}/in"
            page = await person.post(LYON, form="f1", reach_way="webhook", reach_address=url)
            said.add(page.text.replace(url, "").split('role="alert">')[1].split("</div>")[0])
        assert len(said) == 1
        page = await person.post(LYON, form="f1", reach_way="webhook", reach_address="https://8.8.4.4/in")
        assert "trop d’adresses" in page.text
        assert await changes(on) == []
        on.clock.pass_by(minutes=31)
        await person.post(LYON, form="f1", reach_way="webhook", reach_address="https://8.8.4.4/in")
        assert len(await changes(on)) == 1


async def test_a_webhook_that_stands_in_a_public_network_is_taken(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", reach=HOOK)])
        person = await claire(on)
        await person.post(LYON, form="f1", reach_way="webhook", reach_address="https://8.8.4.4/questions")
        [asked] = await changes(on)
        assert asked["fields"]["reach"]["address"] == "https://8.8.4.4/questions"


async def test_a_lead_does_not_change_where_questions_go(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon")])
        lead = await on.someone("Amel Benali", Member("lead", "bm-lyon"))
        page = (await lead.see(LYON)).text
        assert "reach_address" not in page
        assert "reponses@libraries.example" in page
        await lead.post(LYON, form="f1", reach_way="mail", reach_address="a@b.example")
        assert await changes(on) == []


async def test_an_old_address_hears_once_that_it_counts_no_longer(database: Database) -> None:
    new = {"way": "mail", "address": "neuf@bm-lyon.example"}
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", reach=new)])
        change = made.listed("bm-lyon", 2, "Claire Dumas", reach=new)
        await on.tell([change, change])
        await on.tell([made.listed("bm-brest", 2, gone=True)])
        told = await told_to_notifier(on)
        assert [(one["mail"], one["partner"], one["actor"], one["version"]) for one in told] == [
            ("reponses@libraries.example", "bm-lyon", "Claire Dumas", 2)
        ]
        assert "neuf@" not in str(told)


async def test_an_address_that_stays_hears_that_questions_go_elsewhere(database: Database) -> None:
    evil = {"way": "mail", "address": "ailleurs@y.example"}
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", 2, reach=evil, email=made.REACH["address"])])
        told = await told_to_notifier(on)
        assert [one["mail"] for one in told] == [made.REACH["address"]]


async def test_a_workspace_that_begins_anew_tells_nobody_of_what_is_long_over(database: Database) -> None:
    new = {"way": "mail", "address": "neuf@bm-lyon.example"}
    async with stage(database) as on:
        before = made.MOMENT - timedelta(days=30)
        await on.tell([made.listed("bm-lyon", 2, reach=new, changed_at=before)])
        assert await told_to_notifier(on) == []


async def told_to_notifier(on: Stage) -> list[dict[str, Any]]:
    rows = await on.on.pool.fetch("SELECT body FROM outbox WHERE routing_key = 'library.readdressed'")
    return [orjson.loads(row["body"])["data"] for row in rows]

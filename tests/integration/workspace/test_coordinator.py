"""A coordinator's day: what needs a person comes first, effects are shown before actions, nothing twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

import pytest

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import router, topology
from services.contracts.coordinator import RequestDone, RequestRefused
from services.contracts.envelope import Event
from services.contracts.reasons import NobodyLeft
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.support.servers import Database

PAGE = f"/questions/{made.QUESTION}"
COORDINATOR = Member("coordinator")
WORDS = "Qui a construit le phare"


def another(name: str) -> UUID:
    return uuid5(made.QUESTION, name)


def unroutable() -> router.QuestionUnroutable:
    return router.QuestionUnroutable(
        reason=NobodyLeft(), promise_at=made.MOMENT + timedelta(days=3), facets=made.FACETS
    )


def receipt(fact: RequestDone | RequestRefused, name: str) -> IncomingMessage:
    event = Event(
        id=name,
        source="/sesame/router",
        type=fact.wire,
        subject=made.QUESTION,
        time=made.MOMENT,
        data=fact,
    )
    key = topology.coordinator_key(type(fact))
    return IncomingMessage(topology.PARTNERS, key, "application/cloudevents+json", name, event.encode())


async def claire(on: Stage) -> Someone:
    return await on.someone("Claire Dumas", COORDINATOR)


async def test_a_network_without_a_question_is_led_through_its_first_steps(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        assert "Il est encore vide" in (await person.see("/network")).text
        await on.tell([made.listed("bm-lyon")])
        assert "bibliothèque y figure" in (await person.see("/network")).text
        await on.tell(made.life(made.received(), made.routed()))
        for listed in ("", "?need=broken"):
            assert "Premiers pas" not in (await person.see(f"/network{listed}")).text


async def test_what_needs_a_person_comes_first(database: Database) -> None:
    async with stage(database) as on:
        tomorrow, late = timedelta(days=5), timedelta(hours=1)
        await on.tell(made.life(made.received("Perdue : qui la prend ?"), unroutable()))
        for words, due in (("En route ?", tomorrow), ("À rendre ce soir ?", late)):
            facts = (made.received(words), made.routed(due_at=made.MOMENT + due))
            await on.tell(made.life(*facts, question=another(words)))
        waits = (made.received("Quel phare ?"), made.routed(), made.paused())
        await on.tell(made.life(*waits, question=another("waits")))
        person = await claire(on)
        for need, words in (
            ("", "Perdue : qui la prend ?"),
            ("today", "À rendre ce soir ?"),
            ("waiting", "Quel phare ?"),
            ("running", "En route ?"),
        ):
            page = (await person.see(f"/network?need={need}")).text
            assert page.count("row-link") == 1
            assert words in page
        assert "Bibliothèque de Lyon</a>" in page
        on.clock.pass_by(days=3)
        later = await on.someone("Denis Tardy", COORDINATOR)
        assert "À rendre ce soir\N{NO-BREAK SPACE}?" in (await later.see("/network?need=broken")).text
        assert (await person.http.get("/")).headers["location"] == "/network"


async def test_the_effect_is_shown_first_and_nothing_is_asked_by_that(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed("bm-brest"), made.declined("bm-brest")))
        await on.tell(made.life(made.received(), made.routed(), question=another("other")))
        person = await claire(on)
        fields = {"question": str(made.QUESTION), "action": "assign", "partner": "bm-lyon"}
        effect = (await person.post("/network/check", **fields)).text
        assert WORDS in effect
        assert "Bibliothèque de Lyon est sollicitée aussitôt" in effect
        assert await on.requests() == []
        for _ in range(2):
            answer = await person.post("/network/do", form="f1", reason="Le fonds y est.", **fields)
            assert answer.headers["location"] == PAGE
        [asked] = await on.requests()
        assert asked["key"] == "coordinator.assign.requested.v1"
        assert asked["subject"] == str(made.QUESTION)
        assert asked["data"] == {"by": "Claire Dumas", "reason": "Le fonds y est.", "partner": "bm-lyon"}
        assert ": en cours" in (await person.see(PAGE)).text
        done = RequestDone(request_id=asked["id"], request_type=asked["type"])
        await on.tell([receipt(done, "r1")] * 2)
        page = (await person.see(PAGE)).text
        assert ": en cours" not in page
        assert "fait" in page


async def test_a_refusal_is_shown_in_words(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        person = await claire(on)
        await person.post("/network/do", form="f1", question=str(made.QUESTION), action="route")
        [asked] = await on.requests()
        refused = RequestRefused(
            request_id=asked["id"],
            request_type=asked["type"],
            code="impossible",
            reason="a question that is answered allows reopen; not: assign",
            value="answered",
        )
        await on.tell([receipt(refused, "r1")])
        for path in (PAGE, "/network"):
            page = (await person.see(path)).text
            assert "impossible dans l’état actuel" in page
            assert "allows reopen" not in page


async def test_many_are_closed_at_once_each_by_its_own_request(database: Database) -> None:
    async with stage(database) as on:
        ids = [another(f"many {number}") for number in range(3)]
        for question in ids:
            await on.tell(made.life(made.received(), made.routed(), question=question))
        person = await claire(on)
        await person.see("/network")
        data = {"seal": person.seal, "action": "close", "form": "f1", "question": [str(one) for one in ids]}
        first = await person.http.post("/network/check", data=data)
        assert (first.status_code, 'role="alert"' in first.text) == (200, False)
        assert (await person.http.post("/network/do", data=data)).status_code == 422
        for _ in range(2):
            await person.http.post("/network/do", data=data | {"explanation": "Hors de notre champ."})
        asked = await on.requests()
        assert sorted(one["subject"] for one in asked) == sorted(map(str, ids))
        assert {one["key"] for one in asked} == {"coordinator.close.requested.v1"}
        assert {one["data"]["explanation"] for one in asked} == {"Hors de notre champ."}


async def test_what_a_library_that_left_still_has_is_told_by_its_name_and_chosen_at_once(
    database: Database,
) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon"), made.listed("bm-brest"), made.listed("bm-lyon", 2, gone=True)])
        for number in range(14):
            await on.tell(made.life(made.received(), made.routed(), question=another(f"left {number}")))
        person = await claire(on)
        await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        for page in ("/questions", "/network?need=running&library=bm-lyon", "/people", "/search?q=phare"):
            told = (await person.see(page)).text
            assert "Avant" in told, page  # as its record was called before it went
            assert ">bm-lyon<" not in told, page
        chosen = (await person.see("/network?need=running&library=bm-lyon&choose=all")).text
        assert chosen.count('form="several" checked>') == 14
        assert 'data-live="rows"' not in chosen  # what comes while one looks was not chosen
        offered = (await person.see(f"/network/check?action=assign&question={another('left 1')}")).text
        assert '<option value="bm-lyon"' not in offered


async def test_a_question_leads_its_coordinator_to_its_entry_of_the_archive(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(
            [*made.life(made.received(), made.routed(), made.handed_in(), made.answered()), made.entry(17)]
        )
        assert 'href="/release/17"' in (await (await claire(on)).see(PAGE)).text


async def test_what_cannot_be_done_with_a_question_is_not_offered_among_many(database: Database) -> None:
    async with stage(database) as on:
        held, old, followed = (another(name) for name in ("held", "erased", "followed up"))
        await on.tell(made.life(made.received(), made.routed(), question=held))
        await on.tell(made.life(made.received(), made.routed(), made.erased(), question=old))
        answered = (made.received(), made.routed(), made.handed_in(), made.answered())
        await on.tell(made.life(*answered, made.follow_up_routed(), question=followed))
        person = await claire(on)
        listed = (await person.see("/network?need=running")).text
        assert f'value="{old}"' not in listed
        data = {"seal": person.seal, "action": "route", "form": "f", "question": [str(old), str(followed)]}
        none = await person.http.post("/network/do", data=data)
        assert (none.status_code, "Rien ne peut être fait" in none.text) == (422, True)
        data["question"] = [str(held), str(old), str(followed)]
        looked = (await person.http.post("/network/check", data=data)).text
        assert "questions sont laissées de côté" in looked
        assert f'name="question" value="{old}"' not in looked
        assert f'name="question" value="{held}"' in looked


async def test_what_changed_since_it_was_looked_at_is_asked_too_and_so_refused_where_it_is_seen(
    database: Database,
) -> None:
    async with stage(database) as on:
        ids = [another(f"seen {number}") for number in range(3)]
        for question in ids:
            await on.tell(made.life(made.received(), made.routed(), question=question))
        person = await claire(on)
        await person.see("/network")
        data = {"seal": person.seal, "action": "route", "form": "f", "question": [str(one) for one in ids]}
        assert "laissée" not in (await person.http.post("/network/check", data=data)).text
        answered = (made.received(), made.routed(), made.handed_in(), made.answered())
        await on.tell(made.life(*answered, question=ids[1]))
        for _ in range(2):
            assert (await person.http.post("/network/do", data=data)).headers["location"] == "/network"
        assert sorted(one["subject"] for one in await on.requests()) == sorted(map(str, ids))


async def test_a_second_click_is_no_fault_though_it_is_done_meanwhile(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        person = await claire(on)
        done = {"form": "f", "action": "route", "question": str(made.QUESTION)}
        assert (await person.post("/network/do", **done)).headers["location"] == PAGE
        await on.tell(made.life(made.received(), made.routed(), made.handed_in(), made.answered()))
        assert (await person.post("/network/do", **done)).headers["location"] == PAGE
        assert (await person.post("/network/do", **(done | {"form": "g"}))).status_code == 422
        assert len(await on.requests()) == 1


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"action": "assign", "partner": "nowhere"}, "Choisissez la bibliothèque"),
        ({"action": "extend", "promise_at": "2020-01-01T12:00"}, "Choisissez un jour et une heure à venir"),
        ({"action": "extend", "promise_at": "demain"}, "Choisissez un jour et une heure à venir"),
        ({"action": "close", "explanation": "  "}, "Écrivez à l’usager pourquoi"),
        ({"action": "close", "question": "no id"}, "au moins une question"),
    ],
)
async def test_what_can_not_be_asked_comes_back_with_what_to_mend(
    database: Database, fields: dict[str, str], fault: str
) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        person = await claire(on)
        answer = await person.post("/network/do", **({"question": str(made.QUESTION), "form": "f"} | fields))
        assert answer.status_code == 422
        assert fault in answer.text
        assert await on.requests() == []


async def test_another_promise_is_shown_when_the_network_has_it(database: Database) -> None:
    async with stage(database) as on:
        later = made.MOMENT + timedelta(days=9)
        handled = router.QuestionHandled(
            action="extend",
            actor="Claire Dumas",
            reason="Fonds en réserve",
            promise_at=later,
            assignment_id=uuid5(made.QUESTION, "bm-lyon 1"),
            due_at=later - timedelta(hours=2),
            facets=made.FACETS,
        )
        await on.tell(made.life(made.received(), made.routed(), handled))
        amel = await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        for path in (PAGE, "/questions"):
            assert (later - timedelta(hours=2)).isoformat() in (await amel.see(path)).text
        person = await claire(on)
        assert later.isoformat() in (await person.see("/network?need=running")).text
        page = (await person.see(PAGE)).text
        assert "plus de temps, par Claire Dumas" in page
        assert "À l’heure du réseau" in page


async def test_a_pause_of_intake_is_shown_with_its_notice_until_it_is_over(
    database: Database,
) -> None:
    async with stage(database) as on:
        person = await claire(on)
        refused = await person.post("/network/intake", form="i1", action="pause", notice=" ")
        assert refused.status_code == 422
        await person.post("/network/intake", form="i1", action="pause", notice="Retour le 4 janvier.")
        [asked] = await on.requests()
        assert asked["data"] == {"by": "Claire Dumas", "notice": "Retour le 4 janvier."}
        paused = router.IntakeChanged(paused=True, notice="Retour le 4 janvier.", actor="Claire Dumas")
        nobody = UUID(int=0)
        await on.tell([made.hourly(1, paused, nobody)])
        assert "Retour le 4 janvier." in (await person.see("/network")).text
        opened = router.IntakeChanged(paused=False, actor="Claire Dumas")
        await on.tell([made.hourly(2, opened, nobody)])
        assert "Retour le 4 janvier." not in (await person.see("/network")).text


async def test_the_log_says_who_did_what_to_the_coordinator_alone(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        amel = await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        await amel.post(f"{PAGE}/take", form="t")
        person = await claire(on)
        await person.post("/network/do", form="f1", question=str(made.QUESTION), action="route")
        page = (await person.see("/audit")).text
        assert "Amel Benali" in page
        assert "Nouvelle orientation" in page
        assert "Nouvelle orientation" not in (await person.see("/audit?who=amel")).text
        assert (await amel.see("/audit")).status_code == 403


MANY = tuple(f"lib-{number}" for number in range(60))


async def test_of_hundreds_of_libraries_one_is_named_not_looked_for(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed(one, name=f"Médiathèque du quai {one}") for one in MANY])
        person = await claire(on)
        page = (await person.see("/network?need=running&library=bibliotheque+de+lyon")).text
        assert '<datalist id="library-names">' in page
        assert WORDS in page
        assert WORDS not in (await person.see("/network?need=running&library=quai+lib-7")).text
        deed = {"form": "f1", "action": "assign", "question": str(made.QUESTION)}
        assert (await person.post("/network/do", partner="quai", **deed)).status_code == 422
        assert (await person.post("/network/do", partner="QUAI LIB-42", **deed)).status_code == 303
        [asked] = [one for one in await on.requests() if "assign" in one["key"]]
    assert asked["data"]["partner"] == "lib-42"


async def test_a_question_is_passed_on_to_a_library_by_its_name(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed(one, name=f"Médiathèque du quai {one}") for one in MANY])
        amel = await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        assert 'name="refer_to_other"' in (await amel.see(PAGE)).text
        unknown = await amel.post(f"{PAGE}/decline", form="f1", refer_to_other="le quai")
        assert unknown.status_code == 422
        await amel.post(f"{PAGE}/decline", form="f1", refer_to_other="quai lib-42")
        [asked] = await on.requests()
    assert asked["data"]["refer_to"] == "lib-42"


async def test_what_is_needed_less_often_folds_away_and_nothing_is_lost(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        page = (await person.see("/audit")).text
        menu = page[page.index('class="menu"') : page.index("</nav>")]
        for address in ("/network", "/questions", "/release", "/held", "/libraries", "/account"):
            assert f'href="{address}"' in menu[: menu.index("<details")] + menu[menu.index("</details>") :]
        folded = menu[menu.index("<details") : menu.index("</details>")]
        for address in ("/posts", "/deliveries", "/paragraphs", "/people", "/audit"):
            assert f'href="{address}"' in folded
        assert '<summary class="here">Journal</summary>' in folded
        amel = await on.someone("Amel Benali", Member("lead", "bm-lyon"))
        assert '<details class="more">' not in (await amel.see("/questions")).text


async def test_what_no_form_of_ours_sends_gets_a_page_of_ours(database: Database) -> None:
    async with stage(database) as on:
        http = await on.browser()
        kind = {"content-type": "multipart/form-data", "accept-language": "fr"}
        answer = await http.post("/sign-in", content=b"zz", headers=kind)
    assert answer.status_code == 400
    assert "Cet envoi n’a pas pu être lu" in answer.text

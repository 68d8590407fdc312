"""Who may do what: the table in the code, and each of its cells tried over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from services.workspace.domain.roles import MAY, OF_A_LIBRARY, ROLES, Member, Role
from services.workspace.entrypoints.sign_in.guard import GuardedRoute
from services.workspace.store import people
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Stage, stage
from tests.support.servers import Database

REFUSED = (403, 404)
PAGE = f"/questions/{made.QUESTION}"
NOBODY = "00000000-0000-7000-8000-00000000000f"


def doors(on: Stage) -> Iterator[tuple[str, str, GuardedRoute]]:
    """Method, address and route of every page that asks who comes."""
    for route in on.app.routes:
        if isinstance(route, GuardedRoute):
            path = route.path.replace("{id:uuid}", str(made.QUESTION))
            path = path.replace("{library}", "bm-lyon").replace("{number:int}", "17")
            path = re.sub(r"\{\w+(:uuid)?\}", NOBODY, path)
            yield next(iter(route.methods or {"GET"} - {"HEAD"})), path, route


async def test_every_role_comes_through_its_own_doors_and_no_other(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed("bm-lyon"), made.held(17), made.entry(17), made.to_post()])
        for role in ROLES:
            for method, path, route in doors(on):
                if path in ("/sign-out", "/changes"):
                    continue
                member = Member(role, "bm-lyon" if role in OF_A_LIBRARY else "")
                person = await on.someone(f"{role} {path} {method}", member)
                own = member.partner
                answer = await (person.post(path, library=own) if method == "POST" else person.see(path))
                assert (answer.status_code == 403) == (role not in MAY[route.action]), (role, method, path)


async def test_whoever_is_not_signed_in_is_led_to_the_door(database: Database) -> None:
    async with stage(database) as on:
        for method, path, _ in doors(on):
            answer = await (await on.browser()).request(method, path)
            assert answer.headers.get("location", "").startswith("/sign-in?next="), (method, path)


async def test_a_library_finds_nothing_of_another_behind_any_door(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed("bm-lyon"), made.held(17), made.entry(17), made.to_post()])
        roles: tuple[Role, ...] = ("respondent", "lead")
        for role in roles:
            person = await on.someone(f"Maël {role}", Member(role, "bm-brest"))
            for method, path, _ in doors(on):
                if str(made.QUESTION) in path or "bm-lyon" in path:
                    answer = await (person.post(path, text="x") if method == "POST" else person.see(path))
                    assert answer.status_code in REFUSED, (role, method, path)
                elif method == "GET" and path != "/changes":
                    page = (await person.see(path)).text
                    assert "phare" not in page
                    assert "Bibliothèque de Lyon" not in page


@pytest.mark.parametrize(
    ("member", "whom"),
    [
        (Member("respondent", "bm-lyon"), "responsable de votre bibliothèque"),
        (Member("lead", "bm-lyon"), "à la coordination du réseau"),
        (Member("observer"), "à la coordination du réseau"),
    ],
    ids=lambda one: one.role if isinstance(one, Member) else "",
)
async def test_who_is_refused_is_told_whom_to_ask(database: Database, member: Member, whom: str) -> None:
    async with stage(database) as on:
        person = await on.someone("Odile Refusée", member)
        answer = await person.see("/audit")
        assert answer.status_code == 403
        assert whom in answer.text


async def test_an_observer_changes_nothing(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed("bm-lyon"), made.held(17), made.entry(17), made.to_post()])
        person = await on.someone("Odile Observe", Member("observer"))
        await person.see("/account")
        before = await state(on)
        for method, path, _ in doors(on):
            if method == "POST" and not path.startswith(("/account", "/sign-out")):
                assert (
                    await person.post(path, text="x", form="f", name="N", mail="n@n.example")
                ).status_code in REFUSED
        assert await state(on) == before


async def test_those_of_the_network_find_every_librarys_questions(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(note="Privé."), made.routed()))
        person = await on.someone("Odile Observe", Member("observer"))
        assert "Qui a construit le phare" in (await person.see("/questions")).text
        page = (await person.see(f"/questions/{made.QUESTION}")).text
        assert "Qui a construit le phare" in page
        assert "Privé." not in page


async def test_who_left_a_library_reads_no_more_of_what_it_was_asked(database: Database) -> None:
    heading, note = "Qui a construit le phare", "le Joanne de 1890"
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        zoe = await on.someone("Zoé", Member("respondent", "bm-lyon"), Member("respondent", "bm-brest"))
        bruno = await on.someone("Bruno", Member("respondent", "bm-lyon"))
        for person, name in ((zoe, "bruno"), (bruno, "zoé")):
            await person.post(f"{PAGE}/note", text=f"@{name}, tu as {note} ?")
        assert heading in (await zoe.see("/account")).text
        assert note in (await zoe.see("/questions")).text
        async with on.guard.begin() as unit:
            await people.leave(unit.db, zoe.id, "bm-lyon", None, unit.now)
        account = (await zoe.see("/account")).text
        assert (heading in account, PAGE in account) == (False, False)
        assert note not in (await zoe.see("/questions")).text
        async with on.guard.begin() as unit:
            await people.join(unit.db, zoe.id, Member("observer"))
        assert heading in (await zoe.see("/account")).text


async def state(on: Stage) -> list[int]:
    tables = ("fact", "claim", "draft", "note", "request", "person", "membership", "outbox")
    return [await on.on.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


async def test_people_of_a_library_that_left_see_nothing_more_from_that_moment(database: Database) -> None:
    doors_of_lyon = ("/questions", PAGE, "/search?q=phare", "/libraries", "/people", "/account", "/changes")
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed("bm-lyon")])
        here = [await on.someone(f"Amel {door}", Member("lead", "bm-lyon")) for door in doors_of_lyon]
        writes = await on.someone("Bruno", Member("respondent", "bm-lyon"))
        both = await on.someone("Zoé", Member("lead", "bm-lyon"), Member("respondent", "bm-brest"))
        assert "Qui a construit le phare" in (await here[0].see("/questions")).text
        assert (await writes.see(PAGE)).status_code == (await both.see(PAGE)).status_code == 200
        await on.tell([made.listed("bm-lyon", 2, gone=True)])
        for person, door in zip(here, doors_of_lyon, strict=True):
            told = await person.see(door)
            assert (told.status_code, "a quitté le réseau" in told.text) == (403, True), door
            assert (await person.see("/questions")).headers["location"].startswith("/sign-in?next=")
        assert (await writes.post(f"{PAGE}/draft", text="Le marquis.", revision="0")).status_code == 403
        assert [(await both.see(path)).status_code for path in (PAGE, "/account")] == [404, 200]
        assert (await both.post("/people/" + str(writes.id) + "/leave", library="bm-lyon")).status_code == 403
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        assert "a quitté le réseau" in (await claire.see("/people")).text
        await on.tell([made.listed("bm-lyon", 3), made.listed("bm-lyon", 2, gone=True)])
        assert (await both.see(PAGE)).status_code == 200


@pytest.mark.parametrize("path", ["/libraries/a%00b", "/libraries/a%00b/figures", "/search?q=x&subject=%00"])
async def test_an_address_that_no_database_takes_is_of_nothing_here(database: Database, path: str) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        assert (await claire.see(path)).status_code == 404

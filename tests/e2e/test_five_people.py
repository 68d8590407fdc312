"""A day of five people in their browsers, with all services: each sees on the open page what the others do.

kill -9 of workspace, router and broker in between takes nobody's words and does nothing twice.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import asyncpg
import httpx
import yaml

from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from operations.mailbox import Mail
from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool
from services.contracts import topology
from services.workspace.commands.people import link_for
from services.workspace.domain.roles import Member
from tests.e2e.test_workspace_day import answers_in, parts_of
from tests.support.flow import write_partners
from tests.support.screen import Screen, screens
from tests.support.waiting import PATIENCE_SECONDS, until

PEOPLE = {
    "Amel": Member("respondent", "lyon"),
    "Bruno": Member("respondent", "lyon"),
    "Denis": Member("respondent", "brest"),
    "Léa": Member("lead", "lyon"),
    "Claire": Member("coordinator"),
}
ASKER = "ines.vaumont@askers.example"
PHARE = "Qui a construit le phare d’Eckmühl, et pourquoi ce nom ?"
SOIE = "Où lire les registres des soyeux de la Croix-Rousse ?"
OUT_TWICE = """[...document.querySelectorAll('.happened')]
.filter((one) => one.textContent.includes('envoyée')).length === 2"""
"""With its asker, and in the archive."""
WORDS = r"document.getElementById('content').textContent.replace(/[\u00a0\u202f]/g, ' ')"
"""As somebody reads them, whatever kind of space stands before a sign."""
UNDER_WAY = "SELECT EXISTS (SELECT FROM request WHERE state = 'under_way')"
QUEUES = (*topology.SERVICES, *map(topology.dead_queue, topology.SERVICES))
JOINING = {
    "library": "Médiathèque de Vaulx",
    "name": "Odile Marchand",
    "mail": "odile@vaulx.example",
    "territories": "69",
    "capacity_per_week": "5",
    "way": "mail",
}


@dataclass(frozen=True)
class Person:
    """Somebody before an open page."""

    name: str
    tab: Screen

    async def open(self, path: str) -> None:
        await self.tab.open(path)

    async def sees(self, *words: str) -> None:
        """On the page as it is open, sooner or later."""
        for one in words:
            await self.tab.says(f"{WORDS}.includes({_js(one)})")

    async def sees_no_more(self, words: str) -> None:
        await self.tab.says(f"!{WORDS}.includes({_js(words)})")

    async def write(self, field: str, words: str) -> None:
        """At the end of what stands there, which may be folded away."""
        await self.tab.says(
            f"""(() => {{ const field = document.querySelector({_js(field)});
            field?.closest("details")?.setAttribute("open", "");
            field?.focus(); field?.setSelectionRange(field.value.length, field.value.length);
            return field !== null && document.activeElement === field; }})()"""
        )
        await self.tab.type(words)

    async def choose(self, field: str, words: str) -> None:
        await self.tab.says(
            f"""(() => {{ const field = document.querySelector({_js(field)});
            const one = [...field.options].find((option) => option.textContent.includes({_js(words)}));
            if (one) field.value = one.value; return Boolean(one); }})()"""
        )

    async def click(self, button: str) -> None:
        """As soon as it is there."""
        await self.tab.says(
            f"""(() => {{ const one = document.querySelector({_js(button)});
            one?.click(); return Boolean(one); }})()"""
        )

    async def send(self, form: str) -> None:
        await self.click(f'form[action$="{form}"] button:not([formaction])')


def _js(text: str) -> str:
    return "`" + text.replace("\\", "\\\\").replace("`", "\\`") + "`"


@dataclass
class Day:
    platform: Platform
    servers: Servers
    mails: list[Mail]
    people: Mapping[str, Person]
    pool: asyncpg.Pool[asyncpg.Record]

    async def ask(self, text: str) -> str:
        """Where the people of a library find the question."""
        question = {"text": text, "asker": {"mail": ASKER}, "subject": "histoire", "publish_consent": True}
        async with self.at("ingest") as http:
            answer = await http.post(
                "/api/v1/questions", json=question, headers={"idempotency-key": str(len(text))}
            )
        assert answer.is_success, answer.text
        return f"/questions/{answer.json()['id']}"

    def at(self, service: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.platform.doors(service).url(), timeout=PATIENCE_SECONDS)

    async def link(self, kind: str, pattern: str) -> str:
        """Out of the first mail of this kind, as soon as it came."""

        def came() -> list[Mail]:
            return [mail for mail in self.mails if mail.message["X-Sesame"] == kind]

        await until(lambda: bool(came()))
        found = re.search(pattern, parts_of(came()[0])[0])
        assert found is not None
        return found[0]

    async def shows(self, path: str, words: str) -> None:
        """A page of ingest says so, sooner or later."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.at("ingest") as http:
            for rest in repeat(0.2):
                if words in (await http.get(path)).text:
                    return
                await asyncio.sleep(rest)

    async def all_is_answered(self) -> None:
        """Nothing of what these people asked for is under way any more."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.2):
                if not await self.pool.fetchval(UNDER_WAY):
                    return
                await asyncio.sleep(rest)


@asynccontextmanager
async def day(folder: Path, servers: Servers) -> AsyncIterator[Day]:
    mails: list[Mail] = []
    settings = {"SESAME_PARTNERS_FILE": str(_libraries(folder)), "SESAME_LOG_LEVEL": "WARNING"}
    async with (
        running_mailbox(folder / "mails", mails.append) as mailbox,
        running_platform(folder, servers, smtp_port=mailbox.port, settings=settings) as platform,
        screens(platform.doors("workspace").url()) as another,
        await open_pool(
            platform.environment("workspace")["SESAME_DATABASE_URL"], name="test", size=2
        ) as pool,
    ):
        people = {}
        for name, member in PEOPLE.items():
            people[name] = Person(name, await another())
            await _sign_in(platform, pool, people[name], member)
        yield Day(platform, servers, mails, people, pool)


def _libraries(folder: Path) -> Path:
    """Reached by mail, so that nobody but these people answers; Lyon is the strong one, Brest the other."""
    path = write_partners(("lyon", "brest"), folder)
    records = yaml.safe_load(path.read_text())
    for record in records:
        record["reach"] = {"way": "mail", "address": record["email"]}
        record["subjects"] = {"histoire": 5} if record["id"] == "lyon" else {"arts": 1}
    path.write_text(yaml.safe_dump(records))
    return path


async def _sign_in(
    platform: Platform, pool: asyncpg.Pool[asyncpg.Record], person: Person, member: Member
) -> None:
    transactions = Transactions(pool, "workspace", SystemClock())
    mail = f"{person.name.lower().replace('é', 'e')}@people.example"
    link = await link_for(transactions, platform.environment("workspace"), person.name, mail, member)
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        assert (await http.post(link)).status_code == 303
        for name, value in http.cookies.items():
            await person.tab.cookie(name, value)


async def test_five_people_work_side_by_side_and_nothing_is_lost_or_done_twice(
    tmp_path: Path, mortal_servers: Servers
) -> None:
    async with day(tmp_path, mortal_servers) as today:
        page = await a_question_is_taken_and_handed_over(today)
        await what_is_typed_while_the_workspace_is_killed_is_kept(today, page)
        await the_asker_is_asked_back(today, page)
        await an_answer_waits_for_router_and_broker(today, page)
        await another_question_is_declined(today)
        await a_library_joins_another_closes_and_the_intake_is_paused(today)
        await the_answer_is_released(today, page)
        await everything_was_done_once(today)


async def a_question_is_taken_and_handed_over(today: Day) -> str:
    amel, bruno, claire = today.people["Amel"], today.people["Bruno"], today.people["Claire"]
    for one in (amel, bruno):
        await one.open("/questions")
    await claire.open("/network?need=running")
    page = await today.ask(PHARE)
    for one in (amel, bruno, claire):
        await one.sees(PHARE)
    await amel.click("form.take button")
    await amel.sees("Vous vous en occupez.")
    await bruno.sees_no_more(PHARE)
    await bruno.open(page)
    await bruno.sees("Amel s’en occupe.")
    await amel.choose("#to", "Bruno")
    await amel.send("/hand-over")
    await amel.sees("Bruno s’en occupe.")
    await bruno.sees("Vous vous en occupez.")
    return page


async def what_is_typed_while_the_workspace_is_killed_is_kept(today: Day, page: str) -> None:
    amel, bruno = today.people["Amel"], today.people["Bruno"]
    await bruno.write("#text", "Le **marquis** de Blocqueville")
    await bruno.sees("Brouillon enregistré")
    await today.platform.kill("workspace")
    await bruno.write("#text", ", et sa fille")
    await bruno.sees("Gardé dans ce navigateur")
    await today.platform.start("workspace")
    await bruno.write("#text", ".")
    await bruno.sees("Brouillon enregistré")
    await amel.open(page)
    await amel.sees("Le **marquis** de Blocqueville, et sa fille.")


async def the_asker_is_asked_back(today: Day, page: str) -> None:
    amel, bruno, claire = today.people["Amel"], today.people["Bruno"], today.people["Claire"]
    await claire.open(page)
    await bruno.write("#back", "Celui de Penmarc’h ?")
    await bruno.send("/ask-back")
    for one in (amel, bruno, claire):
        await one.sees("Celui de Penmarc’h ?")
    asker = await today.link("clarification", r"http://\S+/q/[a-z2-7]+")
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        said = await http.post(f"{asker}/follow-up", data={"text": "Oui, celui-là.", "lang": "fr"})
    assert said.status_code == 303, (asker, said.text)
    for one in (amel, bruno, claire):
        await one.sees("Oui, celui-là.")


async def an_answer_waits_for_router_and_broker(today: Day, page: str) -> None:
    amel, bruno = today.people["Amel"], today.people["Bruno"]
    broker = today.servers.rabbitmq
    assert broker is not None
    await until(lambda: all(map(broker.has_on_disk, QUEUES)))
    await today.platform.kill("router")
    await bruno.send("/answer")
    await bruno.sees(": en cours")
    await broker.kill()
    await broker.start()
    await today.platform.start("router")
    for one in (amel, bruno):
        await one.tab.says("document.querySelector('.said.answer_accepted .marked strong') !== null")
    await until(lambda: bool(answers_in(today.mails)))
    assert (
        "Le <strong>marquis</strong> de Blocqueville, et sa fille." in parts_of(answers_in(today.mails)[0])[1]
    )


async def another_question_is_declined(today: Day) -> None:
    amel, denis = today.people["Amel"], today.people["Denis"]
    await denis.open("/questions")
    await amel.open("/questions")
    page = await today.ask(SOIE)
    await amel.sees(SOIE)
    await amel.open(page)
    await amel.choose("#refer_to", "Brest")
    await amel.write("#reason", "Rien avant 1900.")
    await amel.send("/decline")
    await denis.sees(SOIE)
    await denis.click("form.take button")
    await denis.sees("Vous vous en occupez.", "Rien avant 1900.")


async def a_library_joins_another_closes_and_the_intake_is_paused(today: Day) -> None:
    claire, lea = today.people["Claire"], today.people["Léa"]
    await claire.open("/applications")
    async with today.at("workspace") as http:
        assert (await http.post("/join", data=JOINING)).is_success
        link = await today.link("joining", r"http://\S+/join/\S+")
        assert (await http.post(link)).is_success
    await claire.sees(JOINING["library"])
    await claire.click("#content a[href^='/applications/']")
    await claire.send("/admit")
    await claire.sees("admise")
    await claire.open("/libraries/lyon")
    await lea.open("/libraries/lyon")
    await lea.send("/lyon/away")
    for one in (lea, claire):
        await one.sees_no_more("Aucun à venir.")
    await claire.open("/network")
    await claire.write("#notice", "Retour le 4 janvier.")
    await claire.send("/network/intake")
    await today.shows("/", "Retour le 4 janvier.")
    await claire.sees("Retour le 4 janvier.")
    await claire.open("/network")
    await claire.click("form[action$='/network/intake'] input[value=open] ~ p button")
    await today.shows("/", 'name="text"')


async def the_answer_is_released(today: Day, page: str) -> None:
    amel, claire = today.people["Amel"], today.people["Claire"]
    await amel.open(page)
    await claire.open("/release")
    await claire.click("#content a[href^='/release/']")
    await claire.tab.says("document.getElementById('answer')?.value.includes('**marquis**')")
    await claire.send("/release/1")
    await claire.tab.says("""document.querySelector('a[href$="/a/1"]') !== null""")
    await amel.tab.says(OUT_TWICE)
    async with today.at("notifier") as http:
        assert "Le <strong>marquis</strong> de Blocqueville" in (await http.get("/a/1")).text


async def everything_was_done_once(today: Day) -> None:
    await today.all_is_answered()
    asked = await today.pool.fetch("SELECT type, state, count(*) AS n FROM request GROUP BY type, state")
    assert {(row["type"].removesuffix(".v1"), row["state"]): row["n"] for row in asked} == {
        ("take.submitted", "accepted"): 2,
        ("clarification.submitted", "accepted"): 1,
        ("answer.submitted", "accepted"): 1,
        ("decline.submitted", "accepted"): 1,
        ("partner_admit.requested", "accepted"): 1,
        ("partner_change.requested", "accepted"): 1,
        ("intake_change.requested", "accepted"): 2,
        ("entry_release.requested", "accepted"): 1,
    }
    done = await today.pool.fetch(
        "SELECT type, count(*) AS n FROM fact WHERE type = ANY($1) GROUP BY type",
        ["question.answered", "question.paused", "question.declined", "question.taken"],
    )
    assert {row["type"]: row["n"] for row in done} == {
        "question.answered": 1,
        "question.paused": 1,
        "question.declined": 1,
        "question.taken": 2,
    }
    assert [list(mail.recipients) for mail in answers_in(today.mails)] == [[ASKER]]

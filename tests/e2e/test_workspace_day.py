"""A question at the workspace, with all services: two libraries, two colleagues, kill -9 in between."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import httpx
import yaml

from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from operations.mailbox import Mail
from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool
from services.workspace.commands.people import link_for
from services.workspace.domain.roles import Member
from tests.support.flow import write_partners
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until

LIBRARIES = ("lyon", "brest")
ASKER = "ines.vaumont@askers.example"
WORDS = "Qui a construit le phare d’Eckmühl, et pourquoi ce nom ?"
SEAL = re.compile(r'data-seal="(\w+)"')
ROW = re.compile(r'row-link" href="(/questions/[0-9a-f-]+)"')


@dataclass
class Librarian:
    http: httpx.AsyncClient

    async def see(self, path: str, *words: str, without: Sequence[str] = ()) -> str:
        """The page, as soon as it says all of these words and none of those."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.2):
                page = await self._page(path)
                if all(word in page for word in words) and not any(word in page for word in without):
                    return page
                await asyncio.sleep(rest)
        raise AssertionError(path)

    async def _page(self, path: str) -> str:
        try:
            return (await self.http.get(path)).text
        except httpx.TransportError:
            return ""

    async def do(self, path: str, **fields: str) -> None:
        seal = SEAL.search(await self.see("/account", "data-seal"))
        assert seal is not None
        answer = await self.http.post(path, data={"seal": seal[1]} | fields)
        assert answer.status_code == 303, answer.text


@asynccontextmanager
async def day(
    folder: Path, database: Database, vhost: VirtualHost
) -> AsyncIterator[tuple[Platform, list[Mail], dict[str, Librarian]]]:
    servers = Servers(
        vhost.amqp_url, vhost.management_url, database.admin_url, rabbitmq=None, postgresql=None
    )
    mails: list[Mail] = []
    settings = {"SESAME_PARTNERS_FILE": str(reached_by_mail(folder))}
    async with (
        running_mailbox(folder / "mails", mails.append) as mailbox,
        running_platform(folder, servers, smtp_port=mailbox.port, settings=settings) as platform,
        AsyncExitStack() as stack,
    ):
        people = {
            f"{name} {library}": await _librarian(platform, stack, name, library)
            for library in LIBRARIES
            for name in ("Amel", "Bruno")
        }
        yield platform, mails, people


def reached_by_mail(folder: Path) -> Path:
    """Nobody but the people at the workspace answers."""
    path = write_partners(LIBRARIES, folder)
    records = yaml.safe_load(path.read_text())
    for record in records:
        record["reach"] = {"way": "mail", "address": record["email"]}
    path.write_text(yaml.safe_dump(records))
    return path


async def _librarian(platform: Platform, stack: AsyncExitStack, name: str, library: str) -> Librarian:
    environ = platform.environment("workspace")
    async with await open_pool(environ["SESAME_DATABASE_URL"], name="test", size=2) as pool:
        transactions = Transactions(pool, "workspace", SystemClock())
        mail = f"{name.lower()}@{library}.example"
        link = await link_for(transactions, environ, name, mail, Member("respondent", library))
    client = httpx.AsyncClient(base_url=platform.doors("workspace").url(), timeout=PATIENCE_SECONDS)
    http = await stack.enter_async_context(client)
    assert (await http.post(link)).status_code == 303
    return Librarian(http)


async def ask(platform: Platform) -> None:
    async with httpx.AsyncClient(base_url=platform.doors("ingest").url(), timeout=PATIENCE_SECONDS) as client:
        question = {"text": WORDS, "asker": {"mail": ASKER}, "subject": "histoire", "language": "fr"}
        answer = await client.post("/api/v1/questions", json=question, headers={"idempotency-key": "one"})
        assert answer.is_success, answer.text


async def first_asked(people: dict[str, Librarian]) -> tuple[str, str]:
    """Whose library was asked first, and where its people find the question."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.2):
            for library in LIBRARIES:
                if found := ROW.search(await people[f"Amel {library}"].see("/questions", "data-seal")):
                    return library, found[1]
            await asyncio.sleep(rest)
    raise AssertionError("nobody was asked")


async def test_a_question_goes_from_library_to_library_and_back_to_its_asker(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    async with day(tmp_path, database, vhost) as (platform, mails, people):
        await ask(platform)
        first, page = await first_asked(people)
        [second] = set(LIBRARIES) - {first}
        await people[f"Amel {first}"].do(f"{page}/decline", form="no", reason="Rien avant 1900.")
        amel, bruno = people[f"Amel {second}"], people[f"Bruno {second}"]
        await amel.see(page, "Rien avant 1900.")
        await amel.do(f"{page}/take", form="take")
        await bruno.see(page, "Amel s’en occupe")
        await amel.do(f"{page}/draft", text="Le marquis de Blocqueville", revision="0")
        await platform.kill("workspace")
        await platform.start("workspace")
        await bruno.see(page, "Le marquis de Blocqueville")
        await platform.kill("router")
        for _ in range(2):
            await amel.do(
                f"{page}/answer", form="answer", text="Le **marquis** de Blocqueville.", revision="1"
            )
        await platform.start("router")
        await bruno.see("/questions?list=answered", page)
        await amel.see(page, "arrivée", without=[": en cours"])
        await until(lambda: bool(answers_in(mails)))
        [mail] = answers_in(mails)
        assert list(mail.recipients) == [ASKER]
        plain, html = parts_of(mail)
        assert "\nLe marquis de Blocqueville.\n" in plain
        assert "Le <strong>marquis</strong> de Blocqueville." in html
        assert "Le <strong>marquis</strong> de Blocqueville." in await amel.see(page, "<strong>")


def answers_in(mails: Sequence[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.message["X-Sesame"] == "answer"]


def parts_of(mail: Mail) -> tuple[str, str]:
    """As text, and as HTML."""
    plain, html = (mail.message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return plain.get_content().replace("\r\n", "\n"), html.get_content()

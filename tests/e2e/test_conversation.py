"""A question that is asked back twice, answered, followed up, corrected, asked again and answered elsewhere:
by mail alone, by pages alone, by events alone. Each reads what is meant for them, in one thread."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from itertools import count, repeat
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import aio_pika
import httpx
import pytest
import yaml

from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from operations.mailbox import Mail
from services.contracts import topology
from tests.support.flow import write_partners
from tests.support.ingest_doors import deliver, mail
from tests.support.mail_programs import TEXT_PROGRAMS, received
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

Way = Literal["mail", "page", "queue"]
LIBRARIES = ("lyon", "brest")
READERS_OWN = "nantes"
"""Asks for a reader of its own, by events; answers nothing itself, for it speaks another language."""
ASKER = "ines.vaumont@askers.example"
QUESTION = "Où se trouvait le moulin à vent de Croulebarbe avant 1850 ?"
NOTE = "Pour ma grand-mère, qui y est née."
LINK = re.compile(r"http://[^\s\"<>]+/r/[\w-]+")
TAKEN = 250


@dataclass
class Town:
    """All that people and programs see from outside."""

    platform: Platform
    way: Way
    mails: list[Mail]
    exchange: aio_pika.abc.AbstractExchange
    events: dict[str, list[dict[str, Any]]]
    http: httpx.AsyncClient
    numbers: count[int] = field(default_factory=count)

    def to(self, address: str) -> list[Mail]:
        return [one for one in self.mails if address in one.recipients]

    async def reply(self, address: str, words: str) -> None:
        """To the latest mail, as a mail program does it; put off as long as we have not heard of our own."""
        last = self.to(address)[-1]
        ours = received(last.content)
        raw = mail(
            TEXT_PROGRAMS["gmail"].reply(ours, words),
            From=address,
            To=ours.answer_to,
            Subject=f"Re: {ours.subject}",
            Message_ID=f"<{next(self.numbers)}.{address}>",
            In_Reply_To=ours.message_id,
            References=f"{last.message['References'] or ''} {ours.message_id}".strip(),
        )
        port = self.platform.doors("ingest").lmtp
        for rest in repeat(0.2):
            if (await asyncio.to_thread(deliver, port, raw, [ours.answer_to], address))[0][0] == TAKEN:
                return
            await asyncio.sleep(rest)

    async def send(self, partner: str, kind: str, subject: str | None, **data: Any) -> None:
        wire = f"{kind}.submitted.v1"
        event = {"specversion": "1.0", "id": str(uuid4()), "source": "/desk", "type": wire, "data": data}
        body = json.dumps(event | ({"subject": subject} if subject else {})).encode()
        message = aio_pika.Message(body, content_type="application/cloudevents+json", delivery_mode=2)
        await self.exchange.publish(message, f"partner.{partner}.{wire}")

    async def post(self, url: str, **fields: str) -> None:
        """A form of the page, with its hidden number."""
        answered = await self.http.post(url, data={"lang": "fr", "number": str(uuid4())} | fields)
        assert answered.status_code == 303, answered.text


def shown(page: httpx.Response) -> str:
    """As it is read: no sign stands alone at the beginning of a line there."""
    return unescape(page.text).replace("\u00a0", " ").replace("\u202f", " ")


async def seen(look: Any, *words: str) -> None:
    """Until all of these words are there."""
    text = ""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.1):
                text = await look()
                if all(word in text for word in words):
                    return
                await asyncio.sleep(rest)
    except TimeoutError:
        raise AssertionError(f"{words} not in {text}") from None


@dataclass
class Asker:
    town: Town
    page: str = ""
    question: str = ""

    async def ask(self) -> None:
        town = self.town
        if town.way == "mail":
            raw = mail(QUESTION, From=ASKER, Subject="Un moulin", Message_ID="<first@askers.example>")
            port = town.platform.doors("ingest").lmtp
            box = "question@sesame.localhost"
            assert (await asyncio.to_thread(deliver, port, raw, [box], ASKER))[0][0] == TAKEN
        elif town.way == "page":
            asked = {"text": QUESTION, "private_note": NOTE, "language": "fr"}
            url = town.platform.doors("ingest").url("/api/v1/questions")
            self.page = (await town.http.post(url, json=asked)).json()["page_url"]
        else:
            await town.send(READERS_OWN, "question", None, text=QUESTION, private_note=NOTE, language="fr")

    async def look(self) -> str:
        """All that they were told so far."""
        town = self.town
        if town.way == "mail":
            return "\n".join(plain(one) for one in town.to(ASKER))
        if town.way == "page":
            return shown(await town.http.get(f"{self.page}?lang=fr"))
        told = town.events[READERS_OWN]
        self.question = next((one["subject"] for one in told if one.get("subject")), "")
        return json.dumps(told, ensure_ascii=False)

    async def writes(self, words: str) -> None:
        if self.town.way == "mail":
            await self.town.reply(ASKER, words)
        elif self.town.way == "page":
            await self.town.post(f"{self.page}/follow-up", text=words)
        else:
            await self.town.send(READERS_OWN, "follow_up", self.question, text=words)

    async def asks_again(self, why: str) -> None:
        """By mail as the mail with the answer says it."""
        if self.town.way == "queue":
            await self.town.send(READERS_OWN, "reopening", self.question, text=why)
        elif self.town.way == "page":
            await self.town.post(f"{self.page}/reopen", text=why)
        else:
            assert "AUTRE RÉPONSE" in plain(self.town.to(ASKER)[-1])
            await self.town.reply(ASKER, f"AUTRE RÉPONSE\n\n{why}")


@dataclass
class Library:
    town: Town
    id: str

    @property
    def address(self) -> str:
        return f"questions@{self.id}.example"

    async def look(self) -> str:
        town = self.town
        if town.way == "mail":
            return "\n".join(plain(one) for one in town.to(self.address))
        if town.way == "page":
            page = self.page
            return shown(await town.http.get(f"{page}?lang=fr")) if page else ""
        return json.dumps(town.events[self.id], ensure_ascii=False)

    @property
    def page(self) -> str:
        """Their link comes by mail."""
        found = [LINK.search(plain(one)) for one in self.town.to(self.address) if kind_of(one) == "assigned"]
        return found[-1][0] if found and found[-1] else ""

    async def says(self, kind: str, words: str) -> None:
        town = self.town
        if town.way == "mail":
            head = {"clarification": "QUESTION\n\n", "correction": "CORRECTION\n\n"}.get(kind, "")
            await town.reply(self.address, head + words)
        elif town.way == "page":
            doors = {"clarification": "ask-back", "addition": "add", "correction": "add", "answer": "answer"}
            fields = {"ask" if kind == "clarification" else "text": words}
            more = {"corrects": "yes"} if kind == "correction" else {}
            await town.post(f"{self.page}/{doors[kind]}", **fields, **more)
        else:
            question = town.events[self.id][0]["subject"]
            more_data = {"corrects": True} if kind == "correction" else {}
            wire = "addition" if kind == "correction" else kind
            await town.send(self.id, wire, question, text=words, **more_data)


def partners(folder: Path, way: Way) -> Path:
    path = write_partners((*LIBRARIES, READERS_OWN), folder)
    records = yaml.safe_load(path.read_text())
    for record in records:
        if record["id"] == READERS_OWN:
            record["languages"] = ["de"]
        elif way != "queue":
            record["reach"] = {"way": "mail", "address": record["email"]}
    path.write_text(yaml.safe_dump(records))
    return path


@asynccontextmanager
async def town(
    folder: Path, database: Database, vhost: VirtualHost, way: Way, **more: str
) -> AsyncIterator[Town]:
    """`more`: settings of the platform."""
    servers = Servers(
        vhost.amqp_url, vhost.management_url, database.admin_url, rabbitmq=None, postgresql=None
    )
    mails: list[Mail] = []
    settings = {"SESAME_PARTNERS_FILE": str(partners(folder, way)), "SESAME_QUICKEST_REPLY_SECONDS": "0"}
    settings |= more
    async with (
        running_mailbox(folder / "mails", mails.append) as mailbox,
        running_platform(folder, servers, smtp_port=mailbox.port, settings=settings) as platform,
        await aio_pika.connect(vhost.amqp_url) as connection,
        connection.channel() as channel,
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http,
    ):
        events: dict[str, list[dict[str, Any]]] = {}
        for partner in (*LIBRARIES, READERS_OWN):
            events[partner] = []
            await _listen(channel, partner, events[partner])
        exchange = await channel.get_exchange(topology.INBOX)
        yield Town(platform, way, mails, exchange, events, http)


async def _listen(channel: aio_pika.abc.AbstractChannel, partner: str, into: list[dict[str, Any]]) -> None:
    arguments = dict(topology.PARTNER_QUEUE_ARGUMENTS)
    queue = await channel.declare_queue(topology.partner_queue(partner), durable=True, arguments=arguments)
    await queue.bind(topology.PARTNERS, f"{topology.partner_queue(partner)}.#")

    async def hear(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        into.append(json.loads(message.body))
        await message.ack()

    await queue.consume(hear)


async def first_asked(libraries: list[Library]) -> list[Library]:
    """Both, whoever was asked first."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.1):
            for one in libraries:
                if QUESTION in await one.look():
                    return [one, *(other for other in libraries if other is not one)]
            await asyncio.sleep(rest)
    raise AssertionError("nobody was asked")


@pytest.mark.parametrize("way", ["mail", "page", "queue"])
async def test_each_reads_exactly_what_is_meant_for_them(
    tmp_path: Path, database: Database, vhost: VirtualHost, way: Way
) -> None:
    async with town(tmp_path, database, vhost, way) as place:
        asker = Asker(place)
        await asker.ask()
        first, second = await first_asked([Library(place, name) for name in LIBRARIES])
        for back, reply in (
            ("De quelle rive ?", "De la rive gauche."),
            ("De quel siècle ?", "Du dix-huitième."),
        ):
            await first.says("clarification", back)
            await seen(asker.look, back)
            await asker.writes(reply)
            await seen(first.look, reply)
        await first.says("answer", "Il était près de la poterne des Peupliers.")
        await seen(asker.look, "poterne des Peupliers")
        await asker.writes("Et qui en était le meunier ?")
        await seen(first.look, "qui en était le meunier")
        await first.says("addition", "Le meunier était Jean Lefèvre.")
        await seen(asker.look, "Jean Lefèvre")
        await first.says("correction", "Erratum : le meunier était Pierre Lefort.")
        await seen(asker.look, "Pierre Lefort")
        await asker.asks_again("Ce n'est pas le moulin que je cherche.")
        await seen(second.look, "pas le moulin que je cherche", "poterne des Peupliers")
        await second.says("answer", "Il était rue Croulebarbe, au numéro douze.")
        await seen(asker.look, "au numéro douze")
        await each_reads_their_own(place, asker, first, second)


async def each_reads_their_own(place: Town, asker: Asker, first: Library, second: Library) -> None:
    """No note, no address, no link of another's; each word once. On their own page askers read their note."""
    to_asker = await asker.look()
    for private in (
        *([] if place.way == "page" else [NOTE]),
        "/r/",
        first.address,
        second.address,
        "QUESTION",
        "CORRECTION",
    ):
        assert private not in to_asker
    assert to_asker.count("Jean Lefèvre") == 1
    links = []
    for library in (first, second):
        told = await library.look()
        assert ASKER not in told
        assert "/q/" not in told
        links.append(set(re.findall(r"/r/[\w-]+", told)))
    assert links[0].isdisjoint(links[1])
    if place.way == "mail":
        one_thread(place.to(ASKER), "<first@askers.example>")
        assert Counter(kind_of(one) for one in place.to(ASKER)) == TO_ASKER
        for library in (first, second):
            received_mails = place.to(library.address)
            root = str(received_mails[0].message["Message-ID"])
            assert kind_of(received_mails[0]) == "assigned"
            one_thread(received_mails[1:], root)


TO_ASKER = {
    "acknowledgement": 1,
    "clarification": 2,
    "answer": 2,
    "addition": 1,
    "correction": 1,
    "asked_again": 1,
}


def kind_of(one: Mail) -> str:
    return str(one.message["X-Sesame"])


def one_thread(mails: list[Mail], root: str) -> None:
    """As a mail program sorts them: by References, the last of which is what is replied to."""
    ids = [str(one.message["Message-ID"]) for one in mails]
    assert len(set(ids)) == len(ids)
    for one in mails:
        references = str(one.message["References"]).split()
        assert references[0] == root, (kind_of(one), references)
        assert one.message["In-Reply-To"] == references[-1]


def plain(one: Mail) -> str:
    part = one.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())

"""One asker through the whole platform: what is kept of them is told to them, and forgotten everywhere."""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
import pytest

from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from operations import person
from operations.addresses import Addresses
from operations.database import as_service
from operations.mailbox import Mail
from services.contracts import topology
from services.workspace.store.coordinator import applications
from services.workspace.store.coordinator.applications import Application
from tests.support.flow import write_partners
from tests.support.ingest_doors import deliver, mail
from tests.support.servers import Database, VirtualHost
from tests.support.steadfast import partners
from tests.support.waiting import PATIENCE_SECONDS

PARTNERS = ("lyon",)
ADDRESS, NAME = "ada.moulin@mail.example", "Ada Moulin-Lefort"
WORDS = "la rue des Tanneurs où vivait ma grand-mère"
PRIVATE = (ADDRESS, NAME, WORDS, "mot-du-message@mail.example", "1017XK", "Encore un mot de moi")

_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema = ANY($1::text[]) AND table_type = 'BASE TABLE'
"""
_COUNTED = """
SELECT count(*) = $2 FROM (SELECT kind FROM metrics.pending UNION ALL SELECT kind FROM metrics.log) AS facts
WHERE kind = $1
"""
_NOTHING_TO_PUBLISH = """
SELECT NOT EXISTS (
    SELECT FROM ingest.outbox UNION ALL SELECT FROM router.outbox UNION ALL SELECT FROM notifier.outbox
)
"""
_ROWS = "SELECT format('SELECT t::text AS row FROM %I.%I t', $1::text, $2::text)"


@dataclass(frozen=True)
class Scene:
    platform: Platform
    servers: Servers
    mails: list[Mail]

    @property
    def where(self) -> Addresses:
        return Addresses(
            amqp_url=self.servers.amqp_url,
            database_url=self.servers.database_url,
            amqp_management_url=self.servers.amqp_management_url,
        )

    def write(self, raw: bytes, sender: str = ADDRESS) -> None:
        deliver(self.platform.doors("ingest").lmtp, raw, ["question@sesame.localhost"], sender)

    async def until(self, query: str, *arguments: object) -> None:
        db = await asyncpg.connect(self.servers.database_url)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for rest in repeat(0.1):
                    if await db.fetchval(query, *arguments):
                        return
                    await asyncio.sleep(rest)
        finally:
            await db.close()


@asynccontextmanager
async def scene(folder: Path, database: Database, vhost: VirtualHost) -> AsyncIterator[Scene]:
    servers = Servers(
        vhost.amqp_url, vhost.management_url, database.admin_url, rabbitmq=None, postgresql=None
    )
    mails: list[Mail] = []
    settings = {"SESAME_PARTNERS_FILE": str(write_partners(PARTNERS, folder)), "SESAME_LOG_LEVEL": "DEBUG"}
    async with (
        running_mailbox(folder / "mails", mails.append) as mailbox,
        running_platform(folder, servers, smtp_port=mailbox.port, settings=settings) as platform,
        partners(vhost.amqp_url, PARTNERS),
    ):
        yield Scene(platform, servers, mails)


async def found_in_tables(admin_url: str) -> list[str]:
    """Every table in which a private word stands, in letters or as bytes."""
    needles = [form for word in PRIVATE for form in (word, word.encode().hex())]
    found = []
    db = await asyncpg.connect(admin_url)
    try:
        for schema, table in await db.fetch(_TABLES, list(topology.SERVICES)):
            rows = await db.fetch(await db.fetchval(_ROWS, schema, table))
            text = "\n".join(row["row"] for row in rows)
            found += [f"{schema}.{table}: {needle}" for needle in needles if needle in text]
    finally:
        await db.close()
    return found


async def bury(amqp_url: str, service: str, body: bytes) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        await (await channel.get_exchange(topology.DEAD)).publish(aio_pika.Message(body), service)


async def say(action: Callable[..., Awaitable[int]], here: Scene, **chosen: Any) -> int:
    return await action(argparse.Namespace(**chosen), here.where)


async def test_all_of_one_person_is_told_and_then_forgotten(
    tmp_path: Path, database: Database, vhost: VirtualHost, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = mail(
        f"Je cherche des photographies de {WORDS}.",
        From=f"{NAME} <{ADDRESS}>",
        To="question@sesame.localhost",
        Message_ID="<mot-du-message@mail.example>",
    )
    async with scene(tmp_path, database, vhost) as here:
        here.write(raw)
        await ask_by_form(here)
        await here.until("SELECT count(*) = 2 FROM ingest.ending WHERE how = 'answered'")
        await here.until(
            "SELECT count(*) = 2 FROM notifier.delivery WHERE kind = 'answer' AND state = 'sent'"
        )
        await here.until("SELECT count(*) = 1 FROM notifier.archive_entry WHERE state = 'held'")
        await follow_up(here)
        await here.until("SELECT count(*) = 1 FROM notifier.follow_up")
        await bury(vhost.amqp_url, "router", f'{{"asker": "{ADDRESS}"}}'.encode())
        await hold(here)
        await leave_with_a_partner(here)

        assert await say(person.export, here, who=ADDRESS) == 0
        exported = capsys.readouterr().out
        assert [word for word in (ADDRESS, NAME, WORDS, "1017XK") if word not in exported] == []
        told = json.loads(exported)
        assert {len(told[service]) for service in ("ingest", "router", "notifier")} == {2}
        assert len(told["became_no_question"]["held"]) == 1
        assert len(told["became_no_question"]["held_of_others_naming_them"]) == 1
        assert len(told["dead_letters"]) == 1
        assert told["in_queues_of_partners"] == {"partner.brumal": 1}

        assert await say(person.erase, here, who=ADDRESS, yes=False, archive=False, wait=20.0) == 1
        assert "2 questions" in capsys.readouterr().out
        assert await say(person.erase, here, who=ADDRESS, yes=True, archive=False, wait=20.0) == 0
        receipt = capsys.readouterr().out
        await here.until(_NOTHING_TO_PUBLISH)
        await drop_what_another_wrote(here)
        assert await found_in_tables(database.admin_url) == []
        assert [word for word in PRIVATE if word in receipt] == []
        done = json.loads(receipt)
        assert done["dead_letters_dropped"]["router"] == 1
        assert (done["held_dropped"], len(done["look_at"])) == (1, 1)
        assert done["partner_queues_dropped"] == {"partner.brumal": 1}
        assert await left_with_a_partner(here) == [b'{"subject": "another"}']

        here.write(raw)
        await here.until("SELECT true FROM ingest.submission WHERE key LIKE 'erased:%'")
        await here.until(_COUNTED, "received", 2)
        await here.until(_COUNTED, "erased", 2)
        assert await found_in_tables(database.admin_url) == []
        figures = await counted(here)
        logs = "".join(here.platform.log(service).read_text() for service in topology.SERVICES)
    assert [word for word in PRIVATE if word in logs or word in figures] == []


ENCRYPTED = mail(
    "x",
    From=f"{NAME} <{ADDRESS}>",
    To="question@sesame.localhost",
    Message_ID="<chiffre@mail.example>",
).replace(b"text/plain", b"application/pkcs7-mime")
BY_ANOTHER = mail(
    base64.b64encode(f"Voyez avec {NAME}, {ADDRESS}.".encode()).decode(),
    From="Le voisin <voisin@mail.example>",
    To="question@sesame.localhost",
    Message_ID="<voisin@mail.example>",
).replace(b"text/plain", b"application/pkcs7-mime")


async def hold(here: Scene) -> None:
    """What they sent and nobody could read, and what another wrote about them, in base64."""
    here.write(ENCRYPTED)
    here.write(BY_ANOTHER, "voisin@mail.example")
    await here.until("SELECT count(*) = 2 FROM ingest.quarantine")


async def drop_what_another_wrote(here: Scene) -> None:
    """As a person decides who has looked."""
    db = await asyncpg.connect(here.servers.database_url)
    try:
        await db.execute("SET search_path TO ingest")
        await db.execute("DELETE FROM ingest.quarantine")
        await db.execute("UPDATE ingest.submission SET raw = NULL WHERE outcome = 'quarantined'")
    finally:
        await db.close()


async def leave_with_a_partner(here: Scene) -> None:
    """A partner whose program has not read its queue for a while."""
    db = await asyncpg.connect(here.servers.database_url)
    try:
        question = await db.fetchval("SELECT id FROM ingest.question ORDER BY id LIMIT 1")
    finally:
        await db.close()
    bodies = [json.dumps({"subject": str(question), "text": WORDS}).encode(), b'{"subject": "another"}']
    async with await aio_pika.connect(here.servers.amqp_url) as connection, connection.channel() as channel:
        await channel.declare_queue("partner.brumal", durable=True, arguments={"x-queue-type": "quorum"})
        for body in bodies:
            await channel.default_exchange.publish(aio_pika.Message(body), "partner.brumal")


async def left_with_a_partner(here: Scene) -> list[bytes]:
    async with await aio_pika.connect(here.servers.amqp_url) as connection, connection.channel() as channel:
        queue = await channel.get_queue("partner.brumal")
        bodies = []
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            bodies.append(message.body)
        return bodies


async def test_who_has_only_held_things_is_told_and_forgotten(
    tmp_path: Path, database: Database, vhost: VirtualHost, capsys: pytest.CaptureFixture[str]
) -> None:
    async with scene(tmp_path, database, vhost) as here:
        here.write(ENCRYPTED)
        await here.until("SELECT count(*) = 1 FROM ingest.quarantine")
        await ask_to_join(here)
        assert await say(person.export, here, who=ADDRESS) == 0
        told = json.loads(capsys.readouterr().out)
        assert len(told["became_no_question"]["held"]) == 1
        assert [asked["library"] for asked in told["asked_to_join"]] == [NAME]
        assert await say(person.erase, here, who=ADDRESS, yes=True, archive=False, wait=20.0) == 0
        receipt = json.loads(capsys.readouterr().out)
        assert (receipt["held_dropped"], receipt["applications_dropped"]) == (1, 1)
        assert await found_in_tables(database.admin_url) == []


async def ask_to_join(here: Scene) -> None:
    written = Application(NAME, NAME, ADDRESS.upper(), "fr", "mail", WORDS, {})
    async with as_service(here.where.database_url, "workspace") as db:
        await applications.put(db, uuid4(), written, datetime.now(UTC))


async def ask_by_form(here: Scene) -> None:
    body = {
        "text": f"Qui habitait {WORDS} ?",
        "private_note": f"Écrivez-moi, {NAME}",
        "place": {"country": "NL", "postcode": "1017XK"},
        "publish_consent": True,
        "asker": {"mail": ADDRESS, "name": NAME},
    }
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        url = here.platform.doors("ingest").url("/api/v1/questions")
        (await client.post(url, json=body)).raise_for_status()


async def follow_up(here: Scene) -> None:
    page = next(
        word
        for letter in here.mails
        for part in letter.message.walk()
        if part.get_content_type() == "text/plain"
        for word in part.get_content().split()
        if "/q/" in word
    )
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        await client.post(f"{page}/follow-up", data={"text": "Encore un mot de moi", "number": "x"})


async def counted(here: Scene) -> str:
    """What everybody who may look at metrics sees, of all services."""
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        pages = [
            (await client.get(here.platform.doors(service).ops_url("/metrics"))).text
            for service in topology.SERVICES
        ]
    return "\n".join(pages)

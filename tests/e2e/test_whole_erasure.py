"""One person in every place there is: told everything, forgotten everywhere, and looked for afterwards in a
full dump of the database, in the broker's folder and in all logs."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import aio_pika
import asyncpg
import pytest

from devtools.servers.servers import Servers
from operations import person
from services.contracts import topology
from tests.e2e.test_one_person import (
    ADDRESS,
    NAME,
    PRIVATE,
    WORDS,
    Scene,
    ask_by_form,
    bury,
    drop_what_another_wrote,
    follow_up,
    say,
    scene,
)
from tests.support.everywhere import (
    FILL,
    MARK,
    NOT_IN_LETTERS,
    columns_that_hold,
    fill,
    forgotten_columns,
    written,
)
from tests.support.ingest_doors import mail
from tests.support.servers import Database, VirtualHost
from tests.support.steadfast import OBSERVER
from tests.support.waiting import PATIENCE_SECONDS

PERSONAL = (*PRIVATE, MARK, "Tanneurs", "tanneur")
ESCAPED = ADDRESS.replace("@", "\\u0040")
KEPT_AWAY = "partner.brumal"
OF_ANOTHER = f'{{"subject": "another", "data": {{"mail": "mada.{ADDRESS[4:]}"}}}}'.encode()
QUEUES = (
    *topology.SERVICES,
    *map(topology.dead_queue, topology.SERVICES),
    *map(topology.partner_queue, ("lyon", "brumal")),
    OBSERVER,
)
ROUND = 400
"""Messages through each queue: more than a file of the broker has entries for."""


async def test_nothing_of_a_person_is_left_but_what_the_receipt_names(
    tmp_path: Path, mortal_servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mortal_servers.rabbitmq is not None
    database = Database(mortal_servers.database_url, {})
    vhost = VirtualHost("/", mortal_servers.amqp_url, mortal_servers.amqp_management_url or "")
    async with scene(tmp_path, database, vhost) as here:
        await be_everywhere(here)
        assert await say(person.export, here, who=ADDRESS) == 0
        exported = capsys.readouterr().out
        assert [mark for mark in marks() if mark not in exported] == []

        assert await say(person.erase, here, who=ADDRESS, yes=True, archive=False, wait=20.0) == 0
        receipt = json.loads(capsys.readouterr().out)
        assert all(number == 1 for number in receipt["waiting_dropped"].values())
        assert receipt["dead_letters_dropped"] == dict.fromkeys(topology.SERVICES, 2)
        assert receipt["partner_queues_dropped"] == {KEPT_AWAY: 2}
        assert (receipt["held_dropped"], len(receipt["look_at"])) == (1, 3)
        await drop_what_another_wrote(here)
        await here.until("SELECT count(*) = 0 FROM workspace.held_words")
        for queue in map(topology.dead_queue, topology.SERVICES):
            assert await taken_from(here.servers.amqp_url, queue) == [OF_ANOTHER]
        assert await taken_from(here.servers.amqp_url, KEPT_AWAY) == [OF_ANOTHER]
    await taken_from(mortal_servers.amqp_url, OBSERVER)
    await compacted(mortal_servers)
    assert found_in(dump(mortal_servers)) == []
    assert found_in_files(mortal_servers.rabbitmq.folder) == []
    assert found_in_files(tmp_path / "logs") == []


def marks() -> list[str]:
    """What a question's row must have told, one for each place that FILL fills."""
    return [word for line in FILL for word in line.replace("'", '"').split('"') if word.startswith(MARK)]


async def be_everywhere(here: Scene) -> None:
    here.write(
        mail(
            f"Je cherche des photographies de {WORDS}.",
            From=f"{NAME} <{ADDRESS}>",
            To="question@sesame.localhost",
            Message_ID="<mot-du-message@mail.example>",
        )
    )
    await ask_by_form(here)
    await here.until("SELECT count(*) = 2 FROM ingest.ending WHERE how = 'answered'")
    await here.until("SELECT count(*) = 2 FROM notifier.delivery WHERE kind = 'answer' AND state = 'sent'")
    await here.until("SELECT count(*) = 1 FROM notifier.archive_entry WHERE state = 'held'")
    await follow_up(here)
    await here.until("SELECT count(*) = 1 FROM notifier.follow_up")
    hold(here)
    await here.until("SELECT count(*) = 4 FROM ingest.quarantine")
    await here.until("SELECT count(*) = 4 FROM workspace.held WHERE received_at IS NOT NULL AND NOT ended")
    await here.until(
        "SELECT count(*) >= 4 FROM workspace.fact WHERE type IN ('question.received', 'question.answered')"
    )
    async with connected(here.servers) as db:
        question = await db.fetchval("SELECT question_id FROM notifier.archive_entry WHERE state = 'held'")
        await fill(db, question)
        there = await columns_that_hold(db, PERSONAL)
    missing = {(service, name) for service, name in forgotten_columns() - there if name not in NOT_IN_LETTERS}
    assert missing == set(), "docs/privacy.md says that these hold something: make the person be there too"
    await lie_about(here, question)


def hold(here: Scene) -> None:
    """Their own, that nobody could read, and three of others: in base64, in HTML, in a mail attached."""
    here.write(letter("base64", ADDRESS), ADDRESS)
    for kind in ("base64", "html", "attached"):
        here.write(letter(kind, "voisin@mail.example"), "voisin@mail.example")


def letter(kind: str, sender: str) -> bytes:
    text = f"Voyez avec {NAME}, {ADDRESS}, pour {WORDS}."
    message = EmailMessage()
    message["From"], message["To"] = sender, "question@sesame.localhost"
    mark = MARK if sender == ADDRESS else "voisin"
    message["Message-ID"], message["X-Autoreply"] = f"<{mark}-{kind}@mail.example>", "yes"
    if kind == "attached":
        inner = EmailMessage()
        inner["From"], inner["Subject"] = f"{NAME} <{ADDRESS}>", "Transmis"
        inner.set_content(text, cte="base64")
        message.set_content("Ci-joint.")
        message.add_attachment(inner)
    elif kind == "html":
        message.set_content(f"<p>Voyez {ADDRESS.replace('@', '&#64;')}</p>", subtype="html")
    else:
        message.set_content(text, cte="base64")
    return message.as_bytes()


async def lie_about(here: Scene, question: UUID) -> None:
    """Among the dead letters of every service and in the queue of a partner whose program is away, by number
    and by name; beside others' that must stay."""
    about = json.dumps({"subject": str(question), "data": {"text": WORDS}}).encode()
    naming = f'{{"data": {{"asker": {{"mail": "{ESCAPED}"}}}}}}'.encode()
    for service in topology.SERVICES:
        for body in (about, naming, OF_ANOTHER):
            await bury(here.servers.amqp_url, service, body)
    await publish(here.servers.amqp_url, KEPT_AWAY, [about, naming, OF_ANOTHER])


async def compacted(servers: Servers) -> None:
    """What the broker does by itself as the network's next messages come: a start writes its journal out, and
    a file of a queue goes once all in it is done with. Until nothing is left, or patience."""
    assert servers.rabbitmq is not None
    async with asyncio.timeout(3 * PATIENCE_SECONDS):
        while True:
            await servers.rabbitmq.stop()
            await servers.rabbitmq.start()
            if not found_in_files(servers.rabbitmq.folder):
                return
            await asyncio.gather(*(pass_through(servers.amqp_url, queue) for queue in QUEUES))


async def pass_through(amqp_url: str, name: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(name, ensure=False)
        for _ in range(ROUND):
            await channel.default_exchange.publish(aio_pika.Message(b"-", delivery_mode=2), name)
        taken = 0
        async with queue.iterator(timeout=PATIENCE_SECONDS) as messages:
            async for message in messages:
                await message.ack()
                taken += 1
                if taken >= ROUND:
                    break


async def publish(amqp_url: str, queue: str, bodies: Sequence[bytes]) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        for body in bodies:
            await channel.default_exchange.publish(aio_pika.Message(body, delivery_mode=2), queue)


async def taken_from(amqp_url: str, name: str) -> list[bytes]:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        queue, bodies = await channel.get_queue(name, ensure=False), []
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            bodies.append(message.body)
        return bodies


@asynccontextmanager
async def connected(servers: Servers) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    db = await asyncpg.connect(servers.database_url)
    try:
        yield db
    finally:
        await db.close()


def dump(servers: Servers) -> str:
    command = ["pg_dump", "--no-owner", servers.database_url]
    done = subprocess.run(command, capture_output=True, check=True, timeout=2 * PATIENCE_SECONDS)
    return done.stdout.decode(errors="replace")


def found_in(text: str) -> list[str]:
    return [word for word in written(PERSONAL) if word in text]


def found_in_files(folder: Path) -> list[tuple[str, str]]:
    """(file, word)"""
    files = [(path, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    needles = [(word, word.encode()) for word in written(PERSONAL)]
    return [(str(path), word) for path, content in files for word, needle in needles if needle in content]

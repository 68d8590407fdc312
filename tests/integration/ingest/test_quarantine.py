"""The operator's commands for what is held, run as the operator runs them."""

import asyncio
import os
import sys

from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.contracts.links.signed_links import partner_token, reply_address
from services.ingest.store.access import partner_access
from tests.support.ingest_doors import BREAKS_THE_PARSER, KEYS, SECRET, Ingest, hears, ingest, mail, routed_to
from tests.support.servers import Database, VirtualHost


async def sesame(database: Database, *arguments: str) -> tuple[int, str]:
    """Exit status and output of `./sesame ingest quarantine …`."""
    environ = os.environ | {
        "COLUMNS": "200",
        "SESAME_DATABASE_URL": database("ingest"),
        "SESAME_AMQP_URL": "amqp://nowhere.example",
        "SESAME_LINK_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devtools.cli", "ingest", "quarantine", *arguments),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def held(door: Ingest, raw: bytes, to: str = "question@sesame.example") -> str:
    await door.deliver(raw, [to])
    return str(await door.fetchval("SELECT max(id) FROM quarantine"))


ENCRYPTED = (
    b"From: ada@mail.example\nSubject: Un moulin\nMessage-ID: <7@mail.example>\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/encrypted; boundary="b"\n\n--b\nContent-Type: text/plain\n\nPar ici\n--b--\n'
)


async def test_what_is_held_is_listed_shown_and_released(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        number = await held(door, ENCRYPTED)
        listed = await sesame(database, "list")
        shown = await sesame(database, "show", number)
        released = await sesame(database, "release", number)
        (event,) = await door.announced(QuestionReceived)
        again = await sesame(database, "release", number)
    assert "ada@mail.example" in listed[1]
    assert "encrypted" in listed[1]
    assert ENCRYPTED.decode() in shown[1].replace("\r\n", "\n")
    assert released == (0, f"{number}: taken in as question\n")
    assert event.data.text == "Un moulin\n\nPar ici"
    assert again[0] == 1


async def test_what_broke_the_parser_is_listed_and_stays_held(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        number = await held(door, BREAKS_THE_PARSER)
        listed = await sesame(database, "list")
        released = await sesame(database, "release", number)
        kept = await door.fetchval("SELECT count(*) FROM quarantine")
    assert "ada@mail.example" in listed[1]
    assert "Un moulin" in listed[1]
    assert released[0] == 1
    assert f"{number} stays held: reading it failed: RecursionError" in released[1]
    assert kept == 1


async def test_what_is_dropped_stays_dropped_when_it_comes_again(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        number = await held(door, ENCRYPTED)
        dropped = await sesame(database, "drop", number)
        await door.deliver(ENCRYPTED)
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 0
    assert dropped[0] == 0


async def test_releasing_can_not_make_a_forged_address_genuine(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        forged = partner_token((b"another key of 16 letters",), question, "grigny")
        number = await held(door, mail(Message_ID="<8@x>"), reply_address("reply@sesame.example", forged))
        status, output = await sesame(database, "release", number)
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    assert (status, "stays held" in output) == (1, True)


async def test_a_reply_held_while_its_partner_was_suspended_is_released_once_it_is_back(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"))
        async with door.running.chassis.begin() as unit:
            await partner_access.suspend(unit.db, "grigny", unit.now)
        address = reply_address("reply@sesame.example", partner_token(KEYS, question, "grigny"))
        number = await held(door, mail("Au bord du Rhône.", Message_ID="<2@x.example>"), address)
        early = await sesame(database, "release", number)
        async with door.running.chassis.begin() as unit:
            await partner_access.resume(unit.db, "grigny")
        released = await sesame(database, "release", number)
        (answer,) = await door.announced(AnswerReceived)
    assert early[0] == 1
    assert "suspended" in early[1]
    assert released == (0, f"{number}: taken in as answer\n")
    assert answer.data.partner == "grigny"

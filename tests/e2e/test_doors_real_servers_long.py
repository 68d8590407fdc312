"""The mail doors behind a real Postfix and before a real Dovecot."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.ingest.entrypoints.mail.imap_login import folder_name
from tests.support.doors_process import ingest_process, listening
from tests.support.ingest_doors import mail
from tests.support.real_mail_servers import dovecot, postfix
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import until

MAILS = 60
LARGE = 24_000_000
ORIGIN = "question+grigny@sesame.example"


class Counted:
    """How many questions there are, looked at again and again."""

    def __init__(self) -> None:
        self.questions = 0

    async def look(self, url: str) -> None:
        db = await asyncpg.connect(url)
        try:
            while True:
                self.questions = await db.fetchval("SELECT count(*) FROM question")
                await asyncio.sleep(0.1)
        finally:
            await db.close()


@asynccontextmanager
async def counted(database: Database) -> AsyncIterator[Counted]:
    count = Counted()
    looking = asyncio.create_task(count.look(database("ingest")))
    try:
        yield count
    finally:
        looking.cancel()


def numbered(number: int, size: int = 0) -> bytes:
    body = f"Où était le moulin {number} ?" + size // 60 * ("\n" + "x" * 59)
    return mail(body, Message_ID=f"<{number}@mail.example>")


def send(port: int, mails: Sequence[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
        for raw in mails:
            smtp.sendmail("ada@mail.example", [ORIGIN], raw)


def append(port: int, mails: Sequence[bytes]) -> None:
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login("ada", "p")
        for raw in mails:
            imap.append("INBOX", "", "", raw.replace(b"\n", b"\r\n"))


ACCENTS = "été-«ß»"
FOLDER = "Questions & réponses"


def append_to_folder(port: int, raw: bytes) -> None:
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.authenticate("PLAIN", lambda _challenge: f"\0ada\0{ACCENTS}".encode())
        imap.create(folder_name(FOLDER))
        imap.append(folder_name(FOLDER), "", "", raw.replace(b"\n", b"\r\n"))


async def test_dovecot_lets_in_a_password_and_opens_a_folder_with_accents(
    database: Database, vhost: VirtualHost
) -> None:
    async with dovecot(ACCENTS) as port:
        await listening(port)
        await asyncio.to_thread(append_to_folder, port, numbered(1))
        box = {"imap_host": "127.0.0.1", "imap_port": port, "imap_user": "ada", "imap_password": ACCENTS}
        settings = box | {"imap_tls": "false", "imap_folder": FOLDER}
        async with ingest_process(database, vhost, settings), counted(database) as count:
            await until(lambda: count.questions == 1, within_seconds=60)


async def test_postfix_keeps_what_comes_while_ingest_is_away(database: Database, vhost: VirtualHost) -> None:
    async with (
        ingest_process(database, vhost) as process,
        postfix(process.lmtp_port) as port,
        counted(database) as count,
    ):
        await listening(port)
        await process.kill()
        await asyncio.to_thread(send, port, [numbered(number) for number in range(MAILS)])
        await process.start()
        await until(lambda: count.questions >= MAILS // 3, within_seconds=60)
        await process.kill()
        await process.start()
        await asyncio.to_thread(send, port, [numbered(MAILS, LARGE), numbered(0)])
        await until(lambda: count.questions == MAILS + 1, within_seconds=120)
        db = await asyncpg.connect(database("ingest"))
        origins = await db.fetchval(
            "SELECT count(*) FROM question WHERE facets::json ->> 'origin' = 'grigny'"
        )
        await db.close()
    assert origins == MAILS + 1


@pytest.mark.parametrize("kill", [False, True])
async def test_dovecots_mailbox_is_read_once(database: Database, vhost: VirtualHost, kill: bool) -> None:
    async with dovecot() as port:
        await listening(port)
        await asyncio.to_thread(append, port, [numbered(number) for number in range(MAILS)])
        box = {"imap_host": "127.0.0.1", "imap_port": port, "imap_user": "ada", "imap_password": "p"}
        async with (
            ingest_process(database, vhost, box | {"imap_tls": "false"}) as process,
            counted(database) as count,
        ):
            if kill:
                await until(lambda: count.questions >= MAILS // 3, within_seconds=60)
                await process.kill()
                await process.start()
            await until(lambda: count.questions == MAILS, within_seconds=60)
            await asyncio.to_thread(append, port, [numbered(MAILS), numbered(0)])
            await until(lambda: count.questions == MAILS + 1, within_seconds=20)

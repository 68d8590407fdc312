"""What ClamAV finds is left out and named; while it is away, files wait, and nothing is lost."""

from __future__ import annotations

import asyncio
import email
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from devtools.servers.ports import free_port
from devtools.servers.processes import Child
from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.contracts.links.signed_links import partner_token
from services.ingest.entrypoints.scanner import Scanner, ScannerAway, ScannerMetrics
from services.ingest.handlers.files.files import Upload
from tests.support.clamd import EICAR, clamd
from tests.support.ingest_doors import KEYS, hears, ingest, mail, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

FORM = {"text": "Qui est sur cette photo ?", "mail": "ada@example.org"}
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(1000)


def letter(*files: tuple[str, bytes]) -> bytes:
    message = email.message_from_bytes(mail(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    for name, content in files:
        kind = ("image", "png") if name.endswith("png") else ("text", "plain")
        message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return bytes(message)


async def test_what_is_found_is_left_out_and_named(database: Database, vhost: VirtualHost) -> None:
    async with clamd() as address, ingest(database, vhost, clamd_address=address) as door:
        await door.deliver(letter(("virus.txt", EICAR), ("rue.png", PHOTO)))
        (asked,) = await door.announced(QuestionReceived)
        assert [file.name for file in asked.data.attachments] == ["rue.png"]
        assert "virus.txt (Eicar-Signature)" in asked.data.text
        form = await door.http.post("/questions", data=FORM, files={"files": ("v.txt", EICAR, "text/plain")})
        good = await door.http.post("/questions", data=FORM, files={"files": ("a.png", PHOTO, "image/png")})
        await hears(door, asked.subject, routed_to("grigny"))
        page = f"/r/{partner_token(KEYS, asked.subject, 'grigny')}/answer"
        answer = await door.http.post(
            page, data={"text": "Voici."}, files={"files": ("v.txt", EICAR, "text/plain")}
        )
        assert await door.announced(AnswerReceived) == []
        assert await door.fetchval("SELECT count(*) FROM file") == 2
    assert [form.status_code, good.status_code, answer.status_code] == [422, 303, 422]
    for refused in (form, answer):
        assert "v.txt (Eicar-Signature)" in refused.text
    assert FORM["text"] in form.text
    assert "Voici." in answer.text


async def test_while_the_scanner_is_away_words_come_in_and_files_wait(
    database: Database, vhost: VirtualHost
) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    async with ingest(database, vhost, clamd_address=nobody) as door:
        [(put_off, _)] = await door.deliver(letter(("rue.png", PHOTO)))
        [(taken, _)] = await door.deliver(mail(Message_ID="<words@mail.example>"))
        form = await door.http.post("/questions", data=FORM, files={"files": ("a.png", PHOTO, "image/png")})
        words = await door.http.post("/questions", data=FORM)
        assert len(await door.announced(QuestionReceived)) == 2
        assert await door.fetchval("SELECT count(*) FROM file") == 0
    assert [put_off, taken, form.status_code, words.status_code] == [451, 250, 422, 303]
    assert "ne peuvent pas être analysés" in form.text


async def test_an_answer_that_is_none_is_not_taken_for_clean() -> None:
    async with clamd() as address:
        scanner = Scanner(address, PATIENCE_SECONDS, ScannerMetrics.on(CollectorRegistry()))
        with pytest.raises(ScannerAway):
            await scanner.found_in(Upload.of("big.pdf", bytes(9_000_000)))
        await scanner.look()


CONFIGURATION = """
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}
Foreground yes
PidFile {folder}/clamd.pid
TemporaryDirectory {folder}
"""


@asynccontextmanager
async def debians(folder: Path) -> AsyncIterator[str]:
    """The real one, which knows one signature of ours: no list of viruses is fetched."""
    port = free_port()
    (folder / "own.ndb").write_text(f"Eicar-Signature:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(port=port, folder=folder))
    program = shutil.which("clamd") or "clamd"
    child = Child("clamd", [program, "-c", str(folder / "clamd.conf")], {}, folder / "clamd.log")
    child.start()
    try:
        await child.until(lambda: answers(port), PATIENCE_SECONDS)
        yield f"127.0.0.1:{port}"
    finally:
        await child.kill()


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.skipif(shutil.which("clamd") is None, reason="Debian's clamav-daemon is not installed")
async def test_debians_own_clamd_is_understood(tmp_path: Path) -> None:
    async with debians(tmp_path) as address:
        scanner = Scanner(address, PATIENCE_SECONDS, ScannerMetrics.on(CollectorRegistry()))
        assert await scanner.found_in(Upload.of("clean.png", PHOTO)) is None
        assert (await scanner.found_in(Upload.of("virus.txt", EICAR)) or "").startswith("Eicar-Signature")

"""Strangers' mails are read by processes that may die of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage

import psutil
import pytest

from services.ingest.domain.mail.parsed_mail import MailEnvelope, ParsedMail, parse_mail
from services.ingest.entrypoints.mail.reader import MailReader, Unreadable, mail_reader
from services.ingest.entrypoints.mail.reader_process import Bounds
from tests.support.waiting import until
from tests.unit.devtools.test_launcher_processes import is_gone

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ENVELOPE = MailEnvelope("ada@mail.example", ("question@sesame.example",))
OWN = frozenset({"question@sesame.example"})
HEAD = b"From: Ada <ada@mail.example>\r\nSubject: Un moulin\r\n"
PLAIN = HEAD + b"\r\nO\xc3\xb9 \xc3\xa9tait le moulin ?\r\n"


def nested(depth: int, lines: int = 0) -> bytes:
    """Multiparts in multiparts: every line is held against the boundary of each."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )
    return HEAD + opened + b"\r\n" + b"a\r\n" * lines


SLOW = nested(90, lines=30_000)
"""Close to the most comparisons that are tried."""


async def read(reader: MailReader, raw: bytes = PLAIN, *, sealed: bool = False) -> ParsedMail:
    return await reader.read(raw, ENVELOPE, OWN, NOW, sealed=sealed)


def workers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if _is_worker(one)]


def _is_worker(one: psutil.Process) -> bool:
    try:
        return "reader_process" in " ".join(one.cmdline())
    except psutil.NoSuchProcess:  # has just ended
        return False


async def test_a_mail_is_read_as_it_would_be_here() -> None:
    async with mail_reader() as reader:
        mails = [await read(reader), await read(reader)]
    assert mails == [parse_mail(PLAIN, ENVELOPE, OWN, NOW)] * 2


async def test_nothing_is_started_before_there_is_a_mail_and_nothing_left_after() -> None:
    async with mail_reader() as reader:
        before = workers()
        await asyncio.gather(*(read(reader) for _ in range(20)))
        during = workers()
    assert (before, len(during), workers()) == ([], 2, [])


async def test_a_mail_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    async with mail_reader(Bounds(processor_seconds=0.05, seconds_per_megabyte=0)) as reader:
        with pytest.raises(Unreadable, match="too long"):
            await read(reader, SLOW)
        assert (await read(reader)).sender == "ada@mail.example"


async def test_a_mail_that_takes_too_much_memory_is_given_up_and_the_next_is_read() -> None:
    async with mail_reader(Bounds(memory=60_000_000)) as reader:
        with pytest.raises(Unreadable, match="MemoryError"):
            await read(reader, HEAD + b"\r\n" + b"a\r\n" * 1_000_000)
        assert (await read(reader)).sender == "ada@mail.example"


async def test_a_mail_that_breaks_the_parser_says_how_and_the_next_is_read() -> None:
    async with mail_reader() as reader:
        with pytest.raises(Unreadable, match="RecursionError"):
            await read(reader, nested(1000))
        assert (await read(reader)).sender == "ada@mail.example"


async def test_a_worker_killed_from_outside_costs_no_mail() -> None:
    async with mail_reader() as reader:
        await read(reader)
        (worker,) = workers()
        worker.kill()
        assert (await read(reader)).sender == "ada@mail.example"


async def test_idle_workers_end_by_themselves_and_cost_no_mail() -> None:
    async with mail_reader(Bounds(idle_seconds=0.05)) as reader:
        await read(reader)
        await until(lambda: not workers())
        assert (await read(reader)).sender == "ada@mail.example"


async def test_where_no_worker_can_start_no_mail_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.entrypoints.mail.reader.PROGRAM", (sys.executable, "-c", "exit(3)"))
    async with mail_reader() as reader:
        with pytest.raises(ChildProcessError, match="it ended with 3"):
            await read(reader)


PARENT = """
import asyncio, signal
from tests.unit.ingest.test_mail_reader import SLOW, mail_reader, read, workers

async def main():
    async with mail_reader() as reader:
        task = asyncio.create_task(read(reader, SLOW))
        while not (found := workers()):
            await asyncio.sleep(0.01)
        print(found[0].pid, flush=True)
        await task

asyncio.run(main())
"""


async def test_no_worker_outlives_a_killed_ingest() -> None:
    command = (sys.executable, "-c", PARENT)
    parent = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    worker = int(await parent.stdout.readline())
    parent.kill()
    await parent.communicate()
    await until(lambda: is_gone(worker))


async def test_a_worker_does_not_end_by_the_signal_that_stops_ingest() -> None:
    async with mail_reader() as reader:
        await read(reader)
        (worker,) = workers()
        os.kill(worker.pid, signal.SIGTERM)
        await read(reader)
        assert workers() == [worker]


async def test_a_librarians_answer_waits_for_no_strangers_mail() -> None:
    async with mail_reader() as reader:
        strangers = [asyncio.create_task(read(reader, SLOW)) for _ in range(8)]
        await until(lambda: len(workers()) == 2)
        assert (await read(reader, sealed=True)).sender == "ada@mail.example"
        assert sum(one.done() for one in strangers) < len(strangers)
        await asyncio.gather(*strangers)


async def test_a_larger_mail_has_more_time() -> None:
    bounds = Bounds(processor_seconds=0.0001, seconds_per_megabyte=200)
    async with mail_reader(bounds) as reader:
        assert (await read(reader, SLOW)).sender == "ada@mail.example"


WALLED = """
import os, socket, subprocess
from services.ingest.entrypoints.mail.sandbox import close_in

def tried(action):
    try:
        action()
    except OSError as refused:
        return refused.errno
    return "done"

parent, code = os.getppid(), __file__ if "__file__" in globals() else "/etc/passwd"
walls = close_in(400_000_000)
actions = {
    "read a file": lambda: os.open(code, os.O_RDONLY),
    "write a file": lambda: os.open("/tmp/sesame-walled", os.O_WRONLY | os.O_CREAT),
    "connect": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "start a process": lambda: os.fork() or os._exit(0),
    "run a program": lambda: os.execv("/bin/true", ["true"]),
    "send a signal": lambda: os.kill(parent, 0),
    "rise again": lambda: os.nice(-1),
}
print(walls, sorted(name for name, action in actions.items() if tried(action) == "done"))
"""


def test_what_reads_strangers_mails_can_only_compute() -> None:
    done = subprocess.run([sys.executable, "-c", WALLED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "('limits', 'calls') []"


async def test_a_mail_is_read_in_every_charset_though_nothing_can_be_opened() -> None:
    texts = {
        "gb2312": "请问",
        "shift_jis": "髙橋①",
        "koi8-r": "самовар",
        "iso-2022-jp": "図書館",
        "utf-7": "été",
    }
    async with mail_reader() as reader:
        for name, text in texts.items():
            raw = text.encode({"gb2312": "gbk", "shift_jis": "cp932"}.get(name, name))
            mail = await read(
                reader, HEAD + f"Content-Type: text/plain; charset={name}\r\n\r\n".encode() + raw
            )
            assert mail.text == text


async def test_attachments_come_whole() -> None:
    message = EmailMessage()
    message["From"] = "ada@mail.example"
    message.set_content("Voici.")
    contents = [b"%PDF-1.4", b"", os.urandom(3_000_000)]
    for number, content in enumerate(contents):
        message.add_attachment(content, "application", "pdf", filename=f"été-{number}.pdf")
    async with mail_reader() as reader:
        mail = await read(reader, bytes(message))
    assert [one.content for one in mail.attachments] == contents
    assert mail.attachments[2].name == "été-2.pdf"


async def test_what_reads_strangers_mails_holds_no_secret() -> None:
    async with mail_reader() as reader:
        await read(reader)
        (worker,) = workers()
        assert worker.environ() == {}

"""Strangers' mails are read by processes that may die of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

import psutil
import pytest

from services.ingest.domain.mail import MailEnvelope, ParsedMail, parse_mail
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


async def read(reader: MailReader, raw: bytes = PLAIN) -> ParsedMail:
    return await reader.read(raw, ENVELOPE, OWN, NOW)


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
    async with mail_reader(Bounds(processor_seconds=0.3)) as reader:
        with pytest.raises(Unreadable, match="too long"):
            await read(reader, nested(90, lines=100_000))
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
from tests.unit.ingest.test_mail_reader import mail_reader, nested, read, workers

async def main():
    async with mail_reader() as reader:
        task = asyncio.create_task(read(reader, nested(90, lines=200_000)))
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


async def test_what_reads_strangers_mails_holds_no_secret() -> None:
    async with mail_reader() as reader:
        await read(reader)
        (worker,) = workers()
        assert worker.environ() == {}

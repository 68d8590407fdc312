"""Reads mails in processes that may be killed (`reader_process`): decision 0045."""

from __future__ import annotations

import asyncio
import logging
import pickle
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

from services.ingest.domain.mail import MailEnvelope, ParsedMail
from services.ingest.entrypoints.mail.reader_process import LENGTH, Bounds, Order, framed

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[4]
PROGRAM = (
    *(sys.executable, "-s", "-S", "-E", "-c"),
    "from services.ingest.entrypoints.mail.reader_process import main; main()",
)
MOST_WORKERS = 2
LARGE = 1_000_000
"""Bytes from which mails are read one after another: a container holds one such worker, not two."""
WALL_SECONDS = 120.0
"""For one that neither works nor ends. Short of what a mail server waits for (RFC 5321, 4.5.3.2.6)."""
END_SECONDS = 0.5
PIPE = 1_000_000
BOUNDS = Bounds()


class Unreadable(Exception):
    """Nothing is known of this mail but its bytes: reading it failed, took too long or too much memory."""


class _Died(Exception):
    """The worker ended for no reason of the mail's that we know."""


class _Worker:
    """One process, one mail at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, bounds: Bounds) -> _Worker:
        """Without our environment: what reads strangers' mails holds no secret. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={},
            start_new_session=True,
            limit=PIPE,
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(WALL_SECONDS):
                await worker._exchange(framed(bounds))
        except (OSError, asyncio.IncompleteReadError) as ended:
            await worker.end()
            raise ChildProcessError(
                f"no process to read mails: it ended with {process.returncode}"
            ) from ended
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def read(self, raw: bytes, order: Order) -> ParsedMail:
        """Raises Unreadable and _Died; the worker is gone then, or after anything else that ends this."""
        try:
            async with asyncio.timeout(WALL_SECONDS):
                reply = await self._exchange(framed(order), raw)
        except (OSError, asyncio.IncompleteReadError) as broken:
            await self.end()
            raise self._why() from broken
        except BaseException:
            await self.end()
            raise
        if isinstance(reply, ParsedMail):
            return reply
        await self.end()
        raise Unreadable(str(reply))

    async def _exchange(self, *told: bytes) -> object:
        orders, replies = self._process.stdin, self._process.stdout
        assert orders is not None
        assert replies is not None
        orders.writelines(told)
        await orders.drain()
        length = int.from_bytes(await replies.readexactly(LENGTH))
        return pickle.loads(await replies.readexactly(length))

    def _why(self) -> Exception:
        code = self._process.returncode
        if code == -signal.SIGPROF:
            return Unreadable("reading it takes too long")
        return _Died(f"the process that read it ended with {code}")

    async def end(self) -> None:
        """One that ends by itself is waited for, so that it says why; one that does not is killed."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()
        if self.alive:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.communicate()


class MailReader:
    """At most MOST_WORKERS at a time, started when there is a mail to read; idle ones end by themselves."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._free = asyncio.Semaphore(MOST_WORKERS)
        self._free_for_large = asyncio.Semaphore(1)
        self._idle: list[_Worker] = []

    async def read(
        self, raw: bytes, envelope: MailEnvelope, own_addresses: frozenset[str], now: datetime
    ) -> ParsedMail:
        """Raises Unreadable, and OSError when no process can be started."""
        order = Order(len(raw), envelope, own_addresses, now)
        if len(raw) < LARGE:
            return await self._read(raw, order)
        async with self._free_for_large:
            return await self._read(raw, order)

    async def _read(self, raw: bytes, order: Order) -> ParsedMail:
        """Twice where a worker died: it may have been killed, or have ended for want of mails, meanwhile."""
        async with self._free:
            try:
                return await self._by(await self._idle_or_new(), raw, order)
            except _Died as died:
                log.warning("mail: %s; once more", died)
            try:
                return await self._by(await _Worker.start(self._bounds), raw, order)
            except _Died as died:
                raise Unreadable(f"{died}, twice") from died

    async def _by(self, worker: _Worker, raw: bytes, order: Order) -> ParsedMail:
        mail = await worker.read(raw, order)
        self._idle.append(worker)
        return mail

    async def _idle_or_new(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            await worker.end()
        return await _Worker.start(self._bounds)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().end()


@asynccontextmanager
async def mail_reader(bounds: Bounds = BOUNDS) -> AsyncIterator[MailReader]:
    """Leave it when no mail is in hand any more."""
    reader = MailReader(bounds)
    try:
        yield reader
    finally:
        await reader.close()

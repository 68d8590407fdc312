"""Reads mails in processes that may be killed (`reader_process`): decision 0045."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import sysconfig
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.ingest.domain.mail.parsed_mail import MailEnvelope, ParsedMail
from services.ingest.entrypoints.mail.reader_process import LENGTH, Bounds, Order, framed

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[4]
PROGRAM = (
    *(sys.executable, "-s", "-S", "-E", "-c"),
    "import sys; sys.path.append(sys.argv[1])\n"
    "from services.ingest.entrypoints.mail.reader_process import main; main()",
    sysconfig.get_path("purelib"),
)
"""Without what an installation runs at start: it finds the libraries, and takes a tenth of a second."""
MOST_WORKERS = 2
"""For mails that anybody may send."""
LARGE = 1_000_000
"""Bytes from which mails are read one after another: a container holds one such worker, not two."""
WALL_SECONDS = 120.0
"""For one that neither works nor ends. Short of what a mail server waits for (RFC 5321, 4.5.3.2.6)."""
END_SECONDS = 0.5
PIPE = 1_000_000
MOST_SAID = 4_000_000
"""Bytes of what a worker says of a mail, its attachments aside: text is cut long before."""
BOUNDS = Bounds()
MAIL = TypeAdapter(ParsedMail)


class Unreadable(Exception):
    """Nothing is known of this mail but its bytes: reading it failed, took too long or too much memory."""


class _Died(Exception):
    """The worker ended for no reason of the mail's that we know."""


class _Worker:
    """One process, one mail at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.walls: tuple[str, ...] = ()

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
                worker.walls = tuple((await worker._exchange(framed(asdict(bounds)))).get("walls", ()))
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
                said = await self._exchange(order.framed(), raw)
                return await self._mail(said, len(raw))
        except (OSError, asyncio.IncompleteReadError) as broken:
            await self.end()
            raise self._why() from broken
        except BaseException:
            await self.end()
            raise

    async def _exchange(self, *told: bytes) -> dict[str, Any]:
        orders, replies = self._process.stdin, self._process.stdout
        assert orders is not None
        assert replies is not None
        orders.writelines(told)
        await orders.drain()
        length = int.from_bytes(await replies.readexactly(LENGTH), "big")
        if length > MOST_SAID:
            raise Unreadable(f"reading it gave {length} bytes; {MOST_SAID} at most")
        try:
            said = json.loads(await replies.readexactly(length))
        except ValueError as odd:
            raise Unreadable("reading it gave no JSON") from odd
        return said if isinstance(said, dict) else {}

    async def _mail(self, said: dict[str, Any], most: int) -> ParsedMail:
        """What was said, and the attachments that follow. A worker is not believed: whoever wrote the mail
        may speak through it, and then says at most another mail, with no longer attachments than this
        one."""
        replies = self._process.stdout
        assert replies is not None
        mail = said.get("mail")
        if not isinstance(mail, dict):
            raise Unreadable(str(said.get("fault")))
        try:
            for attachment in mail["attachments"]:
                most -= (size := int(attachment["content"]))
                if size < 0 or most < 0:
                    raise Unreadable("its attachments are longer than the mail")
                attachment["content"] = await replies.readexactly(size)
            return MAIL.validate_python(mail)
        except (ValidationError, KeyError, TypeError, ValueError) as odd:
            raise Unreadable(f"reading it gave no mail: {type(odd).__name__}") from odd

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
    """At most MOST_WORKERS at a time for what anybody may send, and one more for mails to an address of ours
    that nobody can make up; started when there is a mail to read; idle ones end by themselves."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._free = asyncio.Semaphore(MOST_WORKERS)
        self._kept = asyncio.Semaphore(1)
        self._large = asyncio.Semaphore(1)
        self._large_of_strangers = asyncio.Semaphore(1)
        self._idle: list[_Worker] = []
        self._warned = False

    async def read(
        self,
        raw: bytes,
        envelope: MailEnvelope,
        own_addresses: frozenset[str],
        now: datetime,
        *,
        sealed: bool = False,
    ) -> ParsedMail:
        """`sealed`: it came to an address that we gave out. Raises Unreadable, and OSError when no process
        can be started."""
        order = Order(len(raw), envelope, own_addresses, now)
        async with AsyncExitStack() as turns:
            if not sealed and len(raw) >= LARGE:
                await turns.enter_async_context(self._large_of_strangers)
            if len(raw) >= LARGE:  # what is sealed waits here for one stranger's mail, never for all
                await turns.enter_async_context(self._large)
            await turns.enter_async_context(self._kept if sealed else self._free)
            return await self._read(raw, order)

    async def _read(self, raw: bytes, order: Order) -> ParsedMail:
        """Twice where a worker died: it may have been killed, or have ended for want of mails, meanwhile."""
        try:
            return await self._by(await self._idle_or_new(), raw, order)
        except _Died as died:
            log.warning("mail: %s; once more", died)
        try:
            return await self._by(await self._new(), raw, order)
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
        return await self._new()

    async def _new(self) -> _Worker:
        worker = await _Worker.start(self._bounds)
        if "calls" not in worker.walls and not self._warned:
            self._warned = True
            log.warning("mail: no filter of system calls here (seccomp): mails are read behind limits alone")
        return worker

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

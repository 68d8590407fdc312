"""ClamAV's daemon looks through files before they come in: INSTREAM, as in clamd(8). Off unless named."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.ingest.domain.mail.parsed_mail import ParsedMail
from services.ingest.handlers.files.files import CHUNK, Upload
from services.ingest.handlers.mail.mail_files import is_taken
from services.ingest.handlers.mail.mail_replies import NotYet

log = logging.getLogger(__name__)

END = b"\0\0\0\0"
LONGEST_ANSWER = 4096
FOUND = " FOUND"
CLEAN = "OK"


class ScannerAway(Exception):
    """Nothing can be said about the file: it must wait."""


@dataclass(frozen=True, slots=True)
class ScannerMetrics:
    scans: Counter
    up: Gauge

    @classmethod
    def on(cls, registry: CollectorRegistry) -> ScannerMetrics:
        return cls(
            Counter("sesame_ingest_scans", "Files by what ClamAV said", ["outcome"], registry=registry),
            Gauge("sesame_ingest_scanner_up", "Whether ClamAV answers", registry=registry),
        )


@dataclass(frozen=True, slots=True)
class Scanner:
    """`address`: host:port, or the path of a socket. `gate`: so many files at once; others wait."""

    address: str
    seconds: float
    metrics: ScannerMetrics
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def found_in(self, upload: Upload) -> str | None:
        """The name of what was found, None for a clean file. Raises ScannerAway. Reads to the end."""
        try:
            async with asyncio.timeout(self.seconds), self.gate:
                answer = await self._ask(b"zINSTREAM\0", upload)
        except (OSError, TimeoutError, EOFError) as error:
            self._note("away")
            raise ScannerAway(f"ClamAV at {self.address}: {type(error).__name__}") from error
        return self._read(answer)

    async def found_in_mail(self, mail: ParsedMail) -> ParsedMail:
        """The mail, without the content of what is harmful, which bears its finding in its name. Raises
        ScannerAway."""
        kept = []
        for one in mail.attachments:
            found = await self.found_in(Upload.of(one.name, one.content)) if is_taken(one) else None
            kept.append(replace(one, name=f"{one.name} ({found})", content=b"") if found else one)
        return replace(mail, attachments=tuple(kept))

    async def look(self) -> None:
        """Whether it answers, for the alert: a network without files would not notice for days."""
        try:
            async with asyncio.timeout(self.seconds):
                up = await self._ask(b"zPING\0", None) == "PONG"
        except (OSError, TimeoutError, EOFError) as error:
            log.warning("ClamAV at %s: %s", self.address, type(error).__name__)
            up = False
        self.metrics.up.set(up)

    def _read(self, answer: str) -> str | None:
        verdict = answer.partition(": ")[2]
        if verdict == CLEAN:
            self._note("clean")
            return None
        if verdict.endswith(FOUND):
            self._note("found")
            return verdict.removesuffix(FOUND)
        self._note("away")
        raise ScannerAway(f"ClamAV at {self.address} says: {answer[:200]}")

    def _note(self, outcome: str) -> None:
        self.metrics.scans.labels(outcome).inc()

    async def _ask(self, command: bytes, upload: Upload | None) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(command)
            if upload is not None:
                async for piece in _framed(upload):
                    writer.write(piece)
                    await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith("/"):
            return await asyncio.open_unix_connection(self.address, limit=LONGEST_ANSWER)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=LONGEST_ANSWER)


async def searched(scanner: Scanner, mail: ParsedMail) -> ParsedMail:
    """Raises NotYet while nobody can say what the files hold: the mail server shall come again."""
    try:
        return await scanner.found_in_mail(mail)
    except ScannerAway as away:
        raise NotYet(str(away)) from away


async def _framed(upload: Upload) -> AsyncIterator[bytes]:
    while piece := await upload.content.read(CHUNK):
        yield len(piece).to_bytes(4) + piece
    yield END

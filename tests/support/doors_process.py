"""Ingest as a process of its own, to be killed and started again on the same ports."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from devtools.servers.ports import free_port
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

SECRET = "a key of sixteen letters and more"


@dataclass
class IngestProcess:
    environ: dict[str, str]
    http_port: int
    lmtp_port: int
    child: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        command = (sys.executable, "-m", "services.ingest")
        self.child = await asyncio.create_subprocess_exec(*command, env={**os.environ, **self.environ})
        await asyncio.gather(listening(self.http_port), listening(self.lmtp_port))

    async def kill(self) -> None:
        """SIGKILL: as when the machine loses power."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.child is not None and self.child.returncode is None:
            self.child.send_signal(number)
            await self.child.wait()


async def listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


@asynccontextmanager
async def ingest_process(
    database: Database, vhost: VirtualHost, settings: Mapping[str, object] | None = None
) -> AsyncIterator[IngestProcess]:
    """`settings` as the service's own are called."""
    http_port, lmtp_port = free_port(), free_port()
    environ = {
        "SESAME_AMQP_URL": vhost.amqp_url,
        "SESAME_DATABASE_URL": database("ingest"),
        "SESAME_INGEST_PORT": str(http_port),
        "SESAME_LMTP_PORT": str(lmtp_port),
        "SESAME_LINK_SECRET": SECRET,
        "SESAME_LOG_LEVEL": "ERROR",
        "SESAME_MAILS_PER_SENDER": "1000000",
        "SESAME_QUICKEST_REPLY_SECONDS": "0",
        "SESAME_OPEN_QUESTIONS": "1000000",
    }
    environ |= {f"SESAME_{name.upper()}": str(value) for name, value in (settings or {}).items()}
    process = IngestProcess(environ, http_port, lmtp_port)
    await process.start()
    try:
        yield process
    finally:
        await process.stop()

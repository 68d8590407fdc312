"""The SMTP server that takes our mail (RFC 5321): a few connections, each used for many mails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Literal

from aiosmtplib import SMTP, SMTPException

from services.notifier.domain.mail.mail_route import needs_smtputf8
from services.notifier.sending.mail.compose import Mail

MAILS_PER_CONNECTION = 100
"""Servers like to end long conversations; Postfix and Exim do so after a hundred or more."""
IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where it is and how to speak to it. `starttls` insists on it, `tls` encrypts from the first byte."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    seconds: float = 30.0
    authority: Path | None = None
    """Certificates that vouch for it; None: those the system trusts."""


@dataclass(slots=True)
class _SmtpConnection:
    client: SMTP
    mails: int = 0
    used_at: float = 0.0

    def usable(self) -> bool:
        fresh = monotonic() - self.used_at < IDLE_SECONDS
        return self.client.is_connected and fresh and self.mails < MAILS_PER_CONNECTION


class SmtpLines:
    """Up to `most` connections at once; further mails wait for one, so nobody should bring more."""

    def __init__(self, server: SmtpServer, *, most: int) -> None:
        self._server = server
        self._free = asyncio.Semaphore(most)
        self._idle: list[_SmtpConnection] = []

    async def deliver(self, mail: Mail) -> None:
        """Returns once the server has taken the mail; raises what aiosmtplib raises."""
        async with self._free, self._line() as line:
            options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_smtputf8(mail.recipient) else []
            await line.client.sendmail(mail.sender, [mail.recipient], mail.content, mail_options=options)
            line.mails += 1

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_SmtpConnection]:
        line = await self._take()
        try:
            yield line
        except SMTPException:
            # After an odd answer nobody knows where the conversation stands: the next mail begins a new one.
            await _end(line)
            raise
        except BaseException:
            line.client.close()
            raise
        line.used_at = monotonic()
        self._idle.append(line)

    async def _take(self) -> _SmtpConnection:
        while self._idle:
            line = self._idle.pop()
            if line.usable():
                return line
            await _end(line)
        return _SmtpConnection(await self._connect())

    async def _connect(self) -> SMTP:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user,
            password=server.password,
            cert_bundle=str(server.authority) if server.authority else None,
            timeout=server.seconds,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    async def __aenter__(self) -> SmtpLines:
        return self

    async def __aexit__(self, *_error: object) -> None:
        while self._idle:
            await _end(self._idle.pop())


async def _end(line: _SmtpConnection) -> None:
    with suppress(SMTPException, OSError, TimeoutError):
        if line.client.is_connected:
            await line.client.quit()
    line.client.close()

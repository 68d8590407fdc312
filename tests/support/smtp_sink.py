"""A real SMTP server for tests (aiosmtpd), that takes mail or misbehaves as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP as SmtpProtocol
from aiosmtpd.smtp import Envelope, Session

OK = "250 taken"


@dataclass(frozen=True)
class Taken:
    sender: str
    recipient: str
    message: EmailMessage

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return cast(str, part.get_content())


@dataclass
class Sink:
    """`answers` are given first, one per DATA; `hang` and `drop` are answers too."""

    taken: list[Taken] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    connections: int = 0
    thinks_seconds: float = 0.0
    """How long it has a mail before it says yes."""
    port: int = 0

    async def handle_RCPT(
        self, _server: SmtpProtocol, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 <" + address + "> no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SmtpProtocol, _session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else OK
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer in (OK, "drop"):
            self._keep(envelope)
            await asyncio.sleep(self.thinks_seconds)
        if answer == "drop":
            cast(Any, server).transport.abort()
        return answer

    def _keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        self.taken.append(Taken(str(envelope.mail_from), envelope.rcpt_tos[0], message))

    def of(self, kind: str) -> list[Taken]:
        return [mail for mail in self.taken if mail.message["X-Sesame"] == kind]


@asynccontextmanager
async def smtp_sink(port: int = 0, *, smtputf8: bool = True) -> AsyncIterator[Sink]:
    sink = Sink()
    loop = asyncio.get_running_loop()

    def protocol() -> SmtpProtocol:
        sink.connections += 1
        return SmtpProtocol(sink, enable_SMTPUTF8=smtputf8, loop=loop)

    server = await loop.create_server(protocol, "127.0.0.1", port)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()

"""Promises about mail over TLS with a login: encrypted or not at all, and a wrong password loses nothing."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP as SmtpProtocol
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from aiosmtplib import SMTPException

from devtools.servers.packages import provide_program
from services.notifier.domain.delivery import Failed, Sent
from services.notifier.sending.mail.compose import Composer
from services.notifier.sending.mail.rendering import MailRenderer
from services.notifier.sending.senders.mail import MailSender
from services.notifier.sending.senders.smtp import SmtpLines, SmtpServer
from tests.integration.notifier.test_mail import HOUSE, PARTNER
from tests.support.notifier_outgoing import outgoing
from tests.support.smtp_sink import Sink, smtp_sink
from tests.support.waiting import PATIENCE_SECONDS

USER, PASSWORD = "notifier", "a good password"


@dataclass
class Secure:
    sink: Sink
    port: int
    authority: Path


@asynccontextmanager
async def secure_server(folder: Path) -> AsyncIterator[Secure]:
    """Takes mail only after STARTTLS and a login."""
    certificate, key = await asyncio.to_thread(self_signed, folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    sink, loop = Sink(), asyncio.get_running_loop()

    def protocol() -> SmtpProtocol:
        return SmtpProtocol(
            sink,
            loop=loop,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=authenticate,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    try:
        yield Secure(sink, server.sockets[0].getsockname()[1], certificate)
    finally:
        server.close()


def authenticate(
    _server: SmtpProtocol, _session: Session, _envelope: Envelope, _mechanism: str, given: object
) -> AuthResult:
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=good, handled=False)


def self_signed(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([provide_program("openssl", "openssl"), *made, *files], check=True, capture_output=True)
    return certificate, key


@asynccontextmanager
async def sending(server: SmtpServer) -> AsyncIterator[MailSender]:
    async with SmtpLines(server, most=1) as lines:
        yield MailSender(Composer(HOUSE, MailRenderer(zone="Europe/Paris")), lines)


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[Secure]:
    async with secure_server(tmp_path) as secure:
        yield secure


async def test_mail_goes_through_starttls_with_a_login(secure: Secure) -> None:
    server = SmtpServer(
        "localhost", secure.port, "starttls", USER, PASSWORD, PATIENCE_SECONDS, secure.authority
    )
    async with sending(server) as sender:
        assert isinstance(await sender.send(outgoing("mail", PARTNER)), Sent)
    assert len(secure.sink.taken) == 1


async def test_wrong_password_waits_for_a_person_and_gives_nothing_up(secure: Secure) -> None:
    server = SmtpServer(
        "localhost", secure.port, "starttls", USER, "wrong", PATIENCE_SECONDS, secure.authority
    )
    async with sending(server) as sender:
        outcome = await sender.send(outgoing("mail", PARTNER))
    assert isinstance(outcome, Failed)
    assert not outcome.final


async def test_certificate_of_nobody_we_know_is_refused_and_gives_nothing_up(secure: Secure) -> None:
    """Raised or returned, it must be tried again (senders/protocol.py)."""
    server = SmtpServer("localhost", secure.port, "starttls", USER, PASSWORD, PATIENCE_SECONDS)
    async with sending(server) as sender:
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            await sender.send(outgoing("mail", PARTNER))
    assert secure.sink.taken == []


async def test_server_without_encryption_gets_nothing_when_it_is_insisted_on() -> None:
    async with smtp_sink() as sink, sending(SmtpServer("127.0.0.1", sink.port, "starttls")) as sender:
        with pytest.raises(SMTPException):
            await sender.send(outgoing("mail", PARTNER))
        assert sink.taken == []

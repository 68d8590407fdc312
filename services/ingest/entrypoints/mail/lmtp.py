"""LMTP (RFC 2033): a mail server hands mail over, and hears 250 only when it is committed.

No mail is turned away for its content: what cannot be understood is held for a person, so that nobody's mail
server sends bounces about us.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from services.chassis.errors import is_transient
from services.ingest.domain.cleaning import clean_line
from services.ingest.domain.mail.parsed_mail import MailEnvelope
from services.ingest.domain.mime.headers import eight_bit
from services.ingest.entrypoints.mail.intake import MailIntake
from services.ingest.handlers.mail.mail_replies import NotYet

log = logging.getLogger(__name__)

ACCEPTED = "250 2.0.0 accepted"
LATER = "451 4.3.0 not now, please try again"
NOT_OURS = "550 5.1.1 no such address here"
MOST_ATTEMPTS = 3
"""A mail server comes again some twenty times in five days, then it sends its report."""
FAULT = "451 4.3.5 our fault, please try again"


class LongLines(LMTP):
    """Some programs write a whole paragraph into one line, whatever RFC 5321 says (4.5.3.1.6)."""

    line_length_limit = 1_000_000


class LmtpDoor:
    """The hooks that aiosmtpd calls. One mail is one transaction, however many recipients it has."""

    def __init__(self, intake: MailIntake) -> None:
        self._intake = intake

    async def handle_RCPT(  # the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: SmtpEnvelope, address: str, _options: list[str]
    ) -> str:
        if not self._intake.takes(address):
            return NOT_OURS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: SmtpEnvelope) -> str:
        """One reply line for each recipient (RFC 2033, 4.2): all the same, for it is one mail."""
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        sender = _said((envelope.mail_from or "").strip("<>"))
        reply = await self._take(raw, MailEnvelope(sender, tuple(map(_said, envelope.rcpt_tos))))
        return "\r\n".join([reply] * len(envelope.rcpt_tos))

    async def _take(self, raw: bytes, envelope: MailEnvelope) -> str:
        try:
            await self._intake.take(raw, envelope)
        except NotYet as early:
            log.info("mail put off: %s", early)
            return LATER
        except Exception as error:
            if is_transient(error):
                log.warning("mail put off: %s", type(error).__name__)
                return LATER
            log.exception("mail not taken: %s", type(error).__name__)
            return await self._failed(raw, envelope, type(error).__name__)
        return ACCEPTED

    async def _failed(self, raw: bytes, envelope: MailEnvelope, what: str) -> str:
        """A mail that fails by itself fails again: a person looks, before its sender is told for days."""
        try:
            held = await self._intake.failed(raw, envelope, what, most=MOST_ATTEMPTS)
        except Exception as error:
            log.exception("mail not held: %s", type(error).__name__)
            return FAULT
        return ACCEPTED if held else FAULT


def _said(address: str) -> str:
    """As it may be stored: a server may write eight-bit letters, or worse, where an address belongs."""
    return clean_line(eight_bit(address)) or ""


@asynccontextmanager
async def lmtp_door(intake: MailIntake, host: str, port: int, *, largest: int) -> AsyncIterator[int]:
    """Listen while inside; gives the port."""
    loop = asyncio.get_running_loop()
    door = LmtpDoor(intake)

    def session() -> LMTP:
        return LongLines(
            door, data_size_limit=largest, enable_SMTPUTF8=True, hostname="sesame", ident="Sesame", loop=loop
        )

    server = await loop.create_server(session, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await intake.finish()

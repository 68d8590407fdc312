"""Mail to people."""

from __future__ import annotations

from collections.abc import Sequence

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPConnectTimeoutError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from services.notifier.domain.delivery import Failed, Sent, without_addresses
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.mail.compose import Composer, Mail
from services.notifier.sending.senders.smtp import SmtpLines


class MailSender:
    """A crash between the server's yes and our note of it sends a second copy with the same Message-ID."""

    def __init__(self, composer: Composer, lines: SmtpLines) -> None:
        self._composer = composer
        self._lines = lines

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed:
        if not delivery.destination:
            return Failed("no mail address", final=True)
        if delivery.silenced:
            return Failed("mail to this address came back for good before", final=True)
        return await self._deliver(self._composer.compose(delivery))

    async def send_together(self, notes: Sequence[DeliveryAttempt]) -> Sent | Failed:
        """Several notes to one address, in one mail."""
        if len(notes) == 1:
            return await self.send(notes[0])
        if notes[0].silenced:
            return Failed("mail to this address came back for good before", final=True)
        return await self._deliver(self._composer.compose_together(notes))

    async def _deliver(self, mail: Mail) -> Sent | Failed:
        try:
            await self._lines.deliver(mail)
        except (SMTPConnectError, SMTPConnectTimeoutError) as error:
            return Failed(without_addresses(f"SMTP server away: {error}"), unwell=True, unreached=True)
        except SMTPNotSupported:
            return Failed("our SMTP server does not offer SMTPUTF8, which this address needs", final=True)
        except OSError:
            raise  # a certificate that can't be verified is a ValueError, too; nobody's address is at fault
        except ValueError as error:
            return Failed(without_addresses(f"not a mail address: {type(error).__name__}"), final=True)
        except SMTPRecipientsRefused as refusal:
            return _failed(refusal.recipients[0])
        except SMTPResponseException as refusal:
            return _failed(refusal)
        return Sent(said=mail.said)


def _failed(refusal: SMTPResponseException) -> Failed:
    """5xx about this mail is for good (RFC 5321, 4.2.1); about our login or sender a person mends it."""
    about_us = isinstance(refusal, SMTPAuthenticationError | SMTPSenderRefused)
    final = 500 <= refusal.code < 600 and not about_us
    return Failed(without_addresses(f"SMTP {refusal.code} {refusal.message}"), final=final)

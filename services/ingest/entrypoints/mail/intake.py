"""Where the mail doors meet: LMTP and IMAP hand over raw mails, each is one committed transaction."""

from __future__ import annotations

import asyncio
import logging

from prometheus_client import CollectorRegistry, Counter

from services.chassis.clock import Clock
from services.chassis.messaging.transaction import Begin
from services.ingest.domain.mail.parsed_mail import MailEnvelope, raw_key
from services.ingest.entrypoints.mail.reader import MailReader, Unreadable
from services.ingest.entrypoints.scanner import Scanner, searched
from services.ingest.handlers.mail.incoming import MailDoor, accept_mail, hold_raw
from services.ingest.store.mail import mail_attempts

log = logging.getLogger(__name__)


class MailIntake:
    """Takes one mail at a time per caller; counts what became of it."""

    def __init__(
        self,
        begin: Begin,
        door: MailDoor,
        clock: Clock,
        registry: CollectorRegistry,
        reader: MailReader,
        scanner: Scanner | None = None,
    ) -> None:
        self._scanner = scanner
        self._begin = begin
        self._reader = reader
        self._door = door
        self._clock = clock
        self._in_hand: set[asyncio.Task[None]] = set()
        self._mails = Counter(
            "sesame_ingest_mails", "Mails by what became of them", ["outcome"], registry=registry
        )

    def takes(self, address: str) -> bool:
        return self._door.boxes.takes(address)

    async def take(self, raw: bytes, envelope: MailEnvelope) -> None:
        """Returns once committed. Goes on to the end even when the sender hangs up meanwhile."""
        task = asyncio.create_task(self._take(raw, envelope))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait for what is in hand."""
        if self._in_hand:
            await asyncio.wait(self._in_hand)

    async def hold(self, raw: bytes, envelope: MailEnvelope, reason: str) -> None:
        """For a person, without another look at it: it can't be read, or has failed before."""
        async with self._begin() as unit:
            outcome = await hold_raw(unit, self._door, raw, envelope, reason)
        self._note(outcome, reason)

    async def failed(self, raw: bytes, envelope: MailEnvelope, what: str, *, most: int) -> bool:
        """One more attempt at these bytes was in vain; whether they are held now, after `most` of them."""
        async with self._begin() as unit:
            attempts = await mail_attempts.count(unit.db, raw_key(raw), unit.now)
        if attempts < most:
            return False
        await self.hold(raw, envelope, f"{attempts} attempts failed: {what}")
        return True

    async def _take(self, raw: bytes, envelope: MailEnvelope) -> None:
        try:
            now, own = self._clock.now(), self._door.boxes.own
            mail = await self._reader.read(raw, envelope, own, now, sealed=self._door.is_sealed(envelope))
        except Unreadable as fault:
            await self.hold(raw, envelope, str(fault))
            return
        if self._scanner is not None:
            mail = await searched(self._scanner, mail)
        async with self._begin() as unit:
            outcome = await accept_mail(unit, self._door, raw, envelope, mail)
        self._note(outcome, mail.why)

    def _note(self, outcome: str, why: str) -> None:
        self._mails.labels(outcome).inc()
        log.info("mail: %s %s", outcome, why)

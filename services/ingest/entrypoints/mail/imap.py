"""The IMAP door: each mail is committed, then marked. While the store is away nothing is fetched."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from prometheus_client import Gauge

from services.chassis.backoff import backoff_seconds
from services.chassis.errors import is_transient
from services.chassis.messaging.transaction import Begin
from services.ingest.domain.mail.parsed_mail import MailEnvelope
from services.ingest.domain.mime.limits import MOST_HEADERS
from services.ingest.entrypoints.mail.imap_client import Mailbox
from services.ingest.entrypoints.mail.intake import MailIntake
from services.ingest.handlers.mail.mail_replies import NotYet
from services.ingest.settings import MailboxAddress
from services.ingest.store.mail import mailbox as cursors

log = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
MOST_ATTEMPTS = 5
"""Attempts at one mail that fails by itself; then a person looks, and the rest goes on."""


class ImapDoor:
    """`run` never returns: a server that is away is asked again, with growing waits."""

    def __init__(
        self, address: MailboxAddress, intake: MailIntake, begin: Begin, up: Gauge, *, largest: int
    ) -> None:
        self._address = address
        self._largest = largest
        self._intake = intake
        self._begin = begin
        self._up = up.labels("imap")

    async def run(self) -> None:
        delays = backoff_seconds(most=60.0)
        while True:
            try:
                await self._session()
            except Exception as error:
                if not (is_transient(error) or isinstance(error, OSError)):
                    log.exception("mailbox: %s", type(error).__name__)
                self._up.set(0)
                log.warning("mailbox %s: %s", self._address.name, error)
                await asyncio.sleep(next(delays))
            else:
                delays = backoff_seconds(most=60.0)

    async def _session(self) -> None:
        """One look and one wait for more, on a connection of its own: what breaks is gone with it."""
        mailbox = await asyncio.to_thread(Mailbox, self._address)
        try:
            self._up.set(1)
            while True:
                await self._read_new(mailbox)
                await asyncio.to_thread(mailbox.wait, IDLE_SECONDS)
        finally:
            mailbox.hang_up()

    async def _read_new(self, mailbox: Mailbox) -> None:
        name, validity = self._address.name, mailbox.validity
        async with self._begin() as unit:
            last = await cursors.last_uid(unit.db, name, validity)
        for uid in await asyncio.to_thread(new_uids, mailbox, last):
            done = await self._take(mailbox, validity, uid)
            if done:
                await asyncio.to_thread(mailbox.mark_seen, uid)
            async with self._begin() as unit:
                await cursors.move(unit.db, name, validity, uid)
                if done:
                    await cursors.done(unit.db, name, validity, uid)

    async def _take(self, mailbox: Mailbox, validity: int, uid: int) -> bool:
        """Whether the mail is done with. One that comes too early stays unseen, until the next look. The
        attempt counts from before the fetch: what ends this process is not tried for ever either."""
        size = await asyncio.to_thread(mailbox.size, uid)
        if size is None:
            return True
        attempts = await self._tried(validity, uid)
        if size > self._largest:
            return await self._left_out(mailbox, uid, f"{size} bytes; {self._largest} at most")
        if attempts > MOST_ATTEMPTS:
            return await self._left_out(mailbox, uid, f"{attempts - 1} attempts ended without a word")
        raw = None
        try:
            raw = await asyncio.to_thread(mailbox.fetch, uid)
            if raw is not None:
                await self._intake.take(raw, MailEnvelope())
        except NotYet as early:
            log.info("mail put off: %s", early)
            await self._untried(validity, uid)
            return False
        except Exception as error:
            if raw is None or is_transient(error):
                await self._untried(validity, uid)
                raise
            return await self._failed(raw, uid, attempts, error)
        return True

    async def _tried(self, validity: int, uid: int) -> int:
        async with self._begin() as unit:
            return await cursors.tried(unit.db, self._address.name, validity, uid)

    async def _untried(self, validity: int, uid: int) -> None:
        """It was no fault of the mail's."""
        with suppress(Exception):  # the database may be what is away: one attempt more harms nobody
            async with self._begin() as unit:
                await cursors.untried(unit.db, self._address.name, validity, uid)

    async def _left_out(self, mailbox: Mailbox, uid: int, reason: str) -> bool:
        """A person looks, in the mailbox: here are the headers alone."""
        headers = await asyncio.to_thread(mailbox.fetch_headers, uid, MOST_HEADERS)
        where = f"mailbox {self._address.name}, UID {uid}"
        if headers is not None:
            await self._intake.hold(headers, MailEnvelope(), f"{reason}; it lies whole in {where}")
        return True

    async def _failed(self, raw: bytes, uid: int, attempts: int, error: Exception) -> bool:
        log.exception("mail %d not taken: %s", uid, type(error).__name__)
        if attempts < MOST_ATTEMPTS:
            return False
        await self._intake.hold(raw, MailEnvelope(), f"{attempts} attempts failed: {type(error).__name__}")
        return True


def new_uids(mailbox: Mailbox, last: int | None) -> list[int]:
    """What came after the cursor, read by somebody or not, and what is unseen. At the first look only the
    latter: a mailbox that was in use before us is no heap of new questions."""
    unseen = set(mailbox.uids("UNSEEN"))
    if last is None:
        return sorted(unseen)
    # `n:*` names the newest mail even when it is older than n (RFC 9051, seq-range).
    return sorted(unseen | {uid for uid in mailbox.uids(f"UID {last + 1}:*") if uid > last})

"""How much may be kept of files: of one mailbox in a day, and of everybody together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.messaging.transaction import Unit
from services.ingest.domain.intake import Refused
from services.ingest.store import files
from services.ingest.store.conversations import questions

DAY = timedelta(days=1)
MEGABYTE = 1_000_000
SMALL = 100_000
"""Bytes of a mail that is held however full it is: a person's words, without files."""


class NoRoom(Refused):
    """So many bytes came of one mailbox already: its files wait for a person, or for tomorrow."""

    def __init__(self, came: int, most: int) -> None:
        reason = f"{came // MEGABYTE} MB of files of one sender within a day; {most // MEGABYTE} MB at most"
        super().__init__(reason, field="files")


class NoRoomAtAll(Refused):
    """Nothing more can be kept, of anybody, until an operator makes room: whoever brings it shall come again,
    and loses nothing."""

    def __init__(self, kept: int, most: int) -> None:
        super().__init__(f"{kept // MEGABYTE} of {most // MEGABYTE} MB are kept", field="files")


@dataclass(frozen=True, slots=True)
class FileRoom:
    """In bytes."""

    per_mailbox: int = 150 * MEGABYTE
    in_all: int = 20_000 * MEGABYTE

    async def check(self, unit: Unit, size: int, *, new: int, mailbox: bytes | None) -> None:
        """For `size` bytes of a sender, of which `new` are not kept yet. Raises NoRoom and NoRoomAtAll."""
        if new:
            await self.check_all(unit, new)
        if mailbox is None or not size:
            return
        await questions.lock_mailboxes(unit.db, [mailbox])
        came = size + await files.lately_of(unit.db, mailbox, unit.now - DAY)
        if came > self.per_mailbox:
            raise NoRoom(came, self.per_mailbox)

    async def check_all(self, unit: Unit, size: int) -> None:
        """Raises NoRoomAtAll."""
        kept = await files.kept_bytes(unit.db)
        if kept.files + kept.held + size > self.in_all:
            raise NoRoomAtAll(kept.files + kept.held, self.in_all)

"""How much one sender may ask: against loops that no header betrays, and against floods.

The gate for what is said about a question that stands already is in `submissions`, which all of it passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests, mailbox
from services.ingest.domain.intake import OverCap
from services.ingest.store.conversations import questions

HOUR = timedelta(hours=1)

NONE_YET = (0, 0)


@dataclass(frozen=True, slots=True)
class Caps:
    """Per mailbox: case and tags of an address make no other sender."""

    per_hour: int
    open: int

    async def check(self, unit: Unit, asked_from: bytes | None) -> None:
        """Raises OverCap, naming the cap. `asked_from`: see `mailbox_digest`."""
        if asked_from is None:
            return
        counts = await counted(unit, [asked_from])
        if refusal := self.refusal(*counts.get(asked_from, NONE_YET)):
            raise refusal

    def refusal(self, lately: int, still_open: int) -> OverCap | None:
        """For one more question of a sender who asked so many within an hour, and has so many open."""
        if lately >= self.per_hour:
            return OverCap("hour", lately, self.per_hour)
        if still_open >= self.open:
            return OverCap("open", still_open, self.open)
        return None


async def counted(unit: Unit, asked_from: Sequence[bytes]) -> dict[bytes, tuple[int, int]]:
    """Mailbox -> (asked within the hour, open). Nobody else counts these before this transaction ends: of
    thirty that come at once, as many pass as one after another."""
    await questions.lock_mailboxes(unit.db, sorted(asked_from))
    return await questions.of_mailboxes(unit.db, asked_from, unit.now - HOUR)


def mailbox_digest(keys: Sequence[bytes], sender: str | None) -> bytes | None:
    """Tells one mailbox from another without keeping whose it is."""
    return address_digests(keys, mailbox(sender))[0] if sender else None

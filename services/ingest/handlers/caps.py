"""How many questions one sender may have: against loops that no header betrays, and against floods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from services.chassis.messaging.transaction import Unit
from services.ingest.domain.intake import Refused
from services.ingest.handlers.submissions import sender_hash
from services.ingest.store import questions

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

NONE_YET = (0, 0)


class OverCap(Refused):
    """The sender has asked enough for now: `count` of `most`, within an hour or still open."""

    def __init__(self, cap: Literal["hour", "open"], count: int, most: int) -> None:
        what = "questions of one sender within an hour" if cap == "hour" else "open questions of one sender"
        super().__init__(f"{count} {what}; {most} at most", field="open" if cap == "open" else None)
        self.cap = cap
        self.count = count
        self.most = most

    @property
    def wait_seconds(self) -> int:
        """When to come back: answers to open questions take days, and may come sooner."""
        return int((HOUR if self.cap == "hour" else DAY).total_seconds())


@dataclass(frozen=True, slots=True)
class Caps:
    per_hour: int
    open: int

    async def check(self, unit: Unit, sender: str) -> None:
        """Raises OverCap, naming the cap."""
        asked_by = sender_hash(sender)
        if asked_by is None:
            return
        counts = await questions.of_senders(unit.db, [asked_by], unit.now - HOUR)
        if refusal := self.refusal(*counts.get(asked_by, NONE_YET)):
            raise refusal

    def refusal(self, lately: int, still_open: int) -> OverCap | None:
        """For one more question of a sender who asked so many within an hour, and has so many open."""
        if lately >= self.per_hour:
            return OverCap("hour", lately, self.per_hour)
        if still_open >= self.open:
            return OverCap("open", still_open, self.open)
        return None

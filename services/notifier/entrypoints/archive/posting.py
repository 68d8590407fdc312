"""Answers that a person must post, because the channel lets no program do it: text, link, and a mark."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Begin
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.posts import ASSISTED, posts
from services.notifier.handlers.outcomes import NO_LEASE, Outcomes
from services.notifier.store import deliveries

MOST = 50
LENGTH = 8_000


class Posting:
    def __init__(self, begin: Begin, settlement: Outcomes) -> None:
        self._begin = begin
        self._settlement = settlement

    async def waiting(self) -> list[tuple[DeliveryAttempt, str]]:
        """Deliveries with the text to post, the longest waiting first."""
        async with self._begin() as unit:
            due = await deliveries.claim(unit.db, ASSISTED, unit.now, MOST, NO_LEASE)
        return [(delivery, text_of(delivery)) for delivery in due]

    async def posted(self, delivery: UUID) -> bool:
        """A person says that it stands there now. False when it was said before, or is not waiting."""
        async with self._begin() as unit:
            return await self._settlement.posted(unit, delivery)


def text_of(delivery: DeliveryAttempt) -> str:
    answer = delivery.answer
    if answer is None:
        return ""
    return posts(answer.text, answer.sources, f"— {answer.partner_name}", LENGTH)[0]

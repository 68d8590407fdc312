"""Answers that a person must post, because the channel lets no program do it: text, link, and a mark."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Begin
from services.contracts.links.wall import Wall
from services.notifier.domain.delivery import Failed
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.posts import ASSISTED, posts
from services.notifier.domain.walling import why_not
from services.notifier.handlers.outcomes import Outcomes, Settled
from services.notifier.store import claims

MOST = 50
STOPPED_SECONDS = 60.0
"""How often is looked for what the wall stops."""
LENGTH = 8_000


class Posting:
    def __init__(self, begin: Begin, settlement: Outcomes, wall: Wall) -> None:
        self._begin = begin
        self._settlement = settlement
        self._wall = wall

    async def waiting(self) -> list[tuple[DeliveryAttempt, str]]:
        """Deliveries with the text to post, the longest waiting first; not what the wall stops."""
        async with self._begin() as unit:
            due = await claims.due(unit.db, ASSISTED, unit.now, MOST)
        return [(delivery, text_of(delivery)) for delivery in due if not why_not(self._wall, delivery)]

    async def give_up_stopped(self) -> None:
        """What the wall stops is lost, and whom it concerns is told."""
        async with self._begin() as unit:
            due = await claims.due(unit.db, ASSISTED, unit.now, MOST)
            lost = [Settled(one, Failed(why, final=True)) for one in due if (why := why_not(self._wall, one))]
            await self._settlement.settle(unit, ASSISTED, lost, lambda: 0.0)

    async def posted(self, delivery: UUID) -> bool:
        """A person says that it stands there now. False when it was said before, or is not waiting."""
        async with self._begin() as unit:
            return await self._settlement.posted(unit, delivery)


def text_of(delivery: DeliveryAttempt) -> str:
    answer = delivery.said
    if answer is None:
        return ""
    return posts(answer.text, answer.sources, f"— {answer.partner_name}", LENGTH)[0]

"""Answers that a person must post, because the channel lets no program do it: text, link, and a mark."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID

from services.chassis.transaction import Unit
from services.notifier.channels import ASSISTED
from services.notifier.domain.delivery import Sent
from services.notifier.domain.outgoing import Outgoing
from services.notifier.domain.posts import posts
from services.notifier.settle import Settled, Settlement
from services.notifier.store import deliveries

Begin = Callable[[], AbstractAsyncContextManager[Unit]]

MOST = 50
LENGTH = 8_000
NO_LEASE = timedelta(0)


class Posting:
    def __init__(self, begin: Begin, settlement: Settlement) -> None:
        self._begin = begin
        self._settlement = settlement

    async def waiting(self) -> list[tuple[Outgoing, str]]:
        """Deliveries with the text to post, the longest waiting first."""
        async with self._begin() as unit:
            due = await deliveries.claim(unit.db, ASSISTED, unit.now, MOST, NO_LEASE)
        return [(delivery, text_of(delivery)) for delivery in due]

    async def posted(self, delivery: UUID) -> bool:
        """A person says that it stands there now. False when it was said before, or is not waiting."""
        async with self._begin() as unit:
            due = await deliveries.claim(unit.db, ASSISTED, unit.now, 1, NO_LEASE, only=delivery)
            for one in due:
                url = one.question.asker.get("post_url")
                await self._settlement.settle(unit, ASSISTED, [Settled(one, Sent(url))], lambda: 0.0)
        return bool(due)


def text_of(delivery: Outgoing) -> str:
    answer = delivery.answer
    if answer is None:
        return ""
    return posts(answer.text, answer.sources, f"— {answer.partner_name}", LENGTH)[0]

"""The asker's own page: nothing has to leave the house, the answer stands there."""

from __future__ import annotations

from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt


class PageSender:
    """The page's address is a key to it, which no event may carry."""

    async def send(self, _: DeliveryAttempt) -> Sent | Failed:
        return Sent()

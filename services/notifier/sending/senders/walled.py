"""Around a sender: the last look, for what of ours the reader must not have (`Wall`)."""

from __future__ import annotations

from services.contracts.links.wall import Wall
from services.notifier.domain.delivery import Failed, Postponed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.walling import why_not
from services.notifier.sending.senders.protocol import Sender


class WalledSender:
    """What is stopped is given up at once, and the coordinator hears of it: no later attempt is better."""

    def __init__(self, sender: Sender, wall: Wall) -> None:
        self._sender = sender
        self._wall = wall

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed | Postponed:
        if why := why_not(self._wall, delivery):
            return Failed(why, final=True)
        return await self._sender.send(delivery)

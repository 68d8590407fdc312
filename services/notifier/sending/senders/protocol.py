"""What every sender promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from services.notifier.domain.delivery import Failed, Postponed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt


class Sender(Protocol):
    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed | Postponed:
        """One attempt. May be called again for the same delivery, also after a success that was never noted:
        the receiver must be able to tell by the delivery's id. An exception counts as a failure to be tried
        again. May be cancelled; many calls run at once."""
        ...


TokenSays = Callable[[bool], None]
"""Hears whether the account's token is still good."""


class SocialSender(Sender, Protocol):
    """Answers under the post that asked."""

    async def look(self) -> None:
        """Ask whether the token is still good, without waiting for an answer to send."""
        ...

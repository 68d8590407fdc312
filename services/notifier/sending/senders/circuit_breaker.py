"""Around a sender: no more than so many tries at one receiver at once, and rests for one that is unwell."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from services.notifier.domain.circuit_breaker import Receiver
from services.notifier.domain.delivery import Failed, Postponed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.protocol import Sender

MOST_REMEMBERED = 10_000


class CircuitBreaker:
    """`receiver_of` names whom a delivery goes to: a host, a server. What must wait is handed back untried,
    so that a dead receiver holds no place that others need."""

    def __init__(
        self,
        sender: Sender,
        receiver_of: Callable[[DeliveryAttempt], str],
        *,
        most_at_once: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._sender = sender
        self._receiver_of = receiver_of
        self._most_at_once = most_at_once
        self._clock = clock
        self._receivers: dict[str, Receiver] = {}

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed | Postponed:
        receiver = self._receiver(self._receiver_of(delivery))
        wait = receiver.seconds_to_wait(self._clock())
        if wait > 0:
            return Postponed(timedelta(seconds=wait * random.uniform(1.0, 1.2)))
        receiver.began()
        well = False
        try:
            outcome = await self._sender.send(delivery)
            well = not (isinstance(outcome, Failed) and outcome.unwell)
        finally:
            receiver.ended(self._clock(), well=well)
        return outcome

    def _receiver(self, name: str) -> Receiver:
        if name not in self._receivers:
            if len(self._receivers) >= MOST_REMEMBERED:
                self._forget_idle()
            self._receivers[name] = Receiver(self._most_at_once)
        return self._receivers[name]

    def _forget_idle(self) -> None:
        busy = {name: one for name, one in self._receivers.items() if one.at_once or one.failures}
        self._receivers = busy

"""Around a sender: a respondent who is asked is shown what was answered before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from services.notifier.domain.delivery import Failed, Postponed, Sent, Similar
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.protocol import Sender

SimilarTo = Callable[[str], Awaitable[tuple[Similar, ...]]]


class WithSimilarAnswers:
    """`similar_to` finds answers for a question's text; that it fails never keeps a question back."""

    def __init__(self, sender: Sender, similar_to: SimilarTo) -> None:
        self._sender = sender
        self._similar_to = similar_to

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed | Postponed:
        if delivery.kind != DeliveryKind.ASSIGNED:
            return await self._sender.send(delivery)
        similar = await self._similar_to(delivery.question.text)
        outcome = await self._sender.send(replace(delivery, similar=similar))
        return replace(outcome, similar=similar) if isinstance(outcome, Sent) else outcome

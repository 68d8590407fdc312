"""Around a sender: each file with the address that opens for whom it is sent to, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.contracts.links.file_links import addressed
from services.contracts.links.signed_links import ASKER
from services.notifier.domain.delivery import Failed, Postponed, Sent
from services.notifier.domain.kinds import Addressee
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.protocol import Sender
from services.notifier.sending.senders.webhook import partner_of

BY_PROGRAM = ("queue", "webhook")


class WithFileLinks:
    """`keys`: file keys, the first one seals."""

    def __init__(self, sender: Sender, keys: Sequence[bytes]) -> None:
        self._sender = sender
        self._keys = keys

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed | Postponed:
        party = party_of(delivery)
        return await self._sender.send(self._opened_to(party, delivery) if party else delivery)

    def _opened_to(self, party: str, delivery: DeliveryAttempt) -> DeliveryAttempt:
        def own(files: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
            return tuple(addressed(files, self._keys, party))

        question, answer, message = delivery.question, delivery.answer, delivery.message
        return replace(
            delivery,
            question=replace(question, attachments=own(question.attachments)),
            answer=answer and replace(answer, attachments=own(answer.attachments)),
            message=message and replace(message, attachments=own(message.attachments)),
        )


def party_of(delivery: DeliveryAttempt) -> str | None:
    """None where nobody's file is shown."""
    if delivery.way in BY_PROGRAM:
        return partner_of(delivery)
    if delivery.traits.addressee is Addressee.ASKER:
        return ASKER
    return delivery.assignment.partner if delivery.assignment else None

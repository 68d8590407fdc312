"""What becomes of a partner's webhook endpoint: looked up for each attempt, switched off at its wish."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Pool, Record

from services.chassis.messaging.transaction import Begin
from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.plan import Planned
from services.notifier.sending.senders.webhook import Endpoint
from services.notifier.store import deliveries, endpoints


class Endpoints:
    def __init__(self, pool: Pool[Record], begin: Begin, coordinator: str) -> None:
        self._pool = pool
        self._begin = begin
        self._coordinator = coordinator

    async def of(self, partner: str) -> Endpoint | None:
        found = await endpoints.of(self._pool, partner)
        return None if found is None else Endpoint(*found)

    async def switch_off(self, partner: str, delivery: DeliveryAttempt) -> None:
        """410: the partner wants no more. A person is told, once."""
        async with self._begin() as unit:
            if await endpoints.switch_off(unit.db, partner, unit.now, "answered 410"):
                await deliveries.decide(unit.db, [self._note(partner, delivery, unit.now)], [None], unit.now)

    def _note(self, partner: str, delivery: DeliveryAttempt, now: datetime) -> Planned:
        details = {
            "kind": "webhook",
            "way": "webhook",
            "attempts": delivery.attempts,
            "error": "HTTP 410: the endpoint switched itself off",
            "partner_name": partner,
        }
        return Planned(
            delivery_id(delivery.question.id, DeliveryKind.FAILURE, f"endpoint {partner}"),
            delivery.question.id,
            DeliveryKind.FAILURE,
            "mail",
            destination=self._coordinator,
            details=details,
            happened_at=now,
        )

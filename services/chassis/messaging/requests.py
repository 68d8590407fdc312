"""What the coordinator asks of a service: done once, and answered, done or refused with a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from services.chassis.messaging.readers import EventReader, Subscriptions
from services.chassis.messaging.transaction import Unit
from services.contracts.catalogue import DOES
from services.contracts.coordinator import CoordinatorRequest, RequestDone, RequestRefused
from services.contracts.envelope import Event
from services.contracts.topology import coordinator_key

RequestAction = Callable[[Unit, UUID, Any], Awaitable[None]]
"""Carries out one request about a question (the nil UUID: about none). Raises RefusedRequest before it has
written or announced anything."""

LONGEST = 500


class RefusedRequest(Exception):
    """It can't be done, and nothing was changed. `code` is one of `RequestRefused.code`; `value` is its
    parameter, `field` the one of the request that is at fault. The text tells an operator why."""

    def __init__(self, text: str, code: str, *, value: object = None, field: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.value = None if value is None else " ".join(str(value).split())[:LONGEST] or None
        self.field = field


def request_reader(service: str, actions: Mapping[type[CoordinatorRequest], RequestAction]) -> EventReader:
    """Understands what the coordinator asks of this service. The broker lets the workspace alone ask."""
    if set(actions) != set(DOES[service]):
        different = sorted(fact.__name__ for fact in set(actions) ^ set(DOES[service]))
        raise RuntimeError(f"{service}: its actions and catalogue.DOES differ in {', '.join(different)}")
    subscriptions: Subscriptions = {fact: partial(_carry_out, action) for fact, action in actions.items()}
    return EventReader(subscriptions, key_of=coordinator_key)


async def _carry_out(action: RequestAction, unit: Unit, event: Event[Any]) -> None:
    try:
        await action(unit, event.subject, event.data)
    except RefusedRequest as refusal:
        receipt: RequestDone | RequestRefused = RequestRefused(
            request_id=event.id,
            request_type=event.type,
            code=refusal.code,
            reason=str(refusal),
            field=refusal.field,
            value=refusal.value,
        )
    else:
        receipt = RequestDone(request_id=event.id, request_type=event.type)
    unit.tell_coordinator(receipt, question=event.subject)

"""What the coordinator asks of a service: done once, and answered, done or refused with a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from services.chassis.messaging.incoming import IncomingMessage, Work, must_come_under
from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.coordinator import CoordinatorRequest, RequestDone, RequestRefused
from services.contracts.envelope import Event, decode, event_readers

RequestDeed = Callable[[Unit, UUID, Any], Awaitable[None]]
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


class RequestReader:
    """Understands what the coordinator asks of this service. The broker lets the workspace alone ask."""

    def __init__(self, service: str, deeds: Mapping[type[CoordinatorRequest], RequestDeed]) -> None:
        if set(deeds) != set(topology.DOES[service]):
            different = sorted(fact.__name__ for fact in set(deeds) ^ set(topology.DOES[service]))
            raise RuntimeError(f"{service}: deeds and topology.DOES differ in {', '.join(different)}")
        self._readers = event_readers(deeds)
        self._deeds = {fact.wire: deed for fact, deed in deeds.items()}

    def read(self, letter: IncomingMessage) -> Work:
        event = decode(letter.body, self._readers)
        if not isinstance(event, Event):
            raise TypeError(f"{event.type}: read as {type(event).__name__}, not as a request")
        must_come_under(letter, topology.coordinator_key(type(event.data)))
        return Work(
            letter=letter,
            source=event.source,
            id=event.id,
            name=event.type,
            question=event.subject,
            traceparent=event.traceparent,
            do=partial(self._carry_out, event),
        )

    async def _carry_out(self, event: Event[Any], unit: Unit) -> None:
        try:
            await self._deeds[event.type](unit, event.subject, event.data)
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

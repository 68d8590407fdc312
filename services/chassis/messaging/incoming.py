"""What came in, before and after it was understood."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from services.chassis.messaging.outbox import OutgoingMessage
from services.contracts import topology
from services.contracts.envelope import Event, NotAnEvent, decode, event_readers
from services.contracts.vocabulary import Fact

if TYPE_CHECKING:
    from services.chassis.messaging.transaction import Unit

BINARY_MODE = ("ce-", "ce_", "cloudevents:", "cloudevents_")
"""How the names of headers begin, in small letters, that are an event's attributes."""

Handler = Callable[["Unit", Event[Any]], Awaitable[None]]
Subscriptions = Mapping[type[Fact], Handler]


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One delivery as the broker gave it."""

    exchange: str
    routing_key: str
    content_type: str
    message_id: str
    body: bytes
    headers: Mapping[str, Any] = field(default_factory=dict)
    kept: bool = False
    """It was read before and waited here; whoever kept it says so, no sender can."""

    def dead(self, service: str, *, kind: str, reason: str, handler: str, now: datetime) -> OutgoingMessage:
        """This letter for the dead-letter queue, with why, whence and which handler. An event in binary mode
        keeps its attributes: they are the half of it. `kind`: poison or fault."""
        about = {
            "x-sesame-kind": kind,
            "x-sesame-reason": reason[:2000],
            "x-sesame-handler": handler,
            "x-sesame-exchange": self.exchange,
            "x-sesame-routing-key": self.routing_key,
            "x-sesame-died-at": now.isoformat(),
        }
        return OutgoingMessage(
            exchange=topology.DEAD,
            routing_key=service,
            content_type=_storable(self.content_type) or "application/octet-stream",
            message_id=_storable(self.message_id),
            body=self.body,
            headers={
                name: _storable(str(value)) for name, value in (attributes(self.headers) | about).items()
            },
        )


def attributes(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Those of an event in binary mode (CloudEvents' AMQP binding)."""
    return {name: value for name, value in headers.items() if name.lower().startswith(BINARY_MODE)}


def _storable(text: str) -> str:
    """Whatever a partner's program wrote: PostgreSQL keeps no NUL, UTF-8 no half of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class Work:
    """One understood letter: who sent it under which id, whom it is about, and what to do."""

    letter: IncomingMessage
    source: str
    id: str
    name: str
    question: UUID | None
    traceparent: str | None
    do: Callable[[Unit], Awaitable[None]]

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.id


class Reader(Protocol):
    """Understands the letters of one exchange."""

    def read(self, letter: IncomingMessage) -> Work:
        """Raises NotAnEvent when it can't be understood by anybody, ever."""
        ...


def must_come_under(letter: IncomingMessage, key: str) -> None:
    """The broker looks at this key and at no other to say who may write it: a message that bears another, and
    came by the keys in CC and BCC, is of somebody who may not. Raises NotAnEvent."""
    if letter.routing_key != key:
        raise NotAnEvent(f"this event comes under {key} alone", field="routing_key", value=letter.routing_key)


class FactReader:
    """Reads the facts of our own services, one handler each."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._readers = event_readers(subscriptions)
        self._handlers = {fact.wire: handler for fact, handler in subscriptions.items()}

    def read(self, letter: IncomingMessage) -> Work:
        event = decode(letter.body, self._readers)
        if not isinstance(event, Event):
            raise TypeError(f"{event.type}: read as {type(event).__name__}, not as a fact")
        if letter.routing_key:  # what waited here comes without
            must_come_under(letter, topology.unversioned(event.type))
        handler = self._handlers[event.type]
        return Work(
            letter=letter,
            source=event.source,
            id=event.id,
            name=event.type,
            question=event.subject,
            traceparent=event.traceparent,
            do=lambda unit: handler(unit, event),
        )

"""Who understands what came in, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.envelope import Event, NotAnEvent, decode, event_readers
from services.contracts.vocabulary import Fact

Handler = Callable[[Unit, Event[Any]], Awaitable[None]]
Subscriptions = Mapping[type[Fact], Handler]


@dataclass(frozen=True, slots=True)
class Work:
    """One understood message: who sent it under which id, whom it is about, and what to do. `also` are
    further questions that it is about: their locks are taken with the batch's."""

    message: IncomingMessage
    source: str
    id: str
    name: str
    question: UUID | None
    traceparent: str | None
    do: Callable[[Unit], Awaitable[None]]
    also: frozenset[UUID] = frozenset()
    expect: Callable[[Unit], None] = lambda _unit: None
    """Called for all of a batch before the first is done: says what `do` is going to read, so that one
    statement can read it for all."""

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.id


class Reader(Protocol):
    """Understands the messages of one exchange."""

    def read(self, message: IncomingMessage) -> Work:
        """Raises NotAnEvent when it can't be understood by anybody, ever."""
        ...


def must_come_under(message: IncomingMessage, key: str) -> None:
    """The broker looks at this key and at no other to say who may write it: a message that bears another, and
    came by the keys in CC and BCC, is of somebody who may not. Raises NotAnEvent."""
    if message.routing_key != key:
        raise NotAnEvent(
            f"this event comes under {key} alone", field="routing_key", value=message.routing_key
        )


class EventReader:
    """Reads our own events of one exchange, one handler each."""

    def __init__(
        self, subscriptions: Subscriptions, key_of: Callable[[type[Fact]], str] = topology.routing_key
    ) -> None:
        self._key_of = key_of
        self._readers = event_readers(subscriptions)
        self._handlers = {fact.wire: handler for fact, handler in subscriptions.items()}

    def read(self, message: IncomingMessage) -> Work:
        event = decode(message.body, self._readers)
        if not isinstance(event, Event):
            raise TypeError(f"{event.type}: read as {type(event).__name__}, not as an event of ours")
        if message.routing_key or message.exchange != topology.EVENTS:  # what waited here comes without
            must_come_under(message, self._key_of(type(event.data)))
        handler = self._handlers[event.type]
        return Work(
            message=message,
            source=event.source,
            id=event.id,
            name=event.type,
            question=event.subject,
            traceparent=event.traceparent,
            do=lambda unit: handler(unit, event),
        )

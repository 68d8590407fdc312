"""What came in, before and after it was understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.chassis.messaging.outgoing import OutgoingMessage
from services.contracts import topology

BINARY_MODE = ("ce-", "ce_", "cloudevents:", "cloudevents_")
"""How the names of headers begin, in small letters, that are an event's attributes."""


MOST_OF_ATTRIBUTES = 100_000
"""Bytes of attributes that a dead letter keeps. All headers travel in one frame of 131,072 at most: more ends
the connection, and the message would do so again and again."""

OF_EACH = 6
"""Bytes of lengths and type beside a name and its text (AMQP 0-9-1, 4.2.5.5)."""


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
        """This message for the dead-letter queue, with why, whence and which handler. An event in binary mode
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
            headers=_in_one_frame(_storable_all(attributes(self.headers))) | _storable_all(about),
        )


def attributes(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Those of an event in binary mode (CloudEvents' AMQP binding)."""
    return {name: value for name, value in headers.items() if name.lower().startswith(BINARY_MODE)}


def _in_one_frame(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that fit, the first before the others."""
    kept, left = dict[str, str](), MOST_OF_ATTRIBUTES
    for name, value in headers.items():
        size = len(name.encode()) + len(value.encode()) + OF_EACH
        if size <= left:
            kept[name] = value
            left -= size
    return kept


def _storable_all(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name: _storable(str(value)) for name, value in headers.items()}


def _storable(text: str) -> str:
    """Whatever a partner's program wrote: PostgreSQL keeps no NUL, UTF-8 no half of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()

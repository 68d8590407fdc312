"""What goes to the broker."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.contracts.envelope import CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    exchange: str
    routing_key: str
    content_type: str
    message_id: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def event(exchange: str, routing_key: str, event_id: str, body: bytes) -> OutgoingMessage:
        return OutgoingMessage(exchange, routing_key, CONTENT_TYPE, event_id, body)

"""The event in what a partner's program published: CloudEvents, structured or binary mode."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from services.chassis.messaging.incoming import BINARY_MODE, IncomingMessage
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import (
    LARGEST_SUBMISSION,
    NotAnEvent,
    Submission,
    decode_mapping,
    parse,
    submission_readers,
)

READERS = submission_readers(FROM_PARTNERS)


def event_of(letter: IncomingMessage, wire: str) -> Submission[Any]:
    """Raises NotAnEvent, saying which field is wrong."""
    if len(letter.body) > LARGEST_SUBMISSION:
        raise NotAnEvent(
            f"{len(letter.body)} bytes; an event holds {LARGEST_SUBMISSION} at most",
            field="data",
            code="too_large",
        )
    raw = binary_mode(letter) or parse(letter.body)
    event = decode_mapping(raw, READERS)
    if event.type != wire:
        raise NotAnEvent(
            f"the routing key says {wire}, the event {event.type}", field="type", value=event.type
        )
    if not isinstance(event, Submission):
        raise TypeError(f"{event.type}: read as {type(event).__name__}, not as a submission")
    return event


def binary_mode(letter: IncomingMessage) -> dict[str, Any] | None:
    """The event whose attributes are headers (CloudEvents AMQP binding, 3.1); None in structured mode."""
    attributes: dict[str, Any] = {}
    for name, value in letter.headers.items():
        if prefix := next((one for one in BINARY_MODE if name.lower().startswith(one)), None):
            attributes[name[len(prefix) :].lower()] = _text(value)
    if "specversion" not in attributes:
        return None
    return attributes | {"data": parse(letter.body)}


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def question_named(event: Submission[Any]) -> UUID | None:
    """So that what a batch holds of one question is handled in the order it came: that a partner was asked,
    and then its answer."""
    try:
        return UUID(event.subject or "")
    except ValueError:
        return None


def content_of(event: Submission[Any]) -> bytes:
    """What it says, however it is written: another order of fields, or another time, is the same again."""
    data = event.data.model_dump(mode="json", exclude_none=True)
    said = {"type": event.type, "subject": event.subject, "data": data}
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()


def claimed(letter: IncomingMessage, attribute: str) -> str | None:
    """What the sender called it, even where the rest can't be read."""
    try:
        value = (binary_mode(letter) or parse(letter.body)).get(attribute)
    except NotAnEvent:
        return letter.message_id[:255] or None if attribute == "id" else None
    return value[:255] if isinstance(value, str) else None

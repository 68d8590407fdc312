"""The event in what a partner's program published: CloudEvents, structured or binary mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from services.chassis.messaging.incoming import BINARY_MODE, IncomingMessage
from services.contracts import topology
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import (
    LARGEST_SUBMISSION,
    Envelope,
    NotAnEvent,
    Submission,
    decode_mapping,
    parse,
    submission_readers,
)
from services.contracts.faults import Fault, faults_by, shown
from services.contracts.partners import QuestionSubmitted
from services.contracts.vocabulary import Fact
from services.ingest.entrypoints.http.body import ReadableQuestion, said_in
from services.ingest.entrypoints.strict_json import read_strictly, stands_twice

READERS = submission_readers((*FROM_PARTNERS, ReadableQuestion))
"""The last one of a wire name reads it."""
ENVELOPE = cast("type[Envelope[Any]]", Submission.__class_getitem__(Fact))
"""Reads all but what the event says."""


def event_of(message: IncomingMessage, wire: str) -> Submission[Any]:
    """Raises NotAnEvent, with all that is wrong."""
    if len(message.body) > LARGEST_SUBMISSION:
        raise NotAnEvent(
            f"{len(message.body)} bytes; an event holds {LARGEST_SUBMISSION} at most",
            field="data",
            code="too_large",
        )
    raw = _as_sent(message)
    around = tuple(_around(raw, wire))
    try:
        event = decode_mapping(raw, READERS)
    except NotAnEvent as fault:
        more = faults_by(ENVELOPE, raw) if fault.code == "unknown_type" else ()
        named = {one.path for one in fault.faults}
        faults = (*fault.faults, *(one for one in (*more, *around) if one.path not in named))
        raise _with(faults, fault) from fault
    if around:
        raise _with(around, NotAnEvent(around[0].reason))
    if not isinstance(event, Submission):
        raise TypeError(f"{event.type}: read as {type(event).__name__}, not as a submission")
    return event


def _with(faults: tuple[Fault, ...], fault: NotAnEvent) -> NotAnEvent:
    first = faults[0]
    return NotAnEvent(first.reason, field=first.field, value=first.value, faults=faults, code=fault.code)


def _around(raw: Mapping[str, Any], wire: str) -> Iterator[Fault]:
    """What no model of the event can tell: what its routing key says, and which question it is of."""
    kind, subject, source = raw.get("type"), raw.get("subject"), raw.get("source")
    kind = kind if isinstance(kind, str) else None
    if kind is not None and kind != wire:
        said = f"the routing key says {wire or 'none'}"
        yield Fault(("type",), f"{said}, the event {kind}; both must say the same", shown(kind))
    if kind in READERS and kind != QuestionSubmitted.wire and _question(subject) is None:
        why = "must be the question's id, a UUID, as its assignment or receipt says it"
        yield Fault(("subject",), why, shown(subject))
    if "data_base64" in raw:
        yield Fault(("data_base64",), "is not read; write the fields under data, as JSON")
    ours = isinstance(source, str) and source.startswith("/sesame/")
    if ours and not (source == topology.ASKED_BY_WORKSPACE and kind != QuestionSubmitted.wire):
        yield Fault(
            ("source",), "is one of ours; write one of your own, such as /partners/<id>", shown(source)
        )


def _as_sent(message: IncomingMessage) -> dict[str, Any]:
    """Attributes and data; an attribute that is null is none (CloudEvents' JSON format, 2.2)."""
    attributes = _attributes(message)
    if attributes is None:
        raw = read_strictly(message.body)
        if "type" not in raw and _named(message, "type"):
            why = 'is missing among the headers: where they hold the event, ce-specversion is "1.0"'
            raise NotAnEvent(why, field="specversion")
        return {name: value for name, value in raw.items() if value is not None or name == "data"}
    try:
        return attributes | {"data": read_strictly(message.body)}
    except NotAnEvent as fault:
        faults = fault.faults or (Fault((), fault.reason),)
        inside = tuple(Fault(("data", *one.path), one.reason, one.value) for one in faults)
        raise _with(inside, fault) from fault


def _attributes(message: IncomingMessage) -> dict[str, Any] | None:
    """Of an event whose attributes are headers (CloudEvents AMQP binding, 3.1); None in structured mode."""
    attributes, twice = dict[str, Any](), list[Fault]()
    for header, value in message.headers.items():
        if attribute := _attribute(header):
            said = _as_json(value)
            if attributes.get(attribute, said) != said:
                twice.append(stands_twice((attribute,)))
            attributes[attribute] = said
    if "specversion" not in attributes:
        return None
    if twice:
        raise NotAnEvent(twice[0].reason, field=twice[0].field, faults=tuple(twice))
    return attributes


def _attribute(header: str) -> str | None:
    name = header.lower()
    return next((name.removeprefix(one) for one in BINARY_MODE if name.startswith(one)), None)


def _named(message: IncomingMessage, attribute: str) -> bool:
    return any(_attribute(header) == attribute for header in message.headers)


def _as_json(value: object) -> object:
    """A header's value as it would stand in JSON; what has no such form is told by its reader."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return value


def question_named(event: Submission[Any]) -> UUID | None:
    """So that what a batch holds of one question is handled in the order it came: that a partner was asked,
    and then its answer."""
    return _question(event.subject)


def _question(subject: object) -> UUID | None:
    try:
        return UUID(subject) if isinstance(subject, str) else None
    except ValueError:
        return None


def content_of(event: Submission[Any]) -> bytes:
    """What it says, however it is written: another order of fields, or another time, is the same again."""
    return said_in(event.data, type=event.type, subject=event.subject)


def claimed(message: IncomingMessage, attribute: str) -> str | None:
    """What the sender called it, even where the rest can't be read."""
    try:
        value = (_attributes(message) or parse(message.body)).get(attribute)
    except NotAnEvent:
        return message.message_id[:255] or None if attribute == "id" else None
    return value[:255] if isinstance(value, str) else None

"""The envelope: CloudEvents 1.0, JSON format, structured mode (cloudevents.io, spec 1.0.2)."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
)
from pydantic_core import from_json

from services.contracts.faults import Fault, faults_of, shown
from services.contracts.vocabulary import Fact, as_in_rfc_3339, in_utc

CONTENT_TYPE = "application/cloudevents+json"
COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How gzip (RFC 1952) and Zstandard (RFC 8878) begin."""
PLACE = re.compile(r"line (\d+) column (\d+)$")
FOUND_BYTES = 40
FIXES = {
    "EOF": "it ends too early: nothing, or only its beginning, was sent",
    "control character": "write it as an escape, such as \\n for a line break",
    "escape": "\\ is written \\\\; behind \\u stand four of 0 to f; half of a character needs the other",
    "expected ident": "true, false and null stand in small letters, without quotes",
    "expected value": "a value is a text in double quotes, a number, true, false, null, [ ] or { }, not NaN",
    "key must be": "names stand in double quotes",
    "invalid number": "a number is written as 3, -3 or 0.5; Infinity is none",
    "out of range": "write fewer digits",
    "recursion": "write fewer levels of [ ] and { }",
    "trailing characters": "send one object, and nothing behind it",
    "trailing comma": "take the last comma out",
}
"""What is to be done, by what the reader of JSON says."""
LARGEST_SUBMISSION = 512 * 1024
"""Bytes of one event of a partner; files do not travel in events."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]
Traceparent = Annotated[str, StringConstraints(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
UtcMoment = Annotated[AwareDatetime, BeforeValidator(as_in_rfc_3339), AfterValidator(in_utc)]
JSON_TYPE = re.compile(r"\s{0,20}application/(?:json|[\w.!#$&^+-]{1,100}\+json)\s*(?:;.*)?", re.IGNORECASE)


def _json_type(value: object) -> object:
    """Every way to say JSON (RFC 6839, RFC 9110, 8.3.1) is the one that we write."""
    if isinstance(value, str) and JSON_TYPE.fullmatch(value):
        return "application/json"
    raise ValueError("must be application/json, or another type of JSON such as application/ld+json")


JsonType = Annotated[Literal["application/json"], BeforeValidator(_json_type)]

F_co = TypeVar("F_co", bound=Fact, covariant=True)


class NotAnEvent(ValueError):
    """The bytes hold nothing that this reader could take. `field` is the dotted path of the first fault;
    `faults` are all of them."""

    def __init__(
        self,
        reason: str,
        *,
        field: str | None = None,
        value: object = None,
        faults: tuple[Fault, ...] = (),
        code: Literal["invalid", "too_large", "unknown_type"] = "invalid",
    ) -> None:
        super().__init__(reason if field is None else f"{field}: {reason}")
        self.reason = reason
        self.code = code
        self.field = field
        self.value = value
        self.faults = faults or (() if field is None else (Fault((field,), reason, shown(value)),))


class Envelope(BaseModel, Generic[F_co]):
    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: Name
    source: Name
    type: str
    datacontenttype: JsonType = "application/json"
    traceparent: Traceparent | None = None
    data: F_co

    def encode(self) -> bytes:
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class Event(Envelope[F_co], Generic[F_co]):
    """A fact of one of our services: `subject` is the question's id, `time` when it happened."""

    subject: UUID
    time: UtcMoment


class Notice(Envelope[F_co], Generic[F_co]):
    """To one partner system: about a question, or about something it sent that became none."""

    subject: UUID | None = None
    time: UtcMoment


class Submission(Envelope[F_co], Generic[F_co]):
    """What a partner system sends. A question has no id of ours yet, and no clock but ours is trusted."""

    subject: str | None = None
    time: UtcMoment | None = None


Readers = Mapping[str, type[Envelope[Any]]]
"""Wire name → the model that reads it."""


def event_readers(facts: Iterable[type[Fact]]) -> Readers:
    return {fact.wire: cast("type[Event[Any]]", Event.__class_getitem__(fact)) for fact in facts}


def submission_readers(facts: Iterable[type[Fact]]) -> Readers:
    return {fact.wire: cast("type[Submission[Any]]", Submission.__class_getitem__(fact)) for fact in facts}


def decode(body: bytes, readers: Readers) -> Envelope[Any]:
    """Read one event. Raises NotAnEvent, naming the field, for whatever can't be read."""
    return decode_mapping(parse(body), readers)


def parse(body: bytes) -> dict[str, Any]:
    """Strictly JSON (RFC 8259), and an object. Raises NotAnEvent; what is no JSON by line and column."""
    if body.startswith(BOM_UTF8):
        raise NotAnEvent("begins with a byte order mark; JSON is UTF-8 without one (RFC 8259, 8.1)")
    try:
        raw = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        if (unlike := _not_even_text(body)) is not None:
            raise NotAnEvent(unlike) from error
        why = f"not JSON: {error}{_fix_of(str(error))}"
        raise NotAnEvent(why, faults=(Fault((), why, _found_at(body, str(error))),)) from error
    if not isinstance(raw, dict):
        raise NotAnEvent(f"one JSON object is wanted, in {{ }}; this is {JSON_NAMES[type(raw)]}")
    return raw


def _fix_of(message: str) -> str:
    return next((f"; {fix}" for said, fix in FIXES.items() if said in message), "")


def _not_even_text(body: bytes) -> str | None:
    """What programs send that set no encoding, and what looks broken as JSON while it is whole."""
    if body.startswith(COMPRESSED):
        return "is compressed; send JSON as it is, and no content-encoding"
    if b"\0" in body[:4]:
        return "is UTF-16 or UTF-32; JSON is UTF-8 (RFC 8259, 8.1)"
    try:
        body.decode()
    except UnicodeDecodeError as fault:
        wrong = f"byte {fault.start + 1} (0x{body[fault.start]:02x})"
        return f"{wrong} is not UTF-8, as JSON must be (RFC 8259, 8.1)"
    return None


def _found_at(body: bytes, message: str) -> str | None:
    """What stands where the reader stopped."""
    if (place := PLACE.search(message)) is None:
        return None
    line, column = map(int, place.groups())
    rest = body.split(b"\n")[line - 1][max(column - 1, 0) :]
    return rest[:FOUND_BYTES].decode("utf-8", "replace") or None


JSON_NAMES = {
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def decode_mapping(raw: Mapping[str, Any], readers: Readers) -> Envelope[Any]:
    wire = raw.get("type")
    reader = readers.get(wire) if isinstance(wire, str) else None
    if reader is None:
        known = ", ".join(sorted(readers))
        what = f"unknown type {wire!r}" if "type" in raw else "is missing; it must be there"
        why = f"{what}; known here: {known}"
        raise NotAnEvent(why, field="type", value=wire, code="unknown_type")
    try:
        return reader.model_validate(raw)
    except ValidationError as error:
        first, *_ = faults = faults_of(error, reader)
        raise NotAnEvent(first.reason, field=first.field, value=first.value, faults=faults) from error

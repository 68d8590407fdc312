"""What is wrong with something that was sent, in our words: all at once, each with field, value and fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from services.contracts.addresses import PARTNER_ID_PATTERN

LONGEST_VALUE = 200
MOST_FAULTS = 20
PATTERNS = {
    r"^[a-z][a-z0-9_-]{0,62}$": "a word of small letters, digits, - and _ that begins with a letter",
    PARTNER_ID_PATTERN: "the id of a library: small letters, digits and -",
    r"^[a-z]{2,3}$": "a language as in ISO 639-1, such as fr",
    r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$": "a language as in ISO 639 or BCP 47, such as fr or fr-BE",
    r"^[A-Z]{2}$": "a country as in ISO 3166-1, two capital letters, such as FR",
    r"^[0-9A-Z][0-9A-Z -]{1,9}$": "a postcode: capital letters, digits, blanks and -",
    r"^[^\x00]*$": "text without the character NUL",
    r"^[^\x00\r\n]*$": "one line, without line breaks and without the character NUL",
    r"^[^\s@\x00]+@[^\s@\x00]+$": "a mail address, such as ada@library.example",
    r"^\d{1,19}-\d{1,18}$": "the `next` of the page before, as it stands there",
    r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$": "a traceparent as in W3C Trace Context",
}
"""What each pattern of the contract asks for."""

SAYINGS: Mapping[str, str] = {
    "missing": "is missing; it must be there",
    "string_type": "must be a text in quotes",
    "string_too_short": "must hold at least {min_length} character(s)",
    "string_too_long": "may hold at most {max_length} characters",
    "bool_type": "must be true or false, without quotes",
    "bool_parsing": "must be true or false, without quotes",
    "int_type": "must be a whole number without quotes",
    "int_parsing": "must be a whole number without quotes",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "tuple_type": "must be a list, in [ ]",
    "list_type": "must be a list, in [ ]",
    "too_long": "may hold at most {max_length} entries",
    "model_type": "must be an object, in {{ }}",
    "model_attributes_type": "must be an object, in {{ }}",
    "dict_type": "must be an object, in {{ }}",
    "uuid_parsing": "must be a UUID, such as 01a2105c-dd2b-7217-a6f3-56606b70e2eb",
    "uuid_type": "must be a UUID in quotes",
    "datetime_parsing": "must be a moment as in RFC 3339, such as 2026-11-20T09:12:31Z",
    "datetime_from_date_parsing": "must be a moment as in RFC 3339, such as 2026-11-20T09:12:31Z",
    "datetime_type": "must be a moment as in RFC 3339, such as 2026-11-20T09:12:31Z",
    "timezone_aware": "needs its time zone, such as Z or +01:00",
    "finite_number": "must be a number that JSON knows; NaN and Infinity are none",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the value within what was sent; empty: the whole. `value`: as sent, cut short; None
    where nothing stood there, or more than a plain value."""

    path: tuple[str | int, ...]
    reason: str
    value: str | None = None

    @property
    def field(self) -> str:
        """`data.place.country`"""
        return ".".join(map(str, self.path))

    @property
    def pointer(self) -> str:
        """As a JSON Pointer (RFC 6901): `/place/country`."""
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in self.path)


def faults_of(
    error: ValidationError | Sequence[Any], model: type[BaseModel] | None = None
) -> tuple[Fault, ...]:
    """All that pydantic found, MOST_FAULTS at most, in the order of the fields. An error's own list may be
    given instead, as FastAPI keeps it. `model` is what was to be read: it knows the fields that there are."""
    found = error.errors(include_url=False) if isinstance(error, ValidationError) else error
    return tuple(_faults(found, model))[:MOST_FAULTS]


def faults_by(model: type[BaseModel], raw: object) -> tuple[Fault, ...]:
    """All that this model says of it."""
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return faults_of(error, model)
    return ()


def _faults(found: Sequence[Any], model: type[BaseModel] | None) -> Iterator[Fault]:
    for one in found:
        path, value = tuple(one["loc"]), None if one["type"] == "missing" else one.get("input")
        known = fields_at(model, path[:-1]) if one["type"] == "extra_forbidden" and model else ()
        yield Fault(path, _unknown(str(path[-1]), known) if known else _reason(one), shown(value))


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"no such field; {meant}there are {', '.join(known)}"


def fields_at(model: type[BaseModel], path: Sequence[str | int]) -> tuple[str, ...]:
    """The fields of the model that lies at `path` within `model`; none where no model lies."""
    for part in path:
        field = model.model_fields.get(str(part))
        inner = next(_models_in(field.annotation), None) if field else None
        if inner is None:
            return ()
        model = inner
    return tuple(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _reason(one: Mapping[str, Any]) -> str:
    kind, context = one["type"], one.get("ctx") or {}
    if kind == "string_pattern_mismatch":
        wanted = PATTERNS.get(str(context.get("pattern")))
        return f"must be {wanted}" if wanted else f"must match {context.get('pattern')}"
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", one["msg"]))
    saying = SAYINGS.get(kind)
    return saying.format(**context) if saying else str(one["msg"])


def shown(value: object) -> str | None:
    """What was sent, as far as it helps to find it again."""
    if value is None or (isinstance(value, Mapping | Sequence) and not isinstance(value, str)):
        return None
    return str(value)[:LONGEST_VALUE]

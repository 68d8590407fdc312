"""asyncapi-partners.yaml: what a partner's programmer needs, and nothing else.

The text is `partner_contract.md`; channels, messages and schemas come from the contract. What is the same for
all stands once, and null is never written: a field without a value is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.contracts.catalogue import FROM_PARTNERS, TO_PARTNERS
from services.contracts.envelope import CONTENT_TYPE
from services.contracts.published import asyncapi
from services.contracts.published.asyncapi import Examples, name
from services.contracts.published.schemas import Document, event_schema
from services.contracts.vocabulary import Fact

TEXT = Path(__file__).with_name("partner_contract.md")
FACTS = (*FROM_PARTNERS, *TO_PARTNERS)
PARTNER = {"partner": {"$ref": "#/components/parameters/partner"}}
OWN = ("type", "data", "subject")
"""Attributes that differ from event to event."""


def partner_document(version: str, examples: Examples) -> Document:
    title = "Sésame for partner systems"
    user = {"type": "userPassword", "description": "User is the partner id"}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:sesame:partners",
        "info": {"title": title, "version": version, "description": TEXT.read_text(encoding="utf-8")},
        "defaultContentType": CONTENT_TYPE,
        "servers": {"network": asyncapi.server()},
        "channels": {**_inboxes(), "partnerQueue": asyncapi.partner_queue() | {"parameters": PARTNER}},
        "operations": {**_sending(), "readQueue": asyncapi.read_operation()},
        "components": {
            "parameters": asyncapi.PARTNER_PARAMETER,
            "channelBindings": {"inbox": next(iter(asyncapi.inbox_channels().values()))["bindings"]},
            "operationBindings": {"persistent": next(iter(asyncapi.send_operations().values()))["bindings"]},
            "messages": {name(fact): asyncapi.message(fact, _full(examples, fact)) for fact in FACTS},
            "schemas": dict(_schemas()),
            "securitySchemes": {"partner": user},
        },
    }


def _inboxes() -> Document:
    shared = {"parameters": PARTNER, "bindings": {"$ref": "#/components/channelBindings/inbox"}}
    return {key: channel | shared for key, channel in asyncapi.inbox_channels().items()}


def _sending() -> Document:
    shared = {"bindings": {"$ref": "#/components/operationBindings/persistent"}}
    return {key: operation | shared for key, operation in asyncapi.send_operations().items()}


def _full(examples: Examples, fact: type[Fact]) -> Examples:
    return {name(fact): {"full": examples[name(fact)]["full"]}}


def _schemas() -> Iterator[tuple[str, Any]]:
    yield "Envelope", _envelope()
    for fact in FACTS:
        schema = event_schema(fact)
        for inner, said in schema["$defs"].items():
            yield _renamed(inner), _plain(said)
        own = {key: value for key, value in schema["properties"].items() if key in OWN}
        required = [key for key in schema["required"] if key in OWN]
        about = {"type": "object", "required": required, "properties": _plain(own)}
        envelope = {"$ref": "#/components/schemas/Envelope"}
        yield name(fact), {"description": schema["description"], "allOf": [envelope, about]}


def _envelope() -> Document:
    schema = event_schema(FROM_PARTNERS[0])
    shared = {key: value for key, value in schema["properties"].items() if key not in OWN}
    required = [key for key in schema["required"] if key not in OWN]
    return {"type": "object", "required": required, "properties": _plain(shared)}


def _renamed(inner: str) -> str:
    """An event's data has its name already."""
    return f"{inner}Data" if inner in map(name, FACTS) else inner


def _plain(value: Any) -> Any:
    """Without what pydantic says for itself: titles made from names, defaults of null, a choice of null."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return {"$ref": f"#/components/schemas/{_renamed(value['$ref'].rpartition('/')[2])}"}
    kept = {key: one for key, one in value.items() if not _is_noise(key, one)}
    choices = [one for one in kept.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept = {"allOf": choices, **kept} if "$ref" in choices[0] else choices[0] | kept
    return {key: _plain(one) for key, one in kept.items()}


def _is_noise(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)

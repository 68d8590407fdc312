"""The AsyncAPI 3.0 document: what a partner's programmer needs, and the facts behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

from services.contracts import topology
from services.contracts.addresses import PARTNER_ID_PATTERN
from services.contracts.catalogue import (
    EVERY_FACT,
    FACTS,
    FROM_COORDINATOR,
    FROM_PARTNERS,
    PRODUCERS,
    TO_COORDINATOR,
    TO_PARTNERS,
)
from services.contracts.envelope import CONTENT_TYPE
from services.contracts.published.schemas import Document, event_schema
from services.contracts.vocabulary import Fact

Examples = Mapping[str, Mapping[str, Any]]
"""Name of an event class → example name → the event as JSON."""

DESCRIPTION = """\
The whole of Sésame's events, for who changes the platform. What a partner's programmer needs, and nothing
else, stands in `asyncapi-partners.yaml`.
"""

PARTNER_PARAMETER = {"partner": {"description": f"Your partner id, {PARTNER_ID_PATTERN}"}}


def document(version: str, examples: Examples) -> Document:
    return {
        "asyncapi": "3.0.0",
        "id": "urn:sesame:events",
        "info": {"title": "Sésame", "version": version, "description": DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "servers": {"network": server()},
        "channels": {
            **inbox_channels(),
            "partnerQueue": partner_queue(),
            **_coordinator_channels(),
            **_fact_channels(),
        },
        "operations": {**send_operations(), "readQueue": read_operation()},
        "components": {
            "messages": {name(fact): message(fact, examples) for fact in EVERY_FACT},
            "schemas": {name(fact): _schema(fact) for fact in EVERY_FACT},
            "securitySchemes": {"partner": {"type": "userPassword", "description": "User is the partner id"}},
        },
    }


def name(fact: type[Fact]) -> str:
    return fact.__name__


def _ref(*path: str) -> Document:
    return {"$ref": "#/" + "/".join(path)}


def server() -> Document:
    return {
        "host": "broker.example.org:5671",
        "protocol": "amqps",
        "description": "The network's RabbitMQ, AMQP 0-9-1; the host is in the sheet you were given",
        "security": [_ref("components", "securitySchemes", "partner")],
    }


def _exchange(name: str) -> Document:
    exchange = {"name": name, "type": topology.EXCHANGES[name], "durable": True, "autoDelete": False}
    return {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}}


def inbox_channels() -> Document:
    return {
        _inbox_channel(fact): {
            "address": topology.partner_key("{partner}", fact),
            "description": cleandoc(fact.__doc__ or ""),
            "parameters": PARTNER_PARAMETER,
            "messages": {name(fact): _ref("components", "messages", name(fact))},
            "bindings": _exchange(topology.INBOX),
        }
        for fact in FROM_PARTNERS
    }


def _inbox_channel(fact: type[Fact]) -> str:
    return f"inbox{name(fact)}"


def partner_queue() -> Document:
    queue = {
        "name": topology.partner_queue("{partner}"),
        "durable": True,
        "exclusive": False,
        "autoDelete": False,
    }
    return {
        "address": topology.partner_queue("{partner}"),
        "description": "Everything meant for one partner. Acknowledge what you have stored.",
        "parameters": PARTNER_PARAMETER,
        "messages": {name(fact): _ref("components", "messages", name(fact)) for fact in TO_PARTNERS},
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": "0.3.0"}},
    }


def _coordinator_channels() -> Document:
    exchanges = {
        **dict.fromkeys(FROM_COORDINATOR, topology.COORDINATOR),
        **dict.fromkeys(TO_COORDINATOR, topology.PARTNERS),
    }
    return {
        f"coordinator{name(fact)}": {
            "address": topology.coordinator_key(fact),
            "description": cleandoc(fact.__doc__ or ""),
            "messages": {name(fact): _ref("components", "messages", name(fact))},
            "bindings": _exchange(exchange),
            "tags": [{"name": "internal"}],
        }
        for fact, exchange in exchanges.items()
    }


def _fact_channels() -> Document:
    return {
        f"event{name(fact)}": {
            "address": topology.routing_key(fact),
            "description": f"Between the services; announced by {PRODUCERS[fact.wire]}.",
            "messages": {name(fact): _ref("components", "messages", name(fact))},
            "bindings": _exchange(topology.EVENTS),
            "tags": [{"name": "internal"}],
        }
        for fact in FACTS
    }


def send_operations() -> Document:
    return {
        f"send{name(fact)}": {
            "action": "send",
            "channel": _ref("channels", _inbox_channel(fact)),
            "summary": " ".join((fact.__doc__ or "").split()),
            "messages": [_ref("channels", _inbox_channel(fact), "messages", name(fact))],
            "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "bindingVersion": "0.3.0"}},
        }
        for fact in FROM_PARTNERS
    }


def read_operation() -> Document:
    return {
        "action": "receive",
        "channel": _ref("channels", "partnerQueue"),
        "summary": "What the network asks of you, and the receipts of what you sent",
        "messages": [_ref("channels", "partnerQueue", "messages", name(fact)) for fact in TO_PARTNERS],
        "bindings": {"amqp": {"ack": True, "bindingVersion": "0.3.0"}},
    }


def message(fact: type[Fact], examples: Examples) -> Document:
    return {
        "name": fact.wire,
        "title": fact.wire,
        "summary": " ".join((fact.__doc__ or "").split()),
        "contentType": CONTENT_TYPE,
        "payload": _ref("components", "schemas", name(fact)),
        "examples": [
            {"name": name, "payload": dict(payload)} for name, payload in sorted(examples[name(fact)].items())
        ],
    }


def _schema(fact: type[Fact]) -> Document:
    """The event's schema, its inner definitions reachable where it stands in this document."""
    schema = event_schema(fact)
    del schema["$schema"]
    inner = f"#/components/schemas/{name(fact)}/$defs/"
    moved: Document = json.loads(json.dumps(schema).replace("#/$defs/", inner))
    return moved

"""RabbitMQ's definitions: exchanges, queues, bindings, policies, users with their rights, but no password.

`with_passwords` makes of them what a broker can import again and again: it adds and changes, and removes
nothing, so partners that were added by command stay.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from operations.broker.rights import Rights, service_rights
from services.chassis.messaging import broker as rabbit
from services.contracts import topology

Json = dict[str, Any]

VHOST = "sesame"
SALT_BYTES = 4


def definitions(vhost: str = VHOST) -> Json:
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(service) for service in topology.SERVICES],
        "permissions": [_permission(vhost, name, service_rights(name)) for name in topology.SERVICES],
        "topic_permissions": [
            entry for name in topology.SERVICES for entry in _topics(vhost, name, service_rights(name))
        ],
        "exchanges": [_exchange(vhost, name, kind) for name, kind in topology.EXCHANGES.items()],
        "queues": [queue for service in topology.SERVICES for queue in _queues(vhost, service)],
        "bindings": [binding for service in topology.SERVICES for binding in _bindings(vhost, service)],
        "policies": [_spread_leaders(vhost)],
    }


def with_passwords(plain: Json, passwords: Mapping[str, str]) -> Json:
    """`passwords`: user → password, of every user in the definitions."""
    users = [user | {"password_hash": password_hash(passwords[user["name"]])} for user in plain["users"]]
    return plain | {"users": users}


def password_hash(password: str, salt: bytes | None = None) -> str:
    """As RabbitMQ's rabbit_password_hashing_sha256 makes it: base64(salt + sha256(salt + password))."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def user_name(service: str) -> str:
    """Apart from every partner's: a partner id holds no dot."""
    return f"sesame.{service}"


def _user(service: str) -> Json:
    return {
        "name": user_name(service),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
        "limits": {},
    }


def _permission(vhost: str, service: str, rights: Rights) -> Json:
    return {
        "user": user_name(service),
        "vhost": vhost,
        "configure": rights.configure,
        "write": rights.write,
        "read": rights.read,
    }


def _topics(vhost: str, service: str, rights: Rights) -> Iterator[Json]:
    for exchange, keys in rights.topics.items():
        yield {
            "user": user_name(service),
            "vhost": vhost,
            "exchange": exchange,
            "write": keys,
            "read": "^$",
        }


def _exchange(vhost: str, name: str, kind: str) -> Json:
    return {
        "name": name,
        "vhost": vhost,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queues(vhost: str, service: str) -> Iterator[Json]:
    yield _queue(vhost, service, topology.queue_arguments(service))
    yield _queue(vhost, topology.dead_queue(service), rabbit.dead_queue(service).arguments)


def _queue(vhost: str, name: str, arguments: Mapping[str, Any] | None) -> Json:
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": dict(arguments or {}),
    }


def _bindings(vhost: str, service: str) -> Iterator[Json]:
    for source, key in (*topology.bindings(service), (topology.DEAD, service)):
        destination = topology.dead_queue(service) if source == topology.DEAD else service
        yield {
            "source": source,
            "vhost": vhost,
            "destination": destination,
            "destination_type": "queue",
            "routing_key": key,
            "arguments": {},
        }


def _spread_leaders(vhost: str) -> Json:
    """In a cluster: the queues' leaders on different nodes, whoever declared them."""
    return {
        "vhost": vhost,
        "name": "spread-leaders",
        "pattern": ".*",
        "apply-to": "queues",
        "priority": 0,
        "definition": {"queue-leader-locator": "balanced"},
    }

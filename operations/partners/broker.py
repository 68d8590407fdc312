"""A partner's account on the broker: user, rights, queue."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from operations.broker.management import Management
from operations.broker.rights import partner_rights
from operations.errors import OperationError
from services.contracts import topology

TAG = "partner"
"""Marks the users that are ours to change. It gives no right to the management API."""

CONNECTIONS, CHANNELS = 10, 100
SUSPENDED_CONNECTIONS = 0


async def partner_users(management: Management) -> list[str]:
    users = await management.users()
    return sorted(user["name"] for user in users if is_partner(user))


async def open_account(management: Management, partner: str) -> str | None:
    """Make or mend everything; gives the password if the account is new, None if it was there."""
    fresh = await _is_free(management, partner)
    password = new_secret() if fresh else None
    if password is not None:
        await management.put_user(partner, password, tag=TAG)
    queue = topology.partner_queue(partner)
    await management.put_queue(queue, topology.PARTNER_QUEUE_ARGUMENTS)
    await management.bind(topology.PARTNERS, queue, f"{queue}.#")
    await management.put_rights(partner, partner_rights(partner))
    await management.limit(partner, max_channels=CHANNELS)
    if fresh:
        await management.limit(partner, max_connections=CONNECTIONS)
    return password


async def change_password(management: Management, partner: str) -> str:
    """Open connections of the old one are ended."""
    await _must_exist(management, partner)
    password = new_secret()
    await management.put_user(partner, password, tag=TAG)
    await management.close_connections(partner)
    return password


async def suspend(management: Management, partner: str) -> None:
    """No connection until `resume`; what the network sends waits in the queue."""
    await _must_exist(management, partner)
    await management.limit(partner, max_connections=SUSPENDED_CONNECTIONS)
    await management.close_connections(partner)


async def resume(management: Management, partner: str) -> None:
    await _must_exist(management, partner)
    await management.limit(partner, max_connections=CONNECTIONS)


async def close_account(management: Management, partner: str) -> None:
    """The queue goes too, with what lies in it."""
    if not await _is_free(management, partner):
        await management.delete_user(partner)
        await management.close_connections(partner)
    await management.delete_queue(topology.partner_queue(partner))


def new_secret() -> str:
    return secrets.token_urlsafe(24)


async def _is_free(management: Management, partner: str) -> bool:
    """Raises when the name belongs to a user that is no partner: an administrator, a service."""
    for user in await management.users():
        if user["name"] == partner:
            if is_partner(user):
                return False
            raise OperationError(
                f'partner "{partner}": the broker has a user of that name; choose another id'
            )
    return True


async def _must_exist(management: Management, partner: str) -> None:
    if await _is_free(management, partner):
        raise OperationError(
            f'partner "{partner}": no such broker user; make it: ./sesame partners add {partner}'
        )


def is_partner(user: Mapping[str, Any]) -> bool:
    return TAG in _tags(user)


def _tags(user: Mapping[str, Any]) -> list[str]:
    """A list, or in RabbitMQ before 3.9 words with commas between."""
    tags = user.get("tags") or []
    return tags.split(",") if isinstance(tags, str) else list(tags)

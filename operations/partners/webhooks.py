"""The secret that signs what a partner's webhook is sent: shown once, kept by the notifier."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from urllib.parse import urlsplit

from operations.errors import OperationError
from services.chassis.postgres.database import Db
from services.notifier.domain.networks import networks
from services.notifier.domain.signing import new_secret
from services.notifier.sending.senders.guarded_network import Forbidden, GuardedNetwork
from services.notifier.store import endpoints


async def check_address(url: str) -> str | None:
    """A doubt, when its host has no address from here. Raises OperationError where nothing would be sent."""
    allowed = networks(os.environ.get("SESAME_WEBHOOK_PRIVATE_NETWORKS", ""))
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None:
        raise OperationError(f'webhook "{url}": write https://host/path, without user or password')
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        raise OperationError(f'webhook "{url}": webhooks go over https, not {parts.scheme or "nothing"}')
    try:
        await GuardedNetwork(allowed).checked(parts.hostname, parts.port or 443)
    except Forbidden as forbidden:
        raise OperationError(
            f'webhook "{url}": {forbidden}; SESAME_WEBHOOK_PRIVATE_NETWORKS may allow it'
        ) from forbidden
    except OSError as error:
        return f"webhook {url}: {parts.hostname} has no address from here ({error}); is it right?"
    return None


async def first_secret(db: Db, partner: str) -> str | None:
    """None if the partner has one already."""
    return None if await has_one(db, partner) else await change_secret(db, partner)


async def change_secret(db: Db, partner: str) -> str:
    """The one before it signs too until the next change, so that the receiver can take its time."""
    secret = new_secret()
    await endpoints.rotate(db, partner, secret, datetime.now(UTC))
    return secret


async def has_one(db: Db, partner: str) -> bool:
    return await endpoints.has_secret(db, partner)

"""The secret that signs what a partner's webhook is sent: shown once, kept by the notifier."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from operations.errors import OperationError
from services.chassis.http.client_addresses import networks
from services.chassis.http.guarded_network import UrlFault, fault_of
from services.chassis.postgres.database import Db
from services.notifier.domain.signing import new_secret
from services.notifier.store import endpoints

WHY_NOT: Mapping[UrlFault, str] = {
    "no_host": "write https://host/path, without user or password",
    "not_https": "webhooks go over https",
    "private_network": "stands in a private network, and webhooks go to public addresses only;"
    " SESAME_WEBHOOK_PRIVATE_NETWORKS may allow it",
}


async def check_address(url: str) -> str | None:
    """A doubt, when its host has no address from here. Raises OperationError where nothing would be sent."""
    allowed = networks(os.environ.get("SESAME_WEBHOOK_PRIVATE_NETWORKS", ""))
    fault = await fault_of(url, allowed)
    if fault == "unknown_host":
        return f"webhook {url}: its host has no address from here; is it right?"
    if fault is not None:
        raise OperationError(f'webhook "{url}": {WHY_NOT[fault]}')
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

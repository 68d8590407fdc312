"""The secret that signs what a partner's webhook is sent: shown once, kept by the notifier."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis.postgres.database import Db
from services.notifier.domain.signing import new_secret
from services.notifier.store import endpoints


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

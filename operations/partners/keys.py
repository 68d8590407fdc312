"""A partner's key for the HTTP API: shown once, kept by ingest as a hash."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from services.chassis.postgres.database import Db
from services.ingest.store.access import partner_keys

LABEL = "partners add"


async def first_key(db: Db, partner: str) -> str | None:
    """A new key if the partner has none that opens anything; None if it has."""
    return None if await _open_keys(db, partner) else await _add(db, partner)


async def change_key(db: Db, partner: str) -> str:
    """A new one; all others open nothing from now on."""
    await revoke_all(db, partner)
    return await _add(db, partner)


async def revoke_all(db: Db, partner: str) -> None:
    for name in await _open_keys(db, partner):
        await partner_keys.revoke(db, name, datetime.now(UTC))


async def _add(db: Db, partner: str) -> str:
    key = f"sesame-{secrets.token_urlsafe(32)}"
    await partner_keys.add(db, key, partner, LABEL, datetime.now(UTC))
    return key


async def _open_keys(db: Db, partner: str) -> list[str]:
    return [
        key.name for key in await partner_keys.keys(db) if key.partner == partner and key.revoked_at is None
    ]

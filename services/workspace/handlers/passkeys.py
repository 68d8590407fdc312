"""Coming in by a passkey: nothing to remember, and nothing that could be given to a false page."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.workspace.store import audit, passkeys
from services.workspace.store.passkeys import NewPasskey

CHALLENGE_FOR = timedelta(minutes=5)
MOST = 20
"""Of one person."""


async def challenge(unit: Unit, person: UUID | None = None) -> bytes:
    """`person`: who adds a passkey; None for whoever comes in."""
    value = secrets.token_bytes(32)
    await passkeys.challenge(unit.db, value, person, unit.now, unit.now + CHALLENGE_FOR)
    return value


async def add(unit: Unit, person: UUID, key: NewPasskey, name: str) -> bool:
    """False for one too many, or one that is there."""
    if len(await passkeys.of(unit.db, person)) >= MOST:
        return False
    added = await passkeys.add(unit.db, person, key, name, unit.now)
    if added:
        await audit.note(unit.db, unit.now, person, "added_passkey")
    return added


async def remove(unit: Unit, person: UUID, key: bytes) -> None:
    if await passkeys.remove(unit.db, key, person):
        await audit.note(unit.db, unit.now, person, "removed_passkey")

"""Addresses that mail could not be delivered to, as hashes."""

from __future__ import annotations

from datetime import datetime

from services.chassis.postgres.database import Db

_MARK = """
INSERT INTO bounced (address_hash, permanent, status, last_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (address_hash) DO UPDATE
SET permanent = bounced.permanent OR excluded.permanent, status = excluded.status,
    times = bounced.times + 1, last_at = excluded.last_at
"""


async def mark(db: Db, address_hash: bytes, permanent: bool, status: str | None, now: datetime) -> None:
    await db.execute(_MARK, address_hash, permanent, status, now)

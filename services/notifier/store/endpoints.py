"""Partners' webhook endpoints: their secrets, and whether they switched themselves off."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Pool, Record

from services.chassis.postgres.database import Db

_HAS_SECRET = "SELECT EXISTS (SELECT FROM webhook_endpoint WHERE partner = $1)"
_OF = "SELECT secrets, switched_off_at IS NOT NULL AS off FROM webhook_endpoint WHERE partner = $1"

_ROTATE = """
INSERT INTO webhook_endpoint (partner, secrets, changed_at) VALUES ($1, ARRAY[$2::text], $3)
ON CONFLICT (partner) DO UPDATE SET changed_at = $3, switched_off_at = NULL, switched_off_why = NULL,
    secrets = (ARRAY[$2::text] || webhook_endpoint.secrets)[1:2]
"""

_DROP_OLD = (
    "UPDATE webhook_endpoint SET secrets = secrets[1:1], changed_at = $2 WHERE partner = $1 RETURNING 1"
)

_SWITCH_OFF = """
UPDATE webhook_endpoint SET switched_off_at = $2, switched_off_why = $3
WHERE partner = $1 AND switched_off_at IS NULL
RETURNING partner
"""


async def of(pool: Pool[Record], partner: str) -> tuple[tuple[str, ...], bool] | None:
    """Secrets and whether it is off; None when the partner has no secret."""
    row = await pool.fetchrow(_OF, partner)
    return None if row is None else (tuple(row["secrets"]), row["off"])


async def rotate(db: Db, partner: str, secret: str, now: datetime) -> None:
    """The new secret signs beside the one before it; an endpoint that was off is on again."""
    await db.execute(_ROTATE, partner, secret, now)


async def drop_old(db: Db, partner: str, now: datetime) -> bool:
    """Only the newest signs from now on. False when there is no such partner."""
    return await db.fetchval(_DROP_OLD, partner, now) is not None


async def switch_off(db: Db, partner: str, now: datetime, why: str) -> bool:
    """True when it was on until now."""
    return await db.fetchval(_SWITCH_OFF, partner, now, why) is not None


async def has_secret(db: Db, partner: str) -> bool:
    found: bool = await db.fetchval(_HAS_SECRET, partner)
    return found

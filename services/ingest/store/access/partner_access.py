"""What a partner may still open at our doors: links, reply addresses, keys, its desk page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.postgres.database import Db

_GET = """
SELECT suspended_at IS NOT NULL OR removed_at IS NOT NULL AS shut, desk FROM partner_access WHERE partner = $1
"""

_SHUT_AMONG = """
SELECT partner FROM partner_access
WHERE partner = ANY($1::text[]) AND (suspended_at IS NOT NULL OR removed_at IS NOT NULL)
"""

_SUSPEND = """
INSERT INTO partner_access (partner, suspended_at) VALUES ($1, $2)
ON CONFLICT (partner) DO UPDATE SET suspended_at = excluded.suspended_at
"""

_RESUME = "UPDATE partner_access SET suspended_at = NULL WHERE partner = $1"

# A link is the same each time it is written: whoever gets the id later must not find the old ones open.
_REMOVE = """
WITH links AS (
    INSERT INTO revoked (question, partner, revoked_at)
    SELECT DISTINCT question, partner, $2::timestamptz FROM asked WHERE partner = $1
    ON CONFLICT DO NOTHING
)
INSERT INTO partner_access (partner, removed_at, desk) VALUES ($1, $2, 1)
ON CONFLICT (partner) DO UPDATE
SET removed_at = excluded.removed_at, suspended_at = NULL, desk = partner_access.desk + 1
"""

_ADMIT = "UPDATE partner_access SET removed_at = NULL WHERE partner = $1"

_CHANGE_DESK = """
INSERT INTO partner_access (partner, desk) VALUES ($1, 1)
ON CONFLICT (partner) DO UPDATE SET desk = partner_access.desk + 1
"""


@dataclass(frozen=True, slots=True)
class Access:
    """`shut`: suspended or removed. `desk`: number of the desk page's address that serves."""

    shut: bool = False
    desk: int = 0


async def get(db: Db, partner: str) -> Access:
    row = await db.fetchrow(_GET, partner)
    return Access(**row) if row else Access()


async def shut_among(db: Db, partners: Sequence[str]) -> set[str]:
    """Those of them that are suspended or removed."""
    return {row["partner"] for row in await db.fetch(_SHUT_AMONG, partners)}


async def suspend(db: Db, partner: str, now: datetime) -> None:
    """Nothing opens until `resume`."""
    await db.execute(_SUSPEND, partner, now)


async def resume(db: Db, partner: str) -> None:
    await db.execute(_RESUME, partner)


async def remove(db: Db, partner: str, now: datetime) -> None:
    """Nothing opens, and what was handed out so far never will, even when the id is admitted again."""
    await db.execute(_REMOVE, partner, now)


async def admit(db: Db, partner: str) -> None:
    """A partner that was removed is one again; a suspension stays."""
    await db.execute(_ADMIT, partner)


async def change_desk(db: Db, partner: str) -> None:
    """Its desk page has another address from now on."""
    await db.execute(_CHANGE_DESK, partner)

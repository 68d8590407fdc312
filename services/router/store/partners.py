"""SQL around the partners: one named function per query, constant text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from services.chassis.postgres.database import Db

_PARTNERS = "SELECT id, record FROM partner WHERE record IS NOT NULL ORDER BY id"

_ANY = "SELECT EXISTS (SELECT FROM partner WHERE record IS NOT NULL)"

_SINCE = "SELECT id, record FROM partner WHERE version > $1 ORDER BY version, id"

_NEXT_VERSION = "UPDATE network SET partners_version = partners_version + 1 RETURNING partners_version"

_SAVE = """
INSERT INTO partner (id, record, version)
SELECT id, record, $1 FROM unnest($2::text[], $3::jsonb[]) AS changed (id, record)
ON CONFLICT (id) DO UPDATE SET record = excluded.record, version = excluded.version
"""

_SAVE_HISTORY = """
INSERT INTO partner_history (partner, version, changed_at, actor, before, after)
SELECT partner, $1, $2, $3, before, after
FROM unnest($4::text[], $5::jsonb[], $6::jsonb[]) AS changed (partner, before, after)
"""

# Their deadlines follow their hours and closures: to be looked at now.
_LOOK_AT = "UPDATE assignment SET look_at = '-infinity' WHERE ended_at IS NULL AND partner = ANY($1)"

_HISTORY = """
SELECT changed_at, actor, before, after FROM partner_history WHERE partner = $1 ORDER BY id
"""

_ONE = "SELECT record::text AS record, version FROM partner WHERE id = $1 AND record IS NOT NULL FOR UPDATE"

# One copy at a time, so that they are told in their order.
_UNTOLD = """
SELECT id, partner, version, changed_at, actor, before::text AS before, after::text AS after
FROM partner_history WHERE told_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE
"""

_TOLD = "UPDATE partner_history SET told_at = $2 WHERE id = ANY($1::bigint[])"

_FORGET_TOLD = "UPDATE partner_history SET told_at = NULL WHERE told_at IS NOT NULL"


async def one(db: Db, partner: str) -> Record | None:
    """Its record and version, held until the transaction ends."""
    return await db.fetchrow(_ONE, partner)


async def untold(db: Db, most: int) -> list[Record]:
    """Changes that nobody was told of yet, in their order."""
    return await db.fetch(_UNTOLD, most)


async def told(db: Db, changes: Sequence[int], now: datetime) -> None:
    await db.execute(_TOLD, changes, now)


async def forget_told(db: Db) -> None:
    """As if nobody had been told of any."""
    await db.execute(_FORGET_TOLD)


async def partners(db: Db) -> list[Record]:
    return await db.fetch(_PARTNERS)


async def any_stands(db: Db) -> bool:
    stands: bool = await db.fetchval(_ANY)
    return stands


async def partners_since(db: Db, version: int) -> list[Record]:
    """Those changed after the version; a record of None says that the partner was removed."""
    return await db.fetch(_SINCE, version)


async def next_version(db: Db) -> int:
    """Holds the network's row until the transaction ends: changes and decisions don't cross."""
    version: int = await db.fetchval(_NEXT_VERSION)
    return version


async def save_partners(db: Db, version: int, rows: Sequence[tuple[str, str | None]]) -> None:
    await db.execute(_SAVE, version, [id_ for id_, _ in rows], [record for _, record in rows])


async def save_partner_history(
    db: Db, version: int, now: datetime, actor: str, rows: Sequence[tuple[str, str | None, str | None]]
) -> None:
    names, before, after = ([row[column] for row in rows] for column in range(3))
    await db.execute(_SAVE_HISTORY, version, now, actor, names, before, after)


async def look_at_assignments(db: Db, partners: Sequence[str]) -> None:
    await db.execute(_LOOK_AT, partners)


async def history(db: Db, partner: str) -> list[Record]:
    return await db.fetch(_HISTORY, partner)

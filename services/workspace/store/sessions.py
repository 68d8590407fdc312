"""Sign-ins asked for, sessions open, tries counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_ASK = "INSERT INTO sign_in (id, person, asked_at, expires_at) VALUES ($1, $2, $3, $4)"

# Used by whoever sees it unused first; of two that click at once one waits for the other's row.
_USE = """
UPDATE sign_in SET used_at = $2 FROM person p
WHERE sign_in.id = $1 AND used_at IS NULL AND expires_at > $2 AND p.id = sign_in.person AND p.left_at IS NULL
RETURNING person
"""

_STILL_OPENS = """
SELECT EXISTS (SELECT FROM sign_in WHERE id = $1 AND used_at IS NULL AND expires_at > $2)
"""

_BEGIN = """
INSERT INTO session (id, digest, person, way, agent, began_at, seen_at, expires_at, id_token)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)
"""

_OPENED = """
SELECT s.id, s.person, s.seen_at, s.expires_at, s.ended_at, s.id_token, p.name, p.mail, p.language
FROM session s JOIN person p ON p.id = s.person WHERE s.digest = $1 AND p.left_at IS NULL
"""

_SEEN = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE id = $1 AND ended_at IS NULL"

_END = "UPDATE session SET ended_at = $3 WHERE id = $1 AND person = $2 AND ended_at IS NULL"

_END_ALL = """
UPDATE session SET ended_at = $2 WHERE person = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3
"""

_LIST = """
SELECT id, way, agent, began_at, seen_at FROM session
WHERE person = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY seen_at DESC
"""

_TRY = "INSERT INTO attempt (key, at) VALUES ($1, $2)"

_TRIES = "SELECT count(*) AS number, max(at) AS last FROM attempt WHERE key = $1 AND at > $2"

_FORGET = """
WITH tries AS (DELETE FROM attempt WHERE at < $1::timestamptz - interval '1 day'),
    sign_ins AS (DELETE FROM sign_in WHERE expires_at < $1::timestamptz - interval '1 day'),
    presences AS (DELETE FROM presence WHERE seen_at < $1::timestamptz - interval '1 day'),
    words AS (DELETE FROM audit WHERE at < $1::timestamptz - $2::interval)
DELETE FROM session WHERE coalesce(ended_at, expires_at) < $1::timestamptz - interval '90 days'
"""


async def ask(db: Db, sign_in: UUID, person: UUID, now: datetime, expires_at: datetime) -> None:
    await db.execute(_ASK, sign_in, person, now, expires_at)


async def use(db: Db, sign_in: UUID, now: datetime) -> UUID | None:
    """Whom it lets in, once; None when it is used, too old, or its person gone."""
    person: UUID | None = await db.fetchval(_USE, sign_in, now)
    return person


async def still_opens(db: Db, sign_in: UUID, now: datetime) -> bool:
    return bool(await db.fetchval(_STILL_OPENS, sign_in, now))


async def begin(
    db: Db,
    session: UUID,
    digest: bytes,
    person: UUID,
    *,
    way: str,
    agent: str,
    now: datetime,
    expires_at: datetime,
    id_token: str | None = None,
) -> None:
    await db.execute(_BEGIN, session, digest, person, way, agent, now, expires_at, id_token)


async def opened(db: Db, digest: bytes) -> Record | None:
    return await db.fetchrow(_OPENED, digest)


async def seen(db: Db, session: UUID, now: datetime, expires_at: datetime) -> None:
    await db.execute(_SEEN, session, now, expires_at)


async def end(db: Db, session: UUID, person: UUID, now: datetime) -> None:
    await db.execute(_END, session, person, now)


async def end_all(db: Db, person: UUID, now: datetime, *, but: UUID | None = None) -> None:
    await db.execute(_END_ALL, person, now, but)


async def of_person(db: Db, person: UUID, now: datetime) -> list[Record]:
    return await db.fetch(_LIST, person, now)


async def note_try(db: Db, key: bytes, now: datetime) -> None:
    await db.execute(_TRY, key, now)


async def tries(db: Db, key: bytes, since: datetime) -> tuple[int, datetime | None]:
    """How many since then, and when the last was."""
    row = await db.fetchrow(_TRIES, key, since)
    return (row["number"], row["last"]) if row else (0, None)


async def forget(db: Db, now: datetime, audit_term: timedelta) -> None:
    """What has had its time: tries and sign-ins a day, sessions a season, the log of actions its term."""
    await db.execute(_FORGET, now, audit_term)

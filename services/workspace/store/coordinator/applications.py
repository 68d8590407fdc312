"""Libraries that ask to join: what they wrote, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

_PUT = """
INSERT INTO application (id, library, name, mail, language, way, words, record, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9)
"""

_PROVE = """
UPDATE application SET state = 'waiting', proven_at = $2
WHERE id = $1 AND state = 'unproven' AND asked_at > $3 RETURNING id
"""

_ONE = """
SELECT a.id, a.state, a.library, a.name, a.mail, a.language, a.way, a.words, a.record::text AS record,
    a.asked_at, a.proven_at, a.decided_at, a.partner, a.request, a.reason, p.name AS decided_by
FROM application a LEFT JOIN person p ON p.id = a.decided_by WHERE a.id = $1
"""

_LISTED = """
SELECT id, state, library, name, way, proven_at, decided_at FROM application
WHERE state = ANY($1::text[]) ORDER BY coalesce(decided_at, proven_at) DESC, id LIMIT $2
"""

_NUMBER = "SELECT count(*) FROM application WHERE state IN ('waiting', 'admitting')"

_ADMITTING = """
UPDATE application SET state = 'admitting', partner = $2, request = $3, decided_by = $4, decided_at = $5
WHERE id = $1 AND state = 'waiting' RETURNING id
"""

_ADMITTED = """
UPDATE application SET state = 'admitted', partner = coalesce($2, partner), decided_at = $3,
    decided_by = coalesce($4, decided_by)
WHERE id = $1 AND state IN ('waiting', 'admitting') RETURNING id
"""

_BY_REQUEST = "SELECT id FROM application WHERE request = $1 AND state = 'admitting'"

_BACK = (
    "UPDATE application SET state = 'waiting', decided_at = NULL WHERE request = $1 AND state = 'admitting'"
)

_REFUSE = """
UPDATE application SET state = 'refused', reason = $2, decided_at = $3, decided_by = $4
WHERE id = $1 AND state = 'waiting' RETURNING id
"""

_COORDINATORS = """
SELECT DISTINCT p.name, p.mail, p.language FROM membership m JOIN person p ON p.id = m.person
WHERE m.role = 'coordinator' AND p.left_at IS NULL ORDER BY p.mail
"""

_FORGET = """
DELETE FROM application WHERE state = 'unproven' AND asked_at < $1
    OR state IN ('admitted', 'refused') AND decided_at < $2
"""

_REQUESTS = """
SELECT r.id, r.question, r.type, r.about, r.asked_at, r.state, r.reason, r.field, r.value, r.person, p.name,
    NULL AS heading
FROM request r LEFT JOIN person p ON p.id = r.person
WHERE r.partner = '' AND r.type = 'partner_admit.requested' AND r.about = $1
    ORDER BY r.asked_at DESC, r.id LIMIT 3
"""

PROVE_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Application:
    """What a library writes of itself. `record`: fields of its record in the directory."""

    library: str
    name: str
    mail: str
    language: str
    way: str
    words: str
    record: Mapping[str, Any]


async def put(db: Db, id_: UUID, written: Application, now: datetime) -> None:
    record = orjson.dumps(dict(written.record)).decode()
    await db.execute(
        _PUT,
        id_,
        written.library,
        written.name,
        written.mail,
        written.language,
        written.way,
        written.words,
        record,
        now,
    )


async def prove(db: Db, id_: UUID, now: datetime) -> bool:
    """Whether it was not proven before, and was asked lately."""
    return await db.fetchval(_PROVE, id_, now, now - PROVE_WITHIN) is not None


async def one(db: Db, id_: UUID) -> dict[str, Any] | None:
    row = await db.fetchrow(_ONE, id_)
    return None if row is None else {**row, "record": orjson.loads(row["record"])}


async def waiting(db: Db, most: int) -> list[Record]:
    return await db.fetch(_LISTED, ["waiting", "admitting"], most)


async def decided(db: Db, most: int) -> list[Record]:
    return await db.fetch(_LISTED, ["admitted", "refused"], most)


async def number_waiting(db: Db) -> int:
    return int(await db.fetchval(_NUMBER))


async def admitting(db: Db, id_: UUID, partner: str, request: UUID, by: UUID, now: datetime) -> bool:
    """Whether it waited: then its record is being asked for."""
    return await db.fetchval(_ADMITTING, id_, partner, request, by, now) is not None


async def admitted(db: Db, id_: UUID, partner: str | None, by: UUID | None, now: datetime) -> bool:
    """Whether it was not before."""
    return await db.fetchval(_ADMITTED, id_, partner, now, by) is not None


async def by_request(db: Db, request: UUID) -> UUID | None:
    found: UUID | None = await db.fetchval(_BY_REQUEST, request)
    return found


async def back(db: Db, request: UUID) -> None:
    """What was asked for it was refused: it waits again."""
    await db.execute(_BACK, request)


async def refuse(db: Db, id_: UUID, reason: str, by: UUID, now: datetime) -> bool:
    """Whether it waited."""
    return await db.fetchval(_REFUSE, id_, reason, now, by) is not None


async def coordinators(db: Db) -> list[Record]:
    """Who is told: name, mail, language."""
    return await db.fetch(_COORDINATORS)


async def requests(db: Db, partner: str) -> list[Record]:
    """What was asked of the network to admit a library of this id."""
    return await db.fetch(_REQUESTS, partner)


async def forget(db: Db, now: datetime, term: timedelta) -> None:
    """Who never proved their address soon, and who was answered in time."""
    await db.execute(_FORGET, now - PROVE_WITHIN, now - term)

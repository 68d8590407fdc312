"""The directory of libraries, as the router tells it, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

_KEEP = """
INSERT INTO library_change (partner, version, at, actor, before, after)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb) ON CONFLICT DO NOTHING RETURNING partner
"""

_PUT = """
INSERT INTO library (id, name, time_zone, told_at, record, version, gone)
VALUES ($1, coalesce($4::text::jsonb ->> 'name', $5::text::jsonb ->> 'name', $1),
    $4::text::jsonb ->> 'time_zone', $3, $4::text::jsonb, $2, $4::text IS NULL)
ON CONFLICT (id) DO UPDATE SET record = excluded.record, version = excluded.version, gone = excluded.gone,
    time_zone = excluded.time_zone, told_at = excluded.told_at, name = excluded.name
WHERE library.version IS NULL OR library.version < excluded.version
"""

_LISTED = """
SELECT l.id, l.name, l.record::text AS record, coalesce(a.open, 0) AS open, coalesce(a.late, 0) AS late,
    coalesce(m.people, 0) AS people
FROM library l LEFT JOIN (
    SELECT partner, count(*) AS open, count(*) FILTER (WHERE due_at < $1) AS late
    FROM assignment WHERE list IN ('open', 'taken') AND partner = ANY($2::text[]) GROUP BY partner
) a ON a.partner = l.id
LEFT JOIN (
    SELECT partner, count(DISTINCT person) AS people FROM membership WHERE partner = ANY($2::text[])
    GROUP BY partner
) m ON m.partner = l.id
WHERE l.id = ANY($2::text[]) ORDER BY l.name
"""

_NAMES = """
SELECT id, name FROM library
WHERE NOT gone AND version IS NOT NULL AND ($1::text[] IS NULL OR id = ANY($1)) ORDER BY name
"""

_REFERABLE = """
SELECT l.id, l.name, l.record::text AS record, coalesce(a.open, 0) AS open
FROM library l LEFT JOIN (
    SELECT partner, count(*) AS open FROM assignment WHERE list IN ('open', 'taken') GROUP BY partner
) a ON a.partner = l.id
WHERE NOT l.gone AND l.version IS NOT NULL
"""

_ONE = "SELECT id, name, record::text AS record, version, gone FROM library WHERE id = $1"

_HISTORY = """
SELECT version, at, actor, before::text AS before, after::text AS after FROM library_change
WHERE partner = $1 ORDER BY version DESC LIMIT $2
"""

_LANGUAGES = """
SELECT DISTINCT jsonb_array_elements_text(record -> 'languages') AS language FROM library
WHERE NOT gone AND jsonb_typeof(record -> 'languages') = 'array' AND ($1::text[] IS NULL OR id = ANY($1))
ORDER BY language
"""

_IS_KNOWN = "SELECT EXISTS (SELECT FROM library WHERE version IS NOT NULL)"

_CAME_SINCE = """
SELECT EXISTS (SELECT FROM library_change WHERE partner = $1 AND before IS NULL AND at >= $2)
    AND NOT EXISTS (SELECT FROM membership WHERE partner = $1)
"""

_REQUESTS = """
SELECT r.id, r.question, r.type, r.about, r.asked_at, r.state, r.reason, r.field, r.value, r.person, p.name,
    NULL AS heading, l.name AS library
FROM request r LEFT JOIN person p ON p.id = r.person
LEFT JOIN library l ON l.id = split_part(r.about, ' ', 1)
WHERE r.partner = '' AND r.type IN ('partner_change.requested', 'key_change.requested', 'key_end.requested')
    AND r.about LIKE $1 || ' %' AND (r.state = 'under_way' OR r.asked_at > $2)
ORDER BY r.asked_at DESC, r.id LIMIT 5
"""


async def keep(
    db: Db,
    partner: str,
    version: int,
    at: datetime,
    actor: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> bool:
    """Once, in whatever order they come; what the highest version says is how the library is now. False where
    it was kept before."""
    was, written = _json(before), _json(after)
    new = await db.fetchval(_KEEP, partner, version, at, actor, was, written)
    await db.execute(_PUT, partner, version, at, written, was)
    return new is not None


async def names(db: Db, partners: Sequence[str] | None) -> list[Record]:
    """Of these, or all, those in the network: id and name, by name."""
    return await db.fetch(_NAMES, partners)


async def listed(db: Db, now: datetime, partners: Sequence[str]) -> list[dict[str, Any]]:
    """These, by name: record, questions open and late, people who may sign in."""
    rows = await db.fetch(_LISTED, now, partners)
    return [{**row, "record": orjson.loads(row["record"])} for row in rows]


async def referable(db: Db) -> list[dict[str, Any]]:
    """Those in the network: id, name, record and how many questions they have in hand."""
    return [{**row, "record": orjson.loads(row["record"])} for row in await db.fetch(_REFERABLE)]


async def one(db: Db, partner: str) -> dict[str, Any] | None:
    """None where the directory has told nothing of it, or it left."""
    row = await db.fetchrow(_ONE, partner)
    if row is None or row["gone"] or row["record"] is None:
        return None
    return {**row, "record": orjson.loads(row["record"])}


async def history(db: Db, partner: str, most: int) -> list[dict[str, Any]]:
    """The latest first."""
    rows = await db.fetch(_HISTORY, partner, most)
    return [{**row, "before": _read(row["before"]), "after": _read(row["after"])} for row in rows]


async def languages(db: Db, partners: Sequence[str] | None) -> list[str]:
    """That these libraries say they answer in, or all of the network."""
    return [row["language"] for row in await db.fetch(_LANGUAGES, partners)]


async def is_known(db: Db) -> bool:
    """Whether the directory was ever told."""
    return bool(await db.fetchval(_IS_KNOWN))


async def came_since(db: Db, partner: str, moment: datetime) -> bool:
    """Whether the directory has had it only since then, and nobody works there yet."""
    return bool(await db.fetchval(_CAME_SINCE, partner, moment))


async def requests(db: Db, partner: str, since: datetime) -> list[Record]:
    """Changes of this library that were asked for: all under way, and the rest since then."""
    return await db.fetch(_REQUESTS, partner, since)


def _json(record: Mapping[str, Any] | None) -> str | None:
    return None if record is None else orjson.dumps(record).decode()


def _read(text: str | None) -> dict[str, Any] | None:
    read: dict[str, Any] | None = orjson.loads(text) if text else None
    return read

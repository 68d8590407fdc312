"""What each part of a choice weighs and every change of it, as the router tells them, and what was tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db

KEPT_FOR = timedelta(days=7)
"""What was tried: long enough to talk about it."""

_KEEP = """
INSERT INTO weights_change (version, at, actor, reason, before, after)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb) ON CONFLICT DO NOTHING
"""

_HISTORY = """
SELECT version, at, actor, reason, before::text AS before, after::text AS after FROM weights_change
ORDER BY version DESC LIMIT $1
"""

_IS_KNOWN = "SELECT EXISTS (SELECT FROM weights_change)"

_TRY = """
INSERT INTO weights_trial (id, asked_at, version, weights) VALUES ($1, $2, $3, $4::text::jsonb)
ON CONFLICT DO NOTHING RETURNING id
"""

_TELL = """
UPDATE weights_trial SET told_at = $2, data = $3::text::jsonb
WHERE id = $1 AND (told_at IS NULL OR told_at < $2)
"""

_TRIAL = "SELECT version, weights::text AS weights, data::text AS data FROM weights_trial WHERE id = $1"

_FORGET = "DELETE FROM weights_trial WHERE asked_at < $1"

_HEADINGS = "SELECT id, heading, language FROM question WHERE id = ANY($1::uuid[])"

_REQUESTS = """
SELECT r.id, r.question, r.type, NULL AS about, r.asked_at, r.state, r.reason, r.field, r.value, r.person,
    p.name, NULL AS heading
FROM request r LEFT JOIN person p ON p.id = r.person
WHERE r.partner = '' AND r.type = 'weights_change.requested' AND (r.state = 'under_way' OR r.asked_at > $1)
ORDER BY r.asked_at DESC, r.id LIMIT 5
"""


async def keep(
    db: Db, version: int, at: datetime, by: tuple[str, str | None], before: Any, after: Mapping[str, float]
) -> None:
    """Once, in whatever order they come. `by`: whose change, and why."""
    await db.execute(_KEEP, version, at, *by, None if before is None else _json(before), _json(after))


async def history(db: Db, most: int) -> list[dict[str, Any]]:
    """The latest first; that one says how it is now."""
    rows = await db.fetch(_HISTORY, most)
    return [{**row, "before": _read(row["before"]), "after": _read(row["after"])} for row in rows]


async def is_known(db: Db) -> bool:
    """Whether the weights were ever told."""
    return bool(await db.fetchval(_IS_KNOWN))


async def begin_trial(db: Db, id_: UUID, now: datetime, version: int, weights: Mapping[str, float]) -> bool:
    """False where it began before."""
    return await db.fetchval(_TRY, id_, now, version, _json(weights)) is not None


async def tell_trial(db: Db, id_: UUID, at: datetime, told: Mapping[str, Any]) -> None:
    """The later word counts; of a trial that is forgotten nothing is kept."""
    await db.execute(_TELL, id_, at, _json(told))


async def trial(db: Db, id_: UUID) -> dict[str, Any] | None:
    """Its weights, the version that was looked at, and as in `weights.simulated` what came of it, or None."""
    row = await db.fetchrow(_TRIAL, id_)
    return None if row is None else {**row, "weights": _read(row["weights"]), "data": _read(row["data"])}


async def forget_trials(db: Db, now: datetime) -> None:
    await db.execute(_FORGET, now - KEPT_FOR)


async def headings(db: Db, questions: Sequence[UUID]) -> dict[str, Record]:
    return {str(row["id"]): row for row in await db.fetch(_HEADINGS, questions)}


async def requests(db: Db, since: datetime) -> list[Record]:
    """Changes of weights that were asked for: all under way, and the rest since then."""
    return await db.fetch(_REQUESTS, since)


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _read(text: str | None) -> dict[str, Any] | None:
    read: dict[str, Any] | None = orjson.loads(text) if text else None
    return read

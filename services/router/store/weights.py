"""What each part of a choice weighs: now, every change of it, and the choices it is tried on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import orjson
from asyncpg import Record

from services.chassis.postgres.database import Db
from services.router.domain.routing.routing_request import Weights
from services.router.domain.routing.weights_trial import PastDecision
from services.router.store.rows import past_decision_from, weights_from

_HELD = "SELECT weights::text AS weights, weights_version FROM network FOR UPDATE"

_NOW = "SELECT weights::text FROM network"

_SAVE = "UPDATE network SET weights = $1::text::jsonb, weights_version = $2"

_NOTE = """
INSERT INTO weights_change (version, changed_at, actor, reason, before, after)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb)
"""

_HISTORY = """
SELECT version, changed_at, actor, reason, before::text AS before, after::text AS after
FROM weights_change ORDER BY version
"""

# One copy at a time, so that they are told in their order.
_UNTOLD = """
SELECT version, changed_at, actor, reason, before::text AS before, after::text AS after
FROM weights_change WHERE told_at IS NULL ORDER BY version FOR UPDATE
"""

_TOLD = "UPDATE weights_change SET told_at = $2 WHERE version = ANY($1::bigint[])"

_FORGET_TOLD = "UPDATE weights_change SET told_at = NULL WHERE told_at IS NOT NULL"

# Whom each question was given to first; what followed (a refusal, a late answer) followed from that. How long
# it was theirs says how long it would have been another's.
_FIRST_DECISIONS = """
SELECT d.question, d.decided_at, d.chosen, d.account::text AS account, a.ended_at
FROM decision d
LEFT JOIN assignment a ON a.question = d.question AND a.partner = d.chosen AND a.opened_at = d.decided_at
WHERE d.chosen IS NOT NULL AND d.account ? 'weights'
    AND NOT EXISTS (SELECT FROM decision e WHERE e.question = d.question AND e.id < d.id)
ORDER BY d.id DESC LIMIT $1
"""


async def held(db: Db) -> tuple[Weights, int]:
    """With their version; from here to the commit, no other copy decides anything."""
    row = await db.fetchrow(_HELD)
    if row is None:
        raise LookupError("table network is empty; it must hold its one row")
    return weights_from(row["weights"]), row["weights_version"]


async def now(db: Db) -> Weights:
    return weights_from(await db.fetchval(_NOW))


async def save(
    db: Db, version: int, before: Weights, after: Weights, by: tuple[str, str | None, datetime]
) -> None:
    """`by`: whose change, why and when."""
    actor, reason, moment = by
    await db.execute(_SAVE, _json(after), version)
    await db.execute(_NOTE, version, moment, actor, reason, _json(before), _json(after))


async def history(db: Db) -> list[Record]:
    return await db.fetch(_HISTORY)


async def untold(db: Db) -> list[Record]:
    """Changes that nobody was told of yet, in their order."""
    return await db.fetch(_UNTOLD)


async def told(db: Db, versions: Sequence[int], moment: datetime) -> None:
    await db.execute(_TOLD, versions, moment)


async def forget_told(db: Db) -> None:
    """As if nobody had been told of any."""
    await db.execute(_FORGET_TOLD)


async def first_decisions(db: Db, most: int) -> list[PastDecision]:
    """The last ones, the earliest first."""
    return [past_decision_from(row) for row in reversed(await db.fetch(_FIRST_DECISIONS, most))]


def _json(weights: Weights) -> str:
    return orjson.dumps(asdict(weights)).decode()

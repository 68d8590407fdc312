"""SQL around the facts of questions' lives that this service announced: kept to be told again.

Written in the transaction that announces them, without what the workspace may not write down. The outbox
forgets what is published; this does not, until an asker is forgotten: then what people wrote goes from all
that was announced of their question, and from what comes later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.chassis.postgres.database import Db
from services.contracts.links.kept import PERSONAL

KEEP = """
INSERT INTO announced (question, event, type, at, data)
SELECT question, event, type, at, CASE WHEN EXISTS (
    SELECT FROM announced known WHERE known.question = told.question AND known.event = ''
) THEN data - $13::text[] ELSE data END
FROM unnest($8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::jsonb[])
    AS told (question, event, type, at, data)
"""
"""Written by the outbox in one statement with its own rows, whose parameters come first."""

_FORGET = "UPDATE announced SET data = data - $2::text[] WHERE question = $1 AND data ?| $2::text[]"

_MARK = """
INSERT INTO announced (question, event, type, at, data) VALUES ($1, '', '', $2, '{}') ON CONFLICT DO NOTHING
"""

_PAGE = """
SELECT question, event, type, at, data::text AS data FROM announced
WHERE (question, event) > ($1, $2) AND type <> '' ORDER BY question, event LIMIT $3
"""

_TOLD = """
SELECT question, json_build_object('type', type, 'at', at, 'data', data)::text AS told FROM announced
WHERE question = ANY($1::uuid[]) AND type <> '' ORDER BY question, at, event
"""

_LEFT = "SELECT count(*) FROM announced WHERE question = ANY($1::uuid[]) AND data ?| $2::text[]"


@dataclass(frozen=True, slots=True)
class Announced:
    """One fact: its event's subject, id, type without version and time; its data as JSON."""

    question: UUID
    event: str
    type: str
    at: datetime
    data: str


def parameters(rows: Sequence[Announced]) -> tuple[Sequence[Any], ...]:
    """Of KEEP."""
    return (
        [row.question for row in rows],
        [row.event for row in rows],
        [row.type for row in rows],
        [row.at for row in rows],
        [row.data for row in rows],
        PERSONAL,
    )


async def forget(db: Db, question: UUID, now: datetime) -> None:
    """Of this question nothing that anybody wrote stays or is written down again."""
    await db.execute(_MARK, question, now)
    await db.execute(_FORGET, question, PERSONAL)


async def page(db: Db, question: UUID, event: str, most: int) -> list[Announced]:
    """What comes after this fact of this question, in the order of questions and ids."""
    return [Announced(**row) for row in await db.fetch(_PAGE, question, event, most)]


async def told(db: Db, questions: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """All that is kept here of them, for the asker to read."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in await db.fetch(_TOLD, questions):
        found.setdefault(row["question"], []).append(orjson.loads(row["told"]))
    return found


async def left(db: Db, questions: Sequence[UUID]) -> int:
    """Facts that still hold something that people wrote."""
    return int(await db.fetchval(_LEFT, questions, PERSONAL))

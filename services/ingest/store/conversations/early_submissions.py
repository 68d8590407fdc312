"""What partners' programs handed in about a question before it was known here that they are asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.chassis.messaging.incoming import IncomingMessage, attributes
from services.chassis.postgres.database import Db

_KEEP = """
INSERT INTO early_submission (question, partner, envelope, body, came_at)
SELECT $1, $2::text, $3, $4, $5 WHERE (SELECT count(*) FROM early_submission WHERE partner = $2::text) < $6
RETURNING true
"""

_HAND_OUT = """
WITH gone AS (
    DELETE FROM early_submission
    WHERE question = ANY($1::uuid[]) AND (question, partner) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
    RETURNING id, envelope, body
)
SELECT envelope, body FROM gone ORDER BY id
"""

_BACKLOG = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(came_at)), 0)::float8 FROM early_submission
"""

_DUE = "SELECT DISTINCT question FROM early_submission WHERE came_at < $1 LIMIT $2"

_TAKE_DUE = """
WITH gone AS (
    DELETE FROM early_submission WHERE question = ANY($1::uuid[]) AND came_at < $2
    RETURNING id, envelope, body
)
SELECT envelope, body FROM gone ORDER BY id
"""


async def keep(
    db: Db, question: UUID, partner: str, message: IncomingMessage, now: datetime, most: int
) -> bool:
    """False where so many of this partner's wait already."""
    row = (question, partner, _envelope(message), message.body, now)
    return bool(await db.fetchval(_KEEP, *row, most))


async def hand_out(db: Db, asked: Sequence[tuple[UUID, str]]) -> list[IncomingMessage]:
    """Take what these partners said, each of its question, in the order it came."""
    rows = await db.fetch(_HAND_OUT, [question for question, _ in asked], [partner for _, partner in asked])
    return _letters(rows)


async def backlog(db: Db) -> tuple[int, float]:
    """How many wait, and for how many seconds the oldest has."""
    row = await db.fetchrow(_BACKLOG)
    return (row[0], row[1]) if row else (0, 0.0)


async def due(db: Db, before: datetime, most: int) -> list[UUID]:
    """Questions about which something has waited since before this moment."""
    return [row["question"] for row in await db.fetch(_DUE, before, most)]


async def take_due(db: Db, questions: Sequence[UUID], before: datetime) -> list[IncomingMessage]:
    """Take it, in the order it came."""
    return _letters(await db.fetch(_TAKE_DUE, questions, before))


def _envelope(message: IncomingMessage) -> str:
    """JSON of all but the body; of the headers those that say something of the event."""
    headers = {name: _text(value) for name, value in attributes(message.headers).items()}
    said = (message.exchange, message.routing_key, message.content_type, message.message_id)
    return json.dumps([*said, headers])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _letters(rows: Iterable[Record | Mapping[str, Any]]) -> list[IncomingMessage]:
    return [_message(json.loads(row["envelope"]), row["body"]) for row in rows]


def _message(envelope: list[Any], body: bytes) -> IncomingMessage:
    exchange, routing_key, content_type, message_id, headers = envelope
    return IncomingMessage(exchange, routing_key, content_type, message_id, body, headers, kept=True)

"""SQL around the learned subjects: one named function per query, constant text."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Record

from services.chassis.postgres.database import Db

_NEWEST = "SELECT max(version) FROM subject_model"

_MODEL = "SELECT model FROM subject_model WHERE version = $1"

_SAVE = """
INSERT INTO subject_model (learned_at, actor, examples, quality, model) VALUES ($1, $2, $3, $4, $5)
"""

# Only what a respondent confirmed, and what the asker let stand.
_PAST = "SELECT text, learned FROM question WHERE learned IS NOT NULL AND text IS NOT NULL ORDER BY id"


async def newest(db: Db) -> int | None:
    version: int | None = await db.fetchval(_NEWEST)
    return version


async def model(db: Db, version: int) -> str:
    text: str = await db.fetchval(_MODEL, version)
    return text


async def save(db: Db, at: datetime, actor: str, examples: int, quality: str, model: str) -> None:
    await db.execute(_SAVE, at, actor, examples, quality, model)


async def past(db: Db) -> list[Record]:
    return await db.fetch(_PAST)

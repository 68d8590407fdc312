"""Everything the database knows about why a question went where it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.database import Db
from services.router import records, store
from services.router.domain.account import Told
from services.router.domain.life import Question


@dataclass(frozen=True, slots=True)
class Explained:
    question: Question
    received_at: datetime
    decisions: list[Told]
    history: list[Record]


async def explain(db: Db, id_: UUID) -> Explained | None:
    rows = await store.questions(db, [id_])
    if not rows:
        return None
    question = records.question_from(rows[0])
    decisions = [_told(decision) for decision in await store.decisions(db, id_)]
    received_at = datetime.fromisoformat(question.facets["received_at"])
    return Explained(question, received_at, decisions, await store.history(db, id_))


def _told(row: Record) -> Told:
    account = orjson.loads(row["account"])
    return Told(
        decided_at=row["decided_at"],
        chosen=row["chosen"],
        tier=account["tier"],
        eligible=account["eligible"],
        candidates=account["candidates"],
        excluded=account["excluded"],
    )

"""What came in, and what could not be understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.database import Db
from services.ingest.domain.intake import Submission

_ADD = """
INSERT INTO submission (door, key, digest, outcome, question, raw, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true
"""

_FIND = "SELECT digest, outcome, question FROM submission WHERE door = $1 AND key = $2"

_FORGET_RAW = "UPDATE submission SET raw = NULL WHERE raw IS NOT NULL AND received_at < $1"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of the submission that came first under this key."""

    digest: bytes
    outcome: str
    question: UUID | None


async def add(db: Db, submission: Submission, outcome: str, question: UUID | None) -> Earlier | None:
    """Note a submission; the earlier one when its key is known. A copy that comes meanwhile waits here."""
    row = (submission.digest, outcome, question, submission.raw, submission.received_at)
    if await db.fetchval(_ADD, submission.door, submission.key, *row):
        return None
    earlier = await db.fetchrow(_FIND, submission.door, submission.key)
    if earlier is None:
        raise RuntimeError(f"submission {submission.door}/{submission.key}: neither new nor known")
    return Earlier(earlier["digest"], earlier["outcome"], earlier["question"])


async def forget_raw(db: Db, before: datetime) -> None:
    await db.execute(_FORGET_RAW, before)


_QUARANTINE = """
INSERT INTO quarantine (door, key, reason, envelope_from, envelope_to, raw, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def quarantine(
    db: Db, submission: Submission, reason: str, envelope_from: str | None, envelope_to: Sequence[str]
) -> None:
    await db.execute(
        _QUARANTINE,
        submission.door,
        submission.key,
        reason,
        envelope_from,
        list(envelope_to),
        submission.raw,
        submission.received_at,
    )

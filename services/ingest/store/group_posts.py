"""Posts of a group that a person entered: the answers go back to that desk, to be pasted under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_ADD = "INSERT INTO group_post (question, partner, url) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"

_TO_DO = """
SELECT post.question, post.url, question.text, question.received_at, ending.body AS answer
FROM group_post post JOIN question ON question.id = post.question
LEFT JOIN ended AS ending ON ending.question = post.question
WHERE post.partner = $1 AND post.posted_at IS NULL
    AND question.withdrawn_at IS NULL AND question.erased_at IS NULL
    AND (ending.how IS NULL OR ending.how = 'answered')
ORDER BY ending.question IS NULL, question.received_at LIMIT $2
"""

_POSTED = """
UPDATE group_post SET posted_at = $3
FROM ending WHERE group_post.question = $1 AND partner = $2 AND posted_at IS NULL
    AND ending.question = group_post.question AND ending.how = 'answered'
RETURNING ending.body
"""


@dataclass(frozen=True, slots=True)
class GroupPost:
    """`answer` is JSON; None while the question is looked up."""

    question: UUID
    url: str | None
    text: str
    received_at: datetime
    answer: str | None


async def add(db: Db, question: UUID, partner: str, url: str | None) -> None:
    await db.execute(_ADD, question, partner, url)


async def to_do(db: Db, partner: str, most: int = 50) -> list[GroupPost]:
    """What this desk has still to paste, then what it waits for; the oldest first."""
    return [GroupPost(**row) for row in await db.fetch(_TO_DO, partner, most)]


async def posted(db: Db, question: UUID, partner: str, now: datetime) -> str | None:
    """The answer that is out now, as JSON; None when there is none, or it was posted before."""
    body: str | None = await db.fetchval(_POSTED, question, partner, now)
    return body

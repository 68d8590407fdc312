"""What our mails said, as it is known again in the replies to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

# Who is forgotten meanwhile is waited for, so that nothing of a forgotten question is remembered again.
_ADD = """
INSERT INTO sent_mail (delivery_id, question, role, digest, kind, fingerprint, sent_at)
SELECT given.delivery_id, given.question, given.role, given.digest, given.kind, given.fingerprint,
    given.sent_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
    AS given (delivery_id, question, role, digest, kind, fingerprint, sent_at)
JOIN (
    SELECT id FROM question WHERE id = ANY($2::uuid[]) AND erased_at IS NULL ORDER BY id FOR SHARE
) AS known ON known.id = given.question
ON CONFLICT DO NOTHING
"""

_TO = """
SELECT delivery_id, question, role, digest, kind, fingerprint, sent_at FROM sent_mail
WHERE question = $1 AND role = $2 AND digest = $3 ORDER BY sent_at DESC LIMIT $4
"""

_OF_DELIVERIES = """
SELECT question, role FROM sent_mail WHERE delivery_id = ANY($1::uuid[]) ORDER BY sent_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class StoredSentMail:
    """`role` and `digest` say to whom, as in a signed link; `fingerprint`: see `contracts/marks.py`."""

    delivery_id: UUID
    question: UUID
    role: str
    digest: str
    kind: str
    fingerprint: str
    sent_at: datetime


async def add(db: Db, mails: Sequence[StoredSentMail]) -> None:
    """Each once, however often it is heard; none about a question whose asker is forgotten."""
    await db.execute(
        _ADD,
        [mail.delivery_id for mail in mails],
        [mail.question for mail in mails],
        [mail.role for mail in mails],
        [mail.digest for mail in mails],
        [mail.kind for mail in mails],
        [mail.fingerprint for mail in mails],
        [mail.sent_at for mail in mails],
    )


async def to(db: Db, question: UUID, role: str, digest: str, most: int) -> list[StoredSentMail]:
    """The latest first."""
    return [StoredSentMail(**row) for row in await db.fetch(_TO, question, role, digest, most)]


async def thread_of(db: Db, deliveries: Sequence[UUID]) -> tuple[UUID, str] | None:
    """What the latest of these mails was about, and whom it went to: asker or partner."""
    row = await db.fetchrow(_OF_DELIVERIES, list(deliveries))
    return (row["question"], row["role"]) if row else None

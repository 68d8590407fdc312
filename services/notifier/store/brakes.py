"""What was sent unasked within a day, by keyed hashes of mailboxes: for counting, never for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.postgres.database import Db

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('sesame mail sent unasked', 0))"

_COUNT = """
SELECT mailbox, kind, count(*) AS number FROM unasked_mail
WHERE mailbox = ANY ($1::bytea[]) AND sent_at > $2 AND delivery <> ALL ($3::uuid[]) GROUP BY 1, 2
"""

_ALL = "SELECT count(*) FROM unasked_mail WHERE sent_at > $1 AND delivery <> ALL ($2::uuid[])"

_NOTE = """
WITH old AS (DELETE FROM unasked_mail WHERE sent_at < $5)
INSERT INTO unasked_mail (delivery, mailbox, kind, sent_at)
SELECT delivery, mailbox, kind, $4 FROM unnest($1::uuid[], $2::bytea[], $3::text[]) AS sent (delivery,
mailbox, kind) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Unasked:
    """One mail that a machine sends, without anybody's word in it. `mailbox`: a keyed hash."""

    delivery: UUID
    mailbox: bytes
    kind: str


async def alone(db: Db) -> None:
    """Nobody else counts or notes before this transaction ends."""
    await db.execute(_ALONE)


async def counted(db: Db, mails: Sequence[Unasked], since: datetime) -> dict[tuple[bytes, str], int]:
    """(mailbox, kind) → how many others went there since then."""
    rows = await db.fetch(_COUNT, [one.mailbox for one in mails], since, [one.delivery for one in mails])
    return {(row["mailbox"], row["kind"]): row["number"] for row in rows}


async def counted_in_all(db: Db, mails: Sequence[Unasked], since: datetime) -> int:
    """How many others went to anybody since then."""
    return int(await db.fetchval(_ALL, since, [one.delivery for one in mails]))


async def note(db: Db, mails: Sequence[Unasked], now: datetime, forget_before: datetime) -> None:
    """They go now; what is older than the day that counts is forgotten."""
    columns = ([one.delivery for one in mails], [one.mailbox for one in mails], [one.kind for one in mails])
    await db.execute(_NOTE, *columns, now, forget_before)

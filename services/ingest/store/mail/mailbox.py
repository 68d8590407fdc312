"""How far the mailbox was read by IMAP. A UID means something beside its UIDVALIDITY only (RFC 9051)."""

from __future__ import annotations

from services.chassis.postgres.database import Db

_LAST = "SELECT last_uid FROM mailbox WHERE name = $1 AND validity = $2"

_MOVE = """
INSERT INTO mailbox (name, validity, last_uid) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET validity = excluded.validity, last_uid = excluded.last_uid
WHERE mailbox.validity <> excluded.validity OR mailbox.last_uid < excluded.last_uid
"""

_TRIED = """
INSERT INTO mailbox_attempt (name, validity, uid, attempts) VALUES ($1, $2, $3, 1)
ON CONFLICT (name, validity, uid) DO UPDATE SET attempts = mailbox_attempt.attempts + 1
RETURNING attempts
"""

_UNTRIED = """
UPDATE mailbox_attempt SET attempts = attempts - 1 WHERE name = $1 AND validity = $2 AND uid = $3
"""

_FORGET_ATTEMPTS = "DELETE FROM mailbox_attempt WHERE name = $1 AND (validity <> $2 OR uid = $3)"


async def last_uid(db: Db, name: str, validity: int) -> int | None:
    """None when this mailbox was never read, or its UIDs began anew."""
    last: int | None = await db.fetchval(_LAST, name, validity)
    return last


async def move(db: Db, name: str, validity: int, uid: int) -> None:
    await db.execute(_MOVE, name, validity, uid)


async def done(db: Db, name: str, validity: int, uid: int) -> None:
    """Nothing more is tried with this mail."""
    await db.execute(_FORGET_ATTEMPTS, name, validity, uid)


async def tried(db: Db, name: str, validity: int, uid: int) -> int:
    """Count one more attempt; how many there were."""
    return int(await db.fetchval(_TRIED, name, validity, uid))


async def untried(db: Db, name: str, validity: int, uid: int) -> None:
    """Take back an attempt that says nothing of the mail."""
    await db.execute(_UNTRIED, name, validity, uid)

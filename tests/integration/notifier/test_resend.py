"""What a lost queue held goes out once more, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from services.notifier.store import delivery_upkeep
from tests.support.servers import Database

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


async def asked(
    db: asyncpg.Connection[asyncpg.Record], partner: str, *, way: str = "queue", ended: str | None = None
) -> UUID:
    """A question that this partner was sent; gives the delivery's id."""
    question, assignment, delivery = uuid4(), uuid4(), uuid4()
    await db.execute(
        "INSERT INTO question (id, text, facets, attachments, publish_consent, asker, ended)"
        " VALUES ($1, 'Où ?', '{}', '[]', false, '{}', $2)",
        question,
        ended,
    )
    await db.execute(
        "INSERT INTO assignment (id, question_id, partner, partner_name, way, address, attempt, due_at,"
        " promise_at, reasons) VALUES ($1, $2, $3, $3, $4, 'x', 1, $5, $5, '[]')",
        assignment,
        question,
        partner,
        way,
        NOW,
    )
    await db.execute(
        "INSERT INTO delivery (id, question_id, kind, way, destination, assignment_id, state, attempts,"
        " decided_at, next_at, done_at) VALUES ($1, $2, 'assigned', $3, $4, $5, 'sent', 1, $6, $6, $6)",
        delivery,
        question,
        way,
        partner,
        assignment,
        LONG_AGO,
    )
    return delivery


async def test_what_is_open_by_queue_and_webhook_goes_out_again_under_its_id(database: Database) -> None:
    db = await asyncpg.connect(database("notifier"))
    queued, hooked = await asked(db, "lyon"), await asked(db, "lyon", way="webhook")
    await asked(db, "lyon", way="mail")
    await asked(db, "lyon", ended="withdrawn")
    await asked(db, "brest")
    assert await delivery_upkeep.send_open_again(db, NOW, "lyon") == {"lyon": 2}
    rows = await db.fetch("SELECT id, attempts, next_at FROM delivery WHERE state = 'waiting'")
    await db.close()
    assert {row["id"] for row in rows} == {queued, hooked}
    assert {(row["attempts"], row["next_at"]) for row in rows} == {(0, NOW)}


async def test_without_a_name_all_partners_get_theirs(database: Database) -> None:
    db = await asyncpg.connect(database("notifier"))
    await asked(db, "lyon")
    await asked(db, "brest")
    assert await delivery_upkeep.send_open_again(db, NOW, None) == {"brest": 1, "lyon": 1}
    assert await delivery_upkeep.send_open_again(db, NOW, None) == {}
    await db.close()

"""The network's term: so long after its end a question's asker is forgotten; what is still open stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.contracts.ingest import AskerErased, QuestionReceived
from services.ingest.handlers import retention
from tests.support.ingest_doors import Ingest, answered_by, hears, ingest, mail
from tests.support.servers import Database, VirtualHost

TERM = timedelta(days=365)
BY_HAND = {"retention_days": 10_000}
"""The look that ingest takes at its start finds nothing, however late it comes."""
MOVE_BACK = """
WITH ended AS (UPDATE ending SET ended_at = ended_at - $2::interval WHERE question = $1),
    came AS (UPDATE submission SET received_at = received_at - $2::interval WHERE question = $1)
UPDATE question SET received_at = received_at - $2::interval WHERE id = $1
"""
TEXT = "SELECT text FROM question WHERE id = $1"


async def asked(door: Ingest, number: int) -> UUID:
    await door.deliver(mail(f"Question {number} ?", Message_ID=f"<{number}@mail.example>"))
    return (await door.announced(QuestionReceived))[-1].subject


async def answered(door: Ingest, question: UUID) -> None:
    await hears(door, question, answered_by("lyon", at=datetime.now(UTC)))


async def age(door: Ingest, question: UUID, days: int) -> None:
    await door.running.chassis.pool.execute(MOVE_BACK, question, timedelta(days=days))


async def test_whose_term_has_passed_is_forgotten_and_nobody_else(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **BY_HAND) as door:
        old, young, still_open = [await asked(door, number) for number in (1, 2, 3)]
        for question in (old, young):
            await answered(door, question)
        await age(door, old, 370)
        await age(door, young, 300)
        await age(door, still_open, 370)
        begin = door.running.chassis.begin

        assert await retention.due(begin, TERM) == retention.Due(questions=1, still_open=1, held=0)
        assert await door.fetchval(TEXT, old) != ""

        assert await retention.run(begin, TERM) == retention.Due(questions=1, still_open=1, held=0)
        assert await retention.run(begin, TERM) == retention.Due(questions=0, still_open=1, held=0)
        assert [await door.fetchval(TEXT, question) == "" for question in (old, young, still_open)] == [
            True,
            False,
            False,
        ]
        (event,) = await door.announced(AskerErased)
    assert (event.subject, event.data.reason) == (old, "term")


async def test_what_was_forgotten_does_not_come_back_from_the_mailbox(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **BY_HAND) as door:
        question = await asked(door, 1)
        await answered(door, question)
        await age(door, question, 370)
        await retention.run(door.running.chassis.begin, TERM)
        assert await door.fetchval("SELECT count(*) FROM submission WHERE key LIKE '%mail.example%'") == 0
        await asked(door, 1)
        assert len(await door.announced(QuestionReceived)) == 1
        assert await door.fetchval("SELECT count(*) FROM question") == 1
        assert await door.fetchval("SELECT count(*) FROM submission WHERE raw IS NOT NULL") == 0


async def test_what_nobody_looked_at_is_dropped_after_the_term(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **BY_HAND) as door:
        await door.deliver(mail("", Subject=""))
        await door.running.chassis.pool.execute(
            "UPDATE quarantine SET received_at = received_at - $1::interval", 2 * TERM
        )
        await door.running.chassis.pool.execute(
            "UPDATE submission SET received_at = received_at - $1::interval", 2 * TERM
        )
        done = await retention.run(door.running.chassis.begin, TERM)
        left = await door.fetchval(
            "SELECT count(*) FROM submission WHERE raw IS NOT NULL OR key NOT LIKE 'erased:%'"
        )
    assert (done.held, left) == (1, 0)

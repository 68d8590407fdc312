"""A batch of events costs the notifier the same few statements, however many it holds."""

from __future__ import annotations

from uuid import uuid4

from tests.support.bench import letter_of
from tests.support.notifier_bench import SUBSCRIPTIONS
from tests.support.notifier_facts import answered, received, routed
from tests.support.servers import Database
from tests.support.statements import counting

LIVES = (1, 1, 30)
"""The first time the driver learns the types of the database, by queries of its own."""
DECIDED = """
SELECT question_id, kind, way, state FROM delivery WHERE question_id = ANY($1) ORDER BY kind, way
"""


async def test_thirty_questions_cost_as_many_statements_as_one(database: Database) -> None:
    counts = []
    async with counting(database("notifier"), "notifier") as (on, sent):
        handling = on.handling(SUBSCRIPTIONS)
        for number in LIVES:
            questions = [uuid4() for _ in range(number)]
            sent.clear()
            await handling.settle([letter_of(received(), one) for one in questions])
            await handling.settle([letter_of(routed(one), one) for one in questions])
            await handling.settle([letter_of(answered(one), one) for one in questions])
            counts.append(len(sent))
        decided = await on.pool.fetchval("SELECT count(*) FROM delivery WHERE kind = 'assigned'")
    assert counts[1] == counts[2]
    assert decided == sum(LIVES)


async def test_a_whole_life_in_one_batch_is_decided_as_in_three(database: Database) -> None:
    one, other = uuid4(), uuid4()
    async with counting(database("notifier"), "notifier") as (on, _):
        handling = on.handling(SUBSCRIPTIONS)
        life = [letter_of(fact, one) for fact in (received(), routed(one), answered(one))]
        await handling.settle(life)
        for fact in (received(), routed(other), answered(other)):
            await handling.settle([letter_of(fact, other)])
        rows = await on.pool.fetch(DECIDED, [one, other])
    assert [row[1:] for row in rows if row[0] == one] == [row[1:] for row in rows if row[0] == other]
    assert {row["kind"] for row in rows} >= {"acknowledgement", "assigned", "answer"}

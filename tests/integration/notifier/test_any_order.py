"""Any order and any duplication of the notifier's events ends in the same state and the same sendings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.vocabulary import Fact
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench, letter_of
from tests.support.notifier_bench import SUBSCRIPTIONS, WAYS, Outside, send_all
from tests.support.servers import Database

QUESTION = UUID("01935c2e-7a00-7000-8000-000000000001")

EMPTY = """
TRUNCATE archive_entry, archive_word, archive_list,
    question, assignment, overdue, release, answer, message, follow_up, delivery, silenced_address, inbox,
    outbox, waiting
"""

STATE = """
SELECT kind, way, destination, state, question_id, id, url FROM delivery
WHERE state <> 'cancelled' ORDER BY id
"""

HELD = "SELECT answer_id, state, question, answer FROM archive_entry ORDER BY answer_id"

BOTH_PARTNERS_LATE = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "mail"),
    made.reminded(QUESTION),
    made.reply_held(QUESTION),
    made.overdue(QUESTION, 1),
    made.routed(QUESTION, 2, "lyon", "queue"),
    made.overdue(QUESTION, 2),
    made.unroutable(),
    made.promise_broken(),
    made.followed_up(QUESTION),
    made.answered(QUESTION, 2, "lyon"),
    made.refused(QUESTION),
]
CLOSED_BY_HAND = [
    made.received(),
    made.routed(QUESTION, 1),
    made.followed_up(QUESTION),
    made.closed(),
]
RELEASABLE = [made.received(publish_consent=True), made.answered(QUESTION, publish_consent=True)]
REOPENED_AFTER_CLOSING = [
    made.received(publish_consent=True),
    made.routed(QUESTION, 1),
    made.followed_up(QUESTION),
    made.closed(),
    made.reopened(),
    made.routed(QUESTION, 2, "lyon", "mail"),
    made.reminded(QUESTION, 2, "lyon"),
    made.promise_broken(),
    made.answered(QUESTION, 2, "lyon", at=made.MOMENT + timedelta(hours=8), publish_consent=True),
]
REOPENED_AFTER_AN_ANSWER = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "mail"),
    made.answered(QUESTION, at=made.MOMENT + timedelta(hours=2)),
    made.reopened(),
    made.routed(QUESTION, 2, "lyon", "queue"),
    made.reminded(QUESTION, 2, "lyon"),
    made.answered(QUESTION, 2, "lyon", name="second", at=made.MOMENT + timedelta(hours=6)),
]
CLOSED_TWICE = [
    made.received(),
    made.routed(QUESTION, 1),
    made.closed(),
    made.reopened(),
    made.unroutable(),
    made.promise_broken(),
    made.promise_broken(made.PROMISE + timedelta(days=1)),
    made.closed(),
]
ASKED_BACK_TWICE = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "mail"),
    made.paused(QUESTION, 1),
    made.asker_reminded(QUESTION, 1),
    made.written(QUESTION, 1),
    made.resumed(QUESTION, 1, later=1),
    made.paused(QUESTION, 2),
    made.written(QUESTION, 2),
    made.resumed(QUESTION, 1, later=2),
    made.answered(QUESTION, at=made.MOMENT + timedelta(hours=9)),
]
NEVER_REPLIED = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "mail"),
    made.paused(QUESTION, 1),
    made.asker_reminded(QUESTION, 1),
    made.no_reply(QUESTION),
    made.written(QUESTION, 1),
    made.reopened_by("late_reply"),
    made.routed(QUESTION, 2, "bpi", "mail"),
    made.answered(QUESTION, 2, at=made.MOMENT + timedelta(hours=9)),
]
GOES_ON_AFTER_THE_ANSWER = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "mail"),
    made.answered(QUESTION, at=made.MOMENT + timedelta(hours=2)),
    made.written(QUESTION, 1),
    made.follow_up_routed(QUESTION, 1, 2),
    made.added(QUESTION, 1, attempt=2),
    made.added(QUESTION, 2, corrects=True),
    made.written(QUESTION, 2),
    made.follow_up_routed(QUESTION, 2, 3, "lyon", "queue"),
    made.overdue(QUESTION, 3),
    made.follow_up_unhandled(QUESTION, 2),
    made.reopened_by("asker", "Ce n'est pas le bon moulin."),
    made.routed(QUESTION, 4, "lyon", "queue"),
    made.answered(QUESTION, 4, "lyon", name="second", at=made.MOMENT + timedelta(hours=14)),
]
RESOLVED_BY_HAND = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "queue"),
    made.answered(QUESTION, at=made.MOMENT + timedelta(hours=2)),
    made.written(QUESTION, 1),
    made.follow_up_routed(QUESTION, 1, 2, "lyon", "queue"),
    made.resolved(QUESTION, 2, "lyon"),
]
SPAM = [
    made.received(),
    made.routed(QUESTION, 1, "bpi", "mail"),
    made.paused(QUESTION, 1),
    made.written(QUESTION, 1),
    made.spam(),
]
NO_ADDRESS = [made.received(asker=None), made.routed(QUESTION, 1), made.answered(QUESTION)]

LIVES = [
    BOTH_PARTNERS_LATE,
    CLOSED_BY_HAND,
    NO_ADDRESS,
    RELEASABLE,
    REOPENED_AFTER_CLOSING,
    REOPENED_AFTER_AN_ANSWER,
    CLOSED_TWICE,
    ASKED_BACK_TWICE,
    NEVER_REPLIED,
    GOES_ON_AFTER_THE_ANSWER,
    RESOLVED_BY_HAND,
    SPAM,
]


def hourly(number: int, fact: Fact) -> IncomingMessage:
    """The fact that is announced in this hour of the question's life."""
    time = made.MOMENT + timedelta(hours=number)
    return letter_of(fact, QUESTION, id_=str(uuid5(QUESTION, str(number))), time=time)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[IncomingMessage], list[IncomingMessage]]:
    """One life told once in order, and the same told in any order with repetitions."""
    life = list(enumerate(draw(st.sampled_from(LIVES))))
    kept = draw(st.lists(st.booleans(), min_size=len(life) - 1, max_size=len(life) - 1))
    facts = [life[0], *(fact for fact, keep in zip(life[1:], kept, strict=True) if keep)]
    letters = [hourly(number, fact) for number, fact in facts]
    again = draw(st.lists(st.sampled_from(letters), max_size=6))
    return letters, draw(st.permutations(letters + again))


async def told(on: Bench, letters: list[IncomingMessage], batch: int) -> tuple[Any, ...]:
    """State and sendings after hearing the letters, from empty tables."""
    await on.pool.execute(EMPTY)
    handling = on.handling(SUBSCRIPTIONS)
    for start in range(0, len(letters), batch):
        await handling.settle(letters[start : start + batch])
    outside = Outside()
    await send_all(on, dict.fromkeys(WAYS, outside))
    sent = sorted((one.id, one.kind, one.way, one.destination, reason(one)) for one in outside.taken)
    facts = sorted((event.type, event.data.way, event.data.answer_id) for event in await on.announced())
    state = [tuple(row) for row in await on.pool.fetch(STATE)]
    held = [tuple(row) for row in await on.pool.fetch(HELD)]
    return state, held, sent, facts, await on.dead()


def reason(delivery: Any) -> Any:
    """What a receiver would read that depends on how things stand."""
    assignment = delivery.assignment
    return (
        assignment and assignment.overdue,
        assignment and assignment.passed_on,
        delivery.answer and delivery.answer.id,
    )


@asynccontextmanager
async def notifier(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("notifier"), "notifier") as on:
        yield on


def test_any_order_and_duplication_sends_the_same(database: Database) -> None:
    with asyncio.Runner() as runner:
        context = notifier(database)
        on = runner.run(context.__aenter__())

        @settings(max_examples=25)
        @given(tellings(), st.integers(1, 8))
        def holds(told_twice: tuple[list[IncomingMessage], list[IncomingMessage]], batch: int) -> None:
            in_order, shuffled = told_twice
            assert runner.run(told(on, shuffled, batch)) == runner.run(told(on, in_order, 100))

        try:
            holds()
        finally:
            runner.run(context.__aexit__(None, None, None))

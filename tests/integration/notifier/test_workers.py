"""Promises of the workers: each delivery once, tried again, left to others by a crash, finished at stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import MailBounced
from services.contracts.links.signed_links import bounce_token, read_token
from services.contracts.notifier import SimilarFound
from services.notifier.domain.delivery import Failed, Sent, Similar
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.outcomes import AttemptOutcome, Outcomes, Roll
from services.notifier.sending.senders.similar_answers import WithSimilarAnswers
from services.notifier.sending.worker import DeliveryWorker, Pace
from services.notifier.store import claims
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench, letter_of
from tests.support.notifier_bench import KEYS, SUBSCRIPTIONS, Outside, at_work, nothing_waits, send_all
from tests.support.servers import Database
from tests.support.waiting import until

LEASE = timedelta(seconds=1)
STATES = "SELECT state, attempts, last_error FROM delivery WHERE kind = 'answer'"


@pytest.fixture
async def on(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("notifier"), "notifier") as on:
        yield on


async def answers(on: Bench, number: int) -> list[UUID]:
    """So many answers decided, for askers without an address of their own."""
    questions = [uuid4() for _ in range(number)]
    facts = [(made.received(asker=None), made.answered(question)) for question in questions]
    letters = [
        letter_of(fact, question) for question, pair in zip(questions, facts, strict=True) for fact in pair
    ]
    await on.handling(SUBSCRIPTIONS).settle(letters)
    return questions


@dataclass
class Slow:
    """Takes its time over the first of them, until told to go on."""

    first: int = 1_000
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    async def send(self, _delivery: DeliveryAttempt) -> Sent:
        self.begun += 1
        if self.begun <= self.first:
            await self.go_on.wait()
        return Sent()


async def test_several_copies_send_and_announce_each_answer_once(on: Bench) -> None:
    questions = await answers(on, 60)
    outside = Outside()
    async with at_work(on, {"page": outside}), at_work(on, {"page": outside}):
        await nothing_waits(on)
    assert sorted(one.question.id for one in outside.taken) == sorted(questions)
    assert sorted(event.subject for event in await on.announced()) == sorted(questions)


async def test_failure_is_tried_again_with_its_error_kept(on: Bench) -> None:
    await answers(on, 1)
    outside = Outside(answers={"answer": [Failed("away"), Failed("still away")]})
    await send_all(on, {"page": outside})
    row = await on.pool.fetchrow(STATES)
    assert row is not None
    assert (row["state"], row["attempts"]) == ("sent", 3)


async def test_what_the_asker_wrote_since_comes_after_the_question_however_often_that_is_tried(
    on: Bench,
) -> None:
    question = uuid4()
    facts = (made.received(), made.followed_up(question), made.routed(question))
    await on.handling(SUBSCRIPTIONS).settle([letter_of(fact, question) for fact in facts])
    outside = Outside(answers={"assigned": [Failed("away"), Failed("still away")]})
    await send_all(on, {"queue": outside, "mail": outside})
    to_library = [one.kind for one in outside.taken if one.way == "queue"]
    assert to_library == ["assigned", "follow_up"]


async def test_one_that_is_given_up_is_announced_and_told_to_the_coordinator_once(on: Bench) -> None:
    await answers(on, 1)
    outside = Outside(answers={"answer": [Failed("no such place", final=True)]})
    await send_all(on, {"page": outside, "mail": outside})
    [failed] = await on.announced()
    assert failed.type == "delivery.failed.v1"
    assert [one.kind for one in outside.taken] == ["failure"]


async def test_fault_in_a_sender_is_a_failure_and_no_end(on: Bench) -> None:
    await answers(on, 2)

    class Broken:
        tries = 0

        async def send(self, _delivery: DeliveryAttempt) -> Sent:
            self.tries += 1
            if self.tries <= 2:
                raise LookupError("a fault of ours")
            return Sent()

    await send_all(on, {"page": Broken()})
    assert len(await on.announced()) == 2


async def test_what_a_dead_copy_had_in_hand_is_sent_after_its_lease(on: Bench) -> None:
    await answers(on, 1)
    async with on.transactions.begin() as unit:
        [_taken] = await claims.claim(unit.db, "page", unit.now, 10, LEASE)
        before_its_end = unit.now + LEASE - timedelta(milliseconds=1)
        assert await claims.claim(unit.db, "page", before_its_end, 10, LEASE) == []
    outside = Outside()
    await send_all(on, {"page": outside})
    assert [one.attempts for one in outside.taken] == [2]


class Away(Outcomes):
    """Can't be reached, until told so."""

    away = True
    refused = 0

    async def record(self, unit: Unit, way: str, batch: Sequence[AttemptOutcome], roll: Roll) -> None:
        if self.away:
            self.refused += 1
            raise ConnectionError("the database is away")
        await super().record(unit, way, batch, roll)


async def test_what_was_sent_and_could_not_be_noted_is_not_sent_again_after_its_lease(on: Bench) -> None:
    await answers(on, 1)
    outside, outcomes = (
        Outside(),
        Away("coordination@network.example", DeliveryMetrics(CollectorRegistry())),
    )
    pace = Pace(at_once=3, attempt_seconds=0.2, lease=timedelta(seconds=0.3))
    worker = asyncio.create_task(DeliveryWorker("page", outside, pace, on.transactions.begin, outcomes).run())
    await until(lambda: outcomes.refused >= 5)  # growing waits: the lease ran out, it looked again
    outcomes.away = False
    await nothing_waits(on)
    worker.cancel()
    await asyncio.wait((worker,))
    assert len(outside.taken) == 1


async def test_stopping_finishes_and_notes_what_is_in_hand(on: Bench) -> None:
    await answers(on, 5)
    slow = Slow()
    async with at_work(on, {"page": slow}):
        await until(lambda: slow.begun == 5)
        asyncio.get_running_loop().call_later(0.2, slow.go_on.set)
    assert len(await on.announced()) == 5


async def test_no_more_is_claimed_than_can_be_tried_at_once(on: Bench) -> None:
    await answers(on, 10)
    slow = Slow()
    pace = Pace(at_once=3, attempt_seconds=60.0, lease=timedelta(seconds=120))
    async with at_work(on, {"page": slow}, pace):
        await until(lambda: slow.begun == 3)
        untouched = await on.pool.fetchval("SELECT count(*) FROM delivery WHERE attempts = 0")
        slow.go_on.set()
    assert untouched == 7


async def test_slow_receivers_hold_their_own_places_and_no_others(on: Bench) -> None:
    await answers(on, 8)
    slow = Slow(first=3)
    pace = Pace(at_once=4, attempt_seconds=60.0, lease=timedelta(seconds=120))
    async with at_work(on, {"page": slow}, pace):
        await until(lambda: slow.begun == 8)
        slow.go_on.set()


ASKER = "lectrice@asker.example"


def at_path(token: str) -> str:
    """What ingest reads in the return path."""
    link = read_token(KEYS, token)
    assert link is not None
    return link.digest


async def test_address_that_bounced_for_good_is_never_written_to_again(on: Bench) -> None:
    question = uuid4()
    digest = at_path(bounce_token(KEYS, question, ASKER.title()))
    bounce = MailBounced(address_digest=digest, permanent=True, status="5.1.1")
    facts = (made.received(), made.answered(question), bounce)
    await on.handling(SUBSCRIPTIONS).settle([letter_of(fact, question) for fact in facts])
    async with on.transactions.begin() as unit:
        due = await claims.claim(unit.db, "mail", unit.now, 10, timedelta(0))
        due = await MailBrakes(KEYS, DeliveryMetrics(CollectorRegistry())).marked(unit, due)
    assert [one.silenced for one in due] == [True]
    kept = await on.pool.fetchval("SELECT silenced_address::text FROM silenced_address")
    assert "asker.example" not in kept.lower()
    assert "5.1.1" in kept


async def test_passing_bounce_silences_nobody(on: Bench) -> None:
    question = uuid4()
    bounce = MailBounced(address_digest=at_path(bounce_token(KEYS, question, ASKER)), permanent=False)
    await on.handling(SUBSCRIPTIONS).settle([letter_of(bounce, question)])
    assert await on.pool.fetchval("SELECT count(*) FROM silenced_address") == 0


async def test_what_a_library_was_shown_is_announced_for_its_page(on: Bench) -> None:
    async def similar(_text: str) -> tuple[Similar, ...]:
        return (Similar("Les moulins de Givors ?", "https://archive.example/a/7"),)

    question = uuid4()
    facts = (made.received(), made.routed(question, way="mail"))
    await on.handling(SUBSCRIPTIONS).settle([letter_of(fact, question) for fact in facts])
    await send_all(on, {"mail": WithSimilarAnswers(Outside(), similar)})
    [found] = [event.data for event in await on.announced() if isinstance(event.data, SimilarFound)]
    assert found.partner.id == "bpi"
    assert [one.url for one in found.similar] == ["https://archive.example/a/7"]

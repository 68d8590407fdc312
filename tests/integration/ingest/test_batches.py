"""A batch of partners' events costs ingest the same few statements, however many it holds."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from services.chassis.clock import SystemClock
from services.chassis.http.client_addresses import ClientAddresses
from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.ingest.domain.limits import Limit
from services.ingest.entrypoints.http.limits import Limits
from services.ingest.entrypoints.partner_inbox import PartnerReader
from services.ingest.entrypoints.subscriptions import SUBSCRIPTIONS
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Intake
from services.ingest.store.conversations.questions import QuestionEnding
from services.ingest.store.session import session_of, written
from tests.support.bench import Bench, bench, letter_of
from tests.support.ingest_doors import KEYS, answered_by, routed_to
from tests.support.servers import Database
from tests.support.statements import counting

NUMBERS = (1, 1, 30)
"""The first time the driver learns the types of the database, by queries of its own."""


@pytest.fixture
def reader() -> PartnerReader:
    limit = Limit(per_hour=1e9, burst=1_000_000)
    limits = Limits(
        SystemClock(),
        address=limit,
        partner=limit,
        megabytes=limit,
        callers=ClientAddresses((), CollectorRegistry()),
        exempt=(),
    )
    intake = Intake("http://sesame.example", KEYS, "reply@sesame.example")
    return PartnerReader(intake, limits, Caps(1_000_000, 1_000_000))


def submitted(wire: str, text: str, question: UUID | None = None, id_: str | None = None) -> IncomingMessage:
    event = {
        "specversion": "1.0",
        "id": id_ or str(uuid4()),
        "source": "/desk",
        "type": wire,
        "data": {"text": text},
    }
    if question is not None:
        event["subject"] = str(question)
    key = f"partner.lyon.{wire}"
    return IncomingMessage(topology.INBOX, key, "application/json", "m", json.dumps(event).encode())


def ask(text: str, id_: str | None = None) -> IncomingMessage:
    return submitted("question.submitted.v1", text, id_=id_)


def answer(question: UUID, id_: str | None = None) -> IncomingMessage:
    return submitted("answer.submitted.v1", "Au bord du Rhône.", question, id_)


async def received(on: Bench) -> list[UUID]:
    return [one.subject for one in await on.announced() if isinstance(one.data, QuestionReceived)]


async def test_thirty_answers_cost_as_many_as_one(database: Database, reader: PartnerReader) -> None:
    counts = []
    async with counting(database("ingest"), "ingest") as (on, sent):
        handling = on.handling(SUBSCRIPTIONS, {topology.INBOX: reader})
        for number in NUMBERS:
            known = set(await received(on))
            sent.clear()
            await handling.settle([ask(f"Où est le moulin {place} ?") for place in range(number)])
            asked = len(sent)
            questions = sorted(set(await received(on)) - known)
            sent.clear()
            await handling.settle([letter_of(routed_to("lyon"), one) for one in questions])
            await handling.settle([answer(one) for one in questions])
            await handling.settle([letter_of(answered_by("lyon"), one) for one in questions])
            counts.append(asked + len(sent))
        answers = [one for one in await on.announced() if isinstance(one.data, AnswerReceived)]
    assert counts[1] == counts[2]
    assert len(answers) == sum(NUMBERS)


async def test_the_same_twice_in_a_batch_is_accepted_once(database: Database, reader: PartnerReader) -> None:
    async with bench(database("ingest"), "ingest") as on:
        handling = on.handling(SUBSCRIPTIONS, {topology.INBOX: reader})
        await handling.settle([ask("Où est le moulin ?", "q"), ask("Où est le moulin ?", "q")])
        (question,) = await received(on)
        routed = letter_of(routed_to("lyon"), question)
        await handling.settle([answer(question, "a"), routed, answer(question, "a")])
        facts = [type(one.data) for one in await on.announced()]
        told = await on.pool.fetchval("SELECT count(*) FROM outbox WHERE exchange = $1", topology.PARTNERS)
    assert facts == [QuestionReceived, AnswerReceived]
    assert told == 4


async def test_what_changed_is_read_again_once_it_is_written(
    database: Database, reader: PartnerReader
) -> None:
    async with bench(database("ingest"), "ingest") as on:
        await on.handling(SUBSCRIPTIONS, {topology.INBOX: reader}).settle([ask("Où est le moulin ?")])
        (question,) = await received(on)
        async with on.transactions.begin(question) as unit:
            session = session_of(unit)
            before = await session.question(question)
            session.end(question, QuestionEnding("answered", "{}", unit.now))
            await written(unit)
            after = await session.question(question)
    assert before is not None
    assert after is not None
    assert (before.open, after.open) == (True, False)


async def test_the_same_at_two_copies_at_once_is_accepted_once(
    database: Database, reader: PartnerReader
) -> None:
    """The copy that comes later finds fewer rows written than it gathered, and does its batch again."""
    async with bench(database("ingest"), "ingest") as one, bench(database("ingest"), "ingest") as other:
        batch = [ask(f"Où est le moulin {place} ?", f"q{place}") for place in range(20)]
        handlings = [on.handling(SUBSCRIPTIONS, {topology.INBOX: reader}) for on in (one, other)]
        await asyncio.gather(*(handling.settle(batch) for handling in handlings))
        assert len(await received(one)) == len(batch)
        told = await one.pool.fetchval("SELECT count(*) FROM outbox WHERE exchange = $1", topology.PARTNERS)
    assert told == 2 * len(batch)

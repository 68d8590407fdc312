"""One transaction per batch: handled once, neighbours unharmed, nothing lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.chassis.errors import Poison, TooEarly
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.envelope import Event
from services.contracts.ingest import QuestionRated, QuestionReceived
from services.contracts.vocabulary import Facets
from tests.support.bench import MOMENT, Bench, bench, letter_of
from tests.support.servers import Database

QUESTION = UUID("019ab3c0-7c00-7d4e-9a51-2f6f0c1e5a10")
RATED = QuestionRated(stars=4)
RECEIVED = QuestionReceived(text="Où ?", facets=Facets(channel="form", received_at=MOMENT))


@pytest.fixture
async def on(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("metrics"), "metrics") as made:
        yield made


class Handlers:
    """Writes down what it handles; fails where it is told to."""

    def __init__(self) -> None:
        self.done: list[Event[Any]] = []
        self.failures: dict[int, Exception] = {}
        self.here: set[UUID] = set()

    async def rated(self, unit: Unit, event: Event[QuestionRated]) -> None:
        if (failure := self.failures.get(event.data.stars)) is not None:
            raise failure
        if self.here and event.subject not in self.here:
            raise TooEarly(event.subject)
        unit.announce(RATED, question=event.subject)
        self.done.append(event)

    async def received(self, unit: Unit, event: Event[QuestionReceived]) -> None:
        self.here.add(event.subject)
        await unit.arrived(event.subject)

    @property
    def subscriptions(self) -> dict[Any, Any]:
        return {QuestionRated: self.rated, QuestionReceived: self.received}


async def test_the_same_event_twice_is_handled_once(on: Bench) -> None:
    handlers = Handlers()
    handling = on.handling(handlers.subscriptions)
    letter = letter_of(RATED, QUESTION)
    await handling.settle([letter, letter])
    await handling.settle([letter])
    assert len(handlers.done) == 1
    assert len(await on.announced()) == 1


async def test_the_same_id_from_another_source_is_another_event(on: Bench) -> None:
    handlers = Handlers()
    letters = [letter_of(RATED, QUESTION, id_="1", source=f"/partners/{name}") for name in ("lyon", "brest")]
    await on.handling(handlers.subscriptions).settle(letters)
    assert len(handlers.done) == 2


async def test_one_bad_event_harms_no_neighbour(on: Bench) -> None:
    handlers = Handlers()
    handlers.failures = {1: Poison("one star is not a thing"), 2: ZeroDivisionError("division by zero")}
    letters = [letter_of(QuestionRated(stars=stars), uuid4()) for stars in (5, 1, 4, 2, 3)]
    await on.handling(handlers.subscriptions).settle(letters)
    announced = {event.subject for event in await on.announced()}
    assert len(announced) == 3
    assert [(dead["x-sesame-reason"], dead["x-sesame-handler"]) for dead in await on.dead()] == [
        ("one star is not a thing", "question.rated"),
        ("ZeroDivisionError: division by zero", "question.rated"),
    ]


@pytest.mark.parametrize(
    "body", [b"\x80 not json", b"{}", b'{"type": "question.forgotten.v1"}', b"x" * 5_000_000]
)
async def test_what_nobody_can_read_is_dead_with_its_reason_and_its_body(on: Bench, body: bytes) -> None:
    unreadable = IncomingMessage(topology.EVENTS, "question.rated", "", "m-1", body)
    handlers = Handlers()
    await on.handling(handlers.subscriptions).settle([unreadable, letter_of(RATED, QUESTION)])
    assert len(handlers.done) >= 1
    (row,) = await on.pool.fetch("SELECT body, headers FROM outbox WHERE exchange = $1", topology.DEAD)
    assert row["body"] == body
    assert "x-sesame-reason" in row["headers"]


async def test_a_letter_from_an_exchange_nobody_reads_is_dead(on: Bench) -> None:
    await on.handling({}).settle([IncomingMessage("elsewhere", "key", "", "m-1", b"{}")])
    (dead,) = await on.dead()
    assert "elsewhere" in dead["x-sesame-reason"]


async def test_what_comes_too_early_waits_for_its_question(on: Bench) -> None:
    handlers = Handlers()
    handlers.here = {uuid4()}
    handling = on.handling(handlers.subscriptions)
    early = letter_of(RATED, QUESTION)
    await handling.settle([early])
    assert handlers.done == []
    await handling.settle([letter_of(RECEIVED, QUESTION)])
    assert [event.subject for event in handlers.done] == [QUESTION]
    await handling.settle([early])
    assert len(handlers.done) == 1
    assert await on.pool.fetchval("SELECT count(*) FROM waiting") == 0


async def test_early_and_its_question_in_one_batch_are_both_handled(on: Bench) -> None:
    handlers = Handlers()
    handlers.here = {uuid4()}
    letters = [letter_of(RATED, QUESTION), letter_of(RECEIVED, QUESTION)]
    await on.handling(handlers.subscriptions).settle(letters)
    assert len(handlers.done) == 1


async def test_the_fault_of_what_waited_is_not_laid_on_what_it_waited_for(on: Bench) -> None:
    handlers = Handlers()
    handlers.here = {uuid4()}
    handling = on.handling(handlers.subscriptions)
    await handling.settle([letter_of(QuestionRated(stars=1), QUESTION), letter_of(RATED, QUESTION)])
    handlers.failures = {1: Poison("bad from the start")}
    await handling.settle([letter_of(RECEIVED, QUESTION)])
    assert [dead["x-sesame-reason"] for dead in await on.dead()] == ["bad from the start"]
    assert len(handlers.done) == 1


async def test_what_waited_and_died_can_be_replayed_by_its_id(on: Bench) -> None:
    handlers = Handlers()
    handlers.here = {uuid4()}
    handling = on.handling(handlers.subscriptions)
    early = letter_of(RATED, QUESTION)
    await handling.settle([early])
    handlers.failures = {RATED.stars: ZeroDivisionError("our fault")}
    await handling.settle([letter_of(RECEIVED, QUESTION)])
    (buried,) = await on.pool.fetch("SELECT message_id FROM outbox WHERE exchange = $1", topology.DEAD)
    assert buried["message_id"] == early.message_id
    assert (await on.dead())[0]["x-sesame-routing-key"] == early.routing_key
    handlers.failures = {}
    await handling.settle([early])
    assert len(handlers.done) == 1


async def test_what_waited_and_died_has_announced_nothing(on: Bench) -> None:
    handlers = Handlers()
    handlers.here = {uuid4()}

    async def announce_and_fail(unit: Unit, event: Event[QuestionRated]) -> None:
        await handlers.rated(unit, event)
        raise ZeroDivisionError

    handling = on.handling(handlers.subscriptions | {QuestionRated: announce_and_fail})
    await handling.settle([letter_of(RATED, QUESTION)])
    await handling.settle([letter_of(RECEIVED, QUESTION)])
    assert len(await on.dead()) == 1
    assert await on.announced() == []


async def test_a_letter_that_postgresql_could_not_keep_is_buried_all_the_same(on: Bench) -> None:
    headers = {"ce-id": "a\0b", "other": "x"}
    letter = IncomingMessage("elsewhere", "key\0", "text/\0plain", "m\0-1", b"\0", headers)
    await on.handling({}).settle([letter])
    (dead,) = await on.dead()
    assert dead["ce-id"] == "ab"
    assert "other" not in dead


async def test_a_database_that_goes_away_holds_the_batch_until_it_is_back(on: Bench) -> None:
    handlers = Handlers()
    pids: list[int] = []

    async def cut_once(unit: Unit, event: Event[QuestionRated]) -> None:
        if not pids:
            pids.append(await unit.db.fetchval("SELECT pg_backend_pid()"))
            await unit.db.execute("SELECT pg_terminate_backend($1)", pids[0])
        await handlers.rated(unit, event)

    await on.handling({QuestionRated: cut_once}).settle([letter_of(RATED, QUESTION)])
    assert len(await on.announced()) == 1
    assert await on.dead() == []


async def test_two_copies_given_the_same_events_handle_each_once(on: Bench) -> None:
    letters = [letter_of(RATED, uuid4()) for _ in range(50)]
    copies = [Handlers(), Handlers()]
    first, second = (on.handling(copy.subscriptions) for copy in copies)
    await asyncio.gather(first.settle(letters), second.settle(letters[::-1]))
    assert len(await on.announced()) == 50


async def test_the_trace_goes_on_from_event_to_event(on: Bench) -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event = Event(
        id="1",
        source="/sesame/test",
        type=RATED.wire,
        subject=QUESTION,
        time=MOMENT,
        data=RATED,
        traceparent=traceparent,
    )
    letter = IncomingMessage(topology.EVENTS, "question.rated", "", "1", event.encode())
    await on.handling(Handlers().subscriptions).settle([letter])
    (announced,) = await on.announced()
    assert announced.traceparent is not None
    assert announced.traceparent[:36] == traceparent[:36]
    assert announced.traceparent[36:52] != traceparent[36:52]

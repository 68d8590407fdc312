"""Reminders, breaches and the roll-up, with a clock of our own on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from services.contracts.ingest import QuestionTaken
from services.contracts.router import (
    FollowUpUnhandled,
    QuestionClosed,
    QuestionOverdue,
    QuestionReminded,
    QuestionRouted,
    QuestionUnroutable,
)
from services.router.domain.hours.calendars import Closure
from services.router.entrypoints.timers import Timers
from tests.support.router_network import MONDAY, Network, answer, library, network, writes
from tests.support.servers import Database

DIJON, LYON = library("dijon", subjects={"histoire": 5}), library("lyon")
DAY = timedelta(days=1)


def timers(net: Network) -> Timers:
    return Timers(net.context, net.bench.pool, net.bench.transactions.begin, net.clock)


async def test_a_reminder_comes_once_before_the_due_time(database: Database) -> None:
    async with network(database("router"), [DIJON], answer_open_hours=7, remind_open_hours=2) as net:
        question = await net.ask()
        net.clock.wait(timedelta(hours=6, minutes=30))
        await timers(net).fire()
        await timers(net).fire()
        (reminded,) = await net.announced(QuestionReminded, question)
    assert reminded.due_at == datetime(2026, 11, 23, 17, tzinfo=UTC)


async def test_overdue_bears_the_due_time_and_the_next_one_is_asked(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON], answer_open_hours=7) as net:
        question = await net.ask(subject="histoire")
        net.clock.wait(DAY)
        await timers(net).fire()
        (overdue,) = await net.announced(QuestionOverdue, question)
        routed = await net.announced(QuestionRouted, question)
    assert (overdue.clock, overdue.due_at) == ("partner", datetime(2026, 11, 23, 17, tzinfo=UTC))
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]


async def test_a_late_answer_still_counts(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON], answer_open_hours=7) as net:
        question = await net.ask(subject="histoire")
        net.clock.wait(DAY)
        await timers(net).fire()
        await net.tell(answer("dijon"), question)
        assert await net.value("SELECT accepted_partner FROM question") == "dijon"
        assert await net.value("SELECT sum(open) FROM load") == 0


async def test_when_everybody_let_it_pass_the_coordinator_is_told(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON], answer_open_hours=7) as net:
        question = await net.ask()
        for _ in range(3):
            net.clock.wait(DAY)
            await timers(net).fire()
        (unroutable,) = await net.announced(QuestionUnroutable, question)
    assert {exclusion.code for exclusion in unroutable.excluded} == {"overdue"}


async def test_a_broken_promise_is_said_once_with_the_moment_of_breach(database: Database) -> None:
    async with network(database("router"), [DIJON], answer_open_hours=1000) as net:
        question = await net.ask()
        net.clock.wait(5 * DAY)
        await timers(net).fire()
        await timers(net).fire()
        overdue = await net.announced(QuestionOverdue, question)
    (promise,) = [fact for fact in overdue if fact.clock == "promise"]
    assert promise.due_at == MONDAY + 3 * DAY


async def test_who_takes_a_question_gets_the_time_of_an_answer(database: Database) -> None:
    async with network(database("router"), [DIJON], take_open_hours=2, answer_open_hours=7) as net:
        question = await net.ask()
        net.clock.wait(timedelta(hours=1))
        await net.tell(QuestionTaken(partner="dijon", way="page"), question)
        net.clock.wait(timedelta(hours=3))
        await timers(net).fire()
        assert await net.announced(QuestionOverdue, question) == []
        assert await net.value("SELECT state FROM question") == "taken"


async def test_who_does_not_take_it_in_time_loses_it(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON], take_open_hours=2) as net:
        question = await net.ask(subject="histoire")
        net.clock.wait(timedelta(hours=3))
        await timers(net).fire()
        routed = await net.announced(QuestionRouted, question)
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]


async def test_a_closure_that_begins_while_a_question_is_open_puts_off_its_due_time(
    database: Database,
) -> None:
    async with network(database("router"), [DIJON, LYON], answer_open_hours=7) as net:
        question = await net.ask(subject="histoire")
        day_off = Closure(date(2026, 11, 23), date(2026, 11, 23), "strike")
        await net.import_partners([replace(DIJON, closures=(day_off,)), LYON])
        net.clock.wait(timedelta(hours=10))
        await timers(net).fire()
        assert await net.announced(QuestionOverdue, question) == []
        due_at = await net.value("SELECT due_at FROM assignment")
    assert due_at == datetime(2026, 11, 24, 16, tzinfo=UTC)


async def test_a_closure_beyond_the_promise_passes_the_question_on_at_once(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        works = Closure(date(2026, 11, 23), date(2026, 12, 31), "works")
        await net.import_partners([replace(DIJON, closures=(works,)), LYON])
        await timers(net).fire()
        routed = await net.announced(QuestionRouted, question)
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]


async def test_a_question_of_a_partner_that_was_removed_passes_on_at_once(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.import_partners([LYON])
        await timers(net).fire()
        routed = await net.announced(QuestionRouted, question)
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]


async def test_a_closure_yet_to_come_passes_the_question_on_when_it_begins(database: Database) -> None:
    """The partner still has today; nothing is held against it when it leaves."""
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        works = Closure(date(2026, 11, 24), date(2026, 12, 31), "works")
        await net.import_partners([replace(DIJON, closures=(works,)), LYON])
        await timers(net).fire()
        assert await net.value("SELECT due_at FROM assignment") == datetime(2026, 11, 23, 23, tzinfo=UTC)
        net.clock.wait(timedelta(hours=14))
        await timers(net).fire()
        routed = await net.announced(QuestionRouted, question)
        overdue = await net.announced(QuestionOverdue, question)
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]
    assert overdue == []


async def test_several_copies_fire_each_timer_once(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON], answer_open_hours=7) as net:
        questions = [await net.ask() for _ in range(20)]
        net.clock.wait(DAY)
        await asyncio.gather(*(timers(net).fire() for _ in range(3)))
        overdue = await net.announced(QuestionOverdue)
        assert await net.value("SELECT count(*) FROM assignment WHERE ended_at IS NULL") == len(questions)
    assert len({fact.assignment_id for fact in overdue}) == len(overdue) == len(questions)


async def test_what_was_erased_and_lies_about_ends_with_its_term(database: Database) -> None:
    """As a router left it that did not withdraw what its asker had followed up."""
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        net.clock.wait(timedelta(minutes=1))
        await net.tell(writes("Et le plan de 1832 ?"), question)
        await net.bench.pool.execute("UPDATE question SET text = NULL")
        net.clock.wait(7 * DAY)
        await timers(net).fire()
        (closed,) = await net.announced(QuestionClosed, question)
        assert await net.announced(FollowUpUnhandled) == []
    assert closed.reason == "withdrawn"

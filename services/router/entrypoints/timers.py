"""What time brings: reminders, breaches, and the roll-up to the next partner.

Any copy may look. What is due is read without a lock, then each question is looked at again under its own:
the second copy finds it done. A breach bears the due time as its moment, whenever it was noticed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Pool, Record

from services.chassis.clock import Clock
from services.chassis.messaging.transaction import Begin, Unit
from services.router.domain import lifecycle
from services.router.domain.deadlines import is_away
from services.router.domain.lifecycle import Assignment, Question
from services.router.handlers import facts, routing
from services.router.handlers.context import RoutingContext
from services.router.store import questions
from services.router.store.session import NetworkState

PAGE = 200


class Timers:
    def __init__(self, desk: RoutingContext, pool: Pool[Record], begin: Begin, clock: Clock) -> None:
        self._desk = desk
        self._pool = pool
        self._begin = begin
        self._clock = clock

    async def fire(self) -> None:
        """See to everything that is due now. Safe in several copies at once, and again after a crash."""
        while due := await self._due():
            for question in due:
                async with self._begin(question) as unit:
                    await look(self._desk, unit, question)
            if len(due) < PAGE:
                return

    async def _due(self) -> list[UUID]:
        async with self._pool.acquire() as db:
            return await questions.due(db, self._clock.now(), PAGE)


async def look(desk: RoutingContext, unit: Unit, id_: UUID) -> None:
    """Whatever is due of this question; nothing if another copy was first."""
    ledger = desk.ledgers.of(unit)
    question = await ledger.question(id_)
    if question is None or not question.is_open:
        return
    standing = await ledger.standing()
    question = routing.redated(desk, standing, _breach(unit, standing, question))
    ledger.put(question)
    current = question.current
    if current is None:
        return
    if _is_gone(standing, question, current, unit.now):
        await _roll_up(desk, unit, question, "away")
    elif current.due_at <= unit.now:
        unit.announce(facts.overdue(standing.directory, question, "partner", current), question=id_)
        await _roll_up(desk, unit, question, "overdue")
    elif current.remind_at <= unit.now and current.reminded_at is None:
        unit.announce(facts.reminded(standing.directory, question, current), question=id_)
        ledger.put(lifecycle.remind(question, unit.now))


def _breach(unit: Unit, standing: NetworkState, question: Question) -> Question:
    """The promise passed: said once, with the partner who has the question then."""
    if question.breached or question.promise_at > unit.now:
        return question
    fact = facts.overdue(standing.directory, question, "promise", question.current)
    unit.announce(fact, question=question.id)
    return replace(question, breached=True)


def _is_gone(standing: NetworkState, question: Question, current: Assignment, now: datetime) -> bool:
    """Out of the network; or a closure began, by its own days, that lasts until after the promise."""
    partner = standing.directory.partners.get(current.partner)
    if partner is None:
        return True
    if question.promise_at <= now:
        return False
    zone = ZoneInfo(partner.time_zone)
    today, until = (moment.astimezone(zone).date() for moment in (now, question.promise_at))
    return is_away(partner.closures, today, until)


async def _roll_up(desk: RoutingContext, unit: Unit, question: Question, outcome: str) -> None:
    released = await routing.release(desk, unit, question, outcome)
    await routing.route(desk, unit, released)

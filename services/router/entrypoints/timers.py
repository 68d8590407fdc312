"""What time brings: reminders, breaches, and the roll-up to the next partner.

Any copy may look. What is due is read without a lock, then each question is looked at again under its own:
the second copy finds it done. A breach bears the due time as its moment, whenever it was noticed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from asyncpg import Pool, Record

from services.chassis.clock import Clock
from services.chassis.messaging.transaction import Begin, Unit
from services.router.domain.deadlines import is_gone
from services.router.domain.question import lifecycle
from services.router.domain.question.question import Assignment, Question
from services.router.handlers import directory, facts, routing, weighing
from services.router.handlers.context import RoutingContext
from services.router.store import questions
from services.router.store.session import NetworkState

PAGE = 200


class Timers:
    def __init__(self, context: RoutingContext, pool: Pool[Record], begin: Begin, clock: Clock) -> None:
        self._context = context
        self._pool = pool
        self._begin = begin
        self._clock = clock

    async def fire(self) -> None:
        """See to everything that is due now. Safe in several copies at once, and again after a crash."""
        while due := await self._due():
            for question in due:
                async with self._begin(question) as unit:
                    await look(self._context, unit, question)
            if len(due) < PAGE:
                return

    async def tell(self) -> None:
        """The workspace of what changed in the directory and the weights, whoever changed it."""
        async with self._begin() as unit:
            await weighing.tell(unit)
        while True:
            async with self._begin() as unit:
                if await directory.tell(unit) < directory.PAGE:
                    return

    async def _due(self) -> list[UUID]:
        async with self._pool.acquire() as db:
            return await questions.due(db, self._clock.now(), PAGE)


async def look(context: RoutingContext, unit: Unit, id_: UUID) -> None:
    """Whatever is due of this question; nothing if another copy was first."""
    session = context.sessions.of(unit)
    question = await session.question(id_)
    if question is None:
        return
    if question.is_erased and (question.is_open or question.goes_on):
        await routing.withdraw(context, unit, question)
    elif question.is_waiting:
        await _look_for_reply(context, unit, question)
    elif question.is_open:
        await _look_at_clocks(context, unit, question)
    elif question.current is not None:
        await _look_at_follow_up(context, unit, question, question.current)


async def _look_for_reply(context: RoutingContext, unit: Unit, question: Question) -> None:
    """No clock runs but the asker's own: they are reminded once, and the question ends without a reply."""
    session = context.sessions.of(unit)
    last = max(question.open_clarifications, key=lambda one: one.asked_at)
    if last.ends_at <= unit.now:
        released = await routing.release(context, unit, question, "no_reply")
        ended = lifecycle.expire(released)
        unit.announce(facts.closed(ended, "no_reply", unit.now), question=question.id)
        session.put(ended)
        await unit.arrived(question.id)
        return
    directory = (await session.network_state()).directory
    if last.remind_at <= unit.now and last.reminded_at is None:
        unit.announce(facts.asker_reminded(directory, question, last), question=question.id)
    session.put(lifecycle.remind_asker(question, unit.now))


async def _look_at_follow_up(
    context: RoutingContext, unit: Unit, question: Question, current: Assignment
) -> None:
    """Nobody saw to it in its term: the coordinator's. Whoever is gone gives way to another."""
    session = context.sessions.of(unit)
    state = await session.network_state()
    question = routing.redated(context, state, question)
    current, word = question.current or current, current.follow_up or question.id
    session.put(question)
    partner = state.directory.partners.get(current.partner)
    if partner is None or is_gone(partner, current.due_at, unit.now):
        released = await routing.release(context, unit, question, "away")
        await routing.route_follow_up(context, unit, released, word)
    elif current.due_at <= unit.now:
        released = await routing.release(context, unit, question, "overdue")
        await routing.leave_follow_up(context, unit, released, word, "overdue")
    elif current.remind_at <= unit.now and current.reminded_at is None:
        unit.announce(facts.reminded(state.directory, question, current), question=question.id)
        session.put(lifecycle.remind(question, unit.now))


async def _look_at_clocks(context: RoutingContext, unit: Unit, question: Question) -> None:
    session = context.sessions.of(unit)
    state, id_ = await session.network_state(), question.id
    question = routing.redated(context, state, _breach(unit, state, question))
    session.put(question)
    current = question.current
    if current is None:
        return
    if _is_gone(state, question, current, unit.now):
        await _roll_up(context, unit, question, "away")
    elif current.due_at <= unit.now:
        unit.announce(facts.overdue(state.directory, question, "partner", current), question=id_)
        await _roll_up(context, unit, question, "overdue")
    elif current.remind_at <= unit.now and current.reminded_at is None:
        unit.announce(facts.reminded(state.directory, question, current), question=id_)
        session.put(lifecycle.remind(question, unit.now))


def _breach(unit: Unit, state: NetworkState, question: Question) -> Question:
    """The promise passed: said once, with the partner who has the question then."""
    if question.breached or question.promise_at > unit.now:
        return question
    fact = facts.overdue(state.directory, question, "promise", question.current)
    unit.announce(fact, question=question.id)
    return replace(question, breached=True)


def _is_gone(state: NetworkState, question: Question, current: Assignment, now: datetime) -> bool:
    """Out of the network; or a closure began, by its own days, that lasts until after the promise."""
    partner = state.directory.partners.get(current.partner)
    return partner is None or is_gone(partner, question.promise_at, now)


async def _roll_up(context: RoutingContext, unit: Unit, question: Question, outcome: str) -> None:
    released = await routing.release(context, unit, question, outcome)
    await routing.route(context, unit, released)

"""Give a question to the next partner, or to the coordinator when nobody is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.reasons import AskedInVain, Exclusion, Impasse, NobodyLeft, Reason, UnhandledCode
from services.router.domain.deadlines import Deadline, deadline, is_gone, leaves_at
from services.router.domain.partner import Partner
from services.router.domain.question import lifecycle
from services.router.domain.question.conversation import deadline_after, waits
from services.router.domain.question.question import Question, request_of
from services.router.domain.question.state_machine import ImpossibleMove
from services.router.domain.routing.decision import Decision, decide
from services.router.domain.routing.routing_request import Network
from services.router.handlers import decision_facts, facts
from services.router.handlers.context import RoutingContext
from services.router.store.session import NetworkState


async def route(
    context: RoutingContext,
    unit: Unit,
    question: Question,
    *,
    referred: str | None = None,
    whatever_attempts: bool = False,
) -> None:
    """Decide, assign, announce. Whoever had the question before must have been released."""
    if len(question.assignments) >= context.attempts and not whatever_attempts:
        await give_up(context, unit, question, AskedInVain(attempts=len(question.assignments)))
        return
    session = context.sessions.of(unit)
    state = await session.network_state()
    network = Network(state.directory, state.book, state.weights, context.terms.answer)
    decision = decide(request_of(question, referred), network, unit.now)
    session.decided(question.id, decision, decision_facts.account_of(decision, state.weights))
    chosen = decision.chosen
    if chosen is None:
        excluded = decision_facts.exclusions_of(state.directory, decision, question.facets.get("language"))
        await give_up(context, unit, question, NobodyLeft(), excluded)
        return
    await hand_over(context, unit, question, chosen.partner, decision_facts.reasons_of(chosen), decision)


async def hand_over(
    context: RoutingContext,
    unit: Unit,
    question: Question,
    partner: Partner,
    reasons: tuple[Reason, ...],
    decision: Decision | None = None,
) -> None:
    """The partner has it from now; whoever had it before must have been released. `decision` tells fairness
    who could have had it."""
    session = context.sessions.of(unit)
    state = await session.network_state()
    due = deadline_of(context, state, partner.id, question, context.allowed(taken=False), unit.now)
    assigned = lifecycle.assign(question, partner.id, uuid7(), due, unit.now)
    unit.announce(facts.routed(assigned, partner, reasons, unit.now), question=question.id)
    state.book = state.book.given(partner.id, decision.capacities if decision else {partner.id: 1.0})
    session.put(assigned)
    await unit.arrived(question.id)


async def take(context: RoutingContext, unit: Unit, question: Question) -> None:
    """From now the partner has the time that an answer needs."""
    session = context.sessions.of(unit)
    state = await session.network_state()
    if question.current is None:
        raise ImpossibleMove("nobody has the question, so nobody can take it")
    due = deadline_of(context, state, question.current.partner, question, context.terms.answer, unit.now)
    session.put(lifecycle.take(question, due, unit.now))
    await unit.arrived(question.id)


async def give_up(
    context: RoutingContext,
    unit: Unit,
    question: Question,
    reason: Impasse,
    excluded: tuple[Exclusion, ...] = (),
) -> None:
    """Nobody is left to ask: the coordinator must see to it."""
    session = context.sessions.of(unit)
    state = await session.network_state()
    given_up = lifecycle.give_up(question)
    fact = facts.unroutable(given_up, reason, excluded, state.directory.coordinator, unit.now)
    unit.announce(fact, question=question.id)
    session.put(given_up)
    await unit.arrived(question.id)


async def release(context: RoutingContext, unit: Unit, question: Question, outcome: str) -> Question:
    """End the open assignment, its waiting and its partner's load: the one place that does. Nothing is put
    down until somebody says what follows."""
    if question.current is not None:
        state = await context.sessions.of(unit).network_state()
        state.book = state.book.ended(question.current.partner)
    return lifecycle.reckoned(lifecycle.release(question, outcome, unit.now), context.working_days)


async def withdraw(context: RoutingContext, unit: Unit, question: Question) -> None:
    """Nobody waits for anything any more: whoever has it is released, and its text forgotten."""
    withdrawn = lifecycle.withdraw(await release(context, unit, question, "withdrawn"))
    unit.announce(facts.closed(withdrawn, "withdrawn", unit.now), question=question.id)
    context.sessions.of(unit).put(lifecycle.forget(withdrawn))
    await unit.arrived(question.id)


def _follow_up_due(
    context: RoutingContext, state: NetworkState, question: Question, partner: str, start: datetime
) -> Deadline:
    """The time an answer needs, by the partner's own clock; as late as a promise made now, at most."""
    until = context.promised(start, question.origin)
    known = state.directory.partners.get(partner)
    clock = state.directory.clock(known) if known else context.working_days
    return deadline(start, context.terms.answer, until, clock, context.terms)


async def route_follow_up(
    context: RoutingContext, unit: Unit, question: Question, word: UUID, *, referred: str | None = None
) -> None:
    """To the partner that answered; when it is gone, away or has had this one, to another, else to the
    coordinator. Whoever had it before must have been released. Where its asker is forgotten it ends."""
    if question.is_erased:
        await withdraw(context, unit, question)
        return
    session = context.sessions.of(unit)
    state = await session.network_state()
    had = {one.partner for one in question.assignments if one.follow_up == word}
    first = state.directory.partners.get(question.accepted.partner) if question.accepted else None
    until = context.promised(unit.now, question.origin)
    if first is not None and first.id not in had and not is_gone(first, until, unit.now):
        await hand_follow_up(context, unit, question, first, word)
        return
    network = Network(state.directory, state.book, state.weights, context.terms.answer)
    request = replace(request_of(question, referred), promise_at=until)
    decision = decide(request, network, unit.now)
    session.decided(question.id, decision, decision_facts.account_of(decision, state.weights))
    if decision.chosen is None:
        await leave_follow_up(context, unit, question, word, "nobody_left")
    else:
        await hand_follow_up(context, unit, question, decision.chosen.partner, word)


async def hand_follow_up(
    context: RoutingContext, unit: Unit, question: Question, partner: Partner, word: UUID
) -> None:
    session = context.sessions.of(unit)
    state = await session.network_state()
    due = _follow_up_due(context, state, question, partner.id, unit.now)
    given = lifecycle.follow_up(question, partner.id, uuid7(), due, unit.now, word)
    unit.announce(facts.follow_up_routed(given, partner, word, unit.now), question=question.id)
    state.book = state.book.given(partner.id, {partner.id: 1.0})
    session.put(given)
    await unit.arrived(question.id)


async def leave_follow_up(
    context: RoutingContext,
    unit: Unit,
    question: Question,
    word: UUID,
    reason: UnhandledCode,
    text: str | None = None,
) -> None:
    """Nobody sees to it: the coordinator must."""
    session = context.sessions.of(unit)
    directory = (await session.network_state()).directory
    left = lifecycle.leave(question)
    fact = facts.follow_up_unhandled(directory, left, word, reason, unit.now, text)
    unit.announce(fact, question=question.id)
    session.put(left)
    await unit.arrived(question.id)


async def resume(context: RoutingContext, unit: Unit, question: Question) -> None:
    """The asker wrote: put off the promise and the due time by what was waited, and say so."""
    session = context.sessions.of(unit)
    state = await session.network_state()
    again = redated(context, state, lifecycle.reckoned(lifecycle.resume(question), context.working_days))
    unit.announce(facts.resumed(state.directory, again), question=question.id)
    session.put(again)
    await unit.arrived(question.id)


def promised_anew(context: RoutingContext, question: Question, now: datetime) -> Question:
    return lifecycle.promise(question, context.promised(now, question.origin), now)


def deadline_of(
    context: RoutingContext,
    state: NetworkState,
    partner: str,
    question: Question,
    allowed: timedelta,
    start: datetime,
) -> Deadline:
    """By the partner's own clock, without the waiting for the asker, and before it leaves; one that left the
    network is taken to be open on working days."""
    spans = waits(question.clarifications)
    known = state.directory.partners.get(partner)
    if known is None:
        clock, until = context.working_days, question.promise_at
    else:
        clock = state.directory.clock(known)
        until = leaves_at(known.closures, ZoneInfo(known.time_zone), start, question.promise_at)
    return deadline_after(start, allowed, until, spans, clock, context.terms)


def redated(context: RoutingContext, state: NetworkState, question: Question) -> Question:
    """With the due time as the partner's hours and closures are now; while it waits for the asker, it
    has none that could change."""
    current = question.current
    if current is None or question.is_waiting:
        return question
    if current.follow_up is not None:
        due = _follow_up_due(context, state, question, current.partner, current.opened_at)
        return lifecycle.redate(question, due)
    start = current.taken_at or current.opened_at
    allowed = context.allowed(taken=current.taken_at is not None)
    return lifecycle.redate(question, deadline_of(context, state, current.partner, question, allowed, start))

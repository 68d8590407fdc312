"""Give a question to the next partner, or to the coordinator when nobody is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.reasons import AskedInVain, Exclusion, Impasse, NobodyLeft, Reason
from services.router.domain import lifecycle
from services.router.domain.deadlines import Deadline, deadline, leaves_at
from services.router.domain.decision import Decision, decide
from services.router.domain.lifecycle import Question
from services.router.domain.partner import Partner
from services.router.domain.routing_request import Network
from services.router.domain.state_machine import ImpossibleMove
from services.router.handlers import facts
from services.router.handlers.context import RoutingContext
from services.router.store.session import NetworkState


async def route(
    desk: RoutingContext,
    unit: Unit,
    question: Question,
    *,
    referred: str | None = None,
    by_hand: bool = False,
) -> None:
    """Decide, assign, announce. Whoever had the question before must have been released."""
    if len(question.assignments) >= desk.attempts and not by_hand:
        await give_up(desk, unit, question, AskedInVain(attempts=len(question.assignments)))
        return
    ledger = desk.ledgers.of(unit)
    standing = await ledger.standing()
    network = Network(standing.directory, standing.book, desk.weights, desk.terms.answer)
    decision = decide(lifecycle.asked(question, referred), network, unit.now)
    ledger.decided(question.id, decision, facts.account_of(decision))
    chosen = decision.chosen
    if chosen is None:
        excluded = facts.exclusions_of(decision, question.facets.get("language"))
        await give_up(desk, unit, question, NobodyLeft(), excluded)
        return
    await hand_over(desk, unit, question, chosen.partner, facts.reasons_of(chosen), decision)


async def hand_over(
    desk: RoutingContext,
    unit: Unit,
    question: Question,
    partner: Partner,
    reasons: tuple[Reason, ...],
    decision: Decision | None = None,
) -> None:
    """The partner has it from now. `decision` tells fairness who could have had it."""
    ledger = desk.ledgers.of(unit)
    standing = await ledger.standing()
    due = deadline_of(desk, standing, partner.id, question, desk.allowed(taken=False), unit.now)
    assigned = lifecycle.assign(question, partner.id, uuid7(), due, unit.now)
    unit.announce(facts.routed(assigned, partner, reasons), question=question.id)
    _let_go(standing, question)
    standing.book = standing.book.given(partner.id, decision.capacities if decision else {partner.id: 1.0})
    ledger.put(assigned)
    await unit.arrived(question.id)


async def take(desk: RoutingContext, unit: Unit, question: Question) -> None:
    """From now the partner has the time that an answer needs."""
    ledger = desk.ledgers.of(unit)
    standing = await ledger.standing()
    if question.current is None:
        raise ImpossibleMove("nobody has the question, so nobody can take it")
    due = deadline_of(desk, standing, question.current.partner, question, desk.terms.answer, unit.now)
    ledger.put(lifecycle.take(question, due, unit.now))
    await unit.arrived(question.id)


async def give_up(
    desk: RoutingContext,
    unit: Unit,
    question: Question,
    reason: Impasse,
    excluded: tuple[Exclusion, ...] = (),
) -> None:
    """Nobody is left to ask: the coordinator must see to it."""
    ledger = desk.ledgers.of(unit)
    standing = await ledger.standing()
    given_up = lifecycle.give_up(question)
    fact = facts.unroutable(given_up, reason, excluded, standing.directory.coordinator)
    unit.announce(fact, question=question.id)
    ledger.put(given_up)
    await unit.arrived(question.id)


async def release(desk: RoutingContext, unit: Unit, question: Question, outcome: str) -> Question:
    """End the open assignment; nothing is put down until somebody says what follows."""
    if question.current is not None:
        _let_go(await desk.ledgers.of(unit).standing(), question)
    return lifecycle.release(question, outcome, unit.now)


def _let_go(standing: NetworkState, question: Question) -> None:
    if question.current is not None:
        standing.book = standing.book.ended(question.current.partner)


def deadline_of(
    desk: RoutingContext,
    standing: NetworkState,
    partner: str,
    question: Question,
    allowed: timedelta,
    start: datetime,
) -> Deadline:
    """By the partner's own clock, and before it leaves; one that left the network is taken to be open on
    working days."""
    known = standing.directory.partners.get(partner)
    if known is None:
        return deadline(start, allowed, question.promise_at, desk.working_days, desk.terms)
    until = leaves_at(known.closures, ZoneInfo(known.time_zone), start, question.promise_at)
    return deadline(start, allowed, until, standing.directory.clock(known), desk.terms)


def redated(desk: RoutingContext, standing: NetworkState, question: Question) -> Question:
    """With the due time as the partner's hours and closures are now."""
    current = question.current
    if current is None:
        return question
    start = current.taken_at or current.opened_at
    allowed = desk.allowed(taken=current.taken_at is not None)
    return lifecycle.redate(question, deadline_of(desk, standing, current.partner, question, allowed, start))

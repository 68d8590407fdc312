"""What the coordinator may do to a question, each with its name and reason.

Every action announces `question.handled` and is kept in the history; what follows from it (routed, closed,
unroutable) is its own fact, as if the machine had done it. Raises Refusal, or ImpossibleMove where the
question's state does not allow it; nothing is changed then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Unit
from services.contracts.reasons import Action, ChosenManually, TakenBack
from services.contracts.router import IntakeChanged, QuestionHandled
from services.router.domain.question import lifecycle, state_machine
from services.router.domain.question.question import Question
from services.router.domain.question.state_machine import Move, State
from services.router.handlers import facts, routing
from services.router.handlers.context import RoutingContext
from services.router.store import questions

NETWORK = UUID(int=0)
"""The subject of what is said of the whole network."""


class Refusal(RefusedRequest):
    """It can't be done; the text says why and what can."""


class Unfit(Refusal):
    """What was said can't be taken as it is."""

    def __init__(self, text: str, field: str, code: str = "unfit", value: object = None) -> None:
        super().__init__(text, code, field=field, value=value)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and why. Raises Unfit for what would not fit a line of an event."""

    name: str
    reason: str | None = None

    def __post_init__(self) -> None:
        for what, said in (("actor", self.name), ("reason", self.reason)):
            if said is not None and (not 0 < len(said) <= 500 or re.search(r"[\x00\r\n]", said)):
                raise Unfit(f"{what}: one line of 1 to 500 characters is wanted, not {said[:60]!r}", what)


async def assign(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor, partner: str) -> None:
    """Give it to this partner, whoever has it now and whatever the filters say."""
    question = await _askable(context, unit, id_)
    directory = (await context.sessions.of(unit).network_state()).directory
    chosen = directory.partners.get(partner)
    if chosen is None:
        known = "`./sesame router partners export` lists them"
        raise Refusal(f'there is no partner "{partner}"; {known}', "unknown_partner", value=partner)
    if question.current and question.current.partner == partner:
        raise Refusal(f"{partner} has question {id_} already", "has_it_already", value=chosen.name)
    if question.state is State.FOLLOWED_UP and question.follow_up is not None:
        released = await routing.release(context, unit, question, "reassigned")
        await routing.hand_follow_up(context, unit, released, chosen, question.follow_up)
        _note(context, unit, released, "assign", actor)
        return
    state_machine.after(question.state, Move.ASSIGN)
    released = await routing.release(context, unit, question, "reassigned")
    reason = ChosenManually(points=0, actor=actor.name, said=actor.reason)
    await routing.hand_over(context, unit, released, chosen, (reason,))
    _note(context, unit, released, "assign", actor)


async def route(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor) -> None:
    """Let the machine decide anew, after partners or weights changed."""
    question = await _askable(context, unit, id_)
    state_machine.after(question.state, Move.ASSIGN)
    released = await routing.release(context, unit, question, "reassigned")
    await routing.route(context, unit, released, whatever_attempts=True)
    _note(context, unit, released, "route", actor)


async def take_back(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor) -> None:
    """The partner has it no longer; it lies with the coordinator."""
    question = await _held(context, unit, id_)
    if question.current is None:
        raise Refusal(f"nobody has question {id_}: it is {question.state}", "nobody_has_it")
    released = await routing.release(context, unit, question, "taken_back")
    if question.current.follow_up is not None:
        word = question.current.follow_up
        await routing.leave_follow_up(context, unit, released, word, "taken_back")
        _note(context, unit, released, "take_back", actor)
        return
    await routing.give_up(context, unit, released, TakenBack(actor=actor.name))
    _note(context, unit, released, "take_back", actor)


async def close(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor, explanation: str) -> None:
    """Out of scope: the asker is told the explanation, and nobody is asked any more."""
    question = await _held(context, unit, id_)
    _check_public("explanation", explanation)
    state_machine.after(question.state, Move.CLOSE)
    released = await routing.release(context, unit, question, "closed")
    closed = lifecycle.close(released)
    out_of_scope = facts.closed(closed, "out_of_scope", unit.now, explanation=explanation, actor=actor.name)
    unit.announce(out_of_scope, question=id_)
    _note(context, unit, closed, "close", actor)
    context.sessions.of(unit).put(closed)
    await unit.arrived(id_)


async def mark_spam(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor) -> None:
    """It is no question: nobody is asked, its sender hears nothing, and what else they send is held."""
    question = await _held(context, unit, id_)
    state_machine.after(question.state, Move.CLOSE)
    released = await routing.release(context, unit, question, "closed")
    closed = lifecycle.close(released)
    unit.announce(facts.closed(closed, "spam", unit.now, actor=actor.name), question=id_)
    _note(context, unit, closed, "spam", actor)
    context.sessions.of(unit).put(closed)
    await unit.arrived(id_)


async def resolve(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor) -> None:
    """What the asker wrote after the answer needs no message."""
    question = await _held(context, unit, id_)
    state_machine.after(question.state, Move.RESOLVE)
    released = await routing.release(context, unit, question, "closed")
    resolved = lifecycle.resolve(released)
    _note(context, unit, resolved, "resolve", actor)
    context.sessions.of(unit).put(resolved)
    await unit.arrived(id_)


async def reopen(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor) -> None:
    """An answer did not do, or it was in scope after all: the next partner is asked."""
    question = await _askable(context, unit, id_)
    state_machine.after(question.state, Move.REOPEN)
    released = await routing.release(context, unit, question, "reassigned")
    reopened = routing.promised_anew(context, lifecycle.reopen(released), unit.now)
    unit.announce(facts.reopened(reopened, "coordinator"), question=id_)
    await routing.route(context, unit, reopened, whatever_attempts=True)
    _note(context, unit, reopened, "reopen", actor)


async def extend(context: RoutingContext, unit: Unit, id_: UUID, actor: Actor, promise_at: datetime) -> None:
    """Promise the asker another moment; the partner's due time follows."""
    question = await _held(context, unit, id_)
    if not question.is_open:
        raise Refusal(f"question {id_} is {question.state}: there is no deadline left to change", "not_open")
    if question.is_waiting:
        why = "its promise is put off by that anyway"
        raise Refusal(f"question {id_} waits for its asker: {why}", "waits_for_asker")
    if promise_at <= unit.now:
        passed = promise_at.isoformat()
        raise Unfit(
            f"{passed} has passed; promise a moment that is still to come", "promise_at", "moment_passed"
        )
    state = await context.sessions.of(unit).network_state()
    promised = routing.redated(context, state, lifecycle.promise(question, promise_at, unit.now))
    context.sessions.of(unit).put(promised)
    _note(context, unit, promised, "extend", actor)


async def change_intake(unit: Unit, actor: Actor, notice: str | None) -> None:
    """Pause with a public notice; without one, take questions again."""
    if notice is not None:
        _check_public("notice", notice)
    await questions.save_intake(unit.db, unit.now if notice else None, notice)
    fact = IntakeChanged(paused=notice is not None, notice=notice, actor=actor.name, reason=actor.reason)
    unit.announce(fact, question=NETWORK)


async def _held(context: RoutingContext, unit: Unit, id_: UUID) -> Question:
    question = await context.sessions.of(unit).question(id_)
    if question is None:
        raise Refusal(f"there is no question {id_}", "unknown_question")
    return question


async def _askable(context: RoutingContext, unit: Unit, id_: UUID) -> Question:
    """One that a partner can be asked: of an erased one nothing is left to read or to answer."""
    question = await _held(context, unit, id_)
    if question.is_erased:
        raise Refusal(f"question {id_} was erased with its asker: nobody can be asked it", "unknown_question")
    return question


def _check_public(what: str, text: str) -> None:
    if not 0 < len(text.strip()) <= 50_000 or "\x00" in text:
        wanted = "1 to 50,000 characters are wanted, for people to read"
        raise Unfit(f"{what}: {wanted}; not {text[:60]!r}", what)


def _note(context: RoutingContext, unit: Unit, question: Question, action: Action, actor: Actor) -> None:
    current = question.current if action == "extend" else None
    fact = QuestionHandled(
        action=action,
        actor=actor.name,
        reason=actor.reason,
        promise_at=question.promise_at if action == "extend" else None,
        assignment_id=current.id if current else None,
        due_at=current.due_at if current else None,
        released=facts.released_of(question, unit.now) if action == "resolve" else None,
        facets=facts.facets_of(question),
    )
    unit.announce(fact, question=question.id)
    context.sessions.of(unit).note(question.id, action, actor.name, actor.reason)

"""What asker and partner write to each other: asked back and replied, followed up, added, asked again.

Moments are the doors', so that it does not matter in which order the events come.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from services.chassis.errors import TooEarly
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.contracts.ingest import (
    AdditionReceived,
    ClarificationRequested,
    QuestionFollowedUp,
    ReopeningRequested,
)
from services.contracts.reasons import AskedBack, RefusalCode
from services.contracts.vocabulary import TextFormat
from services.router.domain.deadlines import is_gone
from services.router.domain.question import lifecycle
from services.router.domain.question.conversation import AskerWord, asked_back, is_sent
from services.router.domain.question.question import Question
from services.router.domain.question.state_machine import State
from services.router.handlers import facts, routing
from services.router.handlers.additions import Addition, added
from services.router.handlers.context import RoutingContext

AFTER_ANSWER = frozenset({State.ANSWERED, State.FOLLOWED_UP})


async def clarification_requested(
    context: RoutingContext, unit: Unit, event: Event[ClarificationRequested]
) -> None:
    """Only who has the question may ask back; after the answer it is one more message of that partner's."""
    fact = event.data
    question = await _known(context, unit, event.subject)
    if any(one.id == fact.clarification_id for one in question.clarifications):
        return
    current = question.current
    if question.is_open and current is not None and current.partner == fact.partner:
        await _ask_back(context, unit, question, event)
        return
    if question.is_open and question.had_by(fact.partner) is None:
        raise TooEarly(question.id)
    more = Addition(fact.clarification_id, event.time, fact.partner, fact.text, what="clarification")
    accepted = question.accepted
    is_late = accepted is not None and accepted.at is not None and event.time <= accepted.at
    if question.is_open or is_late or not await add(context, unit, question, more):
        id_ = fact.clarification_id
        await refuse(context, unit, question, "clarification", id_, fact.partner, fact.text)


async def _ask_back(
    context: RoutingContext, unit: Unit, question: Question, event: Event[ClarificationRequested]
) -> None:
    current = question.current
    if current is None:
        raise TooEarly(question.id)
    fact, session = event.data, context.sessions.of(unit)
    asked_at = max(event.time, current.opened_at)
    asked = asked_back(fact.clarification_id, current.id, fact.partner, asked_at, context.terms.clarification)
    waiting = lifecycle.ask_back(question, asked)
    directory = (await session.network_state()).directory
    unit.announce(facts.paused(directory, waiting, asked, fact.text), question=question.id)
    if waiting.open_clarifications:
        session.put(waiting)
        await unit.arrived(question.id)
    else:
        await routing.resume(context, unit, waiting)


async def question_followed_up(context: RoutingContext, unit: Unit, event: Event[QuestionFollowedUp]) -> None:
    """A reply to what a partner asked, more about an open question, or a follow-up to its answer: whoever
    sees to one already sees to this one too."""
    question = await _known(context, unit, event.subject)
    word = AskerWord(event.data.follow_up_id, event.time)
    if word.id in {one.id for one in question.words}:
        return
    session = context.sessions.of(unit)
    session.note(question.id, "followed up", "asker", None)
    heard = lifecycle.hear(question, word)
    if heard.is_waiting and not heard.open_clarifications:
        await routing.resume(context, unit, heard)
    elif heard.state is State.NO_REPLY:
        await _reply_late(context, unit, heard)
    elif heard.state in AFTER_ANSWER and lifecycle.to_see_to(heard) is not None and heard.current is None:
        await routing.route_follow_up(context, unit, heard, word.id)
    else:
        state = await session.network_state()
        reckoned = lifecycle.reckoned(heard, context.working_days) if heard.is_open else heard
        session.put(routing.redated(context, state, reckoned))


async def _reply_late(context: RoutingContext, unit: Unit, question: Question) -> None:
    """The question had ended for want of this reply: the partner that asked has it again, if it still can."""
    if question.is_erased:
        await routing.withdraw(context, unit, question)
        return
    state = await context.sessions.of(unit).network_state()
    reopened = routing.promised_anew(context, lifecycle.reopen(question), unit.now)
    unit.announce(facts.reopened(reopened, "late_reply"), question=question.id)
    asked = max(question.clarifications, key=lambda one: one.asked_at, default=None)
    partner = state.directory.partners.get(asked.partner) if asked else None
    if partner is None or is_gone(partner, reopened.promise_at, unit.now):
        await routing.route(context, unit, reopened, whatever_attempts=True)
    else:
        await routing.hand_over(context, unit, reopened, partner, (AskedBack(points=0),))


async def addition_received(context: RoutingContext, unit: Unit, event: Event[AdditionReceived]) -> None:
    """An answer handed in before it was accepted comes first."""
    fact = event.data
    question = await _known(context, unit, event.subject)
    if question.is_open and question.accepted is None:
        raise TooEarly(question.id)
    more = Addition(
        fact.addition_id,
        event.time,
        fact.partner,
        fact.text,
        fact.sources,
        fact.attachments,
        fact.corrects,
        fact.format,
    )
    if not await add(context, unit, question, more):
        said = (fact.partner, fact.text, fact.format)
        await refuse(context, unit, question, "addition", fact.addition_id, *said)


async def add(context: RoutingContext, unit: Unit, question: Question, more: Addition) -> bool:
    """Send it to the asker, if this partner answered or was to see to a follow-up; False if not. It resolves
    what the asker wrote since. What they have from it already does not go out again, and it is told so."""
    accepted = question.accepted
    if accepted is None or question.state is State.WITHDRAWN:
        return False
    asked = {one.partner for one in question.assignments if one.follow_up is not None}
    if more.partner not in {accepted.partner, *asked}:
        return False
    if is_sent(question.sent, question.words, more.as_sent, corrects=more.corrects):
        await refuse_again(context, unit, question, more)
        return True
    session = context.sessions.of(unit)
    directory = (await session.network_state()).directory
    resolved = await _resolved(context, unit, question, more) if question.state in AFTER_ANSWER else question
    unit.announce(added(directory, resolved, accepted.answer, more, unit.now), question=question.id)
    session.put(lifecycle.send(resolved, more.as_sent))
    if resolved is not question:
        await unit.arrived(question.id)
    return True


async def refuse_again(context: RoutingContext, unit: Unit, question: Question, more: Addition) -> None:
    """The asker has the same text from this partner: a mail program sent it twice, perhaps."""
    said = (more.partner, more.text, more.format)
    await refuse(context, unit, question, more.what, more.id, *said, reason="repeated")
    context.sessions.of(unit).note(question.id, "sent the same text again", more.partner, None)


async def _resolved(context: RoutingContext, unit: Unit, question: Question, more: Addition) -> Question:
    current = question.current
    outcome = "added" if current and current.partner == more.partner else "answered_by_another"
    return lifecycle.add(await routing.release(context, unit, question, outcome), more.at)


async def refuse(
    context: RoutingContext,
    unit: Unit,
    question: Question,
    what: Literal["answer", "addition", "clarification", "decline"],
    written: UUID,
    partner: str,
    text: str | None,
    form: TextFormat = "plain",
    reason: RefusalCode | None = None,
) -> None:
    """The partner is told why, with what it wrote."""
    directory = (await context.sessions.of(unit).network_state()).directory
    fact = facts.refused(directory, question, what, written, partner, text, form, reason)
    unit.announce(fact, question=question.id)


async def reopening_requested(context: RoutingContext, unit: Unit, event: Event[ReopeningRequested]) -> None:
    """The answer did not help: the next partner is asked; more often than the network allows, the coordinator
    decides. One that is open already is being seen to, and one whose asker is forgotten by nobody."""
    fact, session = event.data, context.sessions.of(unit)
    question = await _known(context, unit, event.subject)
    session.note(question.id, "asked again", "asker", None)
    if question.state not in AFTER_ANSWER:
        return
    if question.is_erased:
        await routing.withdraw(context, unit, question)
        return
    if question.reopenings >= context.reopenings:
        released = await routing.release(context, unit, question, "taken_back")
        await routing.leave_follow_up(context, unit, released, fact.reopening_id, "reopening", fact.text)
        return
    released = await routing.release(context, unit, question, "reassigned")
    reopened = routing.promised_anew(context, lifecycle.reopen(released, by_asker=True), unit.now)
    unit.announce(facts.reopened(reopened, "asker", fact.text), question=question.id)
    await routing.route(context, unit, reopened, whatever_attempts=True)


async def _known(context: RoutingContext, unit: Unit, id_: UUID) -> Question:
    question = await context.sessions.of(unit).question(id_)
    if question is None:
        raise TooEarly(id_)
    return question

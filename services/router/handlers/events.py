"""What the router does with each fact it hears: load, decide, save, announce.

Every handler may see its event before or after any other one of the same question. What comes before the
thing it speaks of raises TooEarly and is handed out again when that thing stands.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid5

from services.chassis.errors import TooEarly
from services.chassis.language.detection import language_of
from services.chassis.messaging import announced
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.contracts.ingest import (
    AnswerReceived,
    AskerErased,
    QuestionDeclined,
    QuestionReceived,
    QuestionTaken,
    QuestionWithdrawn,
    SpamReported,
    TakeWithdrawn,
)
from services.router.domain.question import lifecycle
from services.router.domain.question.conversation import SentText, is_sent
from services.router.domain.question.question import AcceptedAnswer, Question
from services.router.domain.question.state_machine import State
from services.router.domain.subjects import SubjectModel
from services.router.domain.territory import Territory, department_of
from services.router.domain.themes import theme_of
from services.router.handlers import conversation, facts, routing
from services.router.handlers.additions import Addition
from services.router.handlers.context import RoutingContext
from services.router.store import person


async def question_received(context: RoutingContext, unit: Unit, event: Event[QuestionReceived]) -> None:
    session = context.sessions.of(unit)
    question = _understood(_question(context, event), (await session.network_state()).subjects)
    session.put_new(question)
    await routing.route(context, unit, question)


def _question(context: RoutingContext, event: Event[QuestionReceived]) -> Question:
    fact = event.data
    place = Territory(fact.place.country, fact.place.postcode) if fact.place else None
    return Question(
        id=event.subject,
        promise_at=context.promised(fact.facets.received_at, fact.facets.origin),
        facets=_facets(fact),
        place=place,
        text=fact.text,
        publish_consent=fact.publish_consent,
    )


def _understood(question: Question, subjects: SubjectModel | None) -> Question:
    """What the asker did not say, from the text; what it does not say clearly stays unknown."""
    facets, text = dict(question.facets), question.text or ""
    language = facets.get("language") or language_of(text)
    subject = facets.get("subject") or (subjects.guess(text).theme if subjects else None)
    known = {"language": language, "subject": subject}
    return replace(question, facets=facets | {name: word for name, word in known.items() if word})


def _facets(fact: QuestionReceived) -> dict[str, Any]:
    """What came, completed by what follows from it."""
    facets: dict[str, Any] = fact.facets.model_dump(mode="json", exclude_none=True)
    if fact.place:
        facets.setdefault("country", fact.place.country)
    if fact.place and fact.place.country == "FR" and (found := department_of(fact.place.postcode or "")):
        facets.setdefault("department", found)
    return facets


async def answer_received(context: RoutingContext, unit: Unit, event: Event[AnswerReceived]) -> None:
    """The first answer of a partner who was asked counts; a later one is told which did."""
    fact = event.data
    question = await _known(context, unit, event)
    if question.accepted is not None and question.accepted.answer == fact.answer_id:
        return
    more = Addition(
        fact.answer_id,
        event.time,
        fact.partner,
        fact.text,
        fact.sources,
        fact.attachments,
        format=fact.format,
        what="answer",
    )
    if question.is_open:
        holds = question.current is not None and question.current.partner == fact.partner
        if not holds and is_sent(question.sent, question.words, more.as_sent):
            await conversation.refuse_again(context, unit, question, more)
        else:
            await _accept(context, unit, question, event, more.as_sent)
        return
    if not await conversation.add(context, unit, question, more):
        said = (fact.partner, fact.text, fact.format)
        await conversation.refuse(context, unit, question, "answer", fact.answer_id, *said)


async def _accept(
    context: RoutingContext, unit: Unit, question: Question, event: Event[AnswerReceived], sent: SentText
) -> None:
    fact = event.data
    assignment = question.had_by(fact.partner)
    if assignment is None:
        raise TooEarly(question.id)
    directory = (await context.sessions.of(unit).network_state()).directory
    partner = facts.name_of(directory, fact.partner)
    released = await routing.release(context, unit, question, _outcome(question, fact.partner))
    accepted = AcceptedAnswer(fact.answer_id, partner.id, partner.name, event.time)
    answered = _with_subject(lifecycle.send(lifecycle.answer(released, accepted), sent), fact.subject)
    said = facts.answered(directory, answered, fact, assignment.id, unit.now, context.working_days)
    unit.announce(said, question=question.id)
    context.sessions.of(unit).put(answered)
    await unit.arrived(question.id)
    if word := lifecycle.to_see_to(answered):
        await routing.route_follow_up(context, unit, answered, word.id)


def _outcome(question: Question, partner: str) -> str:
    return "answered" if question.current and question.current.partner == partner else "answered_by_another"


def _with_subject(question: Question, subject: str | None) -> Question:
    """What the respondent says of the subject is learned; it is counted where nothing was said before."""
    if subject is None:
        return question
    facets = {**question.facets, "subject": question.facets.get("subject") or theme_of(subject)}
    return replace(question, facets=facets, learned=theme_of(subject))


async def question_declined(context: RoutingContext, unit: Unit, event: Event[QuestionDeclined]) -> None:
    """At once the next one, the referred one first. A refusal by one who no longer has it changes nothing;
    who has answered before is told so."""
    fact = event.data
    question = await _known(context, unit, event)
    if question.is_open and question.had_by(fact.partner) is None:
        raise TooEarly(question.id)
    if question.current is None or question.current.partner != fact.partner:
        if _answered_before(question, fact.partner, event.time):
            written = uuid5(question.id, event.id)
            await conversation.refuse(context, unit, question, "decline", written, fact.partner, fact.reason)
        return
    released = await routing.release(context, unit, question, "declined")
    if question.current.follow_up is not None:
        word = question.current.follow_up
        await routing.route_follow_up(context, unit, released, word, referred=fact.refer_to)
    else:
        await routing.route(context, unit, released, referred=fact.refer_to)


def _answered_before(question: Question, partner: str, at: datetime) -> bool:
    accepted = question.accepted
    if question.state not in conversation.AFTER_ANSWER or accepted is None or accepted.partner != partner:
        return False
    return accepted.at is None or accepted.at < at


async def question_taken(context: RoutingContext, unit: Unit, event: Event[QuestionTaken]) -> None:
    """Said by one who no longer has it, or said twice: changes nothing."""
    question = await _known(context, unit, event)
    if question.is_open and question.had_by(event.data.partner) is None:
        raise TooEarly(question.id)
    if (
        question.state is State.ASSIGNED
        and question.current
        and question.current.partner == event.data.partner
    ):
        await routing.take(context, unit, question)


async def take_withdrawn(context: RoutingContext, unit: Unit, event: Event[TakeWithdrawn]) -> None:
    """The partner has the time again that it had before it said to be on it."""
    question = await _known(context, unit, event)
    current = question.current
    if question.state is not State.TAKEN or current is None or current.partner != event.data.partner:
        return
    session = context.sessions.of(unit)
    state, allowed = await session.network_state(), context.allowed(taken=False)
    due = routing.deadline_of(context, state, current.partner, question, allowed, current.opened_at)
    session.put(lifecycle.put_back(question, due))


async def spam_reported(context: RoutingContext, unit: Unit, event: Event[SpamReported]) -> None:
    """By the partner that has it: nobody is asked any more, and its sender hears nothing."""
    question = await _known(context, unit, event)
    if question.is_open and question.had_by(event.data.partner) is None:
        raise TooEarly(question.id)
    current = question.current
    if not question.is_open or current is None or current.partner != event.data.partner:
        return
    released = await routing.release(context, unit, question, "closed")
    closed = lifecycle.close(released)
    unit.announce(facts.closed(closed, "spam", unit.now), question=question.id)
    context.sessions.of(unit).note(question.id, "spam", current.partner, None)
    context.sessions.of(unit).put(closed)
    await unit.arrived(question.id)


async def question_withdrawn(context: RoutingContext, unit: Unit, event: Event[QuestionWithdrawn]) -> None:
    question = await _known(context, unit, event)
    if question.state is State.WITHDRAWN:
        return
    await routing.withdraw(context, unit, question)


async def asker_erased(context: RoutingContext, unit: Unit, event: Event[AskerErased]) -> None:
    """What goes on after its answer or end is withdrawn here; an open one ingest withdraws by a fact of its
    own."""
    question = await _known(context, unit, event)
    if question.goes_on:
        await routing.withdraw(context, unit, question)
    else:
        context.sessions.of(unit).put(lifecycle.forget(question))
    await person.forget_reasons(unit.db, question.id)
    await announced.forget(unit.db, question.id, unit.now)


async def _known(context: RoutingContext, unit: Unit, event: Event[Any]) -> Question:
    question = await context.sessions.of(unit).question(event.subject)
    if question is None:
        raise TooEarly(event.subject)
    return question

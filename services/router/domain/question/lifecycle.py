"""One question from received to its end: every change is a function from the question to the question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.chassis.working_time import WorkingClock
from services.router.domain.deadlines import Deadline
from services.router.domain.question import state_machine
from services.router.domain.question.conversation import (
    AskerWord,
    Clarification,
    SentText,
    ended,
    promise_after,
    replied,
    waits,
)
from services.router.domain.question.question import AcceptedAnswer, Assignment, Question
from services.router.domain.question.state_machine import Move
from services.router.domain.territory import Territory


def assign(question: Question, partner: str, id_: UUID, deadline: Deadline, now: datetime) -> Question:
    """Whoever had it before must have been released."""
    return _given(question, Move.ASSIGN, partner, id_, deadline, now, None)


def follow_up(
    question: Question, partner: str, id_: UUID, deadline: Deadline, now: datetime, word: UUID
) -> Question:
    """The partner is to see to what the asker wrote after the answer."""
    return _given(question, Move.FOLLOW_UP, partner, id_, deadline, now, word)


def _given(
    question: Question,
    move: Move,
    partner: str,
    id_: UUID,
    deadline: Deadline,
    now: datetime,
    word: UUID | None,
) -> Question:
    free = _released(question)
    attempt = len(free.assignments) + 1
    new = Assignment(id_, partner, attempt, now, deadline.remind_at, deadline.due_at, follow_up=word)
    return _moved(free, move, assignments=(*free.assignments, new))


def release(question: Question, outcome: str, now: datetime) -> Question:
    """End the open assignment, if there is one, and what it asked back: the one place that does. What follows
    is another move."""
    asked = outcome if outcome == "no_reply" else "cancelled"
    clarifications = tuple(ended(one, asked, now) for one in question.clarifications)
    freed = replace(question, clarifications=clarifications)
    if question.current is None:
        return freed
    return amend(freed, replace(question.current, ended_at=now, outcome=outcome))


def redate(question: Question, deadline: Deadline) -> Question:
    """The open assignment is due at another time, because hours, closures or the promise changed."""
    current = question.current
    if current is None or (current.remind_at, current.due_at) == (deadline.remind_at, deadline.due_at):
        return question
    return amend(question, replace(current, remind_at=deadline.remind_at, due_at=deadline.due_at))


def remind(question: Question, now: datetime) -> Question:
    return (
        question if question.current is None else amend(question, replace(question.current, reminded_at=now))
    )


def amend(question: Question, assignment: Assignment) -> Question:
    """Put the assignment in the place of its former self."""
    changed = tuple(assignment if a.id == assignment.id else a for a in question.assignments)
    return replace(question, assignments=changed)


def take(question: Question, deadline: Deadline, now: datetime) -> Question:
    """The partner is on it: from now it has the time that an answer needs. Needs an open assignment."""
    if question.current is None:
        raise state_machine.ImpossibleMove("nobody has the question, so nobody can take it")
    taken = replace(
        question.current, taken_at=now, remind_at=deadline.remind_at, due_at=deadline.due_at, reminded_at=None
    )
    return _moved(amend(question, taken), Move.TAKE)


def put_back(question: Question, deadline: Deadline) -> Question:
    """Not on it after all. Needs an open assignment."""
    if question.current is None:
        raise state_machine.ImpossibleMove("nobody has the question, so nobody can put it back")
    waiting = replace(
        question.current,
        taken_at=None,
        remind_at=deadline.remind_at,
        due_at=deadline.due_at,
        reminded_at=None,
    )
    return _moved(amend(question, waiting), Move.PUT_BACK)


def ask_back(question: Question, clarification: Clarification) -> Question:
    """Who asks back is on it. What the asker wrote since is a reply already."""
    if question.current is None:
        raise state_machine.ImpossibleMove("nobody has the question, so nobody can ask back")
    current = replace(question.current, taken_at=question.current.taken_at or question.current.opened_at)
    asked = (*question.clarifications, replied(clarification, question.words))
    return _moved(amend(question, current), Move.ASK_BACK, clarifications=asked)


def hear(question: Question, word: AskerWord) -> Question:
    """The asker wrote; whoever waits for them has a reply."""
    words = (*question.words, word)
    clarifications = tuple(replied(one, words) for one in question.clarifications)
    return replace(question, words=words, clarifications=clarifications)


def resume(question: Question) -> Question:
    return _moved(question, Move.REPLY)


def expire(question: Question) -> Question:
    return _moved(_released(question), Move.EXPIRE)


def remind_asker(question: Question, now: datetime) -> Question:
    """Whatever the asker was asked until now and has not replied to, they were reminded of."""
    clarifications = tuple(
        replace(one, reminded_at=now) if one.ended_at is None and one.remind_at <= now else one
        for one in question.clarifications
    )
    return replace(question, clarifications=clarifications)


def reckoned(question: Question, clock: WorkingClock) -> Question:
    """With the promise put off by what the network waited for the asker until now."""
    made_at = question.promise_made_at or question.received_at
    promised_at = question.promised_at or question.promise_at
    promise_at = promise_after(promised_at, made_at, waits(question.clarifications), clock)
    if promise_at == question.promise_at:
        return question
    return replace(question, promise_at=promise_at, promised_at=promised_at)


def promise(question: Question, promise_at: datetime, now: datetime) -> Question:
    """Another promise, made now."""
    return replace(
        question, promise_at=promise_at, promised_at=promise_at, promise_made_at=now, breached=False
    )


def give_up(question: Question) -> Question:
    return _moved(question, Move.GIVE_UP)


def answer(question: Question, accepted: AcceptedAnswer) -> Question:
    """The first answer counts, whoever had the question."""
    return _moved(_released(question), Move.ANSWER, accepted=accepted)


def add(question: Question, at: datetime) -> Question:
    """What the asker wrote until then is seen to."""
    return _moved(question, Move.ADD, seen_to=max(question.seen_to or at, at))


def send(question: Question, text: SentText) -> Question:
    """The asker was sent it; of one that is forgotten nothing is kept."""
    return question if question.text is None else replace(question, sent=(*question.sent, text))


def to_see_to(question: Question) -> AskerWord | None:
    """The last word that the asker wrote after the answer, and after all that was added to it."""
    accepted = question.accepted
    if accepted is None:
        return None
    since = max(moment for moment in (accepted.at, question.seen_to, question.received_at) if moment)
    words = [word for word in question.words if word.at > since]
    return max(words, key=lambda word: word.at, default=None)


def leave(question: Question) -> Question:
    """What the asker wrote after the answer is seen to by nobody: it lies with the coordinator."""
    return _moved(question, Move.FOLLOW_UP)


def resolve(question: Question) -> Question:
    return _moved(_released(question), Move.RESOLVE)


def close(question: Question) -> Question:
    return _moved(_released(question), Move.CLOSE)


def withdraw(question: Question) -> Question:
    return _moved(_released(question), Move.WITHDRAW)


def reopen(question: Question, *, by_asker: bool = False) -> Question:
    return _moved(question, Move.REOPEN, reopenings=question.reopenings + by_asker)


def forget(question: Question) -> Question:
    """Nothing personal is left: no text, no place but the département that is counted."""
    department = question.facets.get("department")
    country = question.place.country if question.place else "FR"
    place = Territory(country, None, department) if question.place else None
    return replace(question, text=None, sent=(), place=place)


def _moved(question: Question, move: Move, **changes: Any) -> Question:
    return replace(question, state=state_machine.after(question.state, move), **changes)


def _released(question: Question) -> Question:
    """Raises ImpossibleMove while somebody has it: their load would be counted for ever."""
    if question.current is not None:
        raise state_machine.ImpossibleMove(f"{question.current.partner} has the question: release it first")
    return question

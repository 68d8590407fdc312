"""What asker and partner write to each other in a year, and the waiting that comes of it, reckoned here from
what was heard alone: no rule of the router's is asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.chassis.working_time import WorkingClock
from services.contracts.envelope import Event
from services.contracts.ingest import QuestionFollowedUp, QuestionReceived
from services.contracts.router import (
    AnswerAdded,
    FollowUpRouted,
    FollowUpUnhandled,
    QuestionAnswered,
    QuestionClosed,
    QuestionHandled,
    QuestionPaused,
    QuestionReopened,
    QuestionResumed,
    QuestionRouted,
    QuestionUnroutable,
)

Wait = tuple[datetime, datetime]
NEARLY = timedelta(seconds=1)


@dataclass
class Conversations:
    """`open`: questions that somebody has to see to, and those whose follow-up has no end yet."""

    working_days: WorkingClock
    open: set[UUID] = field(default_factory=set)
    unhandled: set[UUID] = field(default_factory=set)
    """Whose follow-up lies with the coordinator."""
    waits: defaultdict[UUID, list[Wait]] = field(default_factory=lambda: defaultdict(list))
    _since: dict[UUID, datetime] = field(default_factory=dict)
    _promises: dict[UUID, datetime] = field(default_factory=dict)
    resumed: int = 0
    put_off_rightly: int = 0
    """Of these, promises put off by just what their clock would have run."""
    waited_rightly: int = 0
    """Answers that say of the waiting what was heard."""

    def hear(self, event: Event[Any]) -> None:
        question, fact = event.subject, event.data
        match fact:
            case QuestionReceived() | FollowUpRouted():
                self.open.add(question)
            case QuestionRouted() | QuestionUnroutable():
                self._promises[question] = fact.promise_at
            case QuestionReopened():
                self.open.add(question)
                self._promises[question] = fact.promise_at or self._promises[question]
            case QuestionPaused():
                self._since[question] = fact.asked_at
            case QuestionFollowedUp():
                self._end_wait(question, event.time)
            case QuestionResumed():
                self._resumed(question, fact.promise_at)
            case QuestionAnswered():
                self._answered(question, fact)
            case QuestionClosed():
                self._end_wait(question, event.time)
                self.open.discard(question)
        self._note_follow_up(question, fact)

    def _note_follow_up(self, question: UUID, fact: Any) -> None:
        if isinstance(fact, FollowUpUnhandled):
            self.unhandled.add(question)
        elif isinstance(fact, AnswerAdded | QuestionReopened | FollowUpRouted):
            self.unhandled.discard(question)
        if isinstance(fact, AnswerAdded) or (isinstance(fact, QuestionHandled) and fact.action == "resolve"):
            self.unhandled.discard(question)
            self.open.discard(question)

    def _end_wait(self, question: UUID, at: datetime) -> None:
        if since := self._since.pop(question, None):
            self.waits[question].append((since, at))

    def _resumed(self, question: UUID, promise_at: datetime) -> None:
        """What was left of the promise when the asker was asked is left of it when they replied."""
        since, until = self.waits[question][-1]
        before, self._promises[question] = self._promises[question], promise_at
        left = self.working_days.between(since, before)
        self.resumed += 1
        self.put_off_rightly += abs(left - self.working_days.between(until, promise_at)) < NEARLY

    def _answered(self, question: UUID, fact: QuestionAnswered) -> None:
        self._end_wait(question, fact.answered_at)
        self.open.discard(question)
        waited = self.waited(question, fact.answered_at)
        self.waited_rightly += abs(waited - timedelta(seconds=fact.waited_seconds)) < NEARLY

    def waited(self, question: UUID, until: datetime) -> timedelta:
        spans = (min(end, until) - min(since, until) for since, end in self.waits[question])
        return sum(spans, timedelta())

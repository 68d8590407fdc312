"""Play a year: questions come, partners answer, decline, forget and close, and the stage sees to all of it.

Everything happens in order of time. What the stage announces tells partners and coordinator what to do next.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any
from uuid import UUID

from devtools.simulation import people
from devtools.simulation.conversations import Conversations
from devtools.simulation.report import Report
from devtools.simulation.stage import Asking, Stage
from services.chassis.working_time import NeverOpen, WorkingClock
from services.contracts.envelope import Event
from services.contracts.router import (
    FollowUpRouted,
    FollowUpUnhandled,
    QuestionAnswered,
    QuestionClosed,
    QuestionPaused,
    QuestionResumed,
    QuestionRouted,
    QuestionUnroutable,
)
from services.router.domain.hours.calendars import Closure
from services.router.domain.partner import Partner, PartnerRole
from services.router.domain.routing.directory import Directory, HolidaysOf

TICK = timedelta(hours=1)
"""While anything is open time is looked at so often, whether or not somebody does something."""

COORDINATOR_TAKES = timedelta(hours=20)
OUT_OF_SCOPE = 0.1
"""So many of the questions that reach the coordinator are none of ours."""

LATER = timedelta(days=75)
"""How long after the year's end the last questions may take."""

Do = Callable[[], Awaitable[None]]


@dataclass(order=True)
class Appointment:
    at: datetime
    number: int
    do: Do = field(compare=False)


class Year:
    """`play` it to the end, then read its `report`. What falls into one `step` of time is done together, at
    its end: the smaller the step the truer, and the more often the stage must come to rest. When a question
    was asked is exact all the same."""

    def __init__(
        self,
        stage: Stage,
        wanted: Sequence[Partner],
        working_days: WorkingClock,
        holidays_of: HolidaysOf,
        chance: random.Random,
        step: timedelta = timedelta(0),
    ) -> None:
        self._stage = stage
        self._partners = {partner.id: partner for partner in wanted}
        self._working_days = working_days
        self._holidays_of = holidays_of
        self._chance = chance
        self._step = step
        self._tempers = people.tempers(chance, wanted)
        self._agenda: list[Appointment] = []
        self._numbers = count()
        self._ticking = False
        self._nobodys: set[UUID] = set()
        self.report = Report()
        self.talk = Conversations(working_days)

    async def play(self, year: int, moments: Sequence[datetime], progress: Callable[[], None]) -> None:
        self._now = moments[0] - timedelta(days=1)
        await self._stage.go_to(self._now)
        await self._change(list(self._partners.values()))
        for moment in moments:
            self._at(moment, partial(self._ask, moment, progress))
        self._plan_closures(year)
        self._end = moments[-1] + LATER
        while self._agenda:
            together = list(self._next())
            self._now = max(self._now, together[-1].at)
            await self._stage.go_to(self._now)
            for appointment in together:
                await appointment.do()
            for event in await self._stage.heard():
                self.report.count(event)
                self.talk.hear(event)
                self._follow(event)
            self._keep_ticking()

    def _next(self) -> Iterator[Appointment]:
        until = self._agenda[0].at + self._step
        while self._agenda and self._agenda[0].at <= until:
            yield heappop(self._agenda)

    def _at(self, moment: datetime, do: Do) -> None:
        heappush(self._agenda, Appointment(moment, next(self._numbers), do))

    async def _tick(self) -> None:
        self._ticking = False

    def _keep_ticking(self) -> None:
        if not self._ticking and self.talk.open and self._now < self._end:
            self._ticking = True
            self._at(self._now + max(TICK, self._step), self._tick)

    async def _ask(self, moment: datetime, progress: Callable[[], None]) -> None:
        facets = people.facets(self._chance, list(self._partners.values()))
        await self._stage.ask(Asking(moment, people.TEXT, facets, people.postcode(self._chance)))
        self.report.asked += 1
        progress()

    def _follow(self, event: Event[Any]) -> None:
        fact, question = event.data, event.subject
        if isinstance(fact, QuestionRouted | QuestionAnswered | QuestionClosed):
            self._nobodys.discard(question)
        match fact:
            case QuestionRouted():
                self._plan_action(fact.partner.id, question)
            case QuestionResumed() if fact.partner is not None:
                self._plan_action(fact.partner.id, question)
            case QuestionUnroutable():
                self._nobodys.add(question)
                self._at(self._now + COORDINATOR_TAKES, partial(self._coordinate, question))
            case QuestionAnswered():
                self.report.answered(fact, self._working_days)
                self._plan_afterwards(fact.partner.id, question)
            case QuestionPaused():
                if after := people.reply_after(self._chance):
                    self._at(self._now + after, partial(self._stage.write, question, people.REPLY))
            case FollowUpRouted():
                self._plan_action(fact.partner.id, question, after_answer=True)
            case FollowUpUnhandled():
                self._at(self._now + COORDINATOR_TAKES, partial(self._resolve, question))

    def _plan_action(self, partner: str, question: UUID, *, after_answer: bool = False) -> None:
        draw = people.action_after_answer if after_answer else people.action
        action = draw(self._chance, self._tempers[partner])
        if action is None:
            return
        try:
            moment = self._directory.clock(self._partners[partner]).after(self._now, action.after)
        except NeverOpen:
            return
        actions = {
            "answer": self._stage.answer,
            "decline": self._stage.decline,
            "ask back": self._stage.ask_back,
            "add": self._stage.add,
        }
        self._at(moment, partial(actions[action.what], question, partner))

    def _plan_afterwards(self, partner: str, question: UUID) -> None:
        if (played := people.afterwards(self._chance)) is None:
            return
        actions = {
            "asks again": partial(self._stage.ask_again, question),
            "follows up": partial(self._stage.write, question, people.FOLLOW_UP),
            "is corrected": partial(self._stage.correct, question, partner),
        }
        self._at(self._now + played.after, actions[played.what])

    async def _resolve(self, question: UUID) -> None:
        if question in self.talk.unhandled:
            await self._stage.resolve(question)

    async def _coordinate(self, question: UUID) -> None:
        """The coordinator picks who is likeliest to answer, or says that it is out of scope."""
        if question not in self._nobodys:
            return
        others = [id_ for id_, one in self._partners.items() if one.role is not PartnerRole.COORDINATOR]
        if not others or self._chance.random() < OUT_OF_SCOPE:
            await self._stage.close(question, "hors de notre champ")
        else:
            reliable = min(others, key=lambda name: (self._forgets(name), self._chance.random()))
            await self._stage.assign(question, reliable, "nobody else was left")

    def _forgets(self, partner: str) -> int:
        temper = self._tempers[partner]
        return temper.forgets + temper.declines

    def _plan_closures(self, year: int) -> None:
        """Each is entered on its first day, as closures in real life often are."""
        for partner in self._partners.values():
            for closure in people.closures(self._chance, year):
                start = datetime.combine(closure.first, time.min, UTC)
                self._at(start, partial(self._close, partner.id, closure))

    async def _close(self, name: str, closure: Closure) -> None:
        partner = self._partners[name]
        await self._change([replace(partner, closures=(*partner.closures, closure))])

    async def _change(self, changed: Sequence[Partner]) -> None:
        self._partners |= {partner.id: partner for partner in changed}
        self._directory = Directory(self._partners.values(), self._holidays_of)
        await self._stage.change(changed)

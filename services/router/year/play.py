"""Play a year: questions come, partners answer, decline, forget and close, and the router sees to all of it.

Everything happens in order of time. What the router announces is read from its outbox, as the notifier would
hear it, and tells partners and coordinator what to do next.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any
from uuid import UUID

from asyncpg import Pool, Record
from prometheus_client import CollectorRegistry
from uuid_utils.compat import uuid7

from services.chassis.consume import Handling, readers_of
from services.chassis.instruments import Instruments
from services.chassis.letters import FactReader, Letter
from services.chassis.transaction import Transactions
from services.contracts import topology
from services.contracts.catalogue import FACTS
from services.contracts.envelope import Event, decode, event_readers
from services.contracts.ingest import AnswerSubmitted, QuestionDeclined, QuestionReceived
from services.contracts.router import QuestionAnswered, QuestionRouted, QuestionUnroutable
from services.contracts.vocabulary import Facets, Fact, Place
from services.router import entrypoints, hand, partners
from services.router.desk import Desk
from services.router.domain.calendars import Closure
from services.router.domain.partner import Partner
from services.router.domain.working_time import NeverOpen
from services.router.hand import Hand
from services.router.timers import Timers
from services.router.year import people
from services.router.year.report import Report

READERS = event_readers(FACTS)
TICK = timedelta(hours=1)
COORDINATOR = Hand("coordination", "nobody else was left")
LATER = timedelta(days=30)
"""How long after the year's end the last questions may take."""

_ANNOUNCED = "DELETE FROM outbox RETURNING id, body"


@dataclass
class PlayClock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass(order=True)
class Appointment:
    at: datetime
    number: int
    do: Any = field(compare=False)


class Year:
    """`play` it to the end, then read its `report`."""

    def __init__(self, desk: Desk, pool: Pool[Record], wanted: list[Partner], chance: random.Random) -> None:
        self._desk = desk
        self._pool = pool
        self._partners = {partner.id: partner for partner in wanted}
        self._chance = chance
        self._tempers = people.tempers(chance, wanted)
        self._agenda: list[Appointment] = []
        self._numbers = count()
        self._ticking = False
        self.report = Report()

    async def play(self, year: int, moments: list[datetime], progress: Callable[[], None]) -> None:
        self._clock = PlayClock(moments[0] - timedelta(days=1))
        self._transactions = Transactions(self._pool, "router", self._clock)
        readers = readers_of(FactReader(entrypoints.subscriptions(self._desk)), {})
        self._handling = Handling(self._transactions, readers, Instruments(CollectorRegistry()))
        self._timers = Timers(self._desk, self._pool, self._transactions.begin, self._clock)
        await self._change(list(self._partners.values()))
        for moment in moments:
            self._at(moment, self._ask)
        self._plan_closures(year)
        self._end = moments[-1] + LATER
        while self._agenda:
            appointment = heappop(self._agenda)
            self._clock.moment = max(self._clock.moment, appointment.at)
            await appointment.do()
            await self._hear()
            if appointment.do == self._ask:
                progress()

    def _at(self, moment: datetime, do: Any) -> None:
        heappush(self._agenda, Appointment(moment, next(self._numbers), do))

    async def _tick(self) -> None:
        """The timers, once an hour while anything is open; a breach bears its own moment anyway."""
        await self._timers.fire()
        self._ticking = self.report.unanswered > 0 and self._clock.moment < self._end
        if self._ticking:
            self._at(self._clock.moment + TICK, self._tick)

    async def _ask(self) -> None:
        known = people.facets(self._chance, list(self._partners.values()))
        postcode = people.postcode(self._chance)
        fact = QuestionReceived(
            text="?",
            facets=Facets(received_at=self._clock.moment, **known),
            place=Place(postcode=postcode) if postcode else None,
        )
        self.report.asked += 1
        await self._tell(fact, uuid7())
        if not self._ticking:
            self._ticking = True
            self._at(self._clock.moment + TICK, self._tick)

    async def _tell(self, fact: Fact, question: UUID) -> None:
        event: Event[Any] = Event(
            id=str(uuid7()),
            source="/sesame/year",
            type=fact.wire,
            subject=question,
            time=self._clock.moment,
            data=fact,
        )
        key = topology.routing_key(type(fact))
        await self._handling.settle([Letter(topology.EVENTS, key, "", event.id, event.encode())])

    async def _hear(self) -> None:
        """What was announced since, in order; it may lead to more."""
        rows = await self._pool.fetch(_ANNOUNCED)
        for row in sorted(rows, key=lambda row: row["id"]):
            event = decode(row["body"], READERS)
            if isinstance(event, Event):
                self.report.count(event)
                self._follow(event)

    def _follow(self, event: Event[Any]) -> None:
        fact = event.data
        if isinstance(fact, QuestionRouted):
            self._plan_deed(fact, event.subject)
        elif isinstance(fact, QuestionUnroutable):
            self._at(self._clock.moment + timedelta(hours=20), lambda: self._coordinate(event.subject))
        elif isinstance(fact, QuestionAnswered):
            self.report.answered(fact, self._desk.working_days)

    def _plan_deed(self, fact: QuestionRouted, question: UUID) -> None:
        partner = self._partners[fact.partner.id]
        deed = people.deed(self._chance, self._tempers[partner.id])
        if deed is None:
            return
        try:
            moment = self._directory.clock(partner).after(self._clock.moment, deed.after)
        except NeverOpen:
            return
        said: Fact = (
            AnswerSubmitted(answer_id=uuid7(), partner=partner.id, text="!", way="page")
            if deed.what == "answer"
            else QuestionDeclined(partner=partner.id, way="page")
        )
        self._at(moment, lambda: self._tell(said, question))

    async def _coordinate(self, question: UUID) -> None:
        """The coordinator picks who is likeliest to answer, or says that it is out of scope."""
        async with self._transactions.begin(question) as unit:
            held = await self._desk.ledgers.of(unit).question(question)
            if held is None or not held.is_open or held.current is not None:
                return
            if self._chance.random() < 0.1:
                await hand.close(self._desk, unit, question, COORDINATOR, "hors de notre champ")
            else:
                reliable = min(self._partners, key=lambda name: (self._forgets(name), self._chance.random()))
                await hand.assign(self._desk, unit, question, COORDINATOR, reliable)

    def _forgets(self, partner: str) -> int:
        temper = self._tempers[partner]
        return temper.forgets + temper.declines

    def _plan_closures(self, year: int) -> None:
        """Each is entered on its first day, as closures in real life often are."""
        for partner in self._partners.values():
            for closure in people.closures(self._chance, year):
                start = datetime.combine(closure.first, datetime.min.time(), self._clock.moment.tzinfo)
                self._at(start, lambda name=partner.id, closure=closure: self._close(name, closure))

    async def _close(self, name: str, closure: Closure) -> None:
        partner = self._partners[name]
        await self._change([replace(partner, closures=(*partner.closures, closure))])

    async def _change(self, changed: list[Partner]) -> None:
        self._partners |= {partner.id: partner for partner in changed}
        async with self._transactions.begin() as unit:
            changes = await partners.compare(unit.db, changed, whole=False)
            await partners.apply(unit.db, changes, hand="year", now=unit.now)
            self._directory = (await self._desk.ledgers.of(unit).standing()).directory

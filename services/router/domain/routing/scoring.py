"""The named parts of the score, and what each weighs.

Merit (origin, place, subject, load, fit) says *which* questions a partner gets; fairness, which grows with
every question somebody is owed, says *how many*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import repeat
from operator import mul, sub
from types import MappingProxyType

from services.chassis.working_time import NOTHING
from services.router.domain.partner import Partner
from services.router.domain.routing.partner_sets import PartnerSet
from services.router.domain.routing.routing_request import Network, RoutingRequest
from services.router.domain.territory import Nearness

NEARNESS: Mapping[Nearness, float] = MappingProxyType(
    {
        Nearness.SOMEWHERE: 0.0,
        Nearness.COUNTRY: 0.2,
        Nearness.REGION: 0.5,
        Nearness.DEPARTMENT: 0.8,
        Nearness.POSTCODE: 1.0,
    }
)
STRONGEST = 5


Ranked = tuple[float, str]
"""(points, negated; partner): the smallest is the best."""


@dataclass(frozen=True, slots=True)
class Part:
    """`params`: what stands behind the points, by the names of contracts.reasons. `measure`: the points
    without their weight."""

    name: str
    points: float
    measure: float
    params: Mapping[str, str | int | float | None] = field(default_factory=dict)


def idleness(opened: int, capacity: int) -> float:
    """1 with nothing open, 0 at a whole week's capacity."""
    return max(0.0, 1 - opened / capacity) if opened and capacity else float(not opened)


def total_of(points: Iterable[float]) -> float:
    return round(sum(points), 6)


class Score:
    """The score of one question against any partner. `near`: who serves its place, the nearest first."""

    def __init__(self, asked: RoutingRequest, near: Mapping[Nearness, PartnerSet], network: Network) -> None:
        self._asked = asked
        self._near = near
        self._book = network.book
        self._weights = network.weights
        self._needed = network.needed
        self._directory = network.directory
        self._strengths = network.directory.strengths(asked.subject) if asked.subject else {}

    def best_first(self, crowd: PartnerSet) -> Iterator[Partner]:
        """By all parts but fit, ties by id. What lowers points is reckoned only for those who come to the top
        without it: whoever takes a few of very many pays for these few."""
        partners, roll = self._directory.partners, self._directory.roll
        called = roll.crowd(self._asked.called) & crowd
        settled = [(-self._points(partners[name]), name) for name in roll.named(called)]
        hopes = self._hopes(crowd & ~called)
        heapify(settled)
        heapify(hopes)
        while hopes or settled:
            if settled and (not hopes or settled[0] <= hopes[0]):
                yield partners[heappop(settled)[1]]
            else:
                negated, name = heappop(hopes)
                heappush(settled, (negated + self._burden(name), name))

    def _points(self, partner: Partner) -> float:
        return sum(part.points for part in self.parts(partner))

    def _burden(self, name: str) -> float:
        """Points that are lost by what is open."""
        return (1 - self._idleness(name)) * self._weights.load

    def _hopes(self, crowd: PartnerSet) -> list[Ranked]:
        """What everybody would have with nothing open."""
        roll, found = self._directory.roll, list[Ranked]()
        for nearness, serving in (*self._near.items(), (Nearness.SOMEWHERE, roll.everyone)):
            base = self._weights.place * NEARNESS[nearness] + self._weights.load
            found += self._level(roll.named(crowd & serving), base)
            crowd &= ~serving
        return found

    def _level(self, names: list[str], base: float) -> Iterable[Ranked]:
        """Of those equally near. They may be very many: so no step of it is a line of Python."""
        credit = map(self._book.credit.get, names, repeat(0.0))
        negated = map(sub, map(mul, credit, repeat(-self._weights.fairness)), repeat(base))
        if self._strengths:
            strength = map(self._strengths.get, names, repeat(0))
            negated = map(sub, negated, map(mul, strength, repeat(self._weights.subject / STRONGEST)))
        return zip(negated, names, strict=True)

    def parts(self, partner: Partner) -> tuple[Part, ...]:
        load = self._book.of(partner.id)
        return (
            self._part("origin", float(partner.id == self._asked.origin), {}),
            self._part("referred", float(partner.id == self._asked.referred), {}),
            self._place(partner.id),
            self._subject_part(partner.id),
            self._part("load", self._idleness(partner.id), {"open": load.open}),
            self._part("fairness", load.credit, {"owed": round(load.credit, 2)}),
        )

    def _part(self, name: str, measure: float, params: Mapping[str, str | int | float | None]) -> Part:
        return Part(name, self._weights.points(name, measure), measure, params)

    def open_share(self, partner: Partner, now: datetime) -> float:
        """How much of the time that an answer needs the partner is open before the promise: 0 to 1."""
        promise_at, needed = self._asked.promise_at, self._needed
        if promise_at <= now or needed <= NOTHING:
            return 1.0
        return min(self._directory.clock(partner).between(now, promise_at) / needed, 1.0)

    def fit(self, share: float) -> Part:
        return self._part("fit", share, {"share": round(share, 3)})

    def _place(self, name: str) -> Part:
        near = self._nearness(name)
        return self._part("place", NEARNESS[near], {"nearness": near.name.lower()})

    def _nearness(self, name: str) -> Nearness:
        roll = self._directory.roll
        serving = (nearness for nearness, crowd in self._near.items() if roll.has(crowd, name))
        return next(serving, Nearness.SOMEWHERE)

    def _subject_part(self, name: str) -> Part:
        strength = self._strengths.get(name, 0)
        params = {"subject": self._asked.subject, "strength": strength}
        return self._part("subject", strength / STRONGEST, params)

    def _idleness(self, name: str) -> float:
        return idleness(self._book.open.get(name, 0), self._directory.capacities[name])

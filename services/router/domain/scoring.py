"""The named parts of the score, and what each weighs.

Merit (origin, place, subject, load, fit) says *which* questions a partner gets; fairness, which grows with
every question somebody is owed, says *how many*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from services.router.domain.loads import fair_capacity
from services.router.domain.partner import Partner
from services.router.domain.territory import Nearness

if TYPE_CHECKING:
    from services.router.domain.decision import Asked, Network

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

Names = set[str] | frozenset[str]

FAR = (Nearness.SOMEWHERE, Nearness.COUNTRY)
"""So wide that very many partners may share it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of each part at its fullest; fairness: points per question owed."""

    origin: float = 1000.0
    referred: float = 2000.0
    place: float = 40.0
    subject: float = 40.0
    load: float = 20.0
    fairness: float = 15.0
    fit: float = 20.0


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    points: float
    detail: str


class Score:
    """The score of one question against any partner."""

    def __init__(self, asked: Asked, near: Mapping[str, Nearness], network: Network) -> None:
        self._asked = asked
        self._near = near
        self._book = network.book
        self._weights = network.weights
        self._directory = network.directory
        self._partners = network.directory.partners
        self._strengths = network.directory.strengths(asked.subject) if asked.subject else {}

    def rough(self, names: Names, most: int) -> list[tuple[float, str]]:
        """(points without fit, negated; partner): the smallest is the best. At least the `most` best."""
        place = tuple(self._weights.place * NEARNESS[near] for near in Nearness)
        subject = self._weights.subject / STRONGEST
        other, idle = self._other_points(names), self._weights.load
        near, strength = self._near.get, self._strengths.get
        return [
            (-(place[near(name, 0)] + subject * strength(name, 0) + other.get(name, idle)), name)
            for name in self._foremost(names, other, most)
        ]

    def _foremost(self, names: Names, other: Mapping[str, float], most: int) -> Iterable[str]:
        """Who may be among the `most` best: those with points of their own, those who are near, and of the
        rest, whom only nearness and strength tell apart, the first few by name of each kind."""
        if len(names) <= most:
            return names
        near = self._near.get
        alike = names.difference(other)
        found = [name for name in other if name in names]
        found += [name for name in alike if near(name, 0) > FAR[-1]]
        for far in FAR if self._near else FAR[:1]:
            for level in self._directory.levels(self._asked.subject):
                found += islice((name for name in level if name in alike and near(name, 0) == far), most)
        return found

    def _other_points(self, names: Names) -> dict[str, float]:
        """Load, fairness and being called by name, of those who have any; plain loops, for they are many."""
        loads, idle, fairness = self._book.loads, self._weights.load, self._weights.fairness
        points = {name: idle + loads[name].credit * fairness for name in names.intersection(loads)}
        for name in [name for name, load in loads.items() if load.open and name in points]:
            points[name] -= (1 - self._idleness(self._partners[name])) * idle
        for called, extra in (
            (self._asked.origin, self._weights.origin),
            (self._asked.referred, self._weights.referred),
        ):
            if called is not None:
                points[called] = points.get(called, idle) + extra
        return points

    def parts(self, partner: Partner) -> tuple[Part, ...]:
        load = self._book.of(partner.id)
        weights = self._weights
        return (
            Part("origin", weights.origin * (partner.id == self._asked.origin), "asked at this library"),
            Part("referred", weights.referred * (partner.id == self._asked.referred), "named by a colleague"),
            self._place(partner.id),
            self._subject_part(partner.id),
            Part("load", round(self._idleness(partner) * weights.load, 3), f"{load.open} open"),
            Part("fairness", round(load.credit * weights.fairness, 3), f"owed {load.credit:+.2f} questions"),
        )

    def fit(self, share: float) -> Part:
        return Part("fit", round(share * self._weights.fit, 3), f"open for {share:.0%} of the time needed")

    def _place(self, name: str) -> Part:
        near = self._near.get(name, Nearness.SOMEWHERE)
        return Part("place", round(NEARNESS[near] * self._weights.place, 3), near.name.lower())

    def _subject_part(self, name: str) -> Part:
        strength = self._strengths.get(name, 0)
        detail = f"{self._asked.subject} {strength}/{STRONGEST}" if self._asked.subject else "subject unknown"
        return Part("subject", round(self._weights.subject * strength / STRONGEST, 3), detail)

    def _idleness(self, partner: Partner) -> float:
        capacity = fair_capacity(partner.capacity_per_week)
        return max(0.0, 1 - self._book.of(partner.id).open / capacity) if capacity else 0.0

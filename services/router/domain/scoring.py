"""The named parts of the score, and what each weighs.

Merit (origin, place, subject, load, fit) says *which* questions a partner gets; fairness, which grows with
every question somebody is owed, says *how many*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from services.router.domain.loads import fair_capacity
from services.router.domain.partner import Partner
from services.router.domain.territory import Nearness

if TYPE_CHECKING:
    from services.router.domain.decision import Network

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

    def __init__(
        self,
        origin: str | None,
        referred: str | None,
        subject: str | None,
        near: Mapping[str, Nearness],
        network: Network,
    ) -> None:
        self._called = {origin: network.weights.origin, referred: network.weights.referred}
        self._origin, self._referred = origin, referred
        self._subject = subject
        self._near = near
        self._book = network.book
        self._weights = network.weights
        self._partners = network.directory.partners
        self._strengths = network.directory.strengths(subject) if subject else {}

    def rough(self, names: Iterable[str]) -> Iterator[tuple[float, str]]:
        """(points without fit, negated; partner), so that the smallest is the best."""
        place = {near: self._weights.place * share for near, share in NEARNESS.items()}
        subject = self._weights.subject / STRONGEST
        loads = {name: self._load_points(name) for name in self._book.loads if name in self._partners}
        idle, near, called = self._weights.load, self._near, self._called
        strengths = self._strengths
        for name in names:
            points = place[near.get(name, Nearness.SOMEWHERE)] + subject * strengths.get(name, 0)
            yield -(points + loads.get(name, idle) + called.get(name, 0.0)), name

    def parts(self, partner: Partner) -> tuple[Part, ...]:
        load = self._book.of(partner.id)
        weights = self._weights
        return (
            Part("origin", weights.origin * (partner.id == self._origin), "asked at this library"),
            Part("referred", weights.referred * (partner.id == self._referred), "named by a colleague"),
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
        detail = f"{self._subject} {strength}/{STRONGEST}" if self._subject else "subject unknown"
        return Part("subject", round(self._weights.subject * strength / STRONGEST, 3), detail)

    def _idleness(self, partner: Partner) -> float:
        capacity = fair_capacity(partner.capacity_per_week)
        return max(0.0, 1 - self._book.of(partner.id).open / capacity) if capacity else 0.0

    def _load_points(self, name: str) -> float:
        owed = self._book.of(name).credit * self._weights.fairness
        return self._idleness(self._partners[name]) * self._weights.load + owed

"""What a decision is made from: the question as far as it matters, and the network at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import LoadBook
from services.router.domain.territory import Territory


@dataclass(frozen=True, slots=True)
class RoutingRequest:
    """What a decision needs to know of a question. `subject` is a theme, `had` says why somebody is out."""

    id: str
    promise_at: datetime
    place: Territory | None = None
    language: str | None = None
    subject: str | None = None
    origin: str | None = None
    referred: str | None = None
    had: Mapping[str, str] = field(default_factory=dict)

    @property
    def called(self) -> list[str]:
        """Who is called by name: by where it was asked, or by a colleague."""
        return [name for name in (self.origin, self.referred) if name]


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

    def points(self, part: str, measure: float) -> float:
        """What a part gives whose measure is 1 at its fullest, or a number of questions owed."""
        weight: float = getattr(self, part)
        return round(measure * weight, 3)


@dataclass(frozen=True, slots=True)
class Network:
    """Who there is, who has how much, and what counts how much."""

    directory: Directory
    book: LoadBook
    weights: Weights = field(default_factory=Weights)
    needed: timedelta = timedelta(hours=16)
    """Open hours that a partner is given to answer."""

"""What other weights would have made of questions that were routed: of the numbers written down then.

Each choice is made anew among those who could have had it. Where an earlier question would have gone
elsewhere, whoever would have got it had one more open and was owed one less from then on, and whoever got it
the other way round: without that, fairness would seem to give way to every weight. Who could be asked at all
(hours, languages, the week's questions) is taken as it was. Weights as they were change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.router.domain.routing.loads import bounded
from services.router.domain.routing.routing_request import Weights
from services.router.domain.routing.scoring import idleness, total_of

PARTS = ("origin", "referred", "place", "subject", "load", "fairness", "fit")
"""In the order in which a choice adds them up."""


@dataclass(frozen=True, slots=True)
class PastCandidate:
    """Who could have had it. `measures`: part → points without their weight, those that are not nought."""

    partner: str
    total: float
    measures: Mapping[str, float]
    open: int
    capacity: int


@dataclass(frozen=True, slots=True)
class PastDecision:
    """`ended_at`: when the partner that got it had it no longer. `eligible`: how many could have had it; in a
    very large network the best alone are written down."""

    question: UUID
    decided_at: datetime
    ended_at: datetime | None
    chosen: str
    candidates: tuple[PastCandidate, ...]
    eligible: int


@dataclass(frozen=True, slots=True)
class Rival:
    """`points`: as they were; `proposed`: by the proposed weights."""

    partner: str
    points: float
    proposed: float


@dataclass(frozen=True, slots=True)
class MovedDecision:
    decision: PastDecision
    went: Rival
    would: Rival


@dataclass(slots=True)
class WeightsTrial:
    questions: int = 0
    shortened: int = 0
    since: datetime | None = None
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    moved: list[MovedDecision] = field(default_factory=list)


def try_weights(past: Iterable[PastDecision], weights: Weights) -> WeightsTrial:
    """`past`: the earliest first."""
    trial = WeightsTrial()
    for decision in past:
        went, would = _rivals(decision, weights, trial.moved)
        trial.questions += 1
        trial.shortened += decision.eligible > len(decision.candidates)
        trial.since = trial.since or decision.decided_at
        trial.before[went.partner] += 1
        trial.after[would.partner] += 1
        if went.partner != would.partner:
            trial.moved.append(MovedDecision(decision, went, would))
    return trial


def _rivals(decision: PastDecision, weights: Weights, moved: Iterable[MovedDecision]) -> tuple[Rival, Rival]:
    """Who got it, and who would have; the same where nothing changes."""
    owed, opened = Counter[str](), Counter[str]()
    for one in moved:
        for partner, number in ((one.would.partner, 1), (one.went.partner, -1)):
            owed[partner] -= number
            ended_at = one.decision.ended_at
            opened[partner] += number * (ended_at is None or ended_at > decision.decided_at)
    rivals = [
        Rival(one.partner, one.total, _proposed(one, weights, owed[one.partner], opened[one.partner]))
        for one in decision.candidates
    ]
    went = next(one for one in rivals if one.partner == decision.chosen)
    return went, min(rivals, key=lambda one: (-one.proposed, one.partner))


def _proposed(one: PastCandidate, weights: Weights, owed: int, opened: int) -> float:
    measures = dict(one.measures)
    if owed:
        measures["fairness"] = bounded(measures.get("fairness", 0.0) + owed)
    if opened:
        measures["load"] = idleness(max(0, one.open + opened), one.capacity)
    return total_of([weights.points(part, measures.get(part, 0.0)) for part in PARTS])

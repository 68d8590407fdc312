"""Which partner gets a question: hard filters, then a score of named parts, then the reasons why.

Pure and deterministic: the same question, partners, loads and moment give the same decision, ties by partner
id. The filters run over sets and the first sum over a few look-ups, so that thousands of partners cost
milliseconds; only a short list is then reckoned with opening hours and in named parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nsmallest

from services.router.domain.deadlines import is_away
from services.router.domain.directory import Directory
from services.router.domain.loads import LoadBook, fair_capacity
from services.router.domain.partner import Partner, Role
from services.router.domain.scoring import Part, Score, Weights
from services.router.domain.territory import Nearness, Place
from services.router.domain.working_time import NOTHING

SHORT_LIST = 50
"""How many of the best are reckoned in full."""

FAIR_AMONG = 50
"""How many of the best fairness is kept among: all who could have it, but in a very large network."""

NO_LIMIT = 1_000_000

NAMED = 500
"""Up to so many of those excluded for one reason are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decision needs to know of a question. `subject` is a theme, `had` says why somebody is out."""

    id: str
    promise_at: datetime
    place: Place | None = None
    language: str | None = None
    subject: str | None = None
    origin: str | None = None
    referred: str | None = None
    had: Mapping[str, str] = field(default_factory=dict)


Excluded = frozenset[str] | int


@dataclass(frozen=True, slots=True)
class Tier:
    """Who is looked at together. `wide`: territory, specialities and opening hours don't matter any more."""

    name: str
    roles: frozenset[Role]
    wide: bool = False


TIERS = (
    Tier("members", frozenset({Role.MEMBER, Role.SPECIALIST})),
    Tier("back-ups", frozenset({Role.BACK_UP})),
    Tier("pool", frozenset({Role.MEMBER, Role.SPECIALIST, Role.BACK_UP}), wide=True),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    partner: Partner
    parts: tuple[Part, ...]
    total: float

    @classmethod
    def of(cls, partner: Partner, parts: tuple[Part, ...]) -> Candidate:
        return cls(partner, parts, round(sum([part.points for part in parts]), 6))


@dataclass(frozen=True, slots=True)
class Decision:
    """`ranked`: the short list, best first; without one nobody could be asked. `excluded`: why → who, or how
    many. `capacities`: of everyone whom fairness shares the question out among."""

    tier: str
    ranked: tuple[Candidate, ...]
    excluded: Mapping[str, Excluded]
    eligible: int
    capacities: Mapping[str, float]

    @property
    def chosen(self) -> Candidate | None:
        return self.ranked[0] if self.ranked else None


@dataclass(frozen=True, slots=True)
class Network:
    """What decisions are made from, at one moment."""

    directory: Directory
    book: LoadBook
    weights: Weights = field(default_factory=Weights)
    needed: timedelta = timedelta(hours=16)
    """Open hours that a partner is given to answer."""


def decide(asked: Asked, network: Network, now: datetime) -> Decision:
    """The best of the members, else of the back-ups, else of all who could; else nobody."""
    for tier in TIERS:
        decision = _within(tier, asked, network, now)
        if decision.ranked:
            return decision
    return decision


def _within(tier: Tier, asked: Asked, network: Network, now: datetime) -> Decision:
    left, near, excluded = _in_scope(tier, asked, network.directory)
    for why, out in _filters(tier, asked, network, now):
        if hit := left & out:
            excluded[why] = _named(hit)
            left -= hit
    best = nsmallest(FAIR_AMONG, Score(asked, near, network).rough(left, FAIR_AMONG))
    ranked, closed = _rank(tier, best, near, asked, network, now)
    if closed:
        excluded["not open before the promise"] = _named(closed)
    capacities = _capacities(network.directory, (name for _, name in best if name not in closed))
    return Decision(tier.name, tuple(ranked), excluded, len(left) - len(closed), capacities)


def _in_scope(
    tier: Tier, asked: Asked, directory: Directory
) -> tuple[set[str], Mapping[str, Nearness], dict[str, Excluded]]:
    """Who serves the place, how near they are to it, and who doesn't. Whoever is called by name is in."""
    near = directory.near(asked.place) if asked.place else {}
    if tier.wide or asked.place is None:
        return set(directory.everyone), near, {}
    called = {name for name in (asked.origin, asked.referred) if name and name in directory.partners}
    left = {*near, *called}
    out = len(directory.everyone) - len(left)
    if not out:
        return left, near, {}
    return left, near, {"serves another territory": directory.everyone - left if out <= NAMED else out}


def _named(hit: Collection[str]) -> Excluded:
    return frozenset(hit) if len(hit) <= NAMED else len(hit)


def _capacities(directory: Directory, names: Iterable[str]) -> dict[str, float]:
    return {name: fair_capacity(directory.partners[name].capacity_per_week) for name in names}


def _filters(
    tier: Tier, asked: Asked, network: Network, now: datetime
) -> Iterator[tuple[str, frozenset[str] | set[str]]]:
    """Why → everyone that it keeps out, in the order in which reasons are given."""
    directory = network.directory
    for why in sorted(set(asked.had.values())):
        yield why, {name for name, reason in asked.had.items() if reason == why}
    yield f"not among the {tier.name}", directory.not_in(tier.roles)
    if asked.language:
        yield f"does not answer in {asked.language}", directory.not_speaking(asked.language)
    yield "takes no questions", directory.taking_nothing
    yield "has its questions for this week", _full(directory, network.book)
    if not tier.wide:
        called = {asked.origin, asked.referred}
        yield "a specialist of other subjects", directory.off_subject(asked.subject) - called
        yield "closed until after the promise", _away(directory, now, asked.promise_at)


def _full(directory: Directory, book: LoadBook) -> set[str]:
    asked = [(name, load.asked) for name, load in book.loads.items() if load.asked]
    limits = directory.limits
    return {name for name, count in asked if count >= limits.get(name, NO_LIMIT)}


def _away(directory: Directory, now: datetime, until: datetime) -> set[str]:
    """Those whose closure covers every day from now to the promise."""
    return {p.id for p in directory.with_closures if is_away(p.closures, now.date(), until.date())}


def _rank(
    tier: Tier,
    best: Sequence[tuple[float, str]],
    near: Mapping[str, Nearness],
    asked: Asked,
    network: Network,
    now: datetime,
) -> tuple[list[Candidate], set[str]]:
    """The short list in order, and those struck from it because they don't open before the promise."""
    score = Score(asked, near, network)
    candidates: list[Candidate] = []
    closed: set[str] = set()
    for _, name in best:
        if len(candidates) == SHORT_LIST:
            break
        partner = network.directory.partners[name]
        fit = _fit(partner, asked, network, now)
        if fit <= 0 and not tier.wide:
            closed.add(name)
        else:
            candidates.append(Candidate.of(partner, (*score.parts(partner), score.fit(fit))))
    return sorted(candidates, key=lambda candidate: (-candidate.total, candidate.partner.id)), closed


def _fit(partner: Partner, asked: Asked, network: Network, now: datetime) -> float:
    """How much of the time that an answer needs the partner is open before the promise: 0 to 1."""
    if asked.promise_at <= now:
        return 1.0
    open_time = network.directory.clock(partner).between(now, asked.promise_at)
    return min(open_time / network.needed, 1.0) if network.needed > NOTHING else 1.0

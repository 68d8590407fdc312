"""Which partner gets a question: hard filters, then a score of named parts, then the reasons why.

Pure and deterministic: the same question, partners, loads and moment give the same decision, ties by partner
id. The filters run over crowds and the first sum over a few look-ups, so that thousands of partners cost
milliseconds; only a short list is then reckoned with opening hours and in named parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import compress, repeat
from operator import ge, or_
from typing import Literal

from services.router.domain.partner import Partner, PartnerRole
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import LoadBook
from services.router.domain.routing.partner_sets import PartnerSet
from services.router.domain.routing.routing_request import Network, RoutingRequest
from services.router.domain.routing.scoring import Part, Score, total_of
from services.router.domain.territory import Nearness

TierName = Literal["members", "back-ups", "pool"]
"""Who is looked at together: `TierCode` of contracts.reasons."""

SHORT_LIST = 50
"""How many of the best are reckoned in full, and fairness is kept among: everybody, but in a very large
network."""

NO_LIMIT = 1_000_000

NAMED = 500
"""Up to so many of those excluded for one reason are named; more are counted."""


Excluded = frozenset[str] | int


@dataclass(frozen=True, slots=True)
class Tier:
    """Who is looked at together. `wide`: territory, specialities and opening hours don't matter any more."""

    name: TierName
    roles: frozenset[PartnerRole]
    wide: bool = False


TIERS = (
    Tier("members", frozenset({PartnerRole.MEMBER, PartnerRole.SPECIALIST})),
    Tier("back-ups", frozenset({PartnerRole.BACK_UP})),
    Tier("pool", frozenset({PartnerRole.MEMBER, PartnerRole.SPECIALIST, PartnerRole.BACK_UP}), wide=True),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    partner: Partner
    parts: tuple[Part, ...]
    total: float

    @classmethod
    def of(cls, partner: Partner, parts: tuple[Part, ...]) -> Candidate:
        return cls(partner, parts, total_of([part.points for part in parts]))


@dataclass(frozen=True, slots=True)
class Decision:
    """`ranked`: the short list, best first; without one nobody could be asked. `excluded`: why (a
    code of contracts.reasons) → who, or how many. `capacities`: of everyone whom fairness shares the question
    out among."""

    tier: TierName
    ranked: tuple[Candidate, ...]
    excluded: Mapping[str, Excluded]
    eligible: int
    capacities: Mapping[str, float]

    @property
    def chosen(self) -> Candidate | None:
        return self.ranked[0] if self.ranked else None


def decide(asked: RoutingRequest, network: Network, now: datetime) -> Decision:
    """The best of the members, else of the back-ups, else of all who could; else nobody."""
    for tier in TIERS:
        decision = _within(tier, asked, network, now)
        if decision.ranked:
            return decision
    return decision


def _within(tier: Tier, asked: RoutingRequest, network: Network, now: datetime) -> Decision:
    directory = network.directory
    near = directory.near(asked.place) if asked.place else {}
    left = _in_scope(tier, asked, near, directory)
    excluded = _shut_out("territory", directory.roll.everyone & ~left, directory)
    for why, out in _filters(tier, asked, network, now):
        excluded |= _shut_out(why, left & out, directory)
        left &= ~out
    ranked, closed = _rank(tier, left, Score(asked, near, network), now)
    if closed:
        excluded["not_open"] = _named(closed)
    capacities = {c.partner.id: directory.capacities[c.partner.id] for c in ranked}
    return Decision(tier.name, tuple(ranked), excluded, left.bit_count() - len(closed), capacities)


def _in_scope(
    tier: Tier, asked: RoutingRequest, near: Mapping[Nearness, PartnerSet], directory: Directory
) -> PartnerSet:
    """Who serves the place. Whoever is called by name is in."""
    if tier.wide or asked.place is None:
        return directory.roll.everyone
    return reduce(or_, near.values(), directory.roll.crowd(asked.called))


def _shut_out(why: str, hit: PartnerSet, directory: Directory) -> dict[str, Excluded]:
    count = hit.bit_count()
    if not count:
        return {}
    return {why: count if count > NAMED else _named(directory.roll.named(hit))}


def _named(hit: Collection[str]) -> Excluded:
    return frozenset(hit) if len(hit) <= NAMED else len(hit)


def _filters(
    tier: Tier, asked: RoutingRequest, network: Network, now: datetime
) -> Iterator[tuple[str, PartnerSet]]:
    """Why → everyone that it keeps out, in the order in which reasons are given."""
    directory, crowd = network.directory, network.directory.roll.crowd
    for why in sorted(set(asked.had.values())):
        yield why, crowd(name for name, reason in asked.had.items() if reason == why)
    yield "tier", directory.not_in(tier.roles)
    if asked.language:
        yield "language", directory.not_speaking(asked.language)
    yield "takes_none", directory.taking_nothing
    yield "week_full", crowd(_full(directory, network.book))
    if not tier.wide:
        off_subject = directory.off_subject(asked.subject) & ~crowd(asked.called)
        yield "specialist", off_subject
        yield "away", directory.away(now.date(), asked.promise_at.date())


def _full(directory: Directory, book: LoadBook) -> Iterator[str]:
    """Of thousands that were asked this week: so no step of it is a line of Python."""
    limits = map(directory.limits.get, book.asked, repeat(NO_LIMIT))
    return compress(book.asked, map(ge, book.asked.values(), limits))


def _rank(tier: Tier, left: PartnerSet, score: Score, now: datetime) -> tuple[list[Candidate], list[str]]:
    """The short list in order, and those struck from it because they don't open before the promise."""
    candidates: list[Candidate] = []
    closed: list[str] = []
    for partner in score.best_first(left):
        fit = score.open_share(partner, now)
        if fit <= 0 and not tier.wide:
            closed.append(partner.id)
            continue
        candidates.append(Candidate.of(partner, (*score.parts(partner), score.fit(fit))))
        if len(candidates) == SHORT_LIST:
            break
    return sorted(candidates, key=lambda candidate: (-candidate.total, candidate.partner.id)), closed

"""Fact → counters to raise: a pure function, so the order and grouping of facts can't matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from services.metrics.domain.buckets import bucket
from services.metrics.domain.facts import Counted
from services.metrics.domain.times import Local, NetworkTime

NETWORK = ""
"""The partner of a counter that counts for the whole network."""


class Key(NamedTuple):
    """One counter. `facet` says by what the measure is cut, `value` which piece: channel → mail."""

    partner: str
    measure: str
    facet: str
    month: date
    value: str


Tally = Counter[Key]

Cut = tuple[str, str]
"""Facet and value."""

Raised = tuple[Cut, int]

STAGES = {"routed": "route", "answered": "answer", "published": "publish"}
"""Kinds that end a stage of a question's life, each timed since the question was received."""

_ONE_ROUTING = 1


def tally(facts: Iterable[Counted], times: NetworkTime) -> Tally:
    """What the facts raise, counter by counter.

    Sums are kept by owner, measure and month first: most of the time of a rebuild would otherwise go into
    making keys.
    """
    sums: dict[tuple[str, str, date], Counter[Cut]] = defaultdict(Counter)
    for fact in facts:
        local = times.local(fact.at)
        for measure in measures(fact):
            _raise(sums, fact, measure, local, times)
    return Counter(
        {
            Key(partner, measure, facet, month, value): n
            for (partner, measure, month), cuts in sums.items()
            for (facet, value), n in cuts.items()
        }
    )


def _raise(
    sums: Mapping[tuple[str, str, date], Counter[Cut]],
    fact: Counted,
    measure: str,
    local: Local,
    times: NetworkTime,
) -> None:
    raised = tuple(_raised(fact, measure, local, times))
    for owner in _owners(fact):
        counters = sums[owner, measure, local.month]
        for cut, amount in raised:
            counters[cut] += amount
    for cut in _only_for_the_network(fact, measure):
        sums[NETWORK, measure, local.month][cut] += 1


def measures(fact: Counted) -> Iterator[str]:
    """What one fact counts as: itself, and what follows from it."""
    yield fact.kind
    if fact.kind == "routed" and (fact.number or _ONE_ROUTING) > _ONE_ROUTING:
        yield "rerouted"
    if fact.kind == "answered" and _within_promise(fact):
        yield "kept"


def _within_promise(fact: Counted) -> bool:
    return fact.promise_at is None or fact.at <= fact.promise_at


def _owners(fact: Counted) -> tuple[str, ...]:
    """Whose counters rise: the network's and the partner's; of a received question, the origin's."""
    partner = fact.origin if fact.kind in ("received", "withdrawn") else fact.partner
    return (NETWORK, partner) if partner else (NETWORK,)


def _raised(fact: Counted, measure: str, local: Local, times: NetworkTime) -> Iterator[Raised]:
    for cut in _cuts(fact, measure, local):
        yield cut, 1
    if measure in STAGES and fact.received_at is not None and _ends_stage(fact):
        yield from _durations(STAGES[measure], fact.received_at, fact.at, times)


def _cuts(fact: Counted, measure: str, local: Local) -> Iterator[Cut]:
    yield "channel", fact.channel
    yield "subject", fact.subject
    yield "language", fact.language
    yield "purpose", fact.purpose
    yield "day", f"{local.day.day:02d}"
    if measure in ("received", "answered"):
        yield "department", fact.department
    if measure == "received":
        yield "slot", f"{local.weekday}-{local.hour:02d}"
    if fact.detail and measure == fact.kind:
        yield "detail", fact.detail
    if fact.number is not None and measure in ("answered", "rated"):
        yield "number", str(fact.number)


def _ends_stage(fact: Counted) -> bool:
    return fact.kind != "routed" or fact.number in (None, _ONE_ROUTING)


def _durations(stage: str, start: datetime, end: datetime, times: NetworkTime) -> Iterator[Raised]:
    calendar = max(0.0, (end - start).total_seconds())
    working = times.working_seconds(start, end)
    for clock, seconds in (("calendar", calendar), ("working", working)):
        yield (f"{stage}_{clock}", bucket(seconds)), 1
        yield (f"{stage}_{clock}_seconds", ""), round(seconds)


def _only_for_the_network(fact: Counted, measure: str) -> Iterator[Cut]:
    if fact.partner:
        yield "partner", fact.partner
    if measure == "received":
        yield "origin", fact.origin
        yield "country", fact.country

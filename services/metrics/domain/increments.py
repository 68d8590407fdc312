"""Fact → counters to raise: a pure function, so the order and grouping of facts can't matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
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

Cut = tuple[str, str, int]
"""Facet, value, and by how much it rises."""

STAGES = {"routed": "route", "answered": "answer", "published": "publish"}
"""Kinds that end a stage of a question's life, each timed since the question was received."""

_ONE_ROUTING = 1
_DIMENSIONS = ("channel", "subject", "language", "purpose")


def tally(facts: Iterable[Counted], times: NetworkTime) -> Tally:
    counters: Tally = Counter()
    for fact in facts:
        for key, amount in increments(fact, times):
            counters[key] += amount
    return counters


def increments(fact: Counted, times: NetworkTime) -> Iterator[tuple[Key, int]]:
    local = times.local(fact.at)
    for measure in measures(fact):
        cuts = tuple(_cuts(fact, measure, local, times))
        for partner in _owners(fact):
            for facet, value, amount in cuts:
                yield Key(partner, measure, facet, local.month, value), amount
        yield from ((key, 1) for key in _only_for_the_network(fact, measure, local))


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


def _cuts(fact: Counted, measure: str, local: Local, times: NetworkTime) -> Iterator[Cut]:
    for dimension in _DIMENSIONS:
        yield dimension, getattr(fact, dimension), 1
    yield "day", f"{local.day.day:02d}", 1
    if measure in ("received", "answered"):
        yield "department", fact.department, 1
    if measure == "received":
        yield "slot", f"{local.weekday}-{local.hour:02d}", 1
    if fact.detail and measure == fact.kind:
        yield "detail", fact.detail, 1
    if fact.number is not None and measure in ("answered", "rated"):
        yield "number", str(fact.number), 1
    if measure in STAGES and fact.received_at is not None and _ends_stage(fact):
        yield from _durations(STAGES[measure], fact.received_at, fact.at, times)


def _ends_stage(fact: Counted) -> bool:
    return fact.kind != "routed" or fact.number in (None, _ONE_ROUTING)


def _durations(stage: str, start: datetime, end: datetime, times: NetworkTime) -> Iterator[Cut]:
    calendar = max(0.0, (end - start).total_seconds())
    working = times.working_seconds(start, end)
    for clock, seconds in (("calendar", calendar), ("working", working)):
        yield f"{stage}_{clock}", bucket(seconds), 1
        yield f"{stage}_{clock}_seconds", "", round(seconds)


def _only_for_the_network(fact: Counted, measure: str, local: Local) -> Iterator[Key]:
    if fact.partner:
        yield Key(NETWORK, measure, "partner", local.month, fact.partner)
    if measure == "received":
        yield Key(NETWORK, measure, "origin", local.month, fact.origin)
        yield Key(NETWORK, measure, "country", local.month, fact.country)

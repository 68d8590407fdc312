"""Fact → counters to raise: a pure function, so the order and grouping of facts can't matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple

from services.metrics.domain.buckets import bucket
from services.metrics.domain.facts import FACETS, KINDS, PLACED, Counted
from services.metrics.domain.times import Local, NetworkTime

NETWORK = ""
"""The partner of a counter that counts for the whole network."""


class CounterKey(NamedTuple):
    """One counter. `facet` says by what the measure is cut, `value` which piece: channel → mail."""

    partner: str
    measure: str
    facet: str
    month: date
    value: str


Tally = Counter[CounterKey]

STAGES = {"routed": "route", "answered": "answer", "published": "publish"}
"""Kinds that end a stage of a question's life, each timed since the question was received."""

_ONE_ROUTING = 1

Values = Sequence[str | None]
"""One for each row: the piece it counts in; None where it is not cut by that facet."""


Cut = tuple[str, date, str | None]
"""Owner, month and value."""


class _Rows(NamedTuple):
    """Facts of one measure as columns: counting a column is one call, however long it is."""

    measure: str
    facts: Sequence[Counted]
    locals: Sequence[Local]
    owners: Sequence[str]
    months: Sequence[date]


def tally(facts: Iterable[Counted], times: NetworkTime) -> Tally:
    """What the facts raise, counter by counter."""
    counters = Tally()
    for measure, counted in _by_measure(facts).items():
        locals_ = [times.local(fact.at) for fact in counted]
        owners = [_owner(measure, fact) for fact in counted]
        rows = _Rows(measure, counted, locals_, owners, [local.month for local in locals_])
        for facet, values in _cuts(rows):
            _count(counters, rows, facet, values)
        for facet, values in _only_for_the_network(rows):
            _count(counters, rows._replace(owners=[NETWORK] * len(counted)), facet, values)
        if measure in STAGES:
            _time(counters, rows, STAGES[measure], times)
    return counters


def _by_measure(facts: Iterable[Counted]) -> Mapping[str, Sequence[Counted]]:
    """What one fact counts as: itself, and what follows from it."""
    measured: dict[str, list[Counted]] = defaultdict(list)
    for fact in facts:
        measured[fact.kind].append(fact)
    for measure, kind, follows in DERIVED:
        if following := [fact for fact in measured.get(kind, ()) if follows(fact)]:
            measured[measure] = following
    return measured


def _not_the_first(fact: Counted) -> bool:
    return (fact.number or _ONE_ROUTING) > _ONE_ROUTING


def _the_first(fact: Counted) -> bool:
    return not _not_the_first(fact)


def _in_time(fact: Counted) -> bool:
    return fact.promise_at is None or fact.at <= fact.promise_at


DERIVED: Sequence[tuple[str, str, Callable[[Counted], bool]]] = (
    ("rerouted", "routed", _not_the_first),
    (PLACED, "routed", _the_first),
    ("kept", "answered", _in_time),
)
"""Measure, the kind it is drawn from, which of them."""

OF_ORIGIN = frozenset({"received", "withdrawn", PLACED})


def _owner(measure: str, fact: Counted) -> str:
    """Whose counters rise beside the network's: the partner's; of a question itself, the origin's."""
    return fact.origin if measure in OF_ORIGIN else fact.partner


def _count(counters: Tally, rows: _Rows, facet: str, values: Values) -> None:
    owned = _add_up(zip(rows.owners, rows.months, values, strict=True), rows)
    whole = _add_up(zip(repeat(NETWORK), rows.months, values, strict=False), rows)
    for (owner, month, value), n in {**owned, **whole}.items():
        if value is not None:
            counters[CounterKey(owner, rows.measure, facet, month, value)] = n


def _add_up(cuts: Iterable[Cut], rows: _Rows) -> Mapping[Cut, int]:
    if rows.measure != "viewed":
        return Counter(cuts)
    views: Counter[Cut] = Counter()
    for cut, fact in zip(cuts, rows.facts, strict=True):
        views[cut] += fact.number or 1
    return views


def _cuts(rows: _Rows) -> Iterator[tuple[str, Values]]:
    measure, facts, locals_ = rows.measure, rows.facts, rows.locals
    yield from _facets(rows, of_partners=True)
    if measure == PLACED:
        return
    yield "day", [f"{local.day.day:02d}" for local in locals_]
    if measure == "received":
        yield "slot", [f"{local.weekday}-{local.hour:02d}" for local in locals_]
    if measure in KINDS:
        yield "detail", [fact.detail or None for fact in facts]
    if measure in ("answered", "rated"):
        yield "number", [None if fact.number is None else str(fact.number) for fact in facts]


def _only_for_the_network(rows: _Rows) -> Iterator[tuple[str, Values]]:
    if rows.measure != PLACED:
        yield "partner", [fact.partner or None for fact in rows.facts]
    yield from _facets(rows, of_partners=False)


def _facets(rows: _Rows, *, of_partners: bool) -> Iterator[tuple[str, Values]]:
    for facet in FACETS:
        if facet.of_partners is of_partners and facet.cuts(rows.measure):
            yield facet.name, list(map(attrgetter(facet.name), rows.facts))


def _time(counters: Tally, rows: _Rows, stage: str, times: NetworkTime) -> None:
    for clock, seconds in (("calendar", _calendar), ("working", partial(_working, times))):
        taken = [seconds(fact, *span) if (span := _stage(fact)) else None for fact in rows.facts]
        facet = f"{stage}_{clock}"
        _count(counters, rows, facet, [None if took is None else bucket(took) for took in taken])
        _sum(counters, rows, f"{facet}_seconds", taken)


def _sum(counters: Tally, rows: _Rows, facet: str, taken: Iterable[float | None]) -> None:
    for owner, month, seconds in zip(rows.owners, rows.months, taken, strict=True):
        if seconds is not None:
            for whose in {owner, NETWORK}:
                counters[CounterKey(whose, rows.measure, facet, month, "")] += round(seconds)


def _calendar(_fact: Counted, start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())


def _working(times: NetworkTime, fact: Counted, start: datetime, end: datetime) -> float:
    """`start` is later than the question by what was waited: of a wait whose working time nobody said, that
    must do."""
    if not fact.waited_seconds or fact.waited_working_seconds is None:
        return times.working_seconds(start, end)
    asked_at = start - timedelta(seconds=fact.waited_seconds)
    return max(0.0, times.working_seconds(asked_at, end) - fact.waited_working_seconds)


def _stage(fact: Counted) -> tuple[datetime, datetime] | None:
    """From received to the fact, where it ends a stage: later routings of a question don't."""
    if fact.received_at is None or (fact.kind == "routed" and _not_the_first(fact)):
        return None
    return fact.received_at, fact.at

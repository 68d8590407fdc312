"""Facts into counters: one at a time over all copies, many facts at once, each exactly once.

Handlers append facts to `pending` and wait for nobody. A fold moves them on to `log` and raises the counters
in one transaction: a fact is either still pending, or in the log and in every counter it belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from asyncpg import Pool, Record

from services.chassis.clock import Clock
from services.metrics.domain.facts import FACETS, Counted
from services.metrics.domain.increments import NETWORK, Tally, tally
from services.metrics.domain.public import FOLDED
from services.metrics.domain.times import NetworkTime
from services.metrics.store import counting

MOST = 20_000
"""Facts in one fold at most: some hundred milliseconds of work."""

EVER_FACETS = {facet.name for facet in FACETS if facet.over_all_time} | {"detail", "number", "partner"}
"""Cuts that are kept over all time, beside the durations."""

EVER_OF_PARTNERS = frozenset({"channel", "number", "answer_calendar", "answer_calendar_seconds"})

NIGH = timedelta(minutes=10)
"""So soon before its end a month counts as over: longer than a fold takes, and than copies' clocks differ."""

_DURATIONS = ("_calendar", "_working", "_seconds")


async def fold(
    pool: Pool[Record], times: NetworkTime, most: int = MOST, *, clock: Clock | None = None
) -> int:
    """Count what is pending, `most` facts at a time; gives how many were counted.

    By `clock` some come late, of a month that is over; without one none do, as for years filled in at once.
    Safe to run in every copy at once: the first one does it, the others find it held and leave.
    """
    counted = 0
    while done := await _fold_once(pool, times, most, clock):
        counted += done
        if done < most:
            break
    return counted


async def _fold_once(pool: Pool[Record], times: NetworkTime, most: int, clock: Clock | None) -> int:
    async with pool.acquire() as db, db.transaction():
        if not await counting.hold_the_fold(db):
            return 0
        facts = await counting.take(db, most)
        if facts:
            await counting.log(db, facts)
            await counting.name_partners(db, latest_names(facts))
            counters = tally(facts, times)
            await counting.raise_counters(db, counters)
            if clock:
                month = times.local(clock.now() + NIGH).month
                await counting.note_late(db, late(counters, month), month)
            await counting.raise_ever(db, over_all_time(counters))
        return len(facts)


def late(counters: Tally, month: date) -> Tally:
    """Those of months before `month` that everyone sees only by whole months."""
    return Tally({key: n for key, n in counters.items() if key.month < month and key.facet in FOLDED})


def over_all_time(counters: Tally) -> Iterable[tuple[str, str, str, str, int]]:
    """Counters without their month, for the facets that Prometheus shows."""
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for key, n in counters.items():
        if _kept_over_all_time(key.partner, key.facet):
            sums[key.partner, key.measure, key.facet, key.value] += n
    return ((*key, n) for key, n in sums.items())


def _kept_over_all_time(partner: str, facet: str) -> bool:
    if partner != NETWORK:
        return facet in EVER_OF_PARTNERS
    return facet in EVER_FACETS or facet.endswith(_DURATIONS)


def latest_names(facts: Iterable[Counted]) -> Iterable[tuple[str, str, datetime]]:
    latest: dict[str, tuple[datetime, str]] = {}
    for fact in facts:
        if fact.partner_name:
            heard = (fact.at, fact.partner_name)
            latest[fact.partner] = max(latest.get(fact.partner, heard), heard)
    return ((partner, name, at) for partner, (at, name) in latest.items())

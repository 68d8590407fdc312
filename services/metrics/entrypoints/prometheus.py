"""Business numbers for Prometheus, read from the database at each scrape: the same from every copy, right
after a restart as before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from asyncpg import Pool, Record
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from services.metrics.domain.buckets import LABELS, OVER
from services.metrics.domain.increments import NETWORK
from services.metrics.entrypoints.prometheus_families import (
    CLOCKS,
    DURATIONS,
    FAMILIES,
    DurationFamily,
    Family,
)
from services.metrics.store import backups, counting

MOST_VALUES = 200
"""Series of one family at most: subjects may come from outside. The smallest are summed as `other`."""

UNSAID = "unknown"
REST = "other"

Counts = Mapping[tuple[str, str], Counter[str]]
"""(measure, facet) → value → number, over the network."""


async def collect(pool: Pool[Record]) -> Iterable[Metric]:
    async with pool.acquire() as db:
        counts = _counts(await counting.ever(db))
        backlog, oldest_seconds = await counting.backlog(db)
        copied_at = await backups.last(db)
    return [
        *(_counter(family, counts) for family in FAMILIES),
        *(_histogram(family, counts) for family in DURATIONS),
        _waiting(counts),
        GaugeMetricFamily("sesame_facts_pending", "Facts heard and not yet counted", value=backlog),
        GaugeMetricFamily(
            "sesame_facts_pending_oldest_seconds", "Age of the oldest of them", value=oldest_seconds
        ),
        GaugeMetricFamily(
            "sesame_backup_timestamp_seconds", "When the last backup was made; 0: never", value=copied_at
        ),
    ]


def _counts(rows: Iterable[Record]) -> Counts:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for partner, measure, facet, value, n in rows:
        if partner == NETWORK:
            counts[measure, facet][value] += n
    return counts


def _counter(family: Family, counts: Counts) -> Metric:
    metric = CounterMetricFamily(family.name, family.meaning, labels=[family.label])
    for value, n in bounded(counts.get((family.measure, family.facet), Counter())):
        metric.add_metric([value], n)
    return metric


def bounded(values: Counter[str], most: int = MOST_VALUES) -> Iterator[tuple[str, int]]:
    """The largest values, and the rest as one."""
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    yield from ((value or UNSAID, n) for value, n in ranked[:most])
    if rest := sum(n for _, n in ranked[most:]):
        yield REST, rest


def _histogram(family: DurationFamily, counts: Counts) -> Metric:
    metric = HistogramMetricFamily(family.name, family.meaning, labels=["clock"])
    for clock in CLOCKS:
        facet = f"{family.stage}_{clock}"
        seconds = counts.get((family.measure, f"{facet}_seconds"), Counter())
        buckets = list(_cumulative(counts.get((family.measure, facet), Counter())))
        metric.add_metric([clock], buckets=buckets, sum_value=seconds[""])
    return metric


def _cumulative(counts: Counter[str]) -> Iterator[tuple[str, float]]:
    total = 0
    for label in LABELS:
        total += counts[label]
        yield "+Inf" if label == OVER else f"{label}.0", total


def _waiting(counts: Counts) -> Metric:
    def total(measure: str) -> int:
        return counts.get((measure, "channel"), Counter()).total()

    waiting = total("received") + total("reopened") - total("answered") - total("closed")
    return GaugeMetricFamily(
        "sesame_questions_waiting", "Received, and neither answered nor closed", value=max(0, waiting)
    )

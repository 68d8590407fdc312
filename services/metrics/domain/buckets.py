"""Histograms: upper bounds in seconds, and what can be read back from counts between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

MINUTE = 60
HOUR = 3_600
DAY = 86_400

BOUNDS: tuple[int, ...] = (
    MINUTE,
    10 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    4 * DAY,
    5 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
)
"""Upper bounds, inclusive. They contain the promise (72 h), so that the share within it is read exactly."""

OVER = "inf"
"""The bucket of what took longer than the last bound."""

LABELS: tuple[str, ...] = (*(str(bound) for bound in BOUNDS), OVER)


def bucket(seconds: float) -> str:
    """The label of the bucket that holds `seconds`: its upper bound."""
    return LABELS[bisect_left(BOUNDS, seconds)]


def quantile(counts: Mapping[str, int], share: float) -> float | None:
    """Seconds under which `share` of the counted lie, straight between bounds as Prometheus reads it.

    None when nothing was counted. What lies over the last bound is said to be at that bound.
    """
    total = sum(counts.values())
    if total == 0:
        return None
    wanted, seen, low = share * total, 0, 0
    for bound, label in zip(BOUNDS, LABELS, strict=False):
        here = counts.get(label, 0)
        if here and seen + here >= wanted:
            return low + (bound - low) * (wanted - seen) / here
        seen, low = seen + here, bound
    return float(BOUNDS[-1])

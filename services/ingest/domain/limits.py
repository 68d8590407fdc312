"""How much one sender may hand in, in how long a time: a bucket that fills up again at a steady rate."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from math import ceil

MOST_REMEMBERED = 50_000
"""Senders remembered at once; the longest unseen is forgotten, its bucket is full again by then."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, `per_hour` in the long run."""

    per_hour: float
    burst: int


class Buckets:
    """One bucket per sender, in this process alone."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._levels: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait_seconds(self, sender: str, now: datetime, cost: float = 1) -> int:
        """0: taken, and so much less is left. Else the seconds until it may come again; nothing is taken
        then. What costs more than a full bucket takes a full one."""
        cost = min(cost, float(self.limit.burst))
        level, since = self._levels.pop(sender, (float(self.limit.burst), now))
        filled = level + (now - since).total_seconds() * self.limit.per_hour / 3600
        level = min(float(self.limit.burst), filled)
        taken = level >= cost
        self._levels[sender] = (level - cost if taken else level, now)
        if len(self._levels) > MOST_REMEMBERED:
            self._levels.popitem(last=False)
        return 0 if taken else max(1, ceil((cost - level) * 3600 / self.limit.per_hour))

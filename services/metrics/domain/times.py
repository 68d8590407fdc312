"""Time as the network lives it: one zone for every month and hour, and days on which somebody works."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.chassis.working_time import IsHoliday, WorkingClock, working_days

_QUARTER_SECONDS = 900
_QUARTERS_KEPT = 16_384
"""Those of half a year: a few megabytes."""
_AGENDAS_KEPT = 32
"""A recount meets questions of every month of a year and more."""


class Local(NamedTuple):
    """A moment cut into the network's calendar."""

    month: date
    day: date
    weekday: int
    hour: int


class NetworkTime:
    """The network's zone, and the clock of its promise: Monday to Friday, whole days, but for holidays."""

    def __init__(self, zone: ZoneInfo, is_holiday: IsHoliday = lambda _: False) -> None:
        self.zone = zone
        self._clock = WorkingClock(working_days(zone, is_holiday), _AGENDAS_KEPT)
        # A recount asks for each quarter of its month many times; conversions were a third of its time.
        self._quarter = lru_cache(maxsize=_QUARTERS_KEPT)(self._cut_quarter)

    def local(self, moment: datetime) -> Local:
        return self._quarter(int(moment.timestamp() // _QUARTER_SECONDS))

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """How long the promise's clock ran in [start, end); 0 when end is not after start."""
        return self._clock.between(start, end).total_seconds()

    def _cut_quarter(self, number: int) -> Local:
        """What all moments of the `number`th quarter of an hour since 1970 in UTC share: clocks change, and
        days begin, at its bounds only."""
        there = datetime.fromtimestamp(number * _QUARTER_SECONDS, self.zone)
        day = there.date()
        return Local(day.replace(day=1), day, there.weekday(), there.hour)

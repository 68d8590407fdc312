"""Time as the network lives it: one zone for every month and hour, and hours in which somebody works."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
_EPOCH = date(2000, 1, 1)
_QUARTER_SECONDS = 900
_QUARTERS_KEPT = 16_384
"""Those of half a year: a few megabytes."""

Holidays = Callable[[date], bool]


class WorkingSpan(NamedTuple):
    """Working time within a day, in seconds since midnight by the wall clock: half open, [start, end)."""

    start: int
    end: int


Week = Mapping[int, Sequence[WorkingSpan]]
"""Weekday (0 is Monday) → its slots, in order and apart. A weekday that is not there is free."""

WORKING_DAYS: Week = {weekday: (WorkingSpan(0, DAY_SECONDS),) for weekday in range(5)}
"""Whole days from Monday to Friday: three working days are then 72 hours, as the network promises them."""


class Local(NamedTuple):
    """A moment cut into the network's calendar."""

    month: date
    day: date
    weekday: int
    hour: int


class _Quarter(NamedTuple):
    """What all moments of a quarter of an hour share: clocks change, and days begin, at its bounds only."""

    local: Local
    worked: int
    """Working seconds before its day."""
    second: int
    """Of the day by the wall clock, at its start."""
    slots: Sequence[WorkingSpan]


class NetworkTime:
    """The network's zone and working week. Not safe to share between threads: it grows as years are asked."""

    def __init__(self, zone: ZoneInfo, week: Week = WORKING_DAYS, holidays: Holidays | None = None) -> None:
        self.zone = zone
        self._week = week
        self._is_holiday: Holidays = holidays or (lambda _: False)
        self._before: list[int] = [0]
        # A recount asks for each quarter of its month many times; conversions were a third of its time.
        self._quarter = lru_cache(maxsize=_QUARTERS_KEPT)(self._cut_quarter)

    def local(self, moment: datetime) -> Local:
        return self._quarter(int(moment.timestamp() // _QUARTER_SECONDS)).local

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Seconds of working time in [start, end); 0 when end is not after start.

        Slots are wall-clock time: a slot across a change of the clocks counts as long as the wall says.
        """
        return max(0.0, self._worked_until(end) - self._worked_until(start))

    def _worked_until(self, moment: datetime) -> float:
        quarters, into = divmod(moment.timestamp(), _QUARTER_SECONDS)
        quarter = self._quarter(int(quarters))
        second = quarter.second + into
        worked: float = quarter.worked
        for slot in quarter.slots:
            if second > slot.start:
                worked += min(second, slot.end) - slot.start
        return worked

    def _cut_quarter(self, number: int) -> _Quarter:
        """The `number`th quarter of an hour since 1970 in UTC."""
        there = datetime.fromtimestamp(number * _QUARTER_SECONDS, self.zone)
        day = there.date()
        local = Local(day.replace(day=1), day, there.weekday(), there.hour)
        index = (day - _EPOCH).days
        if index < 0:
            return _Quarter(local, 0, 0, ())
        second = there.hour * 3600 + there.minute * 60 + there.second
        return _Quarter(local, self._days_before(index), second, self._slots(day))

    def _days_before(self, index: int) -> int:
        before = self._before
        while len(before) <= index:
            day = _EPOCH + timedelta(days=len(before) - 1)
            before.append(before[-1] + sum(slot.end - slot.start for slot in self._slots(day)))
        return before[index]

    def _slots(self, day: date) -> Sequence[WorkingSpan]:
        return () if self._is_holiday(day) else self._week.get(day.weekday(), ())

"""Local days as spans of UTC: the network's working days, and a partner's opening slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.router.domain.hours.working_time import DaySpans, Span

IsHoliday = Callable[[date], bool]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Opening time on one day, in minutes after local midnight, half-open."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the house is shut, both ends included."""

    first: date
    last: date
    reason: str = ""

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


Hours = Mapping[int, tuple[Slot, ...]]
"""Weekday (Monday is 0) → its slots in order."""


def working_days(zone: ZoneInfo, is_holiday: IsHoliday) -> DaySpans:
    """Monday to Friday, whole days, but for holidays: the clock of the promise."""

    def spans(day: date) -> Iterator[Span]:
        if day.weekday() < 5 and not is_holiday(day):
            yield _moment(day, 0, zone), _moment(day, MIDNIGHT, zone)

    return spans


def opening_hours(
    hours: Hours, zone: ZoneInfo, closures: Sequence[Closure], is_holiday: IsHoliday
) -> DaySpans:
    """A house's open slots; none on a holiday or in a closure."""

    def spans(day: date) -> Iterator[Span]:
        slots = hours.get(day.weekday(), ())
        if not slots or is_holiday(day) or any(closure.covers(day) for closure in closures):
            return
        for slot in slots:
            since, until = _moment(day, slot.start, zone), _moment(day, slot.end, zone)
            if since < until:  # a slot that lies in the hour which spring leaves out has no length
                yield since, until

    return spans


@lru_cache(maxsize=65_536)
def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == MIDNIGHT:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone).astimezone(UTC)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"

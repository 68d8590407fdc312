"""A partner's opening slots as spans of UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.chassis.working_time import DaySpans, IsHoliday, Span, moment_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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


def opening_hours(
    hours: Hours, zone: ZoneInfo, closures: Sequence[Closure], is_holiday: IsHoliday
) -> DaySpans:
    """A house's open slots; none on a holiday or in a closure."""

    def spans(day: date) -> Iterator[Span]:
        slots = hours.get(day.weekday(), ())
        if not slots or is_holiday(day) or any(closure.covers(day) for closure in closures):
            return
        for slot in slots:
            since, until = moment_of(day, slot.start, zone), moment_of(day, slot.end, zone)
            if since < until:  # a slot that lies in the hour which spring leaves out has no length
                yield since, until

    return spans


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"

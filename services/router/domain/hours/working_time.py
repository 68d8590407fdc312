"""Time that runs only now and then: on working days, or while a library is open.

Spans are half-open, [from, until): a question that comes at the stroke of closing time finds the house shut.
Every moment is in UTC; local days become UTC spans in `calendars`, so that a day of 23 or 25 hours is right.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

Span = tuple[datetime, datetime]
DaySpans = Callable[[date], Iterable[Span]]
"""The open spans of one local day, in order."""

HORIZON = timedelta(days=400)
_FIRST_LOOK = timedelta(days=45)
NOTHING = timedelta(0)


class NeverOpen(ValueError):
    """A clock that does not run long enough within the horizon to ever come to its end."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """The open spans of a stretch of days, and how much open time lies before each."""

    starts: Sequence[datetime]
    ends: Sequence[datetime]
    before: Sequence[timedelta]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Agenda:
        starts, ends, before, total = [], [], [], NOTHING
        for start, end in spans:
            starts.append(start)
            ends.append(end)
            before.append(total)
            total += end - start
        return cls(starts, ends, before)

    def elapsed(self, moment: datetime) -> timedelta:
        """Open time from the beginning of the agenda to the moment."""
        at = bisect_right(self.starts, moment) - 1
        return NOTHING if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]

    def reached(self, elapsed: timedelta) -> datetime | None:
        """The first moment by which so much open time has passed; None beyond the agenda's end."""
        at = max(bisect_right(self.before, elapsed) - 1, 0)
        if at and self.before[at] == elapsed:
            at -= 1
        if not self.starts:
            return None
        moment = self.starts[at] + (elapsed - self.before[at])
        return moment if moment <= self.ends[at] else None


class WorkingClock:
    """A clock that runs in the spans of `day`; it keeps the agendas it made."""

    def __init__(self, day: DaySpans) -> None:
        self._day = day
        self._agenda = lru_cache(maxsize=8)(self._make)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock runs from start to end; never negative."""
        if end <= start:
            return NOTHING
        agenda = self._agenda(_anchor(start), _reach(end - start))
        return agenda.elapsed(end) - agenda.elapsed(start)

    def after(self, start: datetime, running: timedelta) -> datetime:
        """When the clock has run so long since start. Nothing at all is due at once, open or not.

        Raises NeverOpen when that is more than 400 days away.
        """
        if running <= NOTHING:
            return start
        for reach in (_FIRST_LOOK, HORIZON):
            agenda = self._agenda(_anchor(start), reach)
            due = agenda.reached(agenda.elapsed(start) + running)
            if due is not None:
                return due
        raise NeverOpen(
            f"{running} of open time do not fit in the {HORIZON.days} days after {start:%Y-%m-%d}"
        )

    def counted(self, start: datetime, end: datetime) -> list[Span]:
        """The spans in which the clock ran from start to end: how a deadline came about."""
        agenda = self._agenda(_anchor(start), _reach(end - start))
        pairs = zip(agenda.starts, agenda.ends, strict=True)
        clipped = ((max(since, start), min(until, end)) for since, until in pairs)
        return [(since, until) for since, until in clipped if since < until]

    def _make(self, first: date, reach: timedelta) -> Agenda:
        days = (first + timedelta(days=number) for number in range(reach.days + 40))
        return Agenda.of(span for day in days for span in self._day(day))


def _anchor(moment: datetime) -> date:
    """The first of the month before yesterday: one agenda serves a whole month."""
    return (moment.astimezone(UTC).date() - timedelta(days=2)).replace(day=1)


def _reach(length: timedelta) -> timedelta:
    return _FIRST_LOOK if length <= _FIRST_LOOK else max(HORIZON, length)

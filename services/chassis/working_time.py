"""Time that runs only now and then: on working days, or while a library is open. The one implementation.

Spans are half-open, [from, until): a question that comes at the stroke of closing time finds the house shut.
Every moment is in UTC, local days become spans of UTC: a working day on which the clocks change has 23 or 25
hours, in the promise as in the figures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
DaySpans = Callable[[date], Iterable[Span]]
"""The open spans of one local day, in order."""
IsHoliday = Callable[[date], bool]

HORIZON = timedelta(days=400)
_FIRST_LOOK = timedelta(days=45)
NOTHING = timedelta(0)
_MINUTE = timedelta(minutes=1)
MIDNIGHT = 24 * 60
"""The end of a day, in minutes after its beginning."""


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
        return NOTHING if at < 0 else self.before[at] + (min(moment, self.ends[at]) - self.starts[at])

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
    """A clock that runs in the spans of `day`; it keeps so many of the agendas it made."""

    def __init__(self, day: DaySpans, agendas: int = 8) -> None:
        self._day = day
        self._agenda = lru_cache(maxsize=agendas)(self._make)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock runs from start to end, each in any zone; never negative."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
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
        start = start.astimezone(UTC)
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
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        agenda = self._agenda(_anchor(start), _reach(end - start))
        pairs = zip(agenda.starts, agenda.ends, strict=True)
        clipped = ((max(since, start), min(until, end)) for since, until in pairs)
        return [(since, until) for since, until in clipped if since < until]

    def _make(self, first: date, reach: timedelta) -> Agenda:
        days = (first + timedelta(days=number) for number in range(reach.days + 40))
        return Agenda.of(span for day in days for span in self._day(day))


def working_days(zone: ZoneInfo, is_holiday: IsHoliday) -> DaySpans:
    """Monday to Friday, whole days, but for holidays: the clock of the promise."""

    def spans(day: date) -> Iterator[Span]:
        if day.weekday() < 5 and not is_holiday(day):
            yield moment_of(day, 0, zone), moment_of(day, MIDNIGHT, zone)

    return spans


@lru_cache(maxsize=65_536)
def moment_of(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """In UTC, so many minutes after local midnight by the wall clock: one that comes twice the first time,
    one that spring leaves out when the clocks jump over it."""
    if minutes == MIDNIGHT:
        day, minutes = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
    moment = local.astimezone(UTC)
    skipped = moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None)
    return _jump_before(moment, zone) if skipped else moment


def _jump_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks jumped last: the first minute of the offset that they show at this moment."""
    offset = moment.astimezone(zone).utcoffset()
    while (moment - _MINUTE).astimezone(zone).utcoffset() == offset:
        moment -= _MINUTE
    return moment


def _anchor(moment: datetime) -> date:
    """The first of the month before yesterday: one agenda serves a whole month."""
    return (moment.astimezone(UTC).date() - timedelta(days=2)).replace(day=1)


def _reach(length: timedelta) -> timedelta:
    """Whole horizons, so that few agendas serve spans of any length."""
    return _FIRST_LOOK if length <= _FIRST_LOOK else -(-length // HORIZON) * HORIZON

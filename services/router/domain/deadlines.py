"""The two clocks: the network's promise to the asker, and the partner's own time to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.working_time import NOTHING, NeverOpen, WorkingClock
from services.router.domain.hours.calendars import Closure
from services.router.domain.partner import Partner


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things may take. `promise` runs on working days; the others in a partner's open hours."""

    promise: timedelta = timedelta(hours=72)
    take: timedelta = timedelta(0)  # nothing: to answer is all that is asked
    answer: timedelta = timedelta(hours=16)
    remind: timedelta = timedelta(hours=4)  # before the due time
    clarification: timedelta = timedelta(days=14)  # by the calendar: until the asker replies


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a partner is reminded and when its time is over; both moments of breach, not of any job."""

    remind_at: datetime
    due_at: datetime


def promised(received: datetime, working_days: WorkingClock, terms: Terms) -> datetime:
    return working_days.after(received, terms.promise)


def deadline(
    asked_at: datetime, allowed: timedelta, promise_at: datetime, clock: WorkingClock, terms: Terms
) -> Deadline:
    """So much of the partner's open time from `asked_at`, but never beyond a promise that still stands."""
    due_at = _due(asked_at, allowed, promise_at, clock)
    open_time = clock.between(asked_at, due_at)
    remind_at = due_at if open_time <= terms.remind else clock.after(asked_at, open_time - terms.remind)
    return Deadline(remind_at, due_at)


def _due(asked_at: datetime, allowed: timedelta, promise_at: datetime, clock: WorkingClock) -> datetime:
    try:
        own = clock.after(asked_at, allowed)
    except NeverOpen:
        own = promise_at
    if promise_at > asked_at:
        return min(own, promise_at)
    return own if own > asked_at else asked_at + max(allowed, NOTHING)


def leaves_at(closures: Iterable[Closure], zone: ZoneInfo, start: datetime, promise_at: datetime) -> datetime:
    """When the partner is gone: a closure begins that lasts until after the promise. Else the promise."""
    last = promise_at.astimezone(zone).date()
    lasting = (closure.first for closure in closures if closure.last >= last)
    moments = (datetime.combine(first, time.min, zone).astimezone(UTC) for first in lasting)
    return min((moment for moment in moments if start < moment < promise_at), default=promise_at)


def is_gone(partner: Partner, until: datetime, now: datetime) -> bool:
    """A closure began, by the partner's own days, that lasts until after the moment; so does a suspension."""
    if until <= now:
        return False
    zone = ZoneInfo(partner.time_zone)
    return is_away(partner.closures, now.astimezone(zone).date(), until.astimezone(zone).date())


def is_away(closures: Iterable[Closure], today: date, until: date) -> bool:
    """Whether one closure covers every day from today to the other, both included."""
    return any(closure.covers(today) and closure.last >= until for closure in closures)

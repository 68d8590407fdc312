"""When something is due, as a person says it: the day as seen from today, the hour, how long until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Day = Literal["yesterday", "today", "tomorrow", "other"]

_DAYS: dict[int, Day] = {-1: "yesterday", 0: "today", 1: "tomorrow"}
SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class DueTime:
    """`at` in the reader's own zone. `amount` and `unit` (minutes, hours, days) are never negative."""

    at: datetime
    day: Day
    late: bool
    soon: bool
    amount: int
    unit: Literal["minutes", "hours", "days"]


def due(moment: datetime, now: datetime, zone: ZoneInfo) -> DueTime:
    at, today = moment.astimezone(zone), now.astimezone(zone).date()
    left = abs(moment - now)
    late = moment < now
    hours = left / timedelta(hours=1)
    unit: Literal["minutes", "hours", "days"] = "days"
    if hours < 1:
        amount, unit = int(left / timedelta(minutes=1)), "minutes"
    elif hours < 48:
        amount, unit = int(hours), "hours"
    else:
        amount = int(hours / 24)
    day = _DAYS.get((at.date() - today).days, "other")
    return DueTime(at, day, late, not late and left <= SOON, amount, unit)

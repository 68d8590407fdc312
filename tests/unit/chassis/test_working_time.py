"""The one clock of working time, beside a slow count of each minute by what the clock on the wall shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.working_time import WorkingClock, working_days
from services.metrics.domain.times import NetworkTime
from services.router.domain.hours.calendars import Slot, opening_hours

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)
PARIS = ZoneInfo("Europe/Paris")
ZONES = (
    "Europe/Paris",
    "America/Cayenne",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Noumea",
)
"""With two changes a year, with none, with one at midnight, with one in the night to a working day, with a
half hour."""
CHANGES = ("2026-03-29", "2026-10-25", "2026-04-05", "2026-09-06", "2026-04-24", "2026-10-29")
"""When the clocks of some of them change."""
SHUT = {date(2026, 3, 30), date(2026, 4, 6), date(2026, 10, 26), date(2026, 10, 30), date(2026, 12, 25)}
HOURS = {0: (Slot(600, 750), Slot(840, 1140)), 2: (Slot(540, 720),), 5: (Slot(0, 1440),), 6: (Slot(0, 1440),)}

near_a_change = st.builds(
    lambda day, minutes: datetime.fromisoformat(f"{day}T00:00+00:00") + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-3 * 1440, 3 * 1440),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
lengths = st.integers(0, 6 * 1440).map(lambda minutes: minutes * MINUTE)
moments = st.integers(0, 730 * 86_400).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n))
runs = st.timedeltas(NOTHING, timedelta(hours=60))


def counted(start: datetime, end: datetime, zone: ZoneInfo, runs: Callable[[datetime], bool]) -> timedelta:
    """Slowly, by hand: every minute whose local time is one in which the clock runs."""
    minutes = range((end - start) // MINUTE)
    return sum((MINUTE for n in minutes if runs((start + n * MINUTE).astimezone(zone))), NOTHING)


def is_working(here: datetime) -> bool:
    return here.weekday() < 5 and here.date() not in SHUT


def is_open(here: datetime) -> bool:
    minute = here.hour * 60 + here.minute
    slots = HOURS.get(here.weekday(), ())
    return here.date() not in SHUT and any(slot.start <= minute < slot.end for slot in slots)


def house(zone: ZoneInfo = PARIS) -> WorkingClock:
    return WorkingClock(opening_hours(HOURS, zone, (), SHUT.__contains__))


@given(near_a_change, lengths, zones)
def test_working_days_are_as_counted_by_hand(start: datetime, length: timedelta, zone: ZoneInfo) -> None:
    clock = WorkingClock(working_days(zone, SHUT.__contains__))
    assert clock.between(start, start + length) == counted(start, start + length, zone, is_working)


@given(near_a_change, lengths, zones)
def test_the_figures_count_as_the_promise_does(start: datetime, length: timedelta, zone: ZoneInfo) -> None:
    by_hand = counted(start, start + length, zone, is_working).total_seconds()
    assert NetworkTime(zone, SHUT.__contains__).working_seconds(start, start + length) == by_hand


@given(near_a_change, lengths, zones)
def test_opening_hours_are_as_counted_by_hand(start: datetime, length: timedelta, zone: ZoneInfo) -> None:
    assert house(zone).between(start, start + length) == counted(start, start + length, zone, is_open)


@given(st.integers(0, 300), st.integers(1, 300))
def test_a_slot_that_begins_or_ends_in_the_hour_that_spring_leaves_out(first: int, length: int) -> None:
    slot = Slot(first, first + length)
    clock = WorkingClock(opening_hours({6: (slot,)}, PARIS, (), lambda _: False))
    start, end = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)

    def runs(here: datetime) -> bool:
        return here.weekday() == 6 and slot.start <= here.hour * 60 + here.minute < slot.end

    assert clock.between(start, end) == counted(start, end, PARIS, runs)


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23)])
def test_a_day_on_which_the_clocks_change_has_as_many_hours_as_pass(day: str, hours: int) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=PARIS)
    assert house().between(start, start + timedelta(days=1)) == timedelta(hours=hours)


@given(near_a_change, runs, zones)
def test_when_so_much_has_run_as_counted_by_hand(start: datetime, run: timedelta, zone: ZoneInfo) -> None:
    due = house(zone).after(start, run - run % MINUTE)
    assert counted(start, due, zone, is_open) == run - run % MINUTE


@given(moments, runs)
def test_after_so_much_running_so_much_has_run(start: datetime, run: timedelta) -> None:
    assert house().between(start, house().after(start, run)) == run


@given(moments, runs, runs)
def test_more_time_is_never_due_earlier(start: datetime, one: timedelta, two: timedelta) -> None:
    assert (one <= two) <= (house().after(start, one) <= house().after(start, two))


@given(moments, runs)
def test_what_was_counted_shows_how_a_deadline_came_about(start: datetime, run: timedelta) -> None:
    spans = house().counted(start, house().after(start, run))
    assert sum((until - since for since, until in spans), NOTHING) == run


@given(moments, st.integers(0, 10**8), st.integers(0, 10**8))
def test_it_adds_up_over_years_and_never_exceeds_the_calendar(start: datetime, a: int, b: int) -> None:
    clock = WorkingClock(working_days(PARIS, SHUT.__contains__))
    middle, end = start + timedelta(seconds=a), start + timedelta(seconds=a + b)
    whole = clock.between(start, end)
    assert whole == clock.between(start, middle) + clock.between(middle, end)
    assert whole <= end - start

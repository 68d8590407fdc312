"""The two clocks: working days for the promise, opening slots for a partner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.chassis.working_time import NeverOpen, WorkingClock, working_days
from services.router.domain.deadlines import Terms, deadline, promised
from services.router.domain.hours.calendars import Closure, Slot, opening_hours

PARIS = ZoneInfo("Europe/Paris")
HOURS = {0: (Slot(600, 750), Slot(840, 1140)), 2: (Slot(540, 720),), 6: (Slot(0, 1440),)}
TERMS = Terms()


def never(_day: date) -> bool:
    return False


def open_clock(*closures: Closure, holidays: frozenset[date] = frozenset()) -> WorkingClock:
    return WorkingClock(opening_hours(HOURS, PARIS, closures, holidays.__contains__))


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


class TestPromise:
    working = WorkingClock(working_days(PARIS, {date(2026, 12, 25), date(2027, 1, 1)}.__contains__))

    def test_three_working_days_are_three_days_in_the_middle_of_the_week(self) -> None:
        assert promised(paris("2026-11-23 10:00"), self.working, TERMS) == paris("2026-11-26 10:00")

    def test_it_stands_still_on_the_weekend(self) -> None:
        assert promised(paris("2026-11-20 17:00"), self.working, TERMS) == paris("2026-11-25 17:00")

    def test_what_is_asked_on_saturday_counts_from_monday(self) -> None:
        assert promised(paris("2026-11-21 11:00"), self.working, TERMS) == paris("2026-11-26 00:00")

    def test_it_stands_still_on_a_holiday(self) -> None:
        assert promised(paris("2026-12-23 09:00"), self.working, TERMS) == paris("2026-12-29 09:00")

    def test_it_is_72_hours_also_across_the_change_of_clocks(self) -> None:
        friday = paris("2026-10-23 09:00")
        due = promised(friday, self.working, TERMS)
        assert due == paris("2026-10-28 09:00")
        assert self.working.between(friday, due) == timedelta(hours=72)


class TestOpenHours:
    def test_it_runs_only_in_the_slots(self) -> None:
        assert open_clock().after(paris("2026-11-23 09:00"), timedelta(hours=4)) == paris("2026-11-23 15:30")

    def test_a_deadline_at_the_end_of_a_slot_is_its_end_and_not_the_next_morning(self) -> None:
        due = open_clock().after(paris("2026-11-23 10:00"), timedelta(minutes=150))
        assert due == paris("2026-11-23 12:30")

    def test_at_the_stroke_of_closing_it_is_closed(self) -> None:
        due = open_clock().after(paris("2026-11-23 12:30"), timedelta(minutes=1))
        assert due == paris("2026-11-23 14:01")

    def test_a_closure_shuts_whole_days_both_ends_included(self) -> None:
        closed = open_clock(Closure(date(2026, 11, 23), date(2026, 11, 29), "works"))
        assert closed.after(paris("2026-11-22 23:00"), timedelta(hours=2)) == paris("2026-11-30 11:00")

    def test_a_holiday_is_closed(self) -> None:
        clock = open_clock(holidays=frozenset({date(2026, 11, 23)}))
        assert clock.after(paris("2026-11-23 09:00"), timedelta(hours=1)) == paris("2026-11-25 10:00")

    def test_the_sunday_of_winter_time_has_25_hours_and_that_of_summer_time_23(self) -> None:
        clock = open_clock()
        autumn = clock.between(paris("2026-10-25 00:00"), paris("2026-10-26 00:00"))
        spring = clock.between(paris("2027-03-28 00:00"), paris("2027-03-29 00:00"))
        assert (autumn, spring) == (timedelta(hours=25), timedelta(hours=23))

    def test_a_house_that_never_opens_says_so(self) -> None:
        with pytest.raises(NeverOpen, match="400 days"):
            WorkingClock(opening_hours({}, PARIS, (), never)).after(
                paris("2026-11-23 09:00"), timedelta(hours=1)
            )


class TestPartnerDeadline:
    def test_it_lies_inside_the_promise(self) -> None:
        promise = paris("2026-11-23 11:00")
        due = deadline(paris("2026-11-23 10:00"), timedelta(hours=16), promise, open_clock(), TERMS)
        assert due.due_at == promise

    def test_once_the_promise_is_broken_the_partner_still_gets_its_own_time(self) -> None:
        asked_at = paris("2026-11-23 10:00")
        due = deadline(asked_at, timedelta(hours=2), paris("2026-11-20 10:00"), open_clock(), TERMS)
        assert due.due_at == paris("2026-11-23 12:00")

    def test_the_reminder_comes_so_many_open_hours_before(self) -> None:
        due = deadline(
            paris("2026-11-23 10:00"),
            timedelta(minutes=450),
            paris("2026-12-23 10:00"),
            open_clock(),
            TERMS,
        )
        assert (due.remind_at, due.due_at) == (paris("2026-11-23 15:00"), paris("2026-11-23 19:00"))

    def test_a_house_that_never_opens_is_due_with_the_promise(self) -> None:
        promise = paris("2026-11-26 10:00")
        shut = WorkingClock(opening_hours({}, PARIS, (), never))
        due = deadline(paris("2026-11-23 10:00"), timedelta(hours=2), promise, shut, TERMS)
        assert due.due_at == promise

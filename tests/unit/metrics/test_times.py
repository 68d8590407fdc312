"""Months, hours and working time are those of the network's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.times import NetworkTime, WorkingSpan
from services.metrics.handlers.network_time import network_time

PARIS = ZoneInfo("Europe/Paris")
OFFICE = {
    weekday: (WorkingSpan(9 * 3600, 12 * 3600), WorkingSpan(14 * 3600, 18 * 3600)) for weekday in range(5)
}

moments = st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(10**9 + seconds, UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_last_hour_of_the_year_in_utc_is_next_year_in_paris() -> None:
    local = NetworkTime(PARIS).local(datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert local == (date(2026, 1, 1), date(2026, 1, 1), 3, 0)


def test_friday_evening_to_monday_morning_is_one_working_hour() -> None:
    times = NetworkTime(PARIS, OFFICE)
    assert times.working_seconds(at("2026-11-20T17:30"), at("2026-11-23T09:30")) == 3600


def test_lunch_is_no_working_time() -> None:
    times = NetworkTime(PARIS, OFFICE)
    assert times.working_seconds(at("2026-11-20T11:00"), at("2026-11-20T15:00")) == 2 * 3600


def test_a_holiday_is_free() -> None:
    times = NetworkTime(PARIS, OFFICE, lambda day: (day.month, day.day) == (11, 11))
    assert times.working_seconds(at("2026-11-11T00:00"), at("2026-11-12T00:00")) == 0


def test_three_working_days_are_the_promised_72_hours_across_a_weekend() -> None:
    times = NetworkTime(PARIS)
    assert times.working_seconds(at("2026-11-20T10:00"), at("2026-11-25T10:00")) == 72 * 3600


def test_an_answer_before_its_question_took_no_time() -> None:
    times = NetworkTime(PARIS)
    assert times.working_seconds(at("2026-11-20T10:00"), at("2026-11-20T09:00")) == 0


@given(moments, st.integers(0, 10**7), st.integers(0, 10**7))
def test_working_time_adds_up_and_never_exceeds_the_calendar(start: datetime, a: int, b: int) -> None:
    times = NetworkTime(PARIS, OFFICE)
    middle, end = start + timedelta(seconds=a), start + timedelta(seconds=a + b)
    whole = times.working_seconds(start, end)
    parts = times.working_seconds(start, middle) + times.working_seconds(middle, end)
    assert abs(whole - parts) < 1e-3
    assert whole <= a + b + 1e-3


def test_the_first_of_may_is_free_in_france_and_the_21st_of_july_in_belgium() -> None:
    france, belgium = (network_time(PARIS, country, None) for country in ("FR", "BE"))
    day = 24 * 3600
    assert france.working_seconds(at("2026-05-01T00:00"), at("2026-05-02T00:00")) == 0
    assert france.working_seconds(at("2026-07-21T00:00"), at("2026-07-22T00:00")) == day
    assert belgium.working_seconds(at("2026-07-21T00:00"), at("2026-07-22T00:00")) == 0


def test_a_country_nobody_knows_has_no_holidays() -> None:
    nowhere = network_time(PARIS, "XX", None)
    assert nowhere.working_seconds(at("2026-05-01T00:00"), at("2026-05-02T00:00")) == 24 * 3600

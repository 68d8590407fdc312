"""Months, hours and working time are those of the network's zone; its clock is that of the promise."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.metrics.domain.times import NetworkTime
from services.metrics.handlers.network_time import network_time

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_last_hour_of_the_year_in_utc_is_next_year_in_paris() -> None:
    local = NetworkTime(PARIS).local(datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert local == (date(2026, 1, 1), date(2026, 1, 1), 3, 0)


def test_both_hours_of_the_night_that_has_one_twice_are_the_same_hour() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    times = NetworkTime(PARIS)
    assert [times.local(first + timedelta(hours=more)).hour for more in range(3)] == [2, 2, 3]


def test_three_working_days_are_the_promised_72_hours_across_a_weekend() -> None:
    times = NetworkTime(PARIS)
    assert times.working_seconds(at("2026-11-20T10:00"), at("2026-11-25T10:00")) == 72 * 3600


def test_an_answer_before_its_question_took_no_time() -> None:
    times = NetworkTime(PARIS)
    assert times.working_seconds(at("2026-11-20T10:00"), at("2026-11-20T09:00")) == 0


def test_a_working_day_on_which_the_clocks_change_has_as_many_hours_as_the_promise_counts() -> None:
    """In Egypt they change in the nights to Friday."""
    cairo = ZoneInfo("Africa/Cairo")
    spring = datetime(2026, 4, 24, tzinfo=cairo), datetime(2026, 4, 25, tzinfo=cairo)
    autumn = datetime(2026, 10, 29, tzinfo=cairo), datetime(2026, 10, 30, tzinfo=cairo)
    times = NetworkTime(cairo)
    assert [times.working_seconds(*span) / 3600 for span in (spring, autumn)] == [23, 25]


def test_the_first_of_may_is_free_in_france_and_the_21st_of_july_in_belgium() -> None:
    france, belgium = (network_time(PARIS, country, None) for country in ("FR", "BE"))
    day = 24 * 3600
    assert france.working_seconds(at("2026-05-01T00:00"), at("2026-05-02T00:00")) == 0
    assert france.working_seconds(at("2026-07-21T00:00"), at("2026-07-22T00:00")) == day
    assert belgium.working_seconds(at("2026-07-21T00:00"), at("2026-07-22T00:00")) == 0


def test_a_country_nobody_knows_has_no_holidays() -> None:
    nowhere = network_time(PARIS, "XX", None)
    assert nowhere.working_seconds(at("2026-05-01T00:00"), at("2026-05-02T00:00")) == 24 * 3600

"""Public holidays by country and region."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.holiday_calendar import holidays_of


@pytest.mark.parametrize(
    ("country", "region", "day", "holiday"),
    [
        ("FR", None, date(2026, 5, 25), True),
        ("FR", None, date(2026, 12, 26), False),
        ("FR", "57", date(2026, 12, 26), True),
        ("FR", "04", date(2026, 12, 20), True),
        ("FR", "44", date(2026, 7, 14), True),
        ("BE", "BE-WAL", date(2026, 7, 21), True),
        ("BE", None, date(2031, 7, 21), True),
        ("XX", None, date(2026, 1, 1), False),
    ],
)
def test_a_day_is_a_holiday_where_it_is_one(
    country: str, region: str | None, day: date, holiday: bool
) -> None:
    assert holidays_of(country, region)(day) is holiday

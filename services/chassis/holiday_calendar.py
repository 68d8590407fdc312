"""Public holidays by country and region: the edge where the domains' predicate comes from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

_INSEE_REGIONS = {"01": "971", "02": "972", "03": "973", "04": "974", "06": "976"}
"""Overseas regions as INSEE numbers them → as the library does."""

YEARS = 10
"""Looked up together."""

LOOK_UP_SECONDS = 60

_LOOK_UP = Path(__file__).with_name("holiday_dates.py")


@cache
def holidays_of(country: str, region: str | None) -> Callable[[date], bool]:
    """Whether a day is a public holiday there. A region without its own has its country's; a country that the
    library doesn't know has none."""

    def is_holiday(day: date) -> bool:
        first_year = day.year - day.year % YEARS
        return day in holidays_within(country, region, range(first_year, first_year + YEARS))

    return is_holiday


@cache
def holidays_within(country: str, region: str | None, years: range) -> frozenset[date]:
    """All of them at once, by the same rules. Blocks about half a second, the first time.

    Raises OSError, which passes, when they can't be had now.
    """
    by_region = _dates(country, years.start, len(years))
    wanted = _INSEE_REGIONS.get(region or "", region or "")
    return by_region.get(wanted, by_region.get("", frozenset()))


@cache
def _dates(country: str, first_year: int, count: int) -> Mapping[str, frozenset[date]]:
    """Asked of a process of its own, once for each country and span of years."""
    command = [sys.executable, "-P", str(_LOOK_UP), country, str(first_year), str(count)]
    try:
        asked = subprocess.run(command, capture_output=True, check=True, timeout=LOOK_UP_SECONDS)
    except subprocess.SubprocessError as error:
        raise OSError(f"holidays of {country} from {first_year} could not be looked up: {error}") from error
    return {
        region: frozenset(map(date.fromisoformat, days)) for region, days in json.loads(asked.stdout).items()
    }


def look_up(countries: Iterable[str], year: int) -> None:
    """Beforehand, in a thread, so that no decision waits for it."""
    for country in sorted(set(countries)):
        holidays_of(country, None)(date(year, 1, 1))

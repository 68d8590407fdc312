"""Public holidays by country and region: the edge where the domain's predicate comes from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from services.router.domain.hours.calendars import IsHoliday

_INSEE_REGIONS = {"01": "971", "02": "972", "03": "973", "04": "974", "06": "976"}
"""Overseas regions as INSEE numbers them → as the library does."""

YEARS = 10
"""Looked up together."""

LOOK_UP_SECONDS = 60

_LOOK_UP = Path(__file__).with_name("holiday_dates.py")


@cache
def holidays_of(country: str, region: str | None) -> IsHoliday:
    """Whether a day is a public holiday there. A region without its own has its country's; a country that the
    library doesn't know has none."""
    wanted = _INSEE_REGIONS.get(region or "", region or "")

    def is_holiday(day: date) -> bool:
        by_region = _decade(country, day.year - day.year % YEARS)
        return day in by_region.get(wanted, by_region.get("", frozenset()))

    return is_holiday


@cache
def _decade(country: str, first_year: int) -> Mapping[str, frozenset[date]]:
    """Asked of a process of its own, once for each country and ten years. Blocks about half a second.

    Raises OSError, which passes, when the process can't be had now.
    """
    command = [sys.executable, "-P", str(_LOOK_UP), country, str(first_year), str(YEARS)]
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

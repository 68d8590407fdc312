"""Public holidays from the `holidays` library: the edge where the domain's predicate comes from."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

from services.router.domain.calendars import IsHoliday

_INSEE_REGIONS = {"01": "971", "02": "972", "03": "973", "04": "974", "06": "976"}
"""Overseas regions as INSEE numbers them → as the library does."""


@cache
def holidays_of(country: str, region: str | None) -> IsHoliday:
    """Whether a day is a public holiday there. A region without its own has its country's; a country that the
    library doesn't know has none."""
    if country not in holidays.list_supported_countries():
        return _never
    wanted = _INSEE_REGIONS.get(region or "", region)
    known = holidays.list_supported_countries()[country]
    calendar = holidays.country_holidays(country, subdiv=wanted if wanted in known else None)
    return cache(calendar.__contains__)


def _never(_day: date) -> bool:
    return False

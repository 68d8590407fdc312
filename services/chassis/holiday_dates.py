"""A country's public holidays of some years, from the `holidays` library, printed as JSON.

    python -P services/chassis/holiday_dates.py FR 2020 10

A process of its own, which ends: the library takes 19 MB of memory, its dates some kilobytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

import holidays


def dates(country: str, first_year: int, count: int) -> Mapping[str, Sequence[str]]:
    """Region (none: "") → days, ISO 8601. Empty for a country that the library doesn't know."""
    supported = holidays.list_supported_countries()
    if country not in supported:
        return {}
    years = range(first_year, first_year + count)
    return {
        region: [day.isoformat() for day in holidays.country_holidays(country, region or None, years=years)]
        for region in ("", *supported[country])
    }


if __name__ == "__main__":
    print(json.dumps(dates(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))

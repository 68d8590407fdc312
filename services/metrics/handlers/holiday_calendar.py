"""Public holidays, asked of the `holidays` library in a process of its own: `python -m …holiday_calendar FR`.

The library takes 16 MB for what is here a few hundred dates, kept for as long as the service runs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from services.metrics.domain.times import NetworkTime

YEARS = range(2000, 2051)
SECONDS = 30


def network_time(zone: ZoneInfo, country: str, region: str | None) -> NetworkTime:
    """Working days of a country, without its public holidays. Blocks for half a second."""
    asked = [
        sys.executable,
        "-m",
        "services.metrics.handlers.holiday_calendar",
        country,
        *([region] if region else []),
    ]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=SECONDS).stdout
    return NetworkTime(zone, holidays=frozenset(map(date.fromisoformat, told.split())).__contains__)


def _tell(country: str, region: str | None = None) -> Iterable[date]:
    """A region without its own holidays has its country's; a country that the library doesn't know, none."""
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        return ()
    subdivision = region if region in known[country] else None
    return sorted(holidays.country_holidays(country, subdiv=subdivision, years=YEARS))


if __name__ == "__main__":
    print(*_tell(*sys.argv[1:]))

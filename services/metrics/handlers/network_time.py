"""The network's working time, without the public holidays of where it is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from services.chassis.holiday_calendar import holidays_within
from services.metrics.domain.times import NetworkTime

YEARS = range(2000, 2051)


def network_time(zone: ZoneInfo, country: str, region: str | None) -> NetworkTime:
    """Blocks for half a second. Raises OSError where the holidays can't be looked up."""
    return NetworkTime(zone, holidays_within(country, region, YEARS).__contains__)

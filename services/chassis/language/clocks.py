"""Whether a reader's own clock may show another time than the network's: by CLDR's time zones and official
languages of territories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.languages import get_official_languages

OVERSEAS: Mapping[str, str] = MappingProxyType(
    {
        "971": "GP",
        "972": "MQ",
        "973": "GF",
        "974": "RE",
        "975": "PM",
        "976": "YT",
        "986": "WF",
        "987": "PF",
        "988": "NC",
    }
)
"""How French postcodes begin → the territory, which has clocks of its own."""


def territory_of(country: str | None, postcode: str | None) -> str | None:
    """`FR` and 97400 are La Réunion: `RE`."""
    if country in (None, "", "FR") and postcode:
        return OVERSEAS.get(postcode.strip()[:3], country or None)
    return country or None


def reads_another_clock(zone: str, moment: datetime, language: str, territory: str | None = None) -> bool:
    """`territory`: where the reader is, if that is known. At home, or where it is not known, who reads in a
    language that is not the country's own may be anywhere."""
    home = get_global("zone_territories").get(zone)
    if home is None:
        return False
    if territory in (None, home):
        return language not in get_official_languages(home)
    ours = moment.astimezone(ZoneInfo(zone)).utcoffset()
    theirs = get_global("territory_zones").get(territory, ())
    return not theirs or any(moment.astimezone(ZoneInfo(one)).utcoffset() != ours for one in theirs)

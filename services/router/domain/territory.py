"""Where an asker is, and which partners' territories that lies in.

A territory is a word. From the narrowest to the widest: `postcode:75004`; a French département (`75`, `2A`,
`974`) or Belgian province (`BE-WLG`, ISO 3166-2); `region:11` (INSEE code) or `region:BE-WAL`; `country:FR`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from services.router.domain.gazetteer import (
    BELGIAN_PROVINCES,
    BELGIAN_REGIONS,
    CORSICA,
    REGIONS,
    ST_BARTHELEMY_AND_ST_MARTIN,
    STRAYED_POSTCODES,
)


class Nearness(IntEnum):
    """How narrow the territory is that a partner and an asker share."""

    SOMEWHERE = 0
    COUNTRY = 1
    REGION = 2
    DEPARTMENT = 3
    POSTCODE = 4


@dataclass(frozen=True, slots=True)
class Territory:
    """Where the asker is, as far as known. `department` helps where no postcode was given."""

    country: str = "FR"
    postcode: str | None = None
    department: str | None = None


FORMS = re.compile(
    r"postcode:(?P<postcode>[0-9A-Z]{2,10})|region:(?P<region>[0-9A-Z-]{2,8})|country:(?P<country>[A-Z]{2})"
    r"|(?P<province>BE-[A-Z]{3})|(?P<department>\d[0-9AB]|9[78]\d)"
)


def departments_of(postcode: str) -> tuple[str, ...]:
    """The département(s) a French postcode lies in: two for sixteen of them, none where there is no such."""
    if postcode in STRAYED_POSTCODES:
        return STRAYED_POSTCODES[postcode]
    if postcode in ST_BARTHELEMY_AND_ST_MARTIN:
        return (ST_BARTHELEMY_AND_ST_MARTIN[postcode],)
    if not re.fullmatch(r"\d{5}", postcode):
        return ()
    found = CORSICA.get(postcode[:3]) or (postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2])
    return (found,) if found in REGIONS else ()


def department_of(postcode: str) -> str | None:
    """The one that a postcode counts for: of two, the one whose number it bears."""
    departments = departments_of(postcode.replace(" ", ""))
    own = [code for code in departments if postcode.startswith(code)]
    return next(iter([*own, *departments]), None)


def province_of(postcode: str) -> str | None:
    """The Belgian province (ISO 3166-2) of a Belgian postcode."""
    if not re.fullmatch(r"\d{4}", postcode):
        return None
    number = int(postcode)
    return next((name for first, last, name in BELGIAN_PROVINCES if first <= number <= last), None)


def territories_of(place: Territory) -> Mapping[str, Nearness]:
    """Every territory the place lies in, and how near that makes a partner who serves it."""
    found = {f"country:{place.country}": Nearness.COUNTRY}
    postcode = (place.postcode or "").replace(" ", "")
    if postcode:
        found[f"postcode:{postcode}"] = Nearness.POSTCODE
    for narrow, region in _regional(place, postcode):
        found[narrow] = Nearness.DEPARTMENT
        found[f"region:{region}"] = Nearness.REGION
    return found


def _regional(place: Territory, postcode: str) -> list[tuple[str, str]]:
    if place.country == "BE":
        province = province_of(postcode)
        return [(province, BELGIAN_REGIONS[province])] if province else []
    if place.country != "FR":
        return []
    departments = departments_of(postcode) or ((place.department,) if place.department else ())
    return [(code, REGIONS[code]) for code in departments if code in REGIONS]


def is_narrow(place: Territory) -> bool:
    """Whether more than the country is known."""
    return len(territories_of(place)) > 1


def country_of(territory: str) -> str | None:
    """The country a territory lies in; None where the word alone does not say (a bare postcode)."""
    kind, _, name = territory.rpartition(":")
    if kind == "country":
        return name
    if name.startswith("BE-"):
        return "BE"
    return None if kind == "postcode" and len(name) != 5 else "FR"


def fault_in(territory: str) -> str | None:
    """Why the word names no territory; None when it does."""
    form = FORMS.fullmatch(territory)
    if form is None:
        return 'write "75", "region:11", "country:FR" or "postcode:75004"'
    if (code := form["department"]) and code not in REGIONS:
        return f"there is no département {code}" + ("; Corsica is 2A and 2B" if code == "20" else "")
    if (code := form["province"]) and code not in BELGIAN_REGIONS:
        return f"there is no Belgian province {code}"
    known = {*REGIONS.values(), *BELGIAN_REGIONS.values()}
    if (code := form["region"]) and code not in known:
        return f"there is no region {code}"
    return None

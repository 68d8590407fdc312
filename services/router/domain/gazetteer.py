"""Facts of geography: INSEE codes of départements and regions, postcodes that break the rule, Belgium.

Sources: INSEE's Code officiel géographique, La Poste's postcodes, ISO 3166-2:BE, bpost's postcode ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_BY_REGION = {
    "11": "75 77 78 91 92 93 94 95",
    "24": "18 28 36 37 41 45",
    "27": "21 25 39 58 70 71 89 90",
    "28": "14 27 50 61 76",
    "32": "02 59 60 62 80",
    "44": "08 10 51 52 54 55 57 67 68 88",
    "52": "44 49 53 72 85",
    "53": "22 29 35 56",
    "75": "16 17 19 23 24 33 40 47 64 79 86 87",
    "76": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "84": "01 03 07 15 26 38 42 43 63 69 73 74",
    "93": "04 05 06 13 83 84",
    "94": "2A 2B",
    "01": "971",
    "02": "972",
    "03": "973",
    "04": "974",
    "06": "976",
    **{code: code for code in ("975", "977", "978", "984", "986", "987", "988", "989")},
}

REGIONS: Mapping[str, str] = MappingProxyType(
    {department: region for region, members in _BY_REGION.items() for department in members.split()}
)
"""Département → region. Overseas collectivities have no region and stand for themselves."""

CORSICA: Mapping[str, str] = MappingProxyType({"200": "2A", "201": "2A", "202": "2B", "206": "2B"})
"""First three digits of a Corsican postcode → département."""

ST_BARTHELEMY_AND_ST_MARTIN: Mapping[str, str] = MappingProxyType({"97133": "977", "97150": "978"})
"""Two collectivities that kept Guadeloupe's postcodes."""

STRAYED_POSTCODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "01200": ("01", "74"),
        "01410": ("01", "39"),
        "01590": ("01", "39"),
        "05110": ("04", "05"),
        "05130": ("04", "05"),
        "05160": ("04", "05"),
        "05700": ("05", "26"),
        "06260": ("04", "06"),
        "13780": ("13", "83"),
        "21340": ("21", "71"),
        "33220": ("24", "33"),
        "37160": ("37", "86"),
        "42620": ("03", "42"),
        "43450": ("15", "43"),
        "48250": ("07", "48"),
        "52100": ("51", "52"),
        "94390": ("91",),
        "98799": ("989",),
    }
)
"""Postcodes that serve two départements, or another one than their first digits say."""

BELGIAN_PROVINCES = (
    (1000, 1299, "BE-BRU"),
    (1300, 1499, "BE-WBR"),
    (1500, 1999, "BE-VBR"),
    (2000, 2999, "BE-VAN"),
    (3000, 3499, "BE-VBR"),
    (3500, 3999, "BE-VLI"),
    (4000, 4999, "BE-WLG"),
    (5000, 5999, "BE-WNA"),
    (6000, 6599, "BE-WHT"),
    (6600, 6999, "BE-WLX"),
    (7000, 7999, "BE-WHT"),
    (8000, 8999, "BE-VWV"),
    (9000, 9999, "BE-VOV"),
)
"""First and last postcode, both included → province."""

BELGIAN_REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "BE-BRU": "BE-BRU",
        **dict.fromkeys(("BE-VAN", "BE-VBR", "BE-VLI", "BE-VOV", "BE-VWV"), "BE-VLG"),
        **dict.fromkeys(("BE-WBR", "BE-WHT", "BE-WLG", "BE-WLX", "BE-WNA"), "BE-WAL"),
    }
)

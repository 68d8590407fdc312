"""Where a postcode lies, and whose territory that is."""

from __future__ import annotations

from itertools import pairwise

import pytest

from services.router.domain.gazetteer import BELGIAN_PROVINCES, BELGIAN_REGIONS, REGIONS, STRAYED_POSTCODES
from services.router.domain.territory import (
    Nearness,
    Territory,
    country_of,
    department_of,
    departments_of,
    fault_in,
    province_of,
    territories_of,
)


@pytest.mark.parametrize(
    ("postcode", "departments"),
    [
        ("75004", ("75",)),
        ("01000", ("01",)),
        ("20000", ("2A",)),
        ("20167", ("2A",)),
        ("20200", ("2B",)),
        ("20600", ("2B",)),
        ("97400", ("974",)),
        ("98800", ("988",)),
        ("97133", ("977",)),
        ("97150", ("978",)),
        ("01200", ("01", "74")),
        ("94390", ("91",)),
        ("96000", ()),
        ("7500", ()),
        ("2A004", ()),
    ],
)
def test_a_postcode_lies_in_its_departments(postcode: str, departments: tuple[str, ...]) -> None:
    assert departments_of(postcode) == departments


def test_sixteen_postcodes_lie_in_two_departments() -> None:
    assert sum(len(departments) == 2 for departments in STRAYED_POSTCODES.values()) == 16


def test_there_are_101_departments_in_18_regions() -> None:
    regional = {department: region for department, region in REGIONS.items() if department != region}
    assert (len(regional), len(set(regional.values()))) == (101, 18)


def test_every_belgian_postcode_lies_in_one_province() -> None:
    assert {province_of(str(number)) for number in range(1000, 10000)} == set(BELGIAN_REGIONS)
    ends = [(first, last) for first, last, _ in BELGIAN_PROVINCES]
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ends))


def test_a_narrower_territory_is_nearer() -> None:
    assert territories_of(Territory("FR", "75004")) == {
        "country:FR": Nearness.COUNTRY,
        "region:11": Nearness.REGION,
        "75": Nearness.DEPARTMENT,
        "postcode:75004": Nearness.POSTCODE,
    }


def test_a_department_helps_where_no_postcode_was_given() -> None:
    assert set(territories_of(Territory("FR", None, "2A"))) == {"country:FR", "region:94", "2A"}


def test_liege_lies_in_wallonia() -> None:
    assert set(territories_of(Territory("BE", "4000"))) == {
        "postcode:4000",
        "BE-WLG",
        "region:BE-WAL",
        "country:BE",
    }


@pytest.mark.parametrize("word", ["75", "2A", "974", "region:11", "region:BE-WAL", "BE-WLG", "country:CH"])
def test_a_territory_is_a_word(word: str) -> None:
    assert fault_in(word) is None


@pytest.mark.parametrize("word", ["96", "7", "region:12", "BE-XXX", "Paris", "country:fr"])
def test_what_is_no_territory_is_told_why(word: str) -> None:
    assert fault_in(word)


def test_every_territory_knows_its_country() -> None:
    words = ("75", "region:11", "postcode:75004", "BE-WLG", "region:BE-WAL", "country:CH")
    assert [country_of(word) for word in words] == ["FR", "FR", "FR", "BE", "BE", "CH"]


@pytest.mark.parametrize(
    ("postcode", "department"),
    [("75 011", "75"), ("05110", "05"), ("94390", "91"), ("97133", "977"), ("00100", None), ("", None)],
)
def test_a_postcode_of_two_departements_counts_for_the_one_it_is_called_after(
    postcode: str, department: str | None
) -> None:
    assert department_of(postcode) == department

"""Wrong postcodes are told; right ones of every country the form asks for are taken."""

import pytest

from services.ingest.domain.places import is_postcode


@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        *(("FR", code) for code in ("69001", "20090", "97400", "98000", "01000", "98800")),
        *(("BE", code) for code in ("1000", "B-4000")),
        *(("CH", code) for code in ("1201", "CH-3000")),
        *(("LU", code) for code in ("1855", "L-1855")),
        *(("CA", code) for code in ("H2X 1Y4", "h2x1y4")),
        ("DE", "10115"),
    ],
)
def test_a_postcode_is_taken(country: str, postcode: str) -> None:
    assert is_postcode(country, postcode)


@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        ("FR", "7X"),
        ("FR", "ABC"),
        ("FR", "99999"),
        ("FR", "00100"),
        ("FR", "20"),
        ("BE", "69001"),
        ("CA", "12345"),
    ],
)
def test_what_is_no_postcode_there_is_told(country: str, postcode: str) -> None:
    assert not is_postcode(country, postcode)

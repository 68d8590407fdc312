"""Wrong postcodes are told; right ones of every country the form asks for are taken."""

import pytest

from services.ingest.domain.places import is_postcode, plain_postcode


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


@pytest.mark.parametrize(
    ("country", "typed", "meant"),
    [
        ("FR", " 75 013 ", "75 013"),
        ("FR", "F-75013", "75013"),
        ("FR", "75013 CEDEX 13", "75013"),
        ("FR", "75647 Paris cedex 13", "75647"),
        ("FR", "20137 Porto-Vecchio", "20137"),
        ("FR", "\uff17\uff15\uff10\uff11\uff13", "75013"),
        ("FR", "٧٥٠١٣", "75013"),
        ("BE", "B-1000", "1000"),
        ("BE", "1000 Bruxelles", "1000"),
        ("CH", "CH-1201 Genève", "1201"),
        ("LU", "L-1855", "1855"),
        ("MC", "98000", "98000"),
        ("CA", "h2x 1y4", "H2X 1Y4"),
        ("GB", "sw1a 1aa", "SW1A 1AA"),
        ("FR", "2A004", "2A004"),
        ("FR", "75013 75014", "75013 75014"),
        ("FR", "Paris", "PARIS"),
        ("FR", "B-1000", "B-1000"),
        ("FR", "B-10000", "B-10000"),
        ("BE", "L-1855", "L-1855"),
    ],
)
def test_a_postcode_is_read_out_of_what_people_write(country: str, typed: str, meant: str) -> None:
    assert plain_postcode(country, typed) == meant

"""What is checked in and made from the code is what the code makes."""

from __future__ import annotations

from devtools.documents.made_from_code import differing


def test_every_file_made_from_the_code_is_what_the_code_makes() -> None:
    assert differing() == [], "write them anew: ./sesame docs"

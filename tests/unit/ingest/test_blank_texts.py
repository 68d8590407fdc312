"""What can't be seen is no text, and nothing turns round what stands behind it."""

from __future__ import annotations

import pytest

from services.ingest.domain.cleaning import clean_line, clean_text

NOTHING = [
    "",
    "  \n ",
    "\u200b\u200d\u2060",
    "\u0301" * 40,
    "\u3164\u2800",
    "\u202e\u2066",
    "\ufeff",
    "\u00ad \u00ad",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_can_not_be_seen_is_no_text(text: str) -> None:
    assert clean_text(text) is None
    assert clean_line(text) is None


@pytest.mark.parametrize("text", ["?", "1", "…", "🙂", "ك", "中", "a\u0301", "ה\u200fב", "👩\u200d🚀"])
def test_what_can_be_seen_is_kept(text: str) -> None:
    assert clean_text(text)
    assert clean_line(text)


def test_nothing_turns_round_what_follows() -> None:
    assert clean_text("voir \u202efdp.exe\u202c là") == "voir fdp.exe\u202c là"
    assert clean_line("\u202dNom") == "Nom"

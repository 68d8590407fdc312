"""Promises about words of the archive: how many entries a search will match, as far as words can tell."""

from __future__ import annotations

import pytest

from services.notifier.domain.search_terms import likely_share
from services.notifier.handlers.related import MOST_COMPARED, rarest


def test_words_that_are_all_wanted_narrow_each_other_down() -> None:
    assert likely_share("moulins bievre", [500, 100], 1000) == pytest.approx(0.05)


def test_words_of_which_one_is_enough_add_up() -> None:
    assert likely_share("moulins or bievre", [500, 100], 1000) == pytest.approx(0.6)
    assert likely_share("moulins or bievre", [900, 800], 1000) == 1


def test_a_word_that_no_entry_holds_matches_nothing() -> None:
    assert likely_share("moulins xyzzy", [500, 0], 1000) == 0


def test_only_so_many_entries_are_compared_for_likeness() -> None:
    uses = {"moulin": MOST_COMPARED - 10, "bievre": 8, "paris": 5000, "tannerie": 2}
    assert rarest(uses) == ["tannerie", "bievre", "moulin"]
    assert rarest({"paris": 5000, "livre": 9000}) == ["paris"]
    assert rarest({}) == []

"""What Prometheus is shown: bounded, whatever words come from outside."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.entrypoints.prometheus import REST, UNSAID, bounded
from services.metrics.entrypoints.prometheus_families import FAMILIES

words = st.dictionaries(st.text("abcdef", max_size=4), st.integers(1, 1000), max_size=40)


@given(words, st.integers(1, 10))
def test_a_family_stays_bounded_and_keeps_its_sum(values: dict[str, int], most: int) -> None:
    shown = list(bounded(Counter(values), most))
    assert len(shown) <= most + 1
    assert sum(n for _, n in shown) == sum(values.values())


def test_the_smallest_are_summed_as_other_and_the_unsaid_has_a_name() -> None:
    shown = dict(bounded(Counter({"": 5, "arts": 9, "law": 2, "music": 1}), 2))
    assert shown == {"arts": 9, UNSAID: 5, REST: 3}


def test_no_two_families_share_a_name() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)

"""The network of queues predicts what was measured: steady rates, and floods at several copies of each."""

from __future__ import annotations

import pytest

from devtools.checkout import ROOT
from tests.benchmarks.bench_scale import read
from tests.benchmarks.scale_model import Point, network, outcome, predicted

RECORDED = read(ROOT / "tests" / "benchmarks" / "scale_measured.json")
"""As `./sesame bench scale` wrote it, on two cores with other work beside it."""


def _name(point: Point) -> str:
    return f"{point.rate:g} a second" if point.rate else f"flood, {point.copies} copies"


@pytest.mark.parametrize("point", RECORDED.points, ids=_name)
def test_a_measured_point_is_predicted_within_a_fifth_from_the_others(point: Point) -> None:
    assert predicted(RECORDED.without(point), point) == pytest.approx(outcome(point), rel=0.2)


def test_one_copy_is_told_from_three_by_what_each_turn_costs() -> None:
    """Two cores to themselves: each copy more bears less, not as much as the one before."""
    bears = [network(RECORDED, copies, 2.0).bears for copies in (1, 2, 3)]
    assert bears == sorted(bears, reverse=True)
    assert len(set(bears)) == 3

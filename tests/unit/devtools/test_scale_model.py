"""The network of queues predicts what was measured: several copies of each service on the same cores."""

from __future__ import annotations

import json

import pytest

from devtools.checkout import ROOT
from tests.benchmarks.bench_scale import Point, network

RECORDED = ROOT / "tests" / "benchmarks" / "scale_measured.json"
"""By `./sesame bench scale --questions 300 --copies 1 2 3`, on two cores with other work beside it."""
ALONE, LOADED, *OTHERS = [Point(**point) for point in json.loads(RECORDED.read_text())]


@pytest.mark.parametrize("point", OTHERS, ids=lambda point: f"{point.copies} copies")
def test_a_measured_point_is_predicted_within_a_fifth(point: Point) -> None:
    predicted = network(ALONE, LOADED, point.copies, point.cores).bears
    assert predicted == pytest.approx(point.measured, rel=0.2)


def test_one_copy_is_told_from_three_by_what_each_turn_costs() -> None:
    """Two cores to themselves: each copy more bears less, not as much as the one before."""
    bears = [network(ALONE, LOADED, copies, 2.0).bears for copies in (1, 2, 3)]
    assert bears == sorted(bears, reverse=True)
    assert len(set(bears)) == 3

"""What a network of queues bears follows from the milliseconds of a question at each station."""

from __future__ import annotations

import math

import pytest

from devtools.simulation.queue_network import QueueNetwork, Station, Turning


def test_the_slowest_station_breaks_first() -> None:
    network = QueueNetwork({"ingest": Station(2.0), "broker": Station(5.0, places=2)})
    assert math.isclose(network.bears, 400.0)
    assert network.breaks_first == "broker"


def test_on_one_machine_the_cores_break_first() -> None:
    stations = {"ingest": Station(4.0), "router": Station(4.0), "broker": Station(8.0, places=2)}
    network = QueueNetwork(stations, cores=2)
    assert math.isclose(network.bears, 125.0)
    assert network.breaks_first == "cores"


def test_a_copy_more_on_the_same_cores_takes_turns_of_its_own() -> None:
    """10 ms a question and 5 ms a batch; of twenty groups some meet in one of three batches, or of six."""
    for copies, batches in ((1, 20 * (1 - math.exp(-3 / 20))), (2, 20 * (1 - math.exp(-6 / 20)))):
        bears = 2000 / (10 + 5 * batches)
        turning = Turning(20.0, flooded=3.0, copies=copies)
        station = Station(10.0, places=4, turn=5.0, turning=(turning,))
        assert math.isclose(QueueNetwork({"ingest": station}, cores=2).bears, bears)


def test_a_question_that_comes_alone_pays_a_turn_of_its_own() -> None:
    assert math.isclose(Station(10.0, turn=5.0, turning=(Turning(1.0, steady=20.0),)).used(10.0), 0.15)


def test_what_comes_during_a_turn_is_one_batch() -> None:
    """Five batches alone; at 40 questions a second no more than twenty turns a second, of either copy."""
    for copies, turns in ((1, 20.0), (2, 40.0)):
        turning = Turning(5.0, steady=20.0, copies=copies)
        assert math.isclose(turning.taken(2.0), 10.0)
        assert math.isclose(turning.taken(40.0), turns)


def test_what_runs_without_a_question_is_used_at_any_rate() -> None:
    station = Station(10.0, rest=100.0)
    assert math.isclose(station.used(20.0), 0.3)
    assert math.isclose(station.bears, 90.0)


def test_a_rate_says_how_busy_each_is_and_how_many_it_takes() -> None:
    network = QueueNetwork({"ingest": Station(5.0), "router": Station(1.0)})
    assert network.busy(100) == pytest.approx({"ingest": 0.5, "router": 0.1})
    assert network.places_for(1000) == {"ingest": 8, "router": 2}


def test_with_one_place_the_wait_is_that_of_the_textbook() -> None:
    """M/M/1: busy / (1 - busy) times the time of service."""
    assert math.isclose(QueueNetwork({"ingest": Station(10.0)}).waits(50), 10.0)


def test_a_full_station_makes_everybody_wait_for_ever() -> None:
    assert QueueNetwork({"ingest": Station(10.0)}).waits(100) == math.inf

"""What a network of queues bears follows from the milliseconds of a question at each station."""

from __future__ import annotations

import math

from devtools.simulation.queue_network import QueueNetwork, Station


def test_the_slowest_station_breaks_first() -> None:
    network = QueueNetwork({"ingest": Station(2.0), "broker": Station(5.0, places=2)})
    assert (network.bears, network.breaks_first) == (400.0, "broker")


def test_on_one_machine_the_cores_break_first() -> None:
    stations = {"ingest": Station(4.0), "router": Station(4.0), "broker": Station(8.0, places=2)}
    network = QueueNetwork(stations, cores=2)
    assert (network.bears, network.breaks_first) == (125.0, "cores")


def test_a_rate_says_how_busy_each_is_and_how_many_it_takes() -> None:
    network = QueueNetwork({"ingest": Station(5.0), "router": Station(1.0)})
    assert network.busy(100) == {"ingest": 0.5, "router": 0.1}
    assert network.places_for(1000) == {"ingest": 8, "router": 2}


def test_with_one_place_the_wait_is_that_of_the_textbook() -> None:
    """M/M/1: busy / (1 - busy) times the time of service."""
    assert math.isclose(QueueNetwork({"ingest": Station(10.0)}).waits(50), 10.0)


def test_a_full_station_makes_everybody_wait_for_ever() -> None:
    assert QueueNetwork({"ingest": Station(10.0)}).waits(100) == math.inf

"""From measured points to a network of queues (devtools/simulation/queue_network.py), and what it predicts.

At each station a question takes so much, and so much more each turn: two unknowns, a straight line through
what was measured for a question beside the turns taken for it, with one copy of each service. How long a turn
keeps a service from the next follows from how often it turned at a steady rate. Copies on the same cores get
in each other's way: each further one makes everything dearer by the same share (the linear term of Gunther's
universal scalability law).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from devtools.simulation.queue_network import QueueNetwork, Station, Turning
from services.contracts import topology

DRIVER = "driver"
SERVERS = ("RabbitMQ", "PostgreSQL")
STEEP = 3
MERGED = 0.9
MANY = 64
"""Servers have more threads and processes than a machine has cores."""


@dataclass(frozen=True)
class Point:
    """For each question. `rate`: at which they were asked; None: as fast as they were taken. `turns`: batches
    taken, by service. `measured`: questions a second. `cores`: what of the machine's it had, on the average;
    the rest was others' or idle."""

    copies: int
    rate: float | None
    milliseconds: Mapping[str, float]
    turns: Mapping[str, float]
    measured: float
    cores: float

    @property
    def milliseconds_in_all(self) -> float:
        """Without the program that asks."""
        return sum(used for name, used in self.milliseconds.items() if name != DRIVER)


@dataclass(frozen=True)
class Measured:
    """`rest`: milliseconds a second without any question, by station. `alone`: each question after the last
    was published. Both say what nothing else can, and are never predicted."""

    rest: Mapping[str, float]
    alone: Point
    points: tuple[Point, ...]

    def without(self, point: Point) -> Measured:
        """All others, for the prediction of this one."""
        return replace(self, points=tuple(one for one in self.points if one is not point))


def predicted(known: Measured, point: Point) -> float:
    """Of a steady rate the milliseconds for a question, else the questions a second."""
    model = network(known, point.copies, None if point.rate else point.cores)
    if point.rate is None:
        return model.bears
    used = (station.used(point.measured) for name, station in model.stations.items() if name != DRIVER)
    return sum(used) / point.measured * 1000


def by_its_turns(known: Measured, point: Point) -> float:
    """The milliseconds for a question, were it known how often each service turned: what of an error is the
    cost's, not theirs."""
    dearer = 1 + _crowding(known) * (point.copies - 1) if point.copies > 1 else 1.0
    return _by_turns(known, point) * dearer


def outcome(point: Point) -> float:
    """What `predicted` predicts."""
    return point.measured if point.rate is None else point.milliseconds_in_all


def network(known: Measured, copies: int, cores: float | None) -> QueueNetwork:
    """`cores`: of the machine that all share; None: each has its own, where nobody is in the way."""
    return _network(known, copies, cores, 0.0 if cores is None or copies == 1 else _crowding(known))


def _crowding(known: Measured) -> float:
    """The share by which each copy more makes a question dearer, beside its turns."""
    shares = [
        (point.milliseconds_in_all / _by_turns(known, point) - 1) / (point.copies - 1)
        for point in known.points
        if point.copies > 1
    ]
    return max(0.0, statistics.fmean(shares)) if shares else 0.0


def _by_turns(known: Measured, point: Point) -> float:
    """What a question would take with the turns that were measured."""
    lines = {name: _line(known, name) for name in known.rest if name != DRIVER}
    rest = sum(known.rest[name] for name in lines) * point.copies / point.measured
    return rest + sum(each + turn * _turns(point, name) for name, (each, turn) in lines.items())


def _network(known: Measured, copies: int, cores: float | None, crowding: float) -> QueueNetwork:
    turning = {service: _turning(known, service, copies) for service in topology.SERVICES}
    dearer = 1 + crowding * (copies - 1)
    stations = {name: _station(known, name, turning, copies, dearer) for name in known.rest}
    return QueueNetwork(stations, cores)


def _turning(known: Measured, service: str, copies: int) -> Turning:
    groups = known.alone.turns[service]
    steady = [
        (point.measured, point.turns[service] * point.measured)
        for point in known.points
        if point.rate is not None and point.turns[service] < MERGED * groups
    ]
    floods = [
        _open_to(groups, point.turns[service]) / point.copies for point in known.points if point.rate is None
    ]
    most, slower = _most_turns(steady)
    return Turning(groups, most, slower, statistics.median(floods), copies)


def _open_to(groups: float, turns: float) -> float:
    """Batches to which a question's groups were dealt, if so many were hit."""
    return -groups * math.log1p(-min(turns / groups, MERGED))


def _most_turns(steady: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Turns a second at most, and how many fewer with each question a second: by (questions, turns)."""
    if len(steady) < 3:
        return (statistics.fmean(turns for _, turns in steady) if steady else math.inf), 0.0
    line = statistics.linear_regression(*zip(*steady, strict=True))
    if line.slope >= 0:
        return statistics.fmean(turns for _, turns in steady), 0.0
    return line.intercept, -line.slope


def _station(
    known: Measured, name: str, turning: Mapping[str, Turning], copies: int, dearer: float
) -> Station:
    own = (turning[name],) if name in turning else tuple(turning.values())
    each, turn = _line(known, name)
    if name == DRIVER:
        return Station(each, 1, turn, own, known.rest[name])
    places = MANY if name in SERVERS else copies
    return Station(each * dearer, places, turn * dearer, own, known.rest[name] * copies)


def _line(known: Measured, name: str) -> tuple[float, float]:
    """Milliseconds of a question and of a turn, by relative errors."""
    points = [
        (_turns(point, name), point.milliseconds[name] - known.rest[name] / point.measured)
        for point in (known.alone, *known.points)
        if point.copies == 1
    ]
    weights = [1 / max(used, 0.1) ** STEEP for _, used in points]
    total = sum(weights)
    middle = [sum(w * pair[i] for w, pair in zip(weights, points, strict=True)) / total for i in (0, 1)]
    spread = sum(w * (x - middle[0]) ** 2 for w, (x, _) in zip(weights, points, strict=True))
    both = sum(w * (x - middle[0]) * (y - middle[1]) for w, (x, y) in zip(weights, points, strict=True))
    turn = max(0.0, both / spread) if spread else 0.0
    each = middle[1] - turn * middle[0]
    if each >= 0:
        return each, turn
    squares = sum(w * x * x for w, (x, _) in zip(weights, points, strict=True))
    return 0.0, sum(w * x * y for w, (x, y) in zip(weights, points, strict=True)) / squares


def _turns(point: Point, name: str) -> float:
    """At a server, and the program that asks, everybody's."""
    return point.turns[name] if name in point.turns else math.fsum(point.turns.values())

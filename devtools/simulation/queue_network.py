"""The platform as a network of queues: what it bears, what breaks first, how many copies a load takes.

Arithmetic of utilisation (Denning and Buzen, The operational analysis of queueing network models, 1978): a
station that is busy a share of its places, and no longer than all the time. What a question costs is not
constant: a copy works in turns, each of which takes a batch, commits and wakes others, whatever the batch
holds. Cores that several stations share are shared among all that want them (processor sharing): the sum of
what they use is what the machine has. Waits are those of a queue with m servers (Erlang's C formula), which
is on the safe side of what batches do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

BUSY_AT_MOST = 0.7
"""Beyond it waits grow faster than load."""

HALVINGS = 60


@dataclass(frozen=True)
class Station:
    """`milliseconds` of processor time a question takes here, and `turn` more where it comes alone.

    `places`: how many can work at a time: one for each copy of a service, which is one process with one
    thread, or the cores of a server. `turners`: who takes turns: the copies, at a server those of the
    services that ask it; each as often as something comes, but no more than `turns` times a second.
    """

    milliseconds: float
    places: int = 1
    turn: float = 0.0
    turns: float = math.inf
    turners: int = 1

    @property
    def bears(self) -> float:
        """Questions a second."""
        return _most(lambda rate: self.used(rate) <= self.places)

    def used(self, rate: float) -> float:
        """Seconds of processor time a second, at so many questions a second."""
        turning = self.turners * self.turn * min(rate / self.turners, self.turns)
        return (rate * self.milliseconds + turning) / 1000


@dataclass(frozen=True)
class QueueNetwork:
    """Stations by name. `cores`: of the machine that all of them share; None: each has enough of its own."""

    stations: Mapping[str, Station]
    cores: float | None = None

    @property
    def bears(self) -> float:
        """Questions a second, with every place busy."""
        least = min(one.bears for one in self.stations.values())
        if self.cores is None:
            return least
        cores = self.cores
        return min(least, _most(lambda rate: self.used(rate) <= cores))

    @property
    def breaks_first(self) -> str:
        """The station that is busy all the time first; `cores` where the machine is."""
        first = min(self.stations, key=lambda name: self.stations[name].bears)
        return first if self.bears == self.stations[first].bears else "cores"

    def used(self, rate: float) -> float:
        """Cores that so many questions a second take, all stations together."""
        return sum(one.used(rate) for one in self.stations.values())

    def busy(self, rate: float) -> dict[str, float]:
        """Station → share of its places that so many questions a second keep busy."""
        return {name: one.used(rate) / one.places for name, one in self.stations.items()}

    def places_for(self, rate: float) -> dict[str, int]:
        """Station → how many copies, or cores, so many questions a second take, with room to breathe."""
        return {name: _places_for(rate, one) for name, one in self.stations.items()}

    def waits(self, rate: float) -> float:
        """Milliseconds a question waits in all queues together, on the average; infinite when one is full."""
        return sum(_wait(rate, one) for one in self.stations.values())


def _places_for(rate: float, station: Station) -> int:
    """Each copy more takes turns of its own."""
    alone = Station(station.milliseconds, turn=station.turn, turns=station.turns)
    each = _most(lambda one: alone.used(one) <= BUSY_AT_MOST)
    return max(1, math.ceil(rate / each - 1e-9))


def _most(bears: Callable[[float], bool]) -> float:
    """The highest rate that is borne; what a rate uses only grows with it."""
    low, high = 0.0, 1.0
    while bears(high) and high < 1e9:
        low, high = high, high * 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if bears(middle) else (low, middle)
    return low


def _wait(rate: float, station: Station) -> float:
    """Erlang's C formula times the mean time until a place is free."""
    offered, places = station.used(rate), station.places
    if offered >= places:
        return math.inf
    full = offered**places / math.factorial(places) * places / (places - offered)
    some = sum(offered**number / math.factorial(number) for number in range(places))
    return full / (some + full) * (offered / rate * 1000) / (places - offered)

"""The platform as a network of queues: what it bears, what breaks first, how many copies a load takes.

Arithmetic of utilisation (Denning and Buzen, The operational analysis of queueing network models, 1978): a
station that works D seconds on a question and has m places is busy a share of rate × D / m, and the network
bears no more than the least m / D. Of cores that several stations share, the same holds for the sum. Waits
are those of a queue with m servers (Erlang's C formula), which is on the safe side of what batches do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

BUSY_AT_MOST = 0.7
"""Beyond it waits grow faster than load."""


@dataclass(frozen=True)
class Station:
    """`milliseconds` of processor time a question takes here; `places`: how many can work at a time: one for
    each copy of a service, which is one process with one thread, or the cores of a server."""

    milliseconds: float
    places: int = 1

    @property
    def bears(self) -> float:
        """Questions a second."""
        return self.places * 1000 / self.milliseconds


@dataclass(frozen=True)
class QueueNetwork:
    """Stations by name. `cores`: of the machine that all of them share; None: each has enough of its own."""

    stations: Mapping[str, Station]
    cores: float | None = None

    @property
    def milliseconds(self) -> float:
        return sum(one.milliseconds for one in self.stations.values())

    @property
    def bears(self) -> float:
        """Questions a second, with every place busy."""
        least = min(one.bears for one in self.stations.values())
        return least if self.cores is None else min(least, self.cores * 1000 / self.milliseconds)

    @property
    def breaks_first(self) -> str:
        """The station that is busy all the time first; `cores` where the machine is."""
        first = min(self.stations, key=lambda name: self.stations[name].bears)
        return first if self.bears == self.stations[first].bears else "cores"

    def busy(self, rate: float) -> dict[str, float]:
        """Station → share of its places that so many questions a second keep busy."""
        return {name: rate / one.bears for name, one in self.stations.items()}

    def places_for(self, rate: float) -> dict[str, int]:
        """Station → how many copies, or cores, so many questions a second take, with room to breathe."""
        return {
            name: max(1, math.ceil(rate * one.milliseconds / 1000 / BUSY_AT_MOST))
            for name, one in self.stations.items()
        }

    def waits(self, rate: float) -> float:
        """Milliseconds a question waits in all queues together, on the average; infinite when one is full."""
        return sum(_wait(rate, one) for one in self.stations.values())


def _wait(rate: float, station: Station) -> float:
    """Erlang's C formula times the mean time until a place is free."""
    offered, places = rate * station.milliseconds / 1000, station.places
    if offered >= places:
        return math.inf
    full = offered**places / math.factorial(places) * places / (places - offered)
    some = sum(offered**number / math.factorial(number) for number in range(places))
    return full / (some + full) * station.milliseconds / (places - offered)

"""The platform as a network of queues: what it bears, what breaks first, how many copies a load takes.

Arithmetic of utilisation (Denning and Buzen, The operational analysis of queueing network models, 1978): a
station that is busy a share of its places, and no longer than all the time. What a question costs is not
constant: a copy works in turns, each of which takes a batch, commits and wakes others, whatever the batch
holds; how often depends on the rate. Cores that several stations share are shared among all that want them
(processor sharing): the sum of what they use is what the machine has. Waits are those of a queue with m
servers (Erlang's C formula), which is on the safe side of what batches do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

BUSY_AT_MOST = 0.7
"""Beyond it waits grow faster than load."""

HALVINGS = 60


@dataclass(frozen=True)
class Turning:
    """How often the copies of a service take a batch.

    `groups`: batches that a question is where it comes alone: its service hears of it at different moments.
    `steady`: turns a second of one copy at most, each of which waits for its commit; with each question a
    second of the copy's by `slower` fewer, for a turn lasts longer the more it holds. `flooded`: batches of
    each copy that are open to a question's groups where more waits than is taken at once; what waits is dealt
    out to all copies, so some groups of a question meet in the same batch, and some don't.
    """

    groups: float
    steady: float = math.inf
    slower: float = 0.0
    flooded: float = 0.0
    copies: int = 1

    def taken(self, rate: float) -> float:
        """Turns a second at so many questions a second: what comes during a turn waits, and is one batch."""
        each = rate / self.copies
        most = max(self.copies * (self.steady - self.slower * each), self.at_least(rate))
        return min(rate * self.groups, most)

    def at_least(self, rate: float) -> float:
        """The same where all that is asked lies in the queues."""
        return rate * self.groups * -math.expm1(-self.copies * self.flooded / self.groups)


@dataclass(frozen=True)
class Station:
    """`milliseconds` of processor time a question takes here, and `turn` each turn that somebody takes.

    `places`: how many can work at a time: one for each copy of a service, which is one process with one
    thread, or the cores of a server. `turning`: who takes turns: the service, or all that ask a server.
    `rest`: milliseconds a second without any question.
    """

    milliseconds: float
    places: int = 1
    turn: float = 0.0
    turning: tuple[Turning, ...] = ()
    rest: float = 0.0

    @property
    def bears(self) -> float:
        """Questions a second."""
        return _most(lambda rate: self.flooded(rate) <= self.places)

    def used(self, rate: float) -> float:
        """Seconds of processor time a second, at so many questions a second."""
        turns = sum(one.taken(rate) for one in self.turning)
        return (rate * self.milliseconds + turns * self.turn + self.rest) / 1000

    def flooded(self, rate: float) -> float:
        """The same where no batch is smaller than it can be."""
        turns = sum(one.at_least(rate) for one in self.turning)
        return (rate * self.milliseconds + turns * self.turn + self.rest) / 1000


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
        return min(
            least,
            _most(lambda rate: sum(one.flooded(rate) for one in self.stations.values()) <= cores),
        )

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
    """On the safe side: each copy more takes turns of its own, and rests no cheaper."""
    alone = replace(station, turning=tuple(replace(one, copies=1) for one in station.turning))
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

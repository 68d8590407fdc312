"""Counters as they are read back, and the questions that key figures ask of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

UNDATED = 0
"""The month of numbers from before Sésame, of which only the year is known."""

TOTAL = "total"
"""Facet of an imported number that is not cut into pieces."""


class TallyLine(NamedTuple):
    """One sum of counters of one owner, the network or a partner."""

    year: int
    month: int
    """1 to 12, of what was counted in a later year more; UNDATED where the reader did not ask for months."""
    measure: str
    facet: str
    value: str
    n: int
    imported: bool = False
    """From before Sésame, not counted here."""


class Tallies:
    """Sums of one owner over years. Whatever was never counted is 0, not an error."""

    def __init__(self, lines: Iterable[TallyLine]) -> None:
        self._pieces: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
        self._months: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)
        self._days: dict[tuple[int, str], Counter[tuple[int, int]]] = defaultdict(Counter)
        for line in _stated_in_pieces(lines):
            self._add(line)

    def _add(self, line: TallyLine) -> None:
        self._pieces[line.year, line.measure, line.facet][line.value] += line.n
        if line.facet == "channel":
            self._months[line.year, line.measure][line.month] += line.n
        if line.facet == "day":
            self._days[line.year, line.measure][line.month, int(line.value)] += line.n

    def years(self) -> tuple[int, ...]:
        return tuple(sorted({year for year, _, _ in self._pieces}))

    def total(self, year: int, measure: str) -> int:
        return sum(self.pieces(year, measure, "channel").values())

    def pieces(self, year: int, measure: str, facet: str) -> Mapping[str, int]:
        """Value → number."""
        return {value: n for value, n in self._pieces.get((year, measure, facet), {}).items() if n}

    def months(self, year: int, measure: str) -> tuple[int, ...]:
        counted = self._months.get((year, measure), Counter())
        return tuple(counted[month] for month in range(1, 13))

    def until(self, measure: str, last: date) -> int | None:
        """From the first of January to `last`, both included; None where that year's days are not known."""
        days = self._days.get((last.year, measure), Counter())
        if days.total() != self.total(last.year, measure):
            return None
        return sum(n for (month, day), n in days.items() if (month, day) <= (last.month, last.day))


def _stated_in_pieces(lines: Iterable[TallyLine]) -> Iterator[TallyLine]:
    """What a stated total has more than the channels imported with it is of a channel nobody said. So the
    year in which a network moved in has the numbers of before beside those counted here."""
    stated: Counter[tuple[int, str]] = Counter()
    known: Counter[tuple[int, str]] = Counter()
    for line in lines:
        if line.facet == TOTAL:
            stated[line.year, line.measure] += line.n
            continue
        if line.facet == "channel" and line.imported:
            known[line.year, line.measure] += line.n
        yield line
    for (year, measure), n in stated.items():
        yield TallyLine(year, UNDATED, measure, "channel", "", max(0, n - known[year, measure]))

"""Counters as they are read back, and the questions that key figures ask of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
    """1 to 12, or UNDATED; UNDATED as well where the reader did not ask for months."""
    measure: str
    facet: str
    value: str
    n: int


class Tallies:
    """Sums of one owner over years. Whatever was never counted is 0, not an error."""

    def __init__(self, lines: Iterable[TallyLine]) -> None:
        self._pieces: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
        self._months: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)
        self._days: dict[tuple[int, str], Counter[tuple[int, int]]] = defaultdict(Counter)
        for line in lines:
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
        stated = self.pieces(year, measure, TOTAL)
        return sum((stated or self.pieces(year, measure, "channel")).values())

    def pieces(self, year: int, measure: str, facet: str) -> Mapping[str, int]:
        """Value → number. Where a stated total is larger than its known pieces, the rest is unsaid ("")."""
        pieces = Counter(self._pieces.get((year, measure, facet), {}))
        stated = self._pieces.get((year, measure, TOTAL))
        if stated and facet == "channel":
            pieces[""] += sum(stated.values()) - sum(pieces.values())
        return {value: n for value, n in pieces.items() if n}

    def months(self, year: int, measure: str) -> tuple[int, ...]:
        counted = self._months.get((year, measure), Counter())
        return tuple(counted[month] for month in range(1, 13))

    def until(self, measure: str, last: date) -> int | None:
        """From the first of January to `last`, both included; None where that year's days are not known."""
        days = self._days.get((last.year, measure))
        if days is None:
            return None if self.total(last.year, measure) else 0
        return sum(n for (month, day), n in days.items() if (month, day) <= (last.month, last.day))

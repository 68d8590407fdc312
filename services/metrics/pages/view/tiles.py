"""What is drawn as tiles: the map of the départements, and the hours of the week."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.language.territories import DEPARTMENTS
from services.metrics.domain.departments import TILES
from services.metrics.domain.figures import OTHERS, YearFigures
from services.metrics.domain.public import FEW as FEW_IN_PUBLIC
from services.metrics.pages.words import Words

LEVELS = 6
"""Steps of the heat map's and the map's colours; 0 is none at all."""
UNTOLD = "–"


@dataclass(frozen=True)
class Cell:
    label: str
    number: str
    n: int
    name: str
    """In full, for who does not see where it stands."""
    level: int
    """0 to LEVELS - 1."""
    column: int = 0
    row: int = 0


def _level(n: int, most: int) -> int:
    """Steps of the square root, as numbers differ by powers of ten; whatever is there is at least 1."""
    return 0 if n == 0 else max(1, round((LEVELS - 1) * math.sqrt(min(n, most) / most)))


def heat_of(figures: YearFigures, words: Words) -> tuple[tuple[Cell, ...], ...]:
    most = usual_most(n for row in figures.slots for n in row)
    return tuple(
        tuple(
            Cell(
                words("hour", hour=hour),
                words.number(n),
                n,
                f"{words.weekdays[day]} {words('hour', hour=hour)}",
                _level(n, most),
                hour,
                day,
            )
            for hour, n in enumerate(row)
        )
        for day, row in enumerate(figures.slots)
    )


def usual_most(counts: Iterable[int]) -> int:
    """The third largest, where there are three: one hour out of the ordinary must not pale all others."""
    largest = sorted(counts)[-3:]
    third = largest[0] if len(largest) == 3 else 0
    return third or max(largest, default=0)


def peak_of(figures: YearFigures, words: Words) -> str:
    """The busiest day and the busiest hour, each over the whole year."""
    days = [sum(row) for row in figures.slots]
    hours = [sum(column) for column in zip(*figures.slots, strict=True)]
    if not sum(days):
        return ""
    weekday, hour = (largest.index(max(largest)) for largest in (days, hours))
    return words("heat_peak", weekday=words.weekdays[weekday], hour=words("hour", hour=hour))


def map_of(figures: YearFigures, words: Words) -> tuple[Cell, ...]:
    counts = {piece.value: piece.n for piece in figures.cut("department")}
    most = max((counts.get(tile.code, 0) for tile in TILES), default=0)
    none = words.number(0)
    if counts.get(OTHERS):
        # Of a year that is not over, this month may have brought any number; of a library's, beside the
        # network's, any number may be held back.
        none = UNTOLD if figures.so_far or figures.partner else f"<{FEW_IN_PUBLIC}"
    return tuple(
        Cell(
            label=tile.code,
            number=words.number(n) if n else none,
            n=n,
            name=f"{DEPARTMENTS[tile.code]} ({tile.code})",
            level=_level(n, most),
            column=tile.column,
            row=tile.row,
        )
        for tile, n in ((tile, counts.get(tile.code, 0)) for tile in TILES)
    )


def map_rest(figures: YearFigures, words: Words) -> Iterable[str]:
    counts = {piece.value: piece.n for piece in figures.cut("department")}
    if others := counts.get(OTHERS):
        phrase = "map_few_so_far" if figures.so_far else "map_few"
        yield words(phrase, few=FEW_IN_PUBLIC, n=words.number(others))
    drawn = {tile.code for tile in TILES} | {OTHERS}
    if rest := sum(n for code, n in counts.items() if code not in drawn):
        yield words("map_rest", n=words.number(rest))

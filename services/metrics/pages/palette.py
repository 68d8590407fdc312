"""Colours that colour-blind readers tell apart too (after Okabe and Ito, 2008)."""

from __future__ import annotations

from typing import NamedTuple


class Palette(NamedTuple):
    ink: str
    quiet: str
    accent: str
    warm: str
    series: tuple[str, ...]
    unsaid: str
    """For what nobody said, beside any number of series."""


PAGE = Palette(
    ink="var(--ink)",
    quiet="var(--line)",
    accent="var(--accent)",
    warm="var(--warm)",
    series=tuple(f"var(--series-{number})" for number in range(1, 9)),
    unsaid="var(--unsaid)",
)
"""For the page: its style sheet says what they are by day, by night and on paper."""

PAPER = Palette(
    ink="#1d2433",
    quiet="#d9dee8",
    accent="#2b4a9b",
    warm="#e08a00",
    series=("#2b4a9b", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#5b4a8a", "#b8a200"),
    unsaid="#b4bac8",
)

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
    warm="#d08000",
    series=("#2b4a9b", "#c18600", "#009e73", "#ca78a5", "#4999c6", "#d55e00", "#5b4a8a", "#a69200"),
    unsaid="#8c919c",
)

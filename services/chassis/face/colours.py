"""Contrast of colours as WCAG 2.2 counts it, and the shades of an accent that can be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
ENOUGH = 4.5
"""Contrast of text and its ground (WCAG 1.4.3)."""
LIGHT_GROUNDS = ("#ffffff", "#fbfaf7", "#f5f6fa", "#e7f1f2", "#f3f1ec", "#faf6e9")
DARK_GROUNDS = ("#14181f", "#1c222c", "#20333a", "#191f2e", "#1d232d", "#2a2818")
"""What the accent stands on, by day and by night, on pages and in mails."""
WHITE, NIGHT = "#ffffff", "#10222a"
STEPS = 100

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Accent:
    """`light` by day with white upon it, `dark` by night with `NIGHT` upon it."""

    light: str
    dark: str


OURS = Accent("#0b5563", "#7cc7d4")
"""Of a network that names none."""


def accent_of(colour: str) -> Accent:
    """Raises ValueError for what is no colour, or one that can't be read on our grounds."""
    if not HEX.fullmatch(colour):
        raise ValueError(f"{colour!r} is no colour; write it as #0b5563")
    least = min(contrast(colour, ground) for ground in LIGHT_GROUNDS)
    if least < ENOUGH:
        better = shade(colour, "#000000", LIGHT_GROUNDS)
        raise ValueError(
            f"{colour} has a contrast of {least:.1f} on our grounds and needs {ENOUGH} (WCAG 1.4.3);"
            f" {better} is the same colour, dark enough"
        )
    return Accent(colour.lower(), shade(colour, WHITE, (*DARK_GROUNDS, NIGHT)))


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    brighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def shade(colour: str, towards: str, grounds: Sequence[str]) -> str:
    """The colour mixed with another just so far that it can be read on every ground."""
    mixed = (_mixed(_rgb(colour), _rgb(towards), step / STEPS) for step in range(STEPS + 1))
    return next(one for one in mixed if min(contrast(one, ground) for ground in grounds) >= ENOUGH)


def _mixed(one: Rgb, other: Rgb, share: float) -> str:
    parts = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: Rgb) -> float:
    """Relative luminance (WCAG 2.2, definitions)."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

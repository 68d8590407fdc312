"""What a language has to say. All languages have the same keys; a test holds them to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lexicon:
    phrases: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    months: tuple[str, ...]
    units: tuple[str, str, str]
    """Day, hour, minute."""
    colon: str
    semicolon: str
    thousands: str
    decimal: str
    percent: str

"""The network's themes, and how the Dewey classes map onto them.

A partner may list its strengths by theme (`history`) or by Dewey class (`944`); a question's subject may be either.
Any other word is taken as a theme of the network's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

DEWEY: Mapping[str, str] = MappingProxyType(
    {
        "0": "general",
        "004": "computing",
        "005": "computing",
        "006": "computing",
        "02": "libraries",
        "1": "philosophy",
        "15": "psychology",
        "2": "religion",
        "3": "society",
        "33": "economy",
        "34": "law",
        "35": "law",
        "37": "education",
        "4": "language",
        "5": "science",
        "6": "technology",
        "61": "health",
        "64": "home",
        "65": "work",
        "7": "arts",
        "78": "music",
        "79": "leisure",
        "8": "literature",
        "9": "history",
        "91": "travel",
        "929": "genealogy",
    }
)
"""Beginning of a Dewey class → theme; the longest beginning counts."""

THEMES = tuple(sorted(set(DEWEY.values())))


def theme_of(subject: str) -> str:
    """The theme of a Dewey class, or the word itself: `944.05` → `history`, `law` → `law`."""
    if not re.fullmatch(r"\d{3}(\.\d+)?", subject):
        return subject
    return next(DEWEY[subject[:length]] for length in (3, 2, 1) if subject[:length] in DEWEY)

"""The network's themes, and how the Dewey classes map onto them.

A partner may list its strengths by theme (`histoire`) or by Dewey class (`944`), and a question's subject may
be either. Any other word is taken as a further theme of the network's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_CLASSES = {
    "histoire": "9",
    "geographie-voyages": "91",
    "sciences": "5",
    "sante": "61",
    "droit-demarches": "34 35",
    "arts": "7",
    "litterature": "8",
    "langues": "4",
    "societe": "07 1 2 3",
    "technique-informatique": "0 6",
    "economie-emploi": "33 38 65",
    "vie-pratique": "63 64 79",
}

DEWEY: Mapping[str, str] = MappingProxyType(
    {beginning: theme for theme, classes in _CLASSES.items() for beginning in classes.split()}
)
"""Beginning of a Dewey class → theme; the longest beginning counts."""

THEMES = tuple(_CLASSES)


def theme_of(subject: str) -> str:
    """The theme of a Dewey class, or the word itself: `944.05` → `histoire`, `arts` → `arts`."""
    if not re.fullmatch(r"\d{3}(\.\d+)?", subject):
        return subject
    return next(DEWEY[subject[:length]] for length in (3, 2, 1) if subject[:length] in DEWEY)

"""What of a year may be seen by everyone: small numbers could lead to a person, odd words to their writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from services.metrics.domain.figures import OTHERS, Piece, YearFigures

FEW = 5
"""Questions of a theme or a département below this number are shown together with others."""
FOLDED = frozenset({"subject", "department"})


def for_everyone(figures: YearFigures, known: Mapping[str, Collection[str]]) -> YearFigures:
    """`known`: facet → the values that the network has a name for; any other counts as unsaid.

    Every sum stays what it was.
    """
    cuts = {facet: _shown(pieces, facet, known.get(facet)) for facet, pieces in figures.cuts.items()}
    return replace(figures, cuts=cuts)


def _shown(pieces: Iterable[Piece], facet: str, known: Collection[str] | None) -> tuple[Piece, ...]:
    sums: Counter[str] = Counter()
    for piece in pieces:
        sums[_value(piece, facet, known)] += piece.n
    return closing(Piece(value, n) for value, n in sums.items())


def _value(piece: Piece, facet: str, known: Collection[str] | None) -> str:
    if piece.value in ("", OTHERS):
        return piece.value
    if known is not None and piece.value not in known:
        return ""
    return OTHERS if facet in FOLDED and piece.n < FEW else piece.value


def closing(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Largest first; what is shown together, then what nobody said, close the sum."""
    place = {OTHERS: 1, "": 2}
    return tuple(sorted(pieces, key=lambda piece: (place.get(piece.value, 0), -piece.n, piece.value)))

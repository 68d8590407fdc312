"""What of a year may be seen by everyone: small numbers could lead to a person, odd words to their writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from services.metrics.domain.figures import OTHERS, Piece, YearFigures

FEW = 5
"""Questions of a theme, a language, a purpose or a département below this number are shown together with
others."""
FOLDED = frozenset({"subject", "language", "purpose", "department"})
COUNTED_OUT = frozenset({"subject", "purpose"})
"""Of these everybody knows the whole list: one that is missing from it would be the one held back, so another
goes with it. The map shows all without a number as less than FEW."""


def for_everyone(figures: YearFigures, known: Mapping[str, Collection[str]]) -> YearFigures:
    """`known`: facet → the values that the network has a name for; any other counts as unsaid.

    Every sum stays what it was.
    """
    cuts = {facet: _shown(pieces, facet, known.get(facet)) for facet, pieces in figures.cuts.items()}
    return replace(figures, cuts=cuts)


def _shown(pieces: Iterable[Piece], facet: str, known: Collection[str] | None) -> tuple[Piece, ...]:
    sums: Counter[str] = Counter()
    for piece in pieces:
        sums[_value(piece, known)] += piece.n
    for value in _too_few(sums, facet, known):
        sums[OTHERS] += sums.pop(value)
    return closing(Piece(value, n) for value, n in sums.items())


def _value(piece: Piece, known: Collection[str] | None) -> str:
    told = piece.value in ("", OTHERS) or known is None or piece.value in known
    return piece.value if told else ""


def _too_few(sums: Mapping[str, int], facet: str, known: Collection[str] | None) -> list[str]:
    """What is not shown apart."""
    if facet not in FOLDED:
        return []
    rising = sorted((n, value) for value, n in sums.items() if value not in ("", OTHERS))
    few = [value for n, value in rising if n < FEW]
    unseen = set(known or ()) - {value for n, value in rising if n >= FEW}
    alone = len(unseen) == 1 if OTHERS in sums else len(few) == 1
    return [value for _, value in rising[: len(few) + (alone and facet in COUNTED_OUT)]]


def beside_the_whole(figures: YearFigures, whole: Mapping[str, Iterable[Piece]]) -> YearFigures:
    """A partner's figures, without the pieces of which all others together have fewer than FEW: taken from
    `whole`, the network's pieces by facet, they would tell these. Nor those of which the network tells fewer
    yet: its five came together a month earlier."""
    sums = {facet: {piece.value: piece.n for piece in pieces} for facet, pieces in whole.items()}
    return replace(
        figures,
        cuts={facet: _beside(pieces, sums.get(facet, {})) for facet, pieces in figures.cuts.items()},
    )


def _beside(pieces: Iterable[Piece], whole: Mapping[str, int]) -> tuple[Piece, ...]:
    shown: Counter[str] = Counter()
    for piece in pieces:
        all_of_it = whole.get(piece.value, 0)
        told = 0 < all_of_it != piece.n and all_of_it - piece.n < FEW and piece.value not in ("", OTHERS)
        shown[OTHERS if told else piece.value] += piece.n
    return closing(Piece(value, n) for value, n in shown.items())


def closing(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Largest first; what is shown together, then what nobody said, close the sum."""
    place = {OTHERS: 1, "": 2}
    return tuple(sorted(pieces, key=lambda piece: (place.get(piece.value, 0), -piece.n, piece.value)))

"""The subject of a question from its words, by a linear model that was learned from the network's own past.

Learning needs a tool (see `services/router/handlers/learning.py`); guessing is this file: one sum per theme
over the words of the text. Below the margin that learning found safe the subject is unknown, and counts
nothing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_WORD = re.compile(r"[a-z]{2,}")
_STEM = 6


def features(text: str) -> list[str]:
    """Words without accents, their beginnings, and pairs of beginnings: what the model weighs."""
    plain = unicodedata.normalize("NFKD", text.lower())
    words = _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))
    stems = [word[:_STEM] for word in words]
    inner = [word[at : at + 4] + "~" for word in words if len(word) > 4 for at in range(len(word) - 3)]
    pairs = [f"{one} {other}" for one, other in pairwise(stems)]
    return [*words, *(f"{stem}-" for stem in stems), *pairs, *inner]


@dataclass(frozen=True, slots=True)
class Guess:
    """`theme` is None when the margin to the second best is too small to rely on."""

    theme: str | None
    best: str
    margin: float


@dataclass(frozen=True, slots=True)
class SubjectModel:
    """`weights`: feature → its rarity (inverse document frequency) and one weight per theme."""

    themes: Sequence[str]
    intercepts: Sequence[float]
    weights: Mapping[str, tuple[float, Sequence[float]]]
    margin: float

    def guess(self, text: str) -> Guess:
        scores = self._scores(text)
        ranked = sorted(zip(scores, self.themes, strict=True), reverse=True)
        (best, theme), (second, _) = ranked[0], ranked[1]
        margin = best - second
        return Guess(theme if margin >= self.margin else None, theme, margin)

    def _scores(self, text: str) -> list[float]:
        """Term frequency by its logarithm, times rarity, brought to length one, times the weights."""
        known = [
            (1 + math.log(count), *self.weights[feature])
            for feature, count in Counter(features(text)).items()
            if feature in self.weights
        ]
        length = math.sqrt(sum((often * rare) ** 2 for often, rare, _ in known)) or 1.0
        scores = list(self.intercepts)
        for often, rare, weights in known:
            share = often * rare / length
            for at, weight in enumerate(weights):
                scores[at] += share * weight
        return scores

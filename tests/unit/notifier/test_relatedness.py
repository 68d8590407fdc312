"""Related answers are only shown where they are related: measured on pairs that people labelled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from devtools.checkout import ROOT
from services.notifier.domain.archive.relatedness import RELATED, likeness, telling
from services.notifier.domain.search_terms import closest, near

CASES = Path(__file__).parents[2] / "cases" / "related.yaml"
QUESTIONS = ROOT / "devtools" / "demo" / "data" / "questions.jsonl"
PAIRS = 200


def demonstrated() -> list[frozenset[str]]:
    """So that words are as frequent as among people's questions."""
    lines = QUESTIONS.read_text().splitlines()
    return [telling(json.loads(line)["text"]) for line in lines]


def labelled() -> list[tuple[float, bool]]:
    """Likeness and label of all related pairs, and of the most alike of the others: PAIRS together."""
    groups = yaml.safe_load(CASES.read_text())
    texts = [(group, telling(text)) for group, texts in enumerate(groups) for text in texts]
    archive = [words for _, words in texts] + demonstrated()
    uses = Counter(word for words in archive for word in words)
    scored = [
        (likeness(one, other, uses, len(archive)), here == there)
        for (here, one), (there, other) in combinations(texts, 2)
    ]
    related = [pair for pair in scored if pair[1]]
    others = sorted((pair for pair in scored if not pair[1]), reverse=True)
    return related + others[: PAIRS - len(related)]


def test_four_of_five_related_are_found_and_four_of_five_shown_are_related() -> None:
    shown = [label for score, label in labelled() if score >= RELATED]
    found = sum(shown) / sum(label for _, label in labelled())
    assert (found >= 0.8, sum(shown) / len(shown) >= 0.8) == (True, True)


def test_function_words_alone_make_nothing_related() -> None:
    one = telling("Bonjour, je cherche un livre sur les jurés tirés au sort. Merci d'avance.")
    other = telling("Bonjour, je cherche des recettes au piment, avant le congélateur. Merci d'avance.")
    assert likeness(one, other, {}, 100) == 0.0


KNOWN = (
    "photographies",
    "grainotheque",
    "bibliotheque",
    "moulins",
    "rhetorique",
    "ecluses",
    "lune",
    "what",
    "2012",
    "1914",
)


def candidates(typed: str) -> Iterator[tuple[str, int]]:
    pieces = set(near(typed))
    return ((word, 1) for word in KNOWN if pieces & set(near(word)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fotographie", "photographies"),
        ("granotheque", "grainotheque"),
        ("grainotheke", "grainotheque"),
        ("biblotheqe", "bibliotheque"),
        ("moulnis", "moulins"),
        ("retorike", None),
        ("lunr", "lune"),
        ("luen", "lune"),
        ("ulne", "lune"),
        ("lone", "lune"),
        ("chat", None),
        ("luru", None),
        ("2019", None),
        ("1941", None),
        ("xyzzyx", None),
    ],
)
def test_two_slips_are_forgiven_in_a_long_word_and_one_in_a_short(typed: str, meant: str | None) -> None:
    assert closest(typed, candidates(typed)) == meant

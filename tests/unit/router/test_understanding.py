"""What the text of a question says of its language and its subject, and when it says nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devtools.demo.corpus import load_corpus
from devtools.demo.run import DATA
from services.chassis.language.detection import language_of
from services.router.domain.subjects import SubjectModel, features
from services.router.domain.themes import THEMES, theme_of

CASES = [json.loads(line) for line in Path(__file__).with_name("languages.jsonl").read_text().splitlines()]
NO_LIBRARY_READS = {"oc"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30])
def test_a_text_says_its_language_or_has_none(case: dict[str, str | None]) -> None:
    told = language_of(str(case["text"]))
    assert told == case["language"] or (told is None and case["language"] in NO_LIBRARY_READS)


def test_none_of_the_demonstrations_questions_is_taken_for_another_language() -> None:
    told = [(question.language, language_of(question.text)) for question in load_corpus(DATA).questions]
    assert [pair for pair in told if pair[1] not in (None, pair[0])] == []
    assert sum(found is None for _, found in told) <= len(told) // 50


def test_features_are_words_their_beginnings_and_pairs_without_accents() -> None:
    assert features("L'Été à Évian") == ["ete", "evian", "ete-", "evian-", "ete evian", "evia~", "vian~"]


MODEL = SubjectModel(
    themes=("histoire", "sciences"),
    intercepts=(0.0, 0.0),
    weights={"canal": (1.0, (1.0, -1.0)), "atome": (1.0, (-1.0, 1.0))},
    margin=0.5,
)


def test_the_theme_with_the_greatest_sum_is_guessed() -> None:
    assert MODEL.guess("le canal, le canal").theme == "histoire"


def test_below_the_margin_the_subject_is_unknown() -> None:
    guess = MODEL.guess("un canal, un atome")
    assert (guess.theme, guess.margin) == (None, 0.0)


def test_a_text_without_a_known_word_has_no_subject() -> None:
    assert MODEL.guess("bonjour").theme is None


@pytest.mark.parametrize(
    ("subject", "theme"),
    [
        ("944", "histoire"),
        ("910", "geographie-voyages"),
        ("345.05", "droit-demarches"),
        ("070", "societe"),
        ("005", "technique-informatique"),
        ("610", "sante"),
        ("arts", "arts"),
        ("a-theme-of-our-own", "a-theme-of-our-own"),
    ],
)
def test_a_dewey_class_has_a_theme(subject: str, theme: str) -> None:
    assert theme_of(subject) == theme


def test_every_dewey_class_has_one_of_the_themes() -> None:
    assert {theme_of(f"{number:03d}") for number in range(1000)} == set(THEMES)

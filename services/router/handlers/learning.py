"""Learn subjects from the network's own past, with scikit-learn (deploy/requirements/learn.txt).

A fifth of the examples is held out to say honestly how good the model is, and to find the margin below which
a guess is not to be relied on; then all of them are learned. Linear support vectors over weighted words: the
model is a table of numbers that `domain.subjects` reads without any tool.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.router.domain.subjects import Guess, SubjectModel, features

HELD_OUT = 5
"""One in so many."""

KEPT = 10_000
"""Features with the greatest weights; the rest changes nothing that can be measured."""

RELIABLE = 0.8
"""Of the guesses above the margin, so many shall be right."""

LEAST_EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class Example:
    """A question whose subject a respondent confirmed; its answer, where it is known, helps to learn."""

    text: str
    subject: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """Measured on examples that were not learned: right at first place; above the margin; right of those."""

    held_out: int
    right: float
    relied_on: float
    right_of_those: float


class CannotLearn(Exception):
    """The text says what is missing."""


def learn(examples: Sequence[Example], seed: int = 0) -> tuple[SubjectModel, Quality]:
    """Raises CannotLearn when the tool is not installed or the past is too short."""
    if len(examples) < LEAST_EXAMPLES or len({example.subject for example in examples}) < 2:
        raise CannotLearn(f"{len(examples)} examples are too few: at least {LEAST_EXAMPLES}, of two subjects")
    shuffled = random.Random(seed).sample(list(examples), len(examples))
    cut = len(shuffled) // HELD_OUT
    guesses = [
        (model_guess, example.subject) for model_guess, example in _try(shuffled[cut:], shuffled[:cut])
    ]
    margin = _margin(guesses)
    return fit(examples, margin), _quality(guesses, margin)


def _try(learned: Sequence[Example], held_out: Sequence[Example]) -> list[tuple[Guess, Example]]:
    model = fit(learned, 0.0)
    return [(model.guess(example.text), example) for example in held_out]


def fit(examples: Sequence[Example], margin: float) -> SubjectModel:
    texts = [example.text for example in examples] + [
        example.answer for example in examples if example.answer
    ]
    subjects = [example.subject for example in examples]
    subjects += [example.subject for example in examples if example.answer]
    words = _tool("sklearn.feature_extraction.text").TfidfVectorizer(
        analyzer=features, sublinear_tf=True, min_df=2
    )
    machine = _tool("sklearn.svm").LinearSVC(C=1, class_weight="balanced", random_state=0)
    machine.fit(words.fit_transform(texts), subjects)
    return _exported(words, machine, margin)


def _exported(words: Any, machine: Any, margin: float) -> SubjectModel:
    """With two themes scikit-learn keeps one row, for the second against the first."""
    rows, intercepts = machine.coef_.tolist(), machine.intercept_.tolist()
    if len(rows) == 1:
        rows, intercepts = [[-weight for weight in rows[0]], rows[0]], [-intercepts[0], intercepts[0]]
    weighed = {
        str(feature): (float(words.idf_[at]), [round(row[at], 4) for row in rows])
        for feature, at in words.vocabulary_.items()
    }
    heaviest = sorted(weighed, key=lambda feature: -max(map(abs, weighed[feature][1])))[:KEPT]
    themes = [str(theme) for theme in machine.classes_]
    return SubjectModel(themes, intercepts, {feature: weighed[feature] for feature in heaviest}, margin)


def _margin(guesses: Sequence[tuple[Guess, str]]) -> float:
    """The least margin from which on so many guesses are right as shall be relied on."""
    ranked = sorted(guesses, key=lambda pair: -pair[0].margin)
    right, margin = 0, float("inf")
    for number, (guess, subject) in enumerate(ranked, 1):
        right += guess.best == subject
        if right / number >= RELIABLE:
            margin = guess.margin
    return margin if margin != float("inf") else ranked[0][0].margin


def _quality(guesses: Sequence[tuple[Guess, str]], margin: float) -> Quality:
    relied = [guess.best == subject for guess, subject in guesses if guess.margin >= margin]
    right = [guess.best == subject for guess, subject in guesses]
    return Quality(
        held_out=len(guesses),
        right=sum(right) / len(right),
        relied_on=len(relied) / len(right),
        right_of_those=sum(relied) / len(relied) if relied else 0.0,
    )


def _tool(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise CannotLearn(
            f"{error.name} is not installed: pip install --require-hashes -r deploy/requirements/learn.txt"
        ) from error

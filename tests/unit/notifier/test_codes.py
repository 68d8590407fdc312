"""Every code that an event may carry has words in both languages: no mail holds shorthand."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from devtools.checkout import ROOT
from services.contracts.reasons import Exclusion, ExclusionCode, Impasse, Reason
from services.notifier.sending.mail.codes import delivery, impasse, why_not, why_you

LETTERS = ROOT / "services" / "notifier" / "mail" / "templates" / "fr"
LANGUAGES = ("fr", "en")
NEARNESS = ("postcode", "department", "region", "country", "somewhere")

REASONS: dict[str, list[dict[str, Any]]] = {
    "origin": [{}],
    "referred": [{}],
    "place": [{"nearness": one} for one in NEARNESS],
    "subject": [{"subject": "histoire", "strength": 4}],
    "load": [{"open": 0}, {"open": 3}],
    "fairness": [{"owed": -0.32}],
    "fit": [{"share": 0.8}],
    "hand": [{"hand": "Anne"}, {"hand": "Anne", "said": "elle connaît le fonds"}],
}
IMPASSES: dict[str, dict[str, Any]] = {
    "nobody_left": {},
    "asked_in_vain": {"attempts": 5},
    "taken_back": {"hand": "Anne"},
}


def codes(union: Any) -> set[str]:
    members = get_args(get_args(union)[0])
    return {member.model_fields["code"].default for member in members}


def test_the_examples_below_name_every_code() -> None:
    assert (codes(Reason), codes(Impasse)) == (set(REASONS), set(IMPASSES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_library_was_chosen_is_told_in_words(language: str) -> None:
    for code, examples in REASONS.items():
        for params in examples:
            assert why_you({"code": code, "points": 1.0, **params}, language) not in ("", code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_library_was_not_asked_is_told_in_words(language: str) -> None:
    for code in get_args(ExclusionCode):
        exclusion = Exclusion(partner="gent", code=code, language="fr" if code == "language" else None)
        assert why_not(exclusion.model_dump(), language) not in ("", code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_the_coordinator_must_decide_is_told_in_words(language: str) -> None:
    for code, params in IMPASSES.items():
        assert impasse({"code": code, **params}, language) not in ("", code)


def test_every_letter_has_a_french_name() -> None:
    kinds = {path.stem for path in LETTERS.glob("*.j2")} - {"unroutable", "promise", "failure"}
    assert [kind for kind in kinds if delivery(kind, "fr") == kind] == []

"""What the text of a question says of its language and its subject, and when it says nothing."""

from __future__ import annotations

import pytest

from services.router.domain.language import language_of
from services.router.domain.subjects import SubjectModel, features
from services.router.domain.themes import THEMES, theme_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, où puis-je trouver les plans du canal de Bourgogne ? Merci.", "fr"),
        ("Hello, where can I find the plans of the Burgundy canal?", "en"),
        ("Guten Tag, wo kann ich die Pläne des Kanals finden? Vielen Dank", "de"),
        ("Hola, ¿dónde puedo encontrar los planos del canal de Borgoña?", "es"),
        ("Buongiorno, dove posso trovare i piani del canale di Borgogna?", "it"),
        ("Olá, onde é que posso encontrar os planos do canal? Obrigada", "pt"),
        ("Hallo, waar kan ik de plannen van het kanaal vinden?", "nl"),
        ("Добрий день, де можна знайти плани каналу? Її не видно.", "uk"),
        ("Где можно найти планы канала?", "ru"),
        ("أين يمكنني العثور على مخططات القناة؟", "ar"),
    ],
)
def test_a_sentence_says_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "?", "canal Bourgogne plans", "1789", "Rimbaud Verlaine Bruxelles 1873"]
)
def test_what_does_not_say_its_language_has_none(text: str) -> None:
    assert language_of(text) is None


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

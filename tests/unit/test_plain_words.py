"""The look at a page's words sees what nobody should have to read, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.plain_words import not_plain


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Question 01a21e2a-5854-7260-b34a-880b29b6d8a1", "an id"),
        ("Reçue le 2026-11-27T18:09:06", "a moment as programs write it"),
        ("Clôturée : out_of_scope", "a code"),
        ("Sert country:FR", "a code"),
        ("Chez bm-brest", "a code"),
        ("%(num)s réponses", "a place that nobody filled"),
        ("UndefinedError", "an error of a program"),
        ("La réponse is published", "an English word"),
    ],
)
def test_what_is_no_plain_word_is_seen(said: str, kind: str) -> None:
    assert [fault.split(",")[0] for fault in not_plain(said, "fr")] == [kind]


@pytest.mark.parametrize(
    "said",
    [
        "Médiathèque d’Is-sur-Tille, 1er décembre 2026 à 8 h 30",
        "Écrivez à ada_b@mail.example ou https://a.example/a_b?of=the",
        "Aucun mot anglais ici : on y va, for intérieur, avant-hier.",
    ],
)
def test_plain_words_are_let_by(said: str) -> None:
    assert list(not_plain(said, "fr")) == []


def test_english_is_no_fault_on_an_english_page() -> None:
    assert list(not_plain("None of these is yours.", "en")) == []

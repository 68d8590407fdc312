"""The words by which an asker says by mail that the answer does not help; and what is not meant so."""

import unicodedata

import pytest

from services.ingest.domain.replies.asking_again import reason_to_ask_again

WHY = "Je cherchais le moulin de Grigny."


@pytest.mark.parametrize(
    "written",
    [
        f"AUTRE RÉPONSE\n\n{WHY}",
        f"AUTRE REPONSE : {WHY}",
        f"Autre réponse\n{WHY}",
        f"« AUTRE RÉPONSE »\n\n{WHY}",
        f"*AUTRE RÉPONSE*\n\n{WHY}",
        f"Bonjour,\n\nAUTRE RÉPONSE.\n{WHY}",
        f"ANOTHER ANSWER - {WHY}",
        f"Dear librarians,\nAnother answer\n\n{WHY}",
        f"ANDER ANTWOORD: {WHY}",
    ],
)
def test_the_reason_is_what_stands_behind_or_below(written: str) -> None:
    assert reason_to_ask_again(written) == WHY
    assert reason_to_ask_again(unicodedata.normalize("NFD", written)) == WHY


@pytest.mark.parametrize("written", ["AUTRE RÉPONSE", "Autre réponse.\n\nCordialement,\nOdile"])
def test_who_gives_no_reason_is_asked_again_all_the_same(written: str) -> None:
    assert reason_to_ask_again(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Autre réponse : merci pour le plan, il me suffit.",
        "Une autre réponse serait la bienvenue.",
        "AUTRE RÉPONSE QUE CELLE DE 1832",
        "Merci !\n\nAUTRE RÉPONSE est ce que je dois écrire si elle ne m'aide pas, mais elle m'aide.",
        "Another answer?",
        "> AUTRE RÉPONSE",
        "Autre réponse reçue de la mairie : le moulin est à Juvisy.",
    ],
)
def test_what_may_be_meant_otherwise_is_an_addition(written: str) -> None:
    assert reason_to_ask_again(written) is None

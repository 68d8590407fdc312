"""What an entry of the archive is called, and what a list shows of it."""

from __future__ import annotations

import pytest

from services.notifier.domain.archive.excerpts import LENGTH, excerpt
from services.notifier.domain.archive.titles import LENGTH as LONGEST
from services.notifier.domain.archive.titles import headline, proposed_title


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Bonjour, où lire des contes ?", "Où lire des contes ?"),
        (
            "Bonjour Madame,\n\nJ'habite Lyon. Quels plans de 1720 existent ?",
            "Quels plans de 1720 existent ?",
        ),
        (
            "Madame, Monsieur,\n\nMerci de votre service. Je cherche un plan de Marseille.\n\nCordialement",
            None,
        ),
        (
            "Bonsoir ! Pouvez-vous m'aider ? Quelle est la source de la Loire ?",
            "Quelle est la source de la Loire ?",
        ),
        ("On attribue à Montaigne la phrase « le monde est branloire ». Est-elle de lui ?", None),
        ("Dear librarians, I am looking for maps of the Dordogne. Thank you!", None),
        (
            "Beste bibliotheek,\n\nWaar vind ik oude recepten voor wafels?",
            "Waar vind ik oude recepten voor wafels?",
        ),
        ("السلام عليكم، هل توجد كتب للأطفال في مرسيليا؟", "هل توجد كتب للأطفال في مرسيليا؟"),
        ("M. Dupont (né v. 1850) a-t-il bâti ce pont ?", "M. Dupont (né v. 1850) a-t-il bâti ce pont ?"),
        ("Moulins", "Moulins"),
        ("Bonjour Madame : où lire des contes ?", "Où lire des contes ?"),
        ("Bonjour à tous : où lire des contes ?", "Où lire des contes ?"),
    ],
)
def test_a_title_is_the_first_sentence_that_asks(question: str, title: str | None) -> None:
    proposed = proposed_title(question)
    assert title is None or proposed == title
    assert not proposed.lower().startswith(
        ("bonjour", "bonsoir", "madame", "dear", "beste", "merci", "السلام")
    )
    assert "\n" not in proposed


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Bonjour, merci d'avance. Cordialement, Jean Dupont 06 12 34 56 78", ""),
        ("Bonjour,\n\nMerci d'avance\nJean Dupont\n06 12 34 56 78", ""),
        ("Hello,\n\nKind regards\nJohn Smith of Lyon\njohn@mail.example", ""),
        ("Bonjour", ""),
        ("Moulins\n\nCordialement,\nJean Dupont, 3 rue des Prés", "Moulins"),
        ("Les moulins de la Bièvre.\nCordialement\nJean Dupont de Lyon", "Les moulins de la Bièvre."),
        ("Bonjour. Cordialement. Où lire des contes ?", "Où lire des contes ?"),
        ("Bonjour tristesse : qui l'a écrit ?", "Bonjour tristesse : qui l'a écrit ?"),
        ("Pouvez-vous m'aider ?", "Pouvez-vous m'aider ?"),
        (
            "Bonjour, le livre porte l'ISBN 9782070360024. Merci",
            "Le livre porte l'ISBN 9782070360024.",
        ),
        ("ISBN 9782070360024", "ISBN 9782070360024"),
        ("ISBN 0141439513", "ISBN 0141439513"),
        ("Notice ark:/12148/cb123456789 de Gallica", "Notice ark:/12148/cb123456789 de Gallica"),
        ("La cote 4-LN27-123456789", "La cote 4-LN27-123456789"),
        ("Le compte @gallicabnf a publié un plan", "Le compte @gallicabnf a publié un plan"),
        (
            "Salutations,\nrecherche généalogique sur la famille Martin",
            "Recherche généalogique sur la famille Martin",
        ),
        ("Merci pour votre aide : Zola et les mines", "Zola et les mines"),
        ("Merci de m'indiquer les horaires d'été", "Merci de m'indiquer les horaires d'été"),
        ("Kind regards\nJohn Smith of Lyon\njohn@mail.example", ""),
        ("Cordialement\nla bibliothèque de Brumal 02 40 00 00 00", ""),
        ("Cordialement,\nJean Dupont, 3 rue des Prés", ""),
        ("Merci d'avance : Jean Dupont\n06 12 34 56 78", ""),
        ("Moulins\nJean Dupont 06 12 34 56 78", "Moulins"),
        ("Merci !\nVoici le 04 72 00 00 00, appelez Jean Dupont", ""),
    ],
)
def test_a_subject_names_no_signature(question: str, told: str) -> None:
    assert headline(question) == told


def test_a_question_that_leans_on_what_came_before_is_called_by_that() -> None:
    assert proposed_title(
        "Le béton du Havre contient-il des gravats de la ville ? Vrai ou faux ?"
    ).startswith("Le béton")
    assert proposed_title(
        "Mon propriétaire me réclame trois ans de charges. En a-t-il le droit ?"
    ).startswith("Mon prop")


def test_a_long_title_ends_between_two_words() -> None:
    proposed = proposed_title("Je cherche " + "des documents anciens " * 30)
    assert len(proposed) <= LONGEST + 1
    assert proposed.endswith(("documents…", "anciens…", "des…"))


ANSWER = (
    "Bonjour,\n\nMerci pour votre question. Nous avons cherché dans les inventaires du fonds. "
    + "La ville en compte une dizaine, décrits dans un guide imprimé en 1912. " * 4
    + "Les moulins de la Bièvre furent peints par trois artistes."
)


def test_an_excerpt_begins_after_greeting_and_thanks() -> None:
    assert excerpt(ANSWER).startswith("Nous avons cherché")
    assert len(excerpt(ANSWER)) <= LENGTH + 1


@pytest.mark.parametrize("wanted", ["moulin", "MOULINS", "bievre"])
def test_an_excerpt_begins_where_the_word_is_found(wanted: str) -> None:
    assert excerpt(ANSWER, "", wanted) == "Les moulins de la Bièvre furent peints par trois artistes."


def test_an_excerpt_shows_no_marks_of_lists_quotations_and_links() -> None:
    answer = "Deux moulins, dit-il.\n\n- à eau, en 1847.\n- à vent.\n\n> Hugo\n\nVoir Gallica (https://g.example/1)."
    assert excerpt(answer) == "Deux moulins, dit-il. à eau, en 1847. à vent. Hugo Voir Gallica."


def test_an_excerpt_leaves_the_greeting_out() -> None:
    assert excerpt("Voici.", "Bonjour, où est la grotte ?", "grotte") == "où est la grotte ?"


def test_a_word_that_only_the_question_has_is_shown_there() -> None:
    assert excerpt("Voici.", "Bonjour. Où se trouve la grotte ?", "grotte") == "Où se trouve la grotte ?"


def test_a_passage_that_says_what_the_title_says_gives_way_to_the_answer() -> None:
    question = "Quels livres lire sur l'histoire de la Galicie ?"
    answer = "Bonjour, Commencez par l'atlas de 1930. Il est en salle."
    assert (
        excerpt(answer, question, "histoire", question) == "Commencez par l'atlas de 1930. Il est en salle."
    )
    assert excerpt(answer, f"{question} Je pars lundi.", "histoire", question).endswith("Je pars lundi.")

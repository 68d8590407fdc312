"""Promises about marks of personal data."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.personal_data import marks, masked, said_names

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "personal_data.yaml").read_text())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to jo.doe+books@mail.example.org please", "mail"),
        (f"write to {'.' * 80}jo@mail.example", "mail"),
        ("mon numéro : 06 12 34 56 78", "telephone"),
        ("call +33 6 12 34 56 78 after six", "telephone"),
        ("j'habite 12 bis rue des Lilas", "street"),
        ("I am @reader@social.example there", "account"),
    ],
)
def test_personal_places_are_marked(text: str, kind: str) -> None:
    assert [mark.kind for mark in marks(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    ["ISBN 978-2-07-036822-8", "between 1914 and 1918", "cote 843.914 PRO", "page 0123", "the A86 road"],
)
def test_numbers_that_libraries_write_are_left_alone(text: str) -> None:
    assert marks(text) == ()


def test_asker_is_found_without_accents_and_case() -> None:
    text = "Signé HELENE, de la famille Dupré."
    assert masked(text, marks(text, ["Hélène Dupre"])) == "Signé […], de la famille […]."


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_marks_never_overlap_and_stay_inside(text: str, names: list[str]) -> None:
    found = marks(text, names)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found)
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Écrivez à [Anne Roux](mailto:anne@roux.example).", "Écrivez à Anne Roux."),
        ("[anne@roux.example](mailto:anne@roux.example)", "[…]"),
        ("[a **b** anne@roux.example](MAILTO:anne@roux.example?subject=Oui)", "a **b** […]"),
        ('[Anne](<mailto:anne@roux.example> "Son adresse")', "Anne"),
        ("<mailto:anne@roux.example> et mailto:anne@roux.example", "[…] et […]"),
        (
            "[Le site](https://bm.example/a) et [Anne](mailto:anne@roux.example)",
            "[Le site](https://bm.example/a) et Anne",
        ),
    ],
)
def test_a_mail_link_whose_address_is_masked_leaves_its_label(written: str, shown: str) -> None:
    assert masked(written, marks(written)) == shown


@pytest.mark.parametrize(("text", "private"), CASES["hides"])
def test_what_leads_to_a_person_is_masked(text: str, private: str) -> None:
    assert private not in masked(text, marks(text))


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("Mon adresse IP est 82.64.1.23, que voit-on de moi ?", "82.64.1.23"),
        ("Mijn IP-adres is 81.82.83.84", "81.82.83.84"),
        ("mon IP 81.82.83.84.", "81.82.83.84"),
        ("Meine IP-Adresse lautet 84.150.1.2", "84.150.1.2"),
        ("My public IP address is 2a01:cb00:12:34::5", "cb00:12:34"),
        ("Numéro national : 85.07.30-033.28", "033"),
        ("Mijn rijksregisternummer is 85 07 30 033 28", "033"),
        ("Mon numéro de registre national 85073003328", "85073003328"),
        ("Mon numéro national est le 85073003328", "85073003328"),
        ("Mon numéro national belge est le 85073003328", "85073003328"),
        ("Mon n° national est le 850730-03328", "850730"),
        ("registre national n° 85073003328", "85073003328"),
        ("Mon numéro national belge : BE 85073003328", "85073003328"),
        ("numéro national 85.07.30/033-28", "85.07"),
        ("au registre national 850730-033-28", "033"),
        ("Registre national 85-07-30 033-28", "85-07"),
        ("Mijn rijksregisternummer is 85073003328", "85073003328"),
        ("Mijn rijksregisternummer is 85.07.30-033.28", "033"),
        ("rijksregisternummer: 85073003328", "85073003328"),
        ("Mijn rijksregisternummer is het volgende: 85073003328", "85073003328"),
        ("NISS : 85073003328", "85073003328"),
        ("C'est le 85.07.30/033-28, merci", "85.07"),
        ("C'est le 00.12.25 001-41, merci", "001-41"),
        ("Bonjour,\nAdresse IP : 82.64.12.3", "82.64.12.3"),
        ("Mon adresse IP publique est la suivante : 82.64.12.3", "82.64.12.3"),
        ("J'habite au 7, Grande Rue", "7, Grande"),
        ("Je vis au 12 Grand'Rue, Brumal", "12 Grand"),
    ],
)
def test_more_that_leads_to_a_person_is_masked(text: str, private: str) -> None:
    assert private not in masked(text, marks(text))


@pytest.mark.parametrize(
    "text",
    [
        "La version 1.2.3.4 du logiciel",
        "L'article 12.3.4.5 du règlement",
        "Au registre national de 1850",
        "Numéro national 116 006 : aide aux victimes",
        "Le numéro national 116 000 pour les enfants disparus",
        "Le registre national 1914-1918 des morts pour la France est en ligne.",
        "Le registre national 2010/75/UE des émissions",
        "Registre national RCS 552 100 554",
        "Registre national des entreprises 2023-2024",
        "Numéro 85073003328 du fonds, à l'institut national",
        "Le registre de l'orphelinat national compte 12345 noms",
        "Le numéro national de la notice est le 12 à 14",
        "Le dossier 85.07.30/033-29 du registre",
        "La cote 85.07.30/033-28",
        "L'adresse IP 127.0.0.1 désigne la machine locale",
        "Adresse IP : 192.168.1.23",
        "Adresse IP : comment la trouver ?",
        "Mon adresse IP est 127.0.0.1, pourquoi ?",
        "Mijn IP-adres thuis is 192.168.1.23",
        "The IP address 8.8.8.8 belongs to Google",
        "Comment changer mon adresse IP 8.8.8.8 de serveur DNS ?",
        "L'adresse IP 81.82.83.84 figure dans l'article",
        "Die IP-Adresse 141.20.1.3 gehört der Universität",
        "La Grande Rue de Besançon au XVIIIe siècle",
        "La bibliothèque est au 27, Grande Rue",
        "Voir page 12, Grande Rue",
    ],
)
def test_more_that_libraries_write_stays(text: str) -> None:
    assert masked(text, marks(text)) == text


@pytest.mark.parametrize("text", CASES["leaves"])
def test_what_libraries_write_stays(text: str) -> None:
    assert masked(text, marks(text, said_names(text))) == text


def test_a_name_that_is_signed_with_is_known_everywhere() -> None:
    question = "Bonjour, où lire ceci ?\n\nCordialement,\nJeanne Vaumont"
    answer = "Bonjour, voici, chère Jeanne : la famille Vaumont est citée."
    known = said_names(question)
    assert known == ("Jeanne Vaumont",)
    assert masked(answer, marks(answer, known)) == "Bonjour, voici, chère […] : la famille […] est citée."


def test_a_part_of_a_name_in_small_letters_is_a_word_unless_the_whole_name_stands_there() -> None:
    text = "Une rose pour Rose, signé rose martin"
    assert masked(text, marks(text, ["Rose Martin"])) == "Une rose pour […], signé […] […]"


@pytest.mark.parametrize(
    "text", ["Merci.\n— Claire Vaumont", "Merci\n\n– Claire Vaumont", "Où lire cela ?\n- Claire Vaumont\n"]
)
def test_a_name_behind_a_dash_in_the_last_line_signs(text: str) -> None:
    assert said_names(text) == ("Claire Vaumont",)


def test_a_surname_that_is_an_everyday_word_is_found_in_the_whole_name() -> None:
    text = "Petit à petit, écrit Marie Petit"
    assert masked(text, marks(text, ["Marie Petit"])) == "Petit à petit, écrit […] […]"


def test_another_person_of_the_same_first_name_stays() -> None:
    text = "Où lire Marie Curie ? Marie, dite Marie Martin"
    assert masked(text, marks(text, ["Marie Martin"])) == "Où lire Marie Curie ? […], dite […] […]"


def test_who_is_greeted_is_looked_for_nowhere_else() -> None:
    assert said_names("Bonjour Jeanne,\nOù lire ceci ?") == ()


def test_who_signs_as_a_library_is_no_person() -> None:
    text = "Voici la cote.\n\nCordialement,\nLa bibliothèque des Quais"
    assert said_names(text) == ()
    assert marks(text) == ()


def test_particles_of_a_name_are_not_looked_for() -> None:
    text = "des livres que les gens lisent"
    assert marks(text, ["Anne des Ormes", "Les Dupont"]) == ()


def test_hidden_letters_between_digits_are_masked_with_them() -> None:
    text = "Au 06\u200b12\u00ad34 56\u202f78, merci"
    assert masked(text, marks(text)) == "Au […], merci"

"""Libraries, places and languages as people name them."""

from __future__ import annotations

import pytest

from services.chassis.language import Languages
from services.workspace.domain.choosing import library_of
from services.workspace.pages.pages import LOCALE
from services.workspace.pages.profile_words import ProfileWords

LIBRARIES = (
    {"id": "bm-lyon", "name": "Bibliothèque de Lyon"},
    {"id": "bu-lyon", "name": "Bibliothèque universitaire de Lyon"},
    {"id": "brest", "name": "Médiathèques de l’Élorn, Brest"},
)
PLACES = ["01", "country:LU", "BE-WLX", "region:04", "974", "69001", "region:11"]

FIELDS = (("territories", PLACES), ("languages", ["ar", "br", "fr", "uk"]))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bm-lyon", "bm-lyon"),
        ("bibliotheque de lyon", "bm-lyon"),
        ("universitaire", "bu-lyon"),
        ("l'Elorn", "brest"),
        ("Lyon", "Lyon"),
        ("Metz", "Metz"),
        ("", ""),
    ],
)
def test_a_library_is_known_by_what_no_other_is_called(typed: str, meant: str) -> None:
    assert library_of(typed, LIBRARIES) == meant


def words_in(language: str) -> ProfileWords:
    return ProfileWords(Languages.of(LOCALE, "Europe/Paris")[language], lambda code: code.title())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("field", "codes"), [("territories", PLACES), ("languages", ["ar", "fr", "uk", "br"])]
)
def test_what_a_form_shows_is_read_as_it_was(language: str, field: str, codes: list[str]) -> None:
    words = words_in(language)
    assert words.read(field, words.listed(field, codes)) == sorted(codes)


@pytest.mark.parametrize(
    ("field", "typed", "record"),
    [
        ("languages", "Français, arabe", ["ar", "fr"]),
        ("languages", "fr ar", ["ar", "fr"]),
        ("languages", "xyzzy d’ici", ["d’ici", "xyzzy"]),
        ("territories", "rhone; ile-de-france\nBELGIQUE, 69001", ["69", "69001", "country:BE", "region:11"]),
        ("territories", "69 01", ["01", "69"]),
        ("own_addresses", "a@b.example, c@d.example", ["a@b.example", "c@d.example"]),
    ],
)
def test_names_and_codes_are_both_understood(field: str, typed: str, record: list[str]) -> None:
    assert words_in("fr").read(field, typed) == record


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("subjects", {"histoire": 5, "arts": 3}, "Histoire et patrimoine 5, Arts, musique, cinéma 3"),
        ("territories", ["69", "country:BE"], "Rhône (69), Belgique"),
        ("languages", ["fr", "ar"], "français, arabe"),
        ("role", "member", "Role_Member"),
        ("hours", {"mon": ["09:00-12:00"]}, "Mon 09:00-12:00"),
        (
            "closures",
            [{"first": "2026-12-24", "last": "2026-12-31", "reason": "Fêtes"}],
            "24\u00a0décembre 2026 – 31\u00a0décembre 2026 Fêtes",
        ),
        ("reach", {"way": "mail", "address": "a@b.example"}, "Courriel a@b.example"),
        ("region", "84", "Auvergne-Rhône-Alpes"),
        ("capacity_per_week", 5, "5"),
        ("closures", [], "–"),
        ("name", None, "–"),
    ],
)
def test_a_change_of_a_record_is_told_without_codes(field: str, value: object, told: str) -> None:
    assert words_in("fr").told(field, value) == told

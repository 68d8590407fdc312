"""What a person wrote, as pages show it: its language named, its signs where they belong."""

from __future__ import annotations

import pytest

from services.chassis.language.templates import lang_attribute
from services.chassis.language.typography import bound


@pytest.mark.parametrize(
    ("text", "told", "attribute"),
    [
        ("Де можна знайти українські книжки для дітей?", "fr", ' lang="uk"'),
        ("Où trouver des livres ukrainiens pour enfants ?", None, ' lang="fr"'),
        ("790.2 REP", "oc", ' lang="oc"'),
        ("790.2 REP", None, ""),
        (None, None, ""),
    ],
)
def test_a_text_is_in_the_language_it_is_written_in_else_in_the_one_told(
    text: str | None, told: str | None, attribute: str
) -> None:
    assert lang_attribute(text, told) == attribute


def test_a_language_that_was_told_is_never_markup() -> None:
    assert lang_attribute("12", '"><b>') == ' lang="&#34;&gt;&lt;b&gt;"'


def test_no_sign_begins_a_line_and_no_quotation_mark_ends_one() -> None:
    text = "Une « râpée » : oui ?\nEt non !"
    assert bound(text).replace("\N{NO-BREAK SPACE}", "_") == "Une «_râpée_»_: oui_?\nEt non_!"

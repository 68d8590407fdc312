"""The network's own face: a colour that can't be read stops the start, every page leads to every other."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.chassis.face import FaceSettings, NetworkFace
from services.chassis.face.colours import DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS, WHITE, accent_of, contrast
from services.chassis.language import Languages
from services.chassis.language.languages import NAMES

FRENCH = Languages.of(NAMES)["fr"]


def test_contrast_is_counted_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("colour", ["#0b5563", "#7a0026", "#1f4e9e", "#000000", "#2f6b1e"])
def test_an_accent_can_be_read_by_day_and_by_night(colour: str) -> None:
    accent = accent_of(colour)
    assert min(contrast(accent.light, ground) for ground in (*LIGHT_GROUNDS, WHITE)) >= ENOUGH
    assert min(contrast(accent.dark, ground) for ground in DARK_GROUNDS) >= ENOUGH


@pytest.mark.parametrize(("colour", "said"), [("#ffcc00", "has a contrast of 1.3"), ("blue", "no colour")])
def test_a_colour_nobody_can_read_stops_the_start_with_a_better_one(colour: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FaceSettings(network_accent=colour)


def test_a_logo_is_a_small_picture(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert FaceSettings(network_logo=logo).logo_source.startswith("data:image/svg+xml;base64,")
    with pytest.raises(ValidationError, match="a logo is one of"):
        FaceSettings(network_logo=tmp_path / "logo.exe")


def test_every_page_leads_to_every_other_and_to_what_law_asks_for() -> None:
    settings = FaceSettings(figures_url="https://f.example", legal_url="https://own.example/mentions")
    face = NetworkFace.of(settings, ask_url="https://q.example/", archive_url="https://a.example")
    links = {link.label: link.url for link in face.links(FRENCH)}
    assert links["Poser une question"] == "https://q.example/?lang=fr"
    assert links["Réponses publiées"] == "https://a.example/?lang=fr"
    assert links["Chiffres clés"] == "https://f.example/figures?lang=fr"
    assert links["Mentions légales"] == "https://own.example/mentions"
    assert links["Données personnelles"] == "https://q.example/privacy?lang=fr"
    assert "Accessibilité\u00a0: non conforme" in links

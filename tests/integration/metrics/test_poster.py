"""The poster as a screen reader and a printer get it: PDF/UA-1, one page, with an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from services.metrics.domain.derivation import derive
from services.metrics.domain.figures import YearFigures
from services.metrics.domain.tallies import Tallies, TallyLine
from services.metrics.pages.imprint import Imprint
from services.metrics.pages.typst import Job, press

ADDRESS = "https://questions.example.org"


def a_year() -> YearFigures:
    said = {
        "channel": {"form": 60, "mail": 40},
        "subject": {"arts": 70, "": 30},
        "language": {"fr": 90, "nl": 10},
        "department": {"75": 80, "": 20},
        "slot": {"0-10": 70, "4-15": 30},
    }
    pieces = [(facet, value, n) for facet, counts in said.items() for value, n in counts.items()]
    received = [TallyLine(2025, 3, "received", *piece) for piece in pieces]
    answered = [
        TallyLine(2025, 3, "answered", facet, value, n)
        for facet, value, n in (
            ("channel", "form", 95),
            ("answer_calendar", "86400", 95),
            ("partner", "bpi", 95),
        )
    ]
    return derive(2025, Tallies([*received, *answered]), today=date(2026, 1, 2))


@pytest.fixture(scope="module")
def poster() -> PdfReader:
    imprint = Imprint(network="Eurêkoi", ask_url=ADDRESS, figures_url="https://chiffres.example.org/figures")
    job = Job(figures=a_year(), language="fr", zone="Europe/Paris", shape="a4", imprint=imprint)
    return PdfReader(BytesIO(press(job)))


def elements(node: Any) -> Iterator[Any]:
    """The structure tree, flat."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        element = child.get_object()
        if hasattr(element, "get") and "/S" in element:
            yield element
            yield from elements(element)


def catalogue(poster: PdfReader) -> Any:
    return poster.trailer["/Root"]


def tags(poster: PdfReader) -> list[Any]:
    return list(elements(catalogue(poster)["/StructTreeRoot"]))


def test_the_poster_says_that_it_is_accessible_in_which_language_and_what_it_is(poster: PdfReader) -> None:
    root = catalogue(poster)
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert poster.metadata is not None
    assert poster.metadata.title == "Les chiffres clés 2025 · Eurêkoi"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_the_poster_has_headings_and_tables_with_heads(poster: PdfReader) -> None:
    found = Counter(str(element["/S"]) for element in tags(poster))
    assert found["/H1"] == 1
    assert found["/H2"] >= 6
    assert found["/Table"] >= 3
    assert found["/TH"] >= 2 * found["/Table"]


def test_every_picture_of_the_poster_has_words_for_it(poster: PdfReader) -> None:
    pictures = [element for element in tags(poster) if element["/S"] == "/Figure"]
    assert pictures
    assert all(str(picture.get("/Alt", "")).strip() for picture in pictures)
    assert any("Paris (75)" in str(picture["/Alt"]) for picture in pictures)


def test_the_poster_says_where_to_ask_and_where_its_page_is(poster: PdfReader) -> None:
    text = poster.pages[0].extract_text()
    assert "questions.example.org" in text
    assert "chiffres.example.org/figures" in text

"""The poster as a screen reader and a printer get it: PDF/UA-1 as far as a machine can tell, by the numbers
of the Matterhorn Protocol 1.1; one page, with an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from itertools import pairwise
from typing import Any

import page
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from services.metrics.domain.derivation import derive
from services.metrics.domain.figures import YearFigures
from services.metrics.domain.tallies import Tallies, TallyLine
from services.metrics.pages.imprint import Imprint
from services.metrics.pages.typst import Job, press
from services.metrics.pages.words import PageLanguage

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


def printed(figures: YearFigures, language: PageLanguage) -> bytes:
    imprint = Imprint(network="Eurêkoi", ask_url=ADDRESS, figures_url="https://chiffres.example.org/figures")
    return press(Job(figures=figures, language=language, zone="Europe/Paris", shape="a4", imprint=imprint))


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return printed(a_year(), "fr")


@pytest.fixture(scope="module")
def poster(sheet: bytes) -> PdfReader:
    return PdfReader(BytesIO(sheet))


def test_a_validator_of_others_finds_nothing_against_pdf_ua(sheet: bytes) -> None:
    """All its rules of PDF/UA-1 on a whole year, on one of three questions, and on one that was imported."""
    three = [TallyLine(2026, 1, "received", "channel", "form", 3)]
    before = [
        TallyLine(2014, 0, "received", "total", "", 3500, imported=True),
        TallyLine(2014, 0, "received", "channel", "facebook_group", 700, imported=True),
    ]
    others = [
        printed(derive(year, Tallies(lines), today=date(2026, 1, 2), sources=sources), "en")
        for year, lines, sources in ((2026, three, ()), (2014, before, ("Annual report, p. 51",)))
    ]
    for each in (sheet, *others):
        report = page.validate_pdf_bytes(each, profile="ua1")
        assert [f"{failure.rule_id}: {failure.message}" for failure in report.failures] == []
        assert report.is_compliant


def test_the_validator_of_others_sees_what_is_wrong(sheet: bytes) -> None:
    unnamed = sheet.replace(b"/DisplayDocTitle true", b"/DisplayDocTitle null", 1)
    assert unnamed != sheet
    report = page.validate_pdf_bytes(unnamed, profile="ua1")
    assert {failure.rule_id for failure in report.failures} == {"PDFUA1-VIEWER-PREFERENCES-001"}


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


def test_a_first_month_shows_no_panel_with_nothing_in_it() -> None:
    first = [
        TallyLine(2026, 11, "received", "channel", "mail", 9),
        TallyLine(2026, 0, "received", "subject", "other", 9),
        TallyLine(2026, 0, "placed", "language", "other", 9),
        TallyLine(2026, 0, "received", "slot", "1-10", 9),
        TallyLine(2026, 0, "routed", "partner", "bpi", 9),
    ]
    figures = derive(2026, Tallies(first), today=date(2026, 11, 28))
    said = PdfReader(BytesIO(printed(figures, "en"))).pages[0].extract_text()
    assert "When people ask" in said
    for empty in ("The time of an answer", "What people look for", "In which languages", "Who answers"):
        assert empty not in said


def test_the_poster_says_where_to_ask_and_where_its_page_is(poster: PdfReader) -> None:
    text = poster.pages[0].extract_text()
    assert "questions.example.org" in text
    assert "chiffres.example.org/figures" in text


NAMES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl
LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP
Warichu WT WP Figure Formula Form
"""
STANDARD = frozenset(NAMES.split())
"""Structure types (ISO 32000-1, 14.8.4)."""
SHOWN = frozenset({b"Tj", b"TJ", b"'", b'"', b"Do", b"f", b"f*", b"F", b"S", b"s", b"B", b"B*", b"b", b"sh"})
"""What leaves something on the page (ISO 32000-1, table A.1)."""


def test_all_that_is_drawn_is_told_or_marked_as_decoration(poster: PdfReader) -> None:
    """01: real content tagged; artifacts not inside of it, nor it inside of them."""
    told: set[int] = set()
    open_: list[tuple[str, int | None]] = []
    for operands, operator in ContentStream(poster.pages[0].get_contents(), poster).operations:
        if operator in (b"BDC", b"BMC"):
            given = operands[1].get_object() if len(operands) > 1 else {}
            open_.append((str(operands[0]), given.get("/MCID")))
            kinds = [
                "/Artifact" if kind == "/Artifact" else "told"
                for kind, id_ in open_
                if id_ is not None or kind == "/Artifact"
            ]
            assert len(set(kinds)) < 2
            told |= {id_ for _, id_ in open_[-1:] if id_ is not None}
        elif operator == b"EMC":
            open_.pop()
        elif operator in SHOWN:
            assert any(kind == "/Artifact" or id_ is not None for kind, id_ in open_), (operands, operator)
    assert told == set(range(len(told)))


def test_every_tag_is_a_standard_one_and_rows_stand_in_tables(poster: PdfReader) -> None:
    """02 and 09: appropriate tags, nested as they must be. 15: each head says what it is the head of."""
    inside = {"/TR": {"/Table", "/THead", "/TBody", "/TFoot"}, "/TH": {"/TR"}, "/TD": {"/TR"}}
    for element in tags(poster):
        kind, parent = str(element["/S"]), element["/P"].get_object().get("/S")
        assert kind.removeprefix("/") in STANDARD
        assert kind not in inside or str(parent) in inside[kind], (kind, parent)
        if kind == "/TH":
            assert attribute(element, "/Scope") in ("/Column", "/Row", "/Both")


def attribute(element: Any, name: str) -> str | None:
    given = element.get("/A", [])
    found = [one.get_object() for one in (given if isinstance(given, list) else [given])]
    return next((str(one[name]) for one in found if name in one), None)


def test_headings_leave_no_level_out(poster: PdfReader) -> None:
    """14."""
    levels = [
        int(str(one["/S"])[2:]) for one in tags(poster) if str(one["/S"])[:2] == "/H" and str(one["/S"])[2:]
    ]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_letter_is_in_the_file_and_can_be_read_as_one(poster: PdfReader) -> None:
    """10 and 31: fonts embedded, glyphs mapped to Unicode."""
    for font in fonts(poster.pages[0]["/Resources"].get_object()):
        assert "/ToUnicode" in font
        below = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & {*below["/FontDescriptor"].get_object()}
    assert "\ufffd" not in poster.pages[0].extract_text()


def fonts(resources: Any) -> Iterator[Any]:
    """Of a page and of all that is drawn on it."""
    yield from (font.get_object() for font in of(resources, "/Font"))
    for drawn in of(resources, "/XObject"):
        if "/Resources" in drawn.get_object():
            yield from fonts(drawn.get_object()["/Resources"].get_object())


def of(resources: Any, kind: str) -> list[Any]:
    return [*resources[kind].get_object().values()] if kind in resources else []


def test_nothing_in_the_file_acts_locks_or_hides(poster: PdfReader) -> None:
    """07, 20, 25, 26, 29: no suspects, layers, forms, locks or scripts."""
    root = catalogue(poster)
    assert not poster.is_encrypted
    assert "/Suspects" not in root["/MarkInfo"] or not root["/MarkInfo"]["/Suspects"].value
    assert not {"/OCProperties", "/AcroForm", "/OpenAction", "/AA"} & {*root}
    assert "/Tabs" in poster.pages[0] or "/Annots" not in poster.pages[0]

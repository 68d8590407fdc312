"""Words, derivation and import, without a database."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from odfdo import Document

from services.chassis.face import NetworkFace
from services.metrics.domain import imported_years
from services.metrics.domain.departments import TILES
from services.metrics.domain.derivation import derive
from services.metrics.domain.figures import OTHERS, Owner, Piece, YearFigures
from services.metrics.domain.public import for_everyone
from services.metrics.domain.tallies import Tallies, TallyLine
from services.metrics.handlers.figures_json import to_json
from services.metrics.pages.drawings import channels_over_years
from services.metrics.pages.page import FigurePages
from services.metrics.pages.palette import PAPER
from services.metrics.pages.phrases import PHRASES
from services.metrics.pages.spreadsheet import as_ods
from services.metrics.pages.tables import as_csv
from services.metrics.pages.view.tiles import LEVELS, usual_most
from services.metrics.pages.view.view_model import Big, compose
from services.metrics.pages.words import Words

HEADER = "year,partner,measure,facet,value,n,source\n"


def test_every_departement_has_one_tile_of_its_own() -> None:
    assert len({tile.code for tile in TILES}) == len(TILES) == 101
    assert len({(tile.column, tile.row) for tile in TILES}) == 101


@pytest.mark.parametrize(
    ("seconds", "french"),
    [(40, "1 min"), (2700, "45 min"), (64_800, "18 h"), (187_200, "2 j 4 h"), (864_000, "10 j")],
)
def test_durations_are_said_in_two_units_at_most(seconds: int, french: str) -> None:
    assert Words("fr").duration(seconds).replace("\N{NO-BREAK SPACE}", " ") == french


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert Words("fr").number(12345) == "12\N{NARROW NO-BREAK SPACE}345"
    assert Words("en").number(12345) == "12,345"
    assert Words("en").growth(-0.12) == "\N{MINUS SIGN}12%"


def test_in_french_no_line_breaks_before_a_high_sign() -> None:
    values = dict.fromkeys(
        ("n", "year", "day", "growth", "duration", "zone", "sources", "weekday", "hour", "few", "address"), 1
    )
    said = [Words("fr")(key, **values) for key in PHRASES]
    assert [phrase for phrase in said if re.search(" [:;?!]", phrase)] == []
    assert Words("fr").told("75", "12") == "75\N{NO-BREAK SPACE}: 12"


def test_a_small_part_is_not_said_to_be_none() -> None:
    assert (Words("en").part(2, 1000), Words("en").part(0, 1000)) == ("<1%", "0%")


def test_a_subject_nobody_translated_is_shown_readable() -> None:
    assert Words("fr").value("subject", "fonds_ancien") == "Fonds ancien"


def test_growth_of_a_running_year_is_measured_against_the_same_days() -> None:
    lines = [
        TallyLine(2025, 1, "received", "channel", "mail", 100),
        TallyLine(2025, 1, "received", "day", "10", 40),
        TallyLine(2025, 1, "received", "day", "20", 60),
        TallyLine(2026, 1, "received", "channel", "mail", 50),
    ]
    figures = derive(2026, Tallies(lines), today=date(2026, 1, 15))
    assert figures.headlines["received"].before == 40
    assert figures.headlines["received"].growth == pytest.approx(0.25)


def test_give_and_take_is_answers_for_a_hundred_questions_of_its_own_public() -> None:
    lines = [
        TallyLine(2025, 0, "answered", "partner", "bpi", 30),
        TallyLine(2025, 0, "received", "origin", "bpi", 20),
    ]
    (bpi,) = derive(2025, Tallies(lines), today=date(2026, 1, 1)).partners
    assert bpi.answering == pytest.approx(150)


def big_received(*by_year: int) -> Big:
    lines = [
        TallyLine(2026 - ago, 0, "received", "channel", "mail", n) for ago, n in enumerate(reversed(by_year))
    ]
    figures = derive(2026, Tallies(lines), today=date(2027, 1, 2))
    return compose(figures, Words("en"), zone="Europe/Paris", network="Sésame").bigs[0]


def test_a_handful_is_compared_by_number_and_not_in_per_cent() -> None:
    assert big_received(2, 6).note.replace("\N{NO-BREAK SPACE}", " ") == "2 in 2025"
    assert big_received(200, 600).note == "+200% on 2025"


def test_bars_with_others_and_what_nobody_said_make_the_whole() -> None:
    pieces = {f"theme-{n}": 9 for n in range(20)} | {"": 7}
    lines = [
        TallyLine(2025, 1, "received", "channel", "mail", 200),
        *(TallyLine(2025, 1, "received", "subject", theme, n) for theme, n in pieces.items()),
    ]
    figures = derive(2025, Tallies(lines), today=date(2026, 1, 2))
    bars = compose(figures, Words("en"), zone="Europe/Paris", network="Sésame").bars("subject")
    assert [bar.label for bar in bars[-2:]] == ["and others", "not stated"]
    assert sum(bar.n for bar in bars) == 200


def test_a_word_the_network_does_not_know_is_shown_to_nobody() -> None:
    lines = [
        TallyLine(2025, 1, "received", facet, value, n)
        for facet, value, n in (("channel", "mail", 60), ("subject", "arts", 50), ("subject", "xixe", 10))
    ]
    figures = for_everyone(derive(2025, Tallies(lines), today=date(2026, 1, 2)), {"subject": ("arts",)})
    assert figures.cut("subject") == (Piece("arts", 50), Piece("", 10))


def test_small_numbers_of_a_departement_are_only_shown_together() -> None:
    counts = {"75": 50, "48": 1, "23": 4, "": 6}
    lines = [TallyLine(2025, 1, "received", "department", code, n) for code, n in counts.items()]
    figures = for_everyone(derive(2025, Tallies(lines), today=date(2026, 1, 2)), {})
    assert figures.cut("department") == (Piece("75", 50), Piece(OTHERS, 5), Piece("", 6))
    sheet = compose(figures, Words("fr"), zone="Europe/Paris", network="Sésame")
    creuse = next(cell for cell in sheet.map if cell.label == "23")
    assert (creuse.name, creuse.number) == ("Creuse (23)", "<5")
    for held in (replace(figures, so_far=True), replace(figures, partner="bpi")):
        untold = compose(held, Words("fr"), zone="Europe/Paris", network="Sésame")
        assert next(cell.number for cell in untold.map if cell.label == "23") == "–"


SMALL = {"arts": 9, "histoire": 6, "sante": 3, "": 2, "je-suis-lise": 1}


def public(facet: str, counts: Mapping[str, int]) -> YearFigures:
    whole = TallyLine(2025, 1, "received", "channel", "mail", sum(counts.values()))
    lines = [TallyLine(2025, 1, "received", facet, value, n) for value, n in counts.items()]
    known = {"subject": ("arts", "histoire", "sante", "langues")}
    return for_everyone(derive(2025, Tallies([whole, *lines]), today=date(2026, 1, 2)), known)


def test_a_small_number_that_would_stand_alone_takes_another_with_it() -> None:
    """Else who counts the themes that are shown knows which is held back, and its number."""
    assert public("subject", SMALL).cut("subject") == (Piece("arts", 9), Piece(OTHERS, 9), Piece("", 3))


def test_small_numbers_of_a_language_are_only_shown_together() -> None:
    counts = {"fr": 40, "nl": 5, "uk": 3, "br": 1}
    assert public("language", counts).cut("language") == (Piece("fr", 40), Piece("nl", 5), Piece(OTHERS, 4))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_csv_json_and_spreadsheet_say_the_same_of_a_hostile_little_year(
    language: Literal["fr", "en"],
) -> None:
    figures, words = public("subject", SMALL), Words(language)
    by_hand = {"arts": 9, "other": 9, "": 3}
    lines = list(csv.DictReader(as_csv(figures).decode().splitlines()))
    assert {line["value"]: int(line["n"]) for line in lines if line["facet"] == "subject"} == by_hand
    told = json.loads(to_json(figures))["cuts"]["subject"]
    assert {piece["value"]: piece["n"] for piece in told} == by_hand
    named = {words.value("subject", value): n for value, n in by_hand.items()}
    bars = compose(figures, words, zone="Europe/Paris", network="Sésame").bars("subject")
    assert {bar.label: bar.n for bar in bars} == named
    sheet = Document(BytesIO(as_ods(figures, words))).body.get_table(name=words.facet("subject"))
    assert sheet is not None
    rows = [row.get_values() for row in sheet.rows][1:]
    assert rows == [[label, n] for label, n in named.items()]
    assert sum(by_hand.values()) == figures.n("received") == 21
    assert b"lise" not in as_csv(figures) + to_json(figures).encode()


def test_give_and_take_is_never_shown_in_per_cent() -> None:
    lines = [
        TallyLine(2025, 1, "answered", "channel", "mail", 278),
        TallyLine(2025, 1, "received", "channel", "mail", 100),
    ]
    figures = derive(2025, Tallies(lines), today=date(2026, 1, 2), owner=Owner("bpi", "Bpi"))
    bigs = compose(figures, Words("fr"), zone="Europe/Paris", network="Sésame").bigs
    assert [(big.value, big.label) for big in bigs if big.key == "answering"] == [
        ("278", "réponses pour 100 questions de son public")
    ]


@pytest.mark.parametrize(
    ("answers", "shown"),
    [(4, set()), (5, {"median"}), (10, {"median", "ninetieth"})],
)
def test_what_few_answers_took_is_no_median(answers: int, shown: set[str]) -> None:
    lines = [
        TallyLine(2025, 1, "answered", "channel", "mail", answers),
        TallyLine(2025, 1, "answered", "answer_calendar", "86400", answers),
        TallyLine(2025, 1, "rated", "number", "5", 1),
        TallyLine(2025, 0, "respondents", "total", "", 1),
        TallyLine(2025, 1, "answered", "partner", "bpi", answers),
    ]
    figures = derive(2025, Tallies(lines), today=date(2026, 1, 2))
    bigs = {big.key: big for big in compose(figures, Words("en"), zone="Europe/Paris", network="Sésame").bigs}
    told = {*bigs, *(["ninetieth"] if "median" in bigs and bigs["median"].note else [])}
    assert told - {"answered", "promise", "satisfaction", "partners"} == shown
    notes = [bigs[key].note.replace("\N{NO-BREAK SPACE}", " ") for key in ("satisfaction", "partners")]
    assert notes == ["1 rating", "thanks to their 1 librarian"]


def test_made_up_numbers_are_marked_in_every_format() -> None:
    lines = [TallyLine(2025, 1, "received", "channel", "mail", 9)]
    figures = replace(derive(2025, Tallies(lines), today=date(2026, 1, 2)), made_up_until=date(2025, 12, 31))
    told = "figures up to 31\N{NO-BREAK SPACE}December 2025 are made up"
    assert told in FigurePages(base="", zone="Europe/Paris").figures(figures, "en", [2025])
    assert as_csv(figures).startswith(b"# up to 2025-12-31, these numbers are made up")
    assert '"made_up_until":"2025-12-31"' in to_json(figures)


def test_one_is_said_in_the_singular() -> None:
    assert big_received(1).label == "question received"
    assert (Words("fr").of("received", 0), Words("fr").of("received", 2)) == (
        "question reçue",
        "questions reçues",
    )


def test_one_hour_out_of_the_ordinary_does_not_pale_the_others() -> None:
    usual = [TallyLine(2025, 0, "received", "slot", f"{day}-10", 9) for day in range(5)]
    figures = derive(
        2025, Tallies([*usual, TallyLine(2025, 0, "received", "slot", "2-05", 500)]), today=date(2026, 1, 2)
    )
    sheet = compose(figures, Words("en"), zone="Europe/Paris", network="Sésame")
    assert [sheet.heat[day][10].level for day in range(5)] == [LEVELS - 1] * 5


def test_a_library_abroad_shows_no_empty_map() -> None:
    lines = [
        TallyLine(2025, 1, "received", facet, value, 9)
        for facet, value in (("channel", "mail"), ("department", ""))
    ]
    figures = derive(2025, Tallies(lines), today=date(2026, 1, 2))
    face = NetworkFace(figures_url="https://chiffres.example")
    page = FigurePages(base="", zone="Europe/Paris", face=face).figures(figures, "en", [2025])
    assert 'iframe src="https://chiffres.example/figures/2025?embed=1&amp;lang=en"' in page
    assert "Month by month" in page
    assert "Where people ask from" not in page


def test_a_library_that_only_gives_shows_what_it_answered() -> None:
    lines = [
        TallyLine(year, month, "answered", facet, value, 9)
        for year, month in ((2024, 0), (2025, 1))
        for facet, value in (("channel", "mail"), ("subject", "arts"))
    ]
    figures = derive(2025, Tallies(lines), today=date(2026, 1, 2))
    assert [piece.value for piece in figures.cut("subject")] == ["arts"]
    assert [year.year for year in figures.history] == [2024, 2025]
    page = FigurePages(base="", zone="Europe/Paris").figures(figures, "en", [2025])
    assert "questions received</dt>" not in page
    assert "When people ask" not in page


def test_what_is_not_known_of_an_imported_year_is_no_nought_in_its_table() -> None:
    lines = [
        TallyLine(2013, 0, "received", "total", "", 3750),
        TallyLine(2013, 0, "institutions", "total", "", 47),
    ]
    table = as_csv(derive(2013, Tallies(lines), today=date(2026, 1, 2))).decode().splitlines()
    assert table[1:] == [
        "2013,,received,total,,3750",
        "2013,,institutions,total,,47",
        "2013,,received,channel,,3750",
    ]


def test_years_that_are_missing_leave_a_gap_in_the_chart() -> None:
    lines = [TallyLine(year, 0, "received", "channel", "mail", 9) for year in (2013, 2025, 2026)]
    figures = derive(2026, Tallies(lines), today=date(2027, 1, 2))
    assert channels_over_years(figures, Words("en"), PAPER).labels == ["2013", "…", "2025", "2026"]


def test_a_year_frozen_before_readings_were_counted_has_none() -> None:
    figures = derive(2025, Tallies([]), today=date(2026, 1, 2))
    assert replace(figures, headlines={}).n("viewed") == 0


def test_more_channels_than_colours_are_still_drawn() -> None:
    lines = [TallyLine(2025, 1, "received", "channel", f"channel-{n}", 1 + n) for n in range(20)]
    figures = derive(2025, Tallies(lines), today=date(2026, 1, 1))
    page = FigurePages(base="", zone="Europe/Paris").figures(figures, "en", [2025])
    assert all(f"Channel {n}" in page for n in range(20))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("year,n\n2014,3\n", "column 'partner' is missing"),
        (HEADER + "2014,,recieved,total,,3,x\n", "measure 'recieved' is not known; one of: received"),
        (HEADER + "2014,,received,total,,3.5,x\n", "n '3.5' must be a whole number"),
        (HEADER + "2014,,received,total,,3,\n", "source is empty; say where"),
        (HEADER + "2014,,received\n", "facet '' is not known"),
        (HEADER + '2014,,received,total,,3,"Le "bilan" de 2014"\n', "is no CSV"),
        (HEADER + "2014,,received,total,,3,x\n2014,,received,total,,4,x\n", "two rows say 2014"),
    ],
)
def test_a_bad_file_is_refused_whole_with_line_and_fix(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "years.csv"
    file.write_text(text)
    with pytest.raises(imported_years.BadFile, match=told):
        imported_years.read(file)


def test_the_usual_most_of_a_few_counts_is_the_largest() -> None:
    assert [usual_most(counts) for counts in ([], [4], [1, 5], [9, 0, 0], [9, 3, 2, 1])] == [0, 4, 5, 9, 2]

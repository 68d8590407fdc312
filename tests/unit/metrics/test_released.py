"""What everyone may see of themes, languages, purposes and départements: nothing that tells one question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.derivation import derive
from services.metrics.domain.figures import OTHERS, Piece
from services.metrics.domain.public import beside_the_whole, for_everyone
from services.metrics.domain.released import released
from services.metrics.domain.tallies import Tallies, TallyLine


def out(lines: Iterable[TallyLine], today: date) -> dict[str, int]:
    """Themes and what closes their sum, as everyone sees them."""
    known = {"subject": ("arts", "histoire", "sante", "langues")}
    figures = derive(2026, Tallies(released(lines, known, today)), today=today)
    return {piece.value: piece.n for piece in for_everyone(figures, known).cut("subject")}


def asked(*months: int, theme: str) -> list[TallyLine]:
    return [
        TallyLine(2026, month, "received", facet, value, n)
        for month, n in enumerate(months, 1)
        for facet, value in (("channel", "mail"), ("subject", theme))
        if n
    ]


def test_a_theme_is_told_by_whole_months_and_five_questions_at_a_time() -> None:
    lines = [*asked(9, 3, 3, 4, theme="arts"), *asked(6, 6, 6, 6, theme="histoire")]
    assert out(lines, date(2026, 1, 31)) == {OTHERS: 43}
    assert out(lines, date(2026, 2, 1)) == {"histoire": 6, "arts": 9, OTHERS: 28}
    assert out(lines, date(2026, 3, 1)) == {"histoire": 12, "arts": 9, OTHERS: 22}
    assert out(lines, date(2026, 4, 1)) == {"histoire": 18, "arts": 15, OTHERS: 10}
    assert out(lines, date(2027, 1, 1)) == {"histoire": 24, "arts": 15, OTHERS: 4}


@given(st.lists(st.integers(0, 9), min_size=12, max_size=12), st.lists(st.integers(0, 9), max_size=12))
def test_who_looks_every_day_sees_no_step_below_five(arts: list[int], history: list[int]) -> None:
    lines = [*asked(*arts, theme="arts"), *asked(*history, theme="histoire")]
    days = [*(date(2026, month, day) for month in range(1, 13) for day in (1, 28)), date(2027, 1, 1)]
    seen = [out(lines, day) for day in days]
    assert {sum(pieces.values()) for pieces in seen} == {sum(arts) + sum(history)}
    for theme in ("arts", "histoire"):
        steps = [now.get(theme, 0) - before.get(theme, 0) for before, now in pairwise(seen)]
        assert all(step == 0 or abs(step) >= 5 for step in steps)


def arts(own: Iterable[TallyLine], today: date, whole: Iterable[TallyLine] = ()) -> int:
    lines = released(own, {}, today, whole)
    return sum(line.n for line in lines if line.facet == "subject" and line.value == "arts")


def test_a_librarys_theme_stays_as_it_was_while_all_others_grew_by_few() -> None:
    library, others = asked(30, 12, 3, theme="arts"), asked(10, 1, 4, theme="arts")
    whole = [*library, *others]
    ends = [date(2026, month, 1) for month in (2, 3, 4)]
    assert [arts(whole, day) for day in ends] == [40, 53, 60]
    assert [arts(library, day, whole) for day in ends] == [30, 30, 45]
    assert [arts(library, day) for day in ends] == [30, 42, 42]


def test_a_librarys_answers_are_not_held_back_by_a_network_that_does_not_show_them() -> None:
    library = [line._replace(measure="answered") for line in asked(6, theme="arts")]
    assert arts(library, date(2026, 2, 1), asked(7, theme="arts")) == 6


MONTHS = st.lists(st.integers(0, 9), min_size=14, max_size=14)
"""The last two of what came late, in the year after."""


@given(MONTHS, MONTHS)
def test_who_sees_a_librarys_page_beside_the_networks_sees_no_step_of_all_others_below_five(
    own: list[int], others: list[int]
) -> None:
    library, whole = asked(*own, theme="arts"), [*asked(*own, theme="arts"), *asked(*others, theme="arts")]
    ends = [*(date(2026, month, 1) for month in range(1, 13)), *(date(2027, month, 1) for month in (1, 2, 3))]
    seen = [(arts(whole, day), arts(library, day, whole)) for day in ends]
    told = [(0, 0), *(now for before, now in pairwise(seen) if now[1] != before[1])]
    for (whole_before, own_before), (whole_now, own_now) in pairwise(told):
        left = whole_now - own_now - (whole_before - own_before)
        assert own_now - own_before >= 5
        assert left == 0 or left >= 5
    assert all(n == own_n or n - own_n >= 5 for n, own_n in seen)


def test_what_is_counted_late_of_a_past_month_waits_for_the_month_it_was_counted_in() -> None:
    known = asked(9, 6, theme="arts")
    late = TallyLine(2026, 3, "received", "subject", "arts", 1)
    assert [arts(known, date(2026, 3, day)) for day in (1, 31)] == [15, 15]
    assert arts([*known, late], date(2026, 3, 2)) == 15
    assert arts([*known, late], date(2026, 4, 1)) == 15
    assert arts([*known, late._replace(n=5)], date(2026, 4, 1)) == 20
    after = late._replace(month=13, n=5)
    assert arts([*known, after], date(2027, 1, 31)) == 15
    assert arts([*known, after], date(2027, 2, 1)) == 20


def test_a_librarys_page_tells_nothing_of_the_others_by_what_is_left() -> None:
    pieces = {"arts": 30, "sante": 6, "histoire": 9, "langues": 8}
    figures = derive(2025, Tallies(asked(53, theme="arts")), today=date(2026, 1, 2))
    figures = replace(figures, cuts={"subject": tuple(Piece(*piece) for piece in pieces.items())})
    whole = {"subject": [Piece("arts", 80), Piece("sante", 8), Piece("histoire", 9), Piece("langues", 5)]}
    assert beside_the_whole(figures, whole).cut("subject") == (
        Piece("arts", 30),
        Piece("histoire", 9),
        Piece(OTHERS, 14),
    )


def test_the_year_of_moving_in_has_the_numbers_of_before_beside_those_counted_here() -> None:
    lines = [
        TallyLine(2026, 0, "received", "total", "", 500, imported=True),
        TallyLine(2026, 0, "received", "channel", "form", 200, imported=True),
        TallyLine(2026, 0, "received", "subject", "arts", 90, imported=True),
        *asked(0, 0, 0, 0, 0, 0, 0, 40, theme="arts"),
        TallyLine(2026, 8, "received", "day", "03", 40),
        TallyLine(2027, 1, "received", "channel", "mail", 7),
    ]
    figures = derive(2026, Tallies(lines), today=date(2027, 1, 2))
    assert figures.n("received") == 540
    assert {piece.value: piece.n for piece in figures.cut("channel")} == {"form": 200, "mail": 40, "": 300}
    assert {piece.value: piece.n for piece in figures.cut("subject")} == {"arts": 130, "": 410}
    assert derive(2027, Tallies(lines), today=date(2027, 1, 2)).headlines["received"].before is None


def test_questions_placed_in_the_year_after_close_the_sum_of_neither_year_too_high() -> None:
    lines = [
        TallyLine(2026, 12, "received", "channel", "mail", 12),
        TallyLine(2026, 12, "placed", "language", "fr", 9),
        TallyLine(2027, 1, "received", "channel", "mail", 7),
        TallyLine(2027, 1, "placed", "language", "fr", 10),
    ]
    today = date(2027, 1, 2)
    for year, closed in ((2026, {"fr": 9, "": 3}), (2027, {OTHERS: 7})):
        figures = derive(year, Tallies(released(lines, {}, today)), today=today)
        assert {piece.value: piece.n for piece in figures.cut("language")} == closed

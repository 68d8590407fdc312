"""From counters to key figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from services.metrics.domain.buckets import LABELS, quantile
from services.metrics.domain.facts import FACETS, PLACED
from services.metrics.domain.figures import (
    COUNTED_AS,
    HEADLINES,
    OTHERS,
    STAGES,
    THE_NETWORK,
    Duration,
    Headline,
    Owner,
    PartnerShare,
    Piece,
    YearFigures,
    YearOfChannels,
)
from services.metrics.domain.public import closing
from services.metrics.domain.tallies import Tallies

STARS, READ_DEGREES = 5, 6
FEWEST_HALVED, FEWEST_IN_TENTHS = 5, 10
"""Answers below which a median, and what nine in ten took, would be said of one or two of them."""


def derive(
    year: int,
    tallies: Tallies,
    *,
    today: date,
    owner: Owner = THE_NETWORK,
    partner_names: Mapping[str, str] | None = None,
    sources: Sequence[str] = (),
) -> YearFigures:
    """The figures of `year` as of `today`, a day of the network's zone."""
    so_far = today.year == year
    until = today if so_far else date(year, 12, 31)
    partners = _partners(tallies, year, partner_names or {})
    cut = _cut_measure(tallies, year)
    return YearFigures(
        year=year,
        partner=owner.id,
        name=owner.name,
        until=until,
        so_far=so_far,
        headlines={measure: _headline(tallies, measure, year, until, so_far) for measure in HEADLINES},
        kept=tallies.total(year, "kept"),
        months={measure: tallies.months(year, measure) for measure in ("received", "answered")},
        slots=_slots(tallies.pieces(year, "received", "slot")),
        history=tuple(_history(tallies, year, cut)),
        cuts={facet.name: pieces_of(tallies, year, cut, facet.name) for facet in FACETS if facet.in_pieces},
        durations=_durations(tallies, year),
        stars=_numbers(tallies.pieces(year, "rated", "number"), STARS),
        effort=_numbers(tallies.pieces(year, "answered", "number"), READ_DEGREES),
        partners=partners,
        institutions=sum(1 for partner in partners if partner.answered)
        or _stated(tallies, year, "institutions"),
        respondents=_stated(tallies, year, "respondents"),
        sources=tuple(sources),
        cut_measure=cut,
    )


def _cut_measure(tallies: Tallies, year: int) -> str:
    gives_only = tallies.total(year, "answered") and not tallies.total(year, "received")
    return "answered" if gives_only else "received"


def _headline(tallies: Tallies, measure: str, year: int, until: date, so_far: bool) -> Headline:
    counter = COUNTED_AS.get(measure, measure)
    before: int | None = tallies.total(year - 1, counter)
    if so_far:
        before = tallies.until(counter, _same_day_before(until))
    return Headline(tallies.total(year, counter), before)


def _same_day_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def pieces_of(tallies: Tallies, year: int, measure: str, facet: str) -> tuple[Piece, ...]:
    """Of received questions, what the router found out counts when they were placed. The pieces make the
    total: what is not known of the rest, nobody said."""
    pieces, total = Counter(tallies.pieces(year, measure, facet)), tallies.total(year, measure)
    if measure == "received":
        pieces.update(tallies.pieces(year, PLACED, facet))
    if pieces:
        pieces[""] += max(0, total - pieces.total())
    for value in ("", OTHERS) if total else ():
        # Asked on the last day of a year and placed in the next: what closes the sum has these too many.
        pieces[value] -= min(pieces[value], max(0, pieces.total() - total))
    return _sorted(pieces)


def _sorted(pieces: Mapping[str, int]) -> tuple[Piece, ...]:
    return closing(Piece(value, n) for value, n in pieces.items() if n)


def _slots(pieces: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(pieces.get(f"{day}-{hour:02d}", 0) for hour in range(24)) for day in range(7))


def _history(tallies: Tallies, last: int, measure: str) -> Iterable[YearOfChannels]:
    for year in tallies.years():
        pieces = tallies.pieces(year, measure, "channel")
        if year <= last and pieces:
            yield YearOfChannels(year, _sorted(pieces))


def _durations(tallies: Tallies, year: int) -> dict[str, Duration]:
    return {
        f"{stage}_{clock}": _duration(tallies.pieces(year, end, f"{cut}_{clock}"))
        for stage, (end, cut) in STAGES.items()
        for clock in ("calendar", "working")
    }


def _duration(counts: Mapping[str, int]) -> Duration:
    n = sum(counts.values())
    return Duration(
        quantile(counts, 0.5) if n >= FEWEST_HALVED else None,
        quantile(counts, 0.9) if n >= FEWEST_IN_TENTHS else None,
        tuple(counts.get(b, 0) for b in LABELS),
    )


def _numbers(pieces: Mapping[str, int], most: int) -> tuple[int, ...]:
    return tuple(pieces.get(str(number), 0) for number in range(1, most + 1))


def _stated(tallies: Tallies, year: int, measure: str) -> int | None:
    return tallies.total(year, measure) or None


def _partners(tallies: Tallies, year: int, names: Mapping[str, str]) -> tuple[PartnerShare, ...]:
    """Most answers first, then by name; two of one name by their ids."""
    asked, answered, declined = (
        tallies.pieces(year, measure, "partner") for measure in ("routed", "answered", "declined")
    )
    own = tallies.pieces(year, "received", "origin")
    ids = (asked.keys() | answered.keys() | own.keys()) - {""}
    shares = (
        PartnerShare(
            id=partner,
            name=names.get(partner, partner),
            asked=asked.get(partner, 0),
            answered=answered.get(partner, 0),
            declined=declined.get(partner, 0),
            own_public=own.get(partner, 0),
        )
        for partner in ids
    )
    return tuple(sorted(shares, key=lambda share: (-share.answered, share.name, share.id)))

"""Key figures read from the counters, or as they were frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from asyncpg import Pool, Record

from services.chassis.postgres.database import Db
from services.contracts import vocabulary
from services.metrics.domain.departments import TILES
from services.metrics.domain.derivation import derive, pieces_of
from services.metrics.domain.facts import FACETS, PLACED
from services.metrics.domain.figures import COUNTED_AS, HEADLINES, STAGES, YEARS, Owner, Piece, YearFigures
from services.metrics.domain.public import FOLDED, beside_the_whole, for_everyone
from services.metrics.domain.released import released
from services.metrics.domain.tallies import Tallies, TallyLine
from services.metrics.handlers.figures_json import from_json
from services.metrics.store import other_years, sums

MEASURES = (*(COUNTED_AS.get(measure, measure) for measure in HEADLINES), "kept", PLACED)
OVER_YEARS = ("received", "answered")
"""Measures shown for all years before; of the others, last year's is compared with."""
ONLY_LAST_YEAR = tuple(measure for measure in MEASURES if measure not in OVER_YEARS)

CUTS = (
    *(facet.name for facet in FACETS if facet.in_figures and facet.name not in FOLDED),
    "day",
    "slot",
    "number",
    "partner",
    *(f"{cut}_{clock}" for _, cut in STAGES.values() for clock in ("calendar", "working")),
)

TOLD_BY_MONTHS = tuple(sorted(FOLDED))
CUT_MEASURES = ("received", "answered", PLACED)
"""Only these are shown in pieces, and pieces by months are most of the lines there are."""

KNOWN = {
    "subject": vocabulary.THEMES,
    "purpose": vocabulary.PURPOSES,
    "department": tuple(tile.code for tile in TILES),
}
"""Facet → values that have a name. A program may send other words: they are not shown to everyone."""


class NoSuchYear(LookupError):
    """Nothing is known of that year, or of that partner in it."""


async def read(
    pool: Pool[Record], year: int, *, partner: str = "", today: date, made_up_until: date | None = None
) -> YearFigures:
    """The figures of a year as all may see them, frozen or drawn from the counters. Raises NoSuchYear."""
    if year not in YEARS:
        raise NoSuchYear(f"{year} is no year from {YEARS[0]} to {YEARS[-1]}")
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        kept = await other_years.frozen(db, year, partner)
        network = await _network_lines(db, year) if partner and kept is None else ()
        figures = await _derive(db, year, partner, today, network) if kept is None else from_json(kept)
        whole = await _network_pieces(db, year, today, network) if partner and kept is None else {}
    if made_up_until and made_up_until >= date(year, 1, 1):
        figures = replace(figures, made_up_until=min(made_up_until, figures.until))
    shown = for_everyone(figures, KNOWN)
    return beside_the_whole(shown, whole) if shown.cut_measure == "received" else shown


async def _network_pieces(
    db: Db, year: int, today: date, lines: Sequence[TallyLine]
) -> Mapping[str, tuple[Piece, ...]]:
    """As everyone sees them on the network's page."""
    tallies = Tallies([*released(lines, KNOWN, today), *await sums.imported(db, "", year)])
    return {facet: pieces_of(tallies, year, "received", facet) for facet in TOLD_BY_MONTHS}


async def _network_lines(db: Db, year: int) -> Sequence[TallyLine]:
    facets = ("channel", *TOLD_BY_MONTHS)
    return await sums.year_lines(db, "", year, ("received", PLACED), facets, TOLD_BY_MONTHS)


async def _derive(db: Db, year: int, partner: str, today: date, network: Sequence[TallyLine]) -> YearFigures:
    names = await sums.partner_names(db)
    tallies = await _tallies(db, year, partner, today, network)
    if year not in tallies.years():
        whose = f"partner {partner!r}" if partner else "the network"
        raise NoSuchYear(f"nothing is known of {whose} in {year}")
    return derive(
        year,
        tallies,
        today=today,
        owner=Owner(partner, names.get(partner, partner)),
        partner_names=names,
        sources=await sums.sources(db, partner, year),
    )


async def _tallies(db: Db, year: int, partner: str, today: date, network: Sequence[TallyLine]) -> Tallies:
    pieces = await sums.year_lines(db, partner, year, CUT_MEASURES, TOLD_BY_MONTHS, TOLD_BY_MONTHS)
    return Tallies(
        [
            *released(pieces, KNOWN, today, network),
            *await sums.year_lines(db, partner, year, MEASURES, CUTS),
            *await sums.year_lines(db, partner, year - 1, MEASURES, ("day",)),
            *await sums.year_lines(db, partner, year - 1, ONLY_LAST_YEAR, ("channel",)),
            *await sums.history(db, partner, year, OVER_YEARS),
            *await sums.imported(db, partner, year),
        ]
    )


async def years(pool: Pool[Record], partner: str = "") -> list[int]:
    async with pool.acquire() as db:
        return await sums.years(db, partner)

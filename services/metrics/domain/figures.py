"""The key figures of a year: what the network, or one partner, shows of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.metrics.domain.buckets import LABELS, quantile
from services.metrics.domain.tallies import Tallies

HEADLINES = (
    "received",
    "answered",
    "published",
    "archived",
    "routed",
    "rerouted",
    "declined",
    "overdue",
    "withdrawn",
    "rated",
)
"""Measures shown as numbers, each beside the year before."""

STAGES = ("route", "answer", "publish")


@dataclass(frozen=True)
class Headline:
    """One number and what it was the year before, up to the same day when the year is still running."""

    n: int
    before: int | None

    @property
    def growth(self) -> float | None:
        """0.12 for twelve per cent more; None where there is nothing to compare with."""
        return None if not self.before else self.n / self.before - 1


@dataclass(frozen=True)
class Piece:
    """A part of a whole. An empty value is what nobody said."""

    value: str
    n: int


@dataclass(frozen=True)
class Duration:
    """How long a stage took, in seconds, and the histogram it was read from (one number per bucket)."""

    median: float | None
    ninetieth: float | None
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class PartnerShare:
    """What one partner gave. `own_public` is what was asked on its own page or desk."""

    id: str
    name: str
    asked: int
    answered: int
    declined: int
    own_public: int

    @property
    def answering(self) -> float | None:
        """Answered for the network by what its own public asked: over 1, it gives more than it takes."""
        return self.answered / self.own_public if self.own_public else None


@dataclass(frozen=True)
class YearOfChannels:
    year: int
    channels: tuple[Piece, ...]

    @property
    def n(self) -> int:
        return sum(piece.n for piece in self.channels)


@dataclass(frozen=True)
class YearFigures:
    """Everything that the page, the poster and the files of one year show."""

    year: int
    partner: str
    name: str
    until: date
    """The last day counted: the 31st of December, or today."""
    so_far: bool
    headlines: Mapping[str, Headline]
    kept: int
    """Answers within the promise."""
    months: Mapping[str, tuple[int, ...]]
    slots: tuple[tuple[int, ...], ...]
    """Questions received by weekday (Monday first) and hour of the network's zone."""
    history: tuple[YearOfChannels, ...]
    channels: tuple[Piece, ...]
    subjects: tuple[Piece, ...]
    languages: tuple[Piece, ...]
    purposes: tuple[Piece, ...]
    departments: tuple[Piece, ...]
    durations: Mapping[str, Duration]
    """`answer_calendar`, `answer_working` and so on for each stage."""
    stars: tuple[int, ...]
    """Ratings of one star to five."""
    effort: tuple[int, ...]
    """Answers by READ effort, 1 to 6."""
    partners: tuple[PartnerShare, ...] = ()
    institutions: int | None = None
    respondents: int | None = None
    sources: tuple[str, ...] = field(default=())
    """Where imported numbers come from."""

    def n(self, measure: str) -> int:
        return self.headlines[measure].n

    @property
    def promise_share(self) -> float | None:
        return self.kept / self.n("answered") if self.n("answered") else None

    @property
    def satisfaction(self) -> float | None:
        """Mean of the stars, 1 to 5."""
        rated = sum(self.stars)
        return sum(star * n for star, n in enumerate(self.stars, 1)) / rated if rated else None

    @property
    def answered_share(self) -> float | None:
        return self.n("answered") / self.n("received") if self.n("received") else None


@dataclass(frozen=True)
class Owner:
    """Whose figures they are: a partner, or the network with an empty id."""

    id: str = ""
    name: str = ""


def derive(
    year: int,
    tallies: Tallies,
    *,
    today: date,
    owner: Owner = Owner(),
    partner_names: Mapping[str, str] | None = None,
    sources: Sequence[str] = (),
) -> YearFigures:
    """The figures of `year` as of `today`, a day of the network's zone."""
    so_far = today.year == year
    until = today if so_far else date(year, 12, 31)
    partners = _partners(tallies, year, partner_names or {})
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
        history=tuple(_history(tallies, year)),
        channels=_pieces(tallies, year, "channel"),
        subjects=_pieces(tallies, year, "subject"),
        languages=_pieces(tallies, year, "language"),
        purposes=_pieces(tallies, year, "purpose"),
        departments=_pieces(tallies, year, "department"),
        durations=_durations(tallies, year),
        stars=_numbers(tallies.pieces(year, "rated", "number"), 5),
        effort=_numbers(tallies.pieces(year, "answered", "number"), 6),
        partners=partners,
        institutions=sum(1 for partner in partners if partner.answered)
        or _stated(tallies, year, "institutions"),
        respondents=_stated(tallies, year, "respondents"),
        sources=tuple(sources),
    )


def _headline(tallies: Tallies, measure: str, year: int, until: date, so_far: bool) -> Headline:
    before: int | None = tallies.total(year - 1, measure)
    if so_far:
        before = tallies.until(measure, _same_day_before(until))
    return Headline(tallies.total(year, measure), before)


def _same_day_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def _pieces(tallies: Tallies, year: int, facet: str) -> tuple[Piece, ...]:
    """Largest first; what nobody said comes last."""
    pieces = tallies.pieces(year, "received", facet)
    return _sorted(pieces)


def _sorted(pieces: Mapping[str, int]) -> tuple[Piece, ...]:
    order = sorted(pieces.items(), key=lambda piece: (piece[0] == "", -piece[1], piece[0]))
    return tuple(Piece(value, n) for value, n in order)


def _slots(pieces: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(pieces.get(f"{day}-{hour:02d}", 0) for hour in range(24)) for day in range(7))


def _history(tallies: Tallies, last: int) -> Iterable[YearOfChannels]:
    for year in tallies.years():
        pieces = tallies.pieces(year, "received", "channel")
        if year <= last and pieces:
            yield YearOfChannels(year, _sorted(pieces))


def _durations(tallies: Tallies, year: int) -> dict[str, Duration]:
    ends = {"route": "routed", "answer": "answered", "publish": "published"}
    return {
        f"{stage}_{clock}": _duration(tallies.pieces(year, ends[stage], f"{stage}_{clock}"))
        for stage in STAGES
        for clock in ("calendar", "working")
    }


def _duration(counts: Mapping[str, int]) -> Duration:
    return Duration(quantile(counts, 0.5), quantile(counts, 0.9), tuple(counts.get(b, 0) for b in LABELS))


def _numbers(pieces: Mapping[str, int], most: int) -> tuple[int, ...]:
    return tuple(pieces.get(str(number), 0) for number in range(1, most + 1))


def _stated(tallies: Tallies, year: int, measure: str) -> int | None:
    return tallies.total(year, measure) or None


def _partners(tallies: Tallies, year: int, names: Mapping[str, str]) -> tuple[PartnerShare, ...]:
    """Most answers first, then by name."""
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
    return tuple(sorted(shares, key=lambda share: (-share.answered, share.name)))

"""The key figures of a year: what the network, or one partner, shows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

HEADLINES = (
    "received",
    "answered",
    "delivered",
    "archived",
    "viewed",
    "routed",
    "rerouted",
    "declined",
    "overdue",
    "withdrawn",
    "rated",
)
"""Measures shown as numbers, each beside the year before. `delivered` are answers out to their asker,
`archived` those out to everyone: "published" would be said of both, and the wrong one quoted."""

COUNTED_AS: Mapping[str, str] = {"delivered": "published"}
"""Measure → the counter behind it, where that has another name."""

OTHERS = "other"
"""The piece that holds together what is not shown apart."""

YEARS = range(1990, 2101)
"""Those that can have figures."""

STAGES: Mapping[str, tuple[str, str]] = {
    "route": ("routed", "route"),
    "answer": ("answered", "answer"),
    "deliver": ("published", "publish"),
}
"""Stage of a question's life → the counter that ends it and the cut that times it."""


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
    """A part of a whole. An empty value is what nobody said, OTHERS what is too little to be shown apart."""

    value: str
    n: int


@dataclass(frozen=True)
class Duration:
    """How long a stage took, in seconds (None of too few), and the histogram it was read from (one number per
    bucket)."""

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
        """Answers given to the network for 100 questions of its own public: over 100, it gives more than it
        takes. No rate: the two are not of the same questions."""
        return 100 * self.answered / self.own_public if self.own_public else None


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
    """This year and those before, cut as this one."""
    cuts: Mapping[str, tuple[Piece, ...]]
    """Facet → the questions cut by it."""
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
    cut_measure: str = "received"
    """Which questions are cut by channel, subject, language, purpose and département: those received; of a
    library that is asked nothing by a public of its own, those it answered."""

    made_up_until: date | None = None
    """The last day whose numbers are made up, in a demonstration: they must not be taken for real ones."""

    def cut(self, facet: str) -> tuple[Piece, ...]:
        """Empty as well for a facet that was not counted yet when the year was frozen."""
        return self.cuts.get(facet, ())

    def n(self, measure: str) -> int:
        """0 as well for what was not counted yet when the year was frozen."""
        headline = self.headlines.get(measure)
        return headline.n if headline else 0

    @property
    def dated(self) -> bool:
        """Counted here, by month. Of an imported year only sums are known, and unknown is not nought."""
        return any(sum(months) for months in self.months.values())

    @property
    def promise_share(self) -> float | None:
        return self.kept / self.n("answered") if self.n("answered") else None

    @property
    def satisfaction(self) -> float | None:
        """Mean of the stars, 1 to 5."""
        rated = sum(self.stars)
        return sum(star * n for star, n in enumerate(self.stars, 1)) / rated if rated else None

    @property
    def answering(self) -> float | None:
        """As of PartnerShare, for the library whose figures these are."""
        return 100 * self.n("answered") / self.n("received") if self.n("received") else None


@dataclass(frozen=True)
class Owner:
    """Whose figures they are: a partner, or the network with an empty id."""

    id: str = ""
    name: str = ""


THE_NETWORK = Owner()

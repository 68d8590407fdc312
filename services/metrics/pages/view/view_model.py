"""The figures in words: everything that page, poster and picture show, ready to be set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from services.metrics.domain.buckets import BOUNDS
from services.metrics.domain.departments import COLUMNS, ROWS
from services.metrics.domain.derivation import STARS
from services.metrics.domain.figures import OTHERS, Headline, PartnerShare, Piece, YearFigures
from services.metrics.pages.view.tiles import Cell, heat_of, map_of, map_rest, peak_of
from services.metrics.pages.words import Words

DRAWN = frozenset({"channel", "subject", "language", "purpose", "department"})
"""Facets with a place and a shape of their own; any other is shown as bars."""

MOST_BARS = 12

FEW = 30
"""Below this, the number of the year before says more than a percentage of it."""

FINEST_BOUND = 3_600
"""Answers within the hour are shown as one."""


@dataclass(frozen=True)
class Big:
    """One big number: what it is, what it was, and whether that is up."""

    key: str
    value: str
    label: str
    note: str
    rising: bool | None = None
    gauge: float | None = None
    """Of the whole, 0 to 1, where there is one: drawn below the number."""


@dataclass(frozen=True)
class Bar:
    label: str
    n: int
    number: str
    percent: str
    share: float
    """Of the longest bar, 0 to 1."""
    rest: bool = False
    """Closes the sum: others together, or what nobody said. No bar is drawn of it, it is no piece."""


@dataclass(frozen=True)
class FigureView:
    figures: YearFigures
    words: Words
    zone: str
    owner: str
    strapline: str
    title: str
    state: str
    made_up: str
    """That numbers are made up, in a demonstration; empty otherwise."""
    bigs: tuple[Big, ...]
    others: tuple[tuple[str, str, tuple[Bar, ...]], ...]
    """Title, head and bars of each facet that has no place of its own."""
    stars: tuple[Bar, ...]
    effort: tuple[Bar, ...]
    heat: tuple[tuple[Cell, ...], ...]
    heat_peak: str
    map: tuple[Cell, ...]
    mapped: bool
    """Whether any département is known: a library abroad has none to show."""
    map_rest: tuple[str, ...]
    """What the tiles leave out of the sum."""
    map_size: tuple[int, int]
    partners: tuple[tuple[PartnerShare, float, str], ...]
    """Partner, its answers as a share of the most, and its answers for 100 questions of its own public."""

    def bars(self, facet: str, most: int = MOST_BARS) -> tuple[Bar, ...]:
        """The largest pieces of a facet, and what closes the sum."""
        return _bars(self.figures, facet, self.words, most)


def compose(figures: YearFigures, words: Words, *, zone: str, network: str) -> FigureView:
    """`network` is its name."""
    return FigureView(
        figures=figures,
        words=words,
        zone=words.clock(zone),
        owner=figures.name or network,
        strapline=f"{network} · {words('strapline')}" if figures.name else words("strapline"),
        title=words("title", year=figures.year),
        state=words("so_far", day=words.day(figures.until)) if figures.so_far else words("whole_year"),
        made_up=words("made_up", day=words.day(figures.made_up_until)) if figures.made_up_until else "",
        bigs=tuple(_bigs(figures, words)),
        others=tuple(_others(figures, words)),
        stars=_numbered(figures.stars, lambda star: "★" * star, words),
        effort=_numbered(figures.effort, str, words),
        heat=heat_of(figures, words),
        heat_peak=peak_of(figures, words),
        map=map_of(figures, words),
        mapped=any(piece.value not in ("", OTHERS) for piece in figures.cut("department")),
        map_rest=tuple(map_rest(figures, words)),
        map_size=(COLUMNS, ROWS),
        partners=_partners(figures.partners, words),
    )


def _bigs(figures: YearFigures, words: Words) -> Iterable[Big]:
    """What is known. Of an imported year that is little, and unknown is not nought."""
    if figures.cut_measure == "received":
        yield _counted("received", figures, words)
    if figures.n("answered") or figures.dated:
        yield _counted("answered", figures, words)
    if figures.promise_share is not None:
        share = figures.promise_share
        yield Big("promise", words.percent(share), words("promise"), "", gauge=share)
    answer = figures.durations["answer_calendar"]
    if answer.median is not None:
        nine = answer.ninetieth
        note = "" if nine is None else words("ninetieth", duration=words.duration(nine))
        yield Big("median", words.duration(answer.median), words("median"), note)
    rated = sum(figures.stars)
    if figures.satisfaction is not None:
        mean, note = figures.satisfaction, words.of("rated", rated, n=words.number(rated))
        yield Big("satisfaction", words.decimal(mean), words("satisfaction"), note, gauge=mean / STARS)
    yield from _given(figures, words)
    if figures.n("archived"):
        yield _archived(figures, words)


def _given(figures: YearFigures, words: Words) -> Iterable[Big]:
    """Who is behind the answers: libraries for the network, give and take for a partner."""
    if figures.partner and figures.answering is not None:
        yield Big("answering", words.number(round(figures.answering)), words("answering"), "")
    if not figures.partner and figures.institutions:
        people = figures.respondents
        note = words.of("respondents", people, n=words.number(people)) if people else words("thanks")
        label = words.of("partners", figures.institutions)
        yield Big("partners", words.number(figures.institutions), label, note)


def _archived(figures: YearFigures, words: Words) -> Big:
    """How often they were read is the better news, where it is known."""
    archived, views = _counted("archived", figures, words), figures.n("viewed")
    if not views:
        return archived
    return replace(archived, note=words.of("read", figures.n("archived"), n=words.number(views)), rising=None)


def _counted(measure: str, figures: YearFigures, words: Words) -> Big:
    headline = figures.headlines[measure]
    label = words.of(measure, headline.n)
    return Big(measure, words.number(headline.n), label, _growth(headline, figures, words), _rising(headline))


def _rising(headline: Headline) -> bool | None:
    """None where there is no arrow to draw."""
    growth = headline.growth or 0.0
    return None if (headline.before or 0) < FEW or round(100 * growth) == 0 else growth > 0


def _growth(headline: Headline, figures: YearFigures, words: Words) -> str:
    if headline.growth is None or headline.before is None:
        return ""
    when = "_so_far" if figures.so_far else ""
    if headline.before < FEW:
        return words(f"before{when}", n=words.number(headline.before), year=figures.year - 1)
    phrase = f"growth{when or '_year'}"
    return words(phrase, growth=words.growth(headline.growth), year=figures.year - 1)


def _bars(figures: YearFigures, facet: str, words: Words, most: int = MOST_BARS) -> tuple[Bar, ...]:
    """The largest pieces, all others together, and what nobody said: they make the whole. None where no piece
    is told apart: what closes a sum is none."""
    pieces = figures.cut(facet)
    said = [piece for piece in pieces if piece.value not in ("", OTHERS)]
    named = [(words.value(facet, piece.value), piece.n) for piece in said[:most]]
    unsaid = sum(piece.n for piece in pieces if not piece.value)
    others = sum(piece.n for piece in pieces) - unsaid - sum(n for _, n in named)
    bars = tuple(_scaled(named, words, pieces))
    closing = ((words.others(facet, so_far=figures.so_far), others), (words("unsaid"), unsaid))
    rest = [
        Bar(label, n, words.number(n), _part(n, pieces, words), 0.0, rest=True) for label, n in closing if n
    ]
    return (*bars, *rest) if bars else ()


def _others(figures: YearFigures, words: Words) -> Iterable[tuple[str, str, tuple[Bar, ...]]]:
    for facet in figures.cuts:
        if facet not in DRAWN and (bars := _bars(figures, facet, words)):
            yield words.facet(facet), words.piece(facet), bars


def _numbered(counts: Sequence[int], name: Callable[[int], str], words: Words) -> tuple[Bar, ...]:
    pieces = tuple(Piece(str(number), n) for number, n in enumerate(counts, 1))
    return tuple(_scaled([(name(int(piece.value)), piece.n) for piece in pieces], words, pieces))


def _scaled(named: Sequence[tuple[str, int]], words: Words, pieces: Sequence[Piece]) -> Iterable[Bar]:
    most = max((n for _, n in named), default=0)
    for label, n in named:
        yield Bar(label, n, words.number(n), _part(n, pieces, words), n / most if most else 0.0)


def _part(n: int, pieces: Sequence[Piece], words: Words) -> str:
    total = sum(piece.n for piece in pieces)
    return words.part(n, total) if total else ""


def _partners(shares: Sequence[PartnerShare], words: Words) -> tuple[tuple[PartnerShare, float, str], ...]:
    most = max((share.answered for share in shares), default=0)
    return tuple(
        (
            share,
            share.answered / most if most else 0.0,
            "" if share.answering is None else words.number(round(share.answering)),
        )
        for share in shares
    )


def coarse_buckets(counts: Sequence[int], words: Words) -> list[tuple[str, int]]:
    """(upper bound in words, answers), with everything within the hour as one."""
    fine = sum(1 for bound in BOUNDS if bound <= FINEST_BOUND)
    bounds = [words.bucket(bound) for bound in BOUNDS[fine - 1 :]]
    names = [*bounds, words("over")]
    return list(zip(names, [sum(counts[:fine]), *counts[fine:]], strict=True))

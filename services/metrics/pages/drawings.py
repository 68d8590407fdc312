"""Which charts a year has, and what each says in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.metrics.domain.figures import YearFigures, YearOfChannels
from services.metrics.pages.charts import WHOLE, Columns, Series, columns
from services.metrics.pages.palette import Palette
from services.metrics.pages.view.view_model import coarse_buckets
from services.metrics.pages.words import Words

MOST_YEARS = 12


def draw(
    figures: YearFigures, words: Words, palette: Palette, *, size: tuple[int, int] | None = None
) -> dict[str, str]:
    """Name → SVG. `size` is for paper, where all have one: width and height."""
    charts = charts_of(figures, words, palette)
    if size is not None:
        charts = tuple(replace(chart, width=size[0], height=size[1]) for chart in charts)
    return {chart.name: columns(chart, palette, words.number) for chart in charts}


def charts_of(figures: YearFigures, words: Words, palette: Palette) -> tuple[Columns, ...]:
    return (
        channels_over_years(figures, words, palette),
        months(figures, words, palette),
        durations(figures, words, palette),
    )


def channel_order(figures: YearFigures) -> list[str]:
    """Channels by their size over all years shown, so that a channel keeps its place and colour."""
    totals: dict[str, int] = {}
    for year in figures.history[-MOST_YEARS:]:
        for piece in year.channels:
            totals[piece.value] = totals.get(piece.value, 0) + piece.n
    return sorted(totals, key=lambda value: (value == "", -totals[value], value))


def channel_legend(figures: YearFigures, words: Words, palette: Palette) -> list[tuple[str, str]]:
    """Name and colour of each channel; a colour comes again only where there are more than colours."""
    return [
        (
            words.value("channel", channel),
            palette.series[place % len(palette.series)] if channel else palette.unsaid,
        )
        for place, channel in enumerate(channel_order(figures))
    ]


def channels_over_years(figures: YearFigures, words: Words, palette: Palette) -> Columns:
    years = list(_with_gaps(figures.history[-MOST_YEARS:]))
    series = [
        Series(
            words.value("channel", channel),
            [sum(piece.n for piece in year.channels if piece.value == channel) for year in years],
        )
        for channel in channel_order(figures)
    ]
    labels = [str(year.year) if year.channels else "…" for year in years]
    return Columns(
        name="channels",
        text=_told(words("channels_note"), labels, [year.n for year in years], words),
        labels=labels,
        series=series,
        stacked=True,
        colours=[colour for _, colour in channel_legend(figures, words, palette)],
        width=WHOLE,
        height=330,
    )


def _with_gaps(years: Sequence[YearOfChannels]) -> Iterable[YearOfChannels]:
    """An empty column where years are missing, however many: they must not look like neighbours."""
    before = None
    for year in years:
        if before is not None and year.year > before + 1:
            yield YearOfChannels(before + 1, ())
        yield year
        before = year.year


def months(figures: YearFigures, words: Words, palette: Palette) -> Columns:
    last = figures.until.month if figures.so_far else 12
    received, answered = (figures.months[measure][:last] for measure in ("received", "answered"))
    labels = words.months[:last]
    return Columns(
        name="months",
        text=_told(words("months_note"), labels, received, words),
        labels=labels,
        series=[Series(words("received"), received), Series(words("answered"), answered)],
        colours=(palette.accent, palette.warm),
    )


def durations(figures: YearFigures, words: Words, palette: Palette) -> Columns:
    buckets = coarse_buckets(figures.durations["answer_calendar"].counts, words)
    return Columns(
        name="durations",
        text=_told(words("durations_note"), [name for name, _ in buckets], [n for _, n in buckets], words),
        labels=[name for name, _ in buckets],
        series=[Series(words("answers"), [n for _, n in buckets])],
        colours=(palette.accent,),
    )


def _told(what: str, labels: Sequence[str], numbers: Sequence[int], words: Words) -> str:
    told = ", ".join(f"{label} {words.number(n)}" for label, n in zip(labels, numbers, strict=True) if n)
    return words.told(what, told or words("nobody"))

"""Which charts a year has, and what each says in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.metrics.domain.figures import YearFigures
from services.metrics.pages.charts import WHOLE, Columns, Series, columns
from services.metrics.pages.palette import Palette
from services.metrics.pages.sheet import coarse_buckets
from services.metrics.pages.words import Words

MOST_YEARS = 12


def draw(
    figures: YearFigures, words: Words, palette: Palette, *, size: tuple[int, int] | None = None
) -> dict[str, str]:
    """Name → SVG. `size` is for paper, where all have one: width and height."""
    charts: tuple[Columns, ...] = (
        channels_over_years(figures, words),
        months(figures, words, palette),
        durations(figures, words, palette),
    )
    if size is not None:
        charts = tuple(replace(chart, width=size[0], height=size[1]) for chart in charts)
    return {chart.name: columns(chart, palette, words.number) for chart in charts}


def channel_order(figures: YearFigures) -> list[str]:
    """Channels by their size over all years shown, so that a channel keeps its place and colour."""
    totals: dict[str, int] = {}
    for year in figures.history[-MOST_YEARS:]:
        for piece in year.channels:
            totals[piece.value] = totals.get(piece.value, 0) + piece.n
    return sorted(totals, key=lambda value: (value == "", -totals[value], value))


def channels_over_years(figures: YearFigures, words: Words) -> Columns:
    years = figures.history[-MOST_YEARS:]
    series = [
        Series(
            words.value("channel", channel),
            [sum(piece.n for piece in year.channels if piece.value == channel) for year in years],
        )
        for channel in channel_order(figures)
    ]
    return Columns(
        name="channels",
        text=_told(words("channels_note"), [str(year.year) for year in years], [y.n for y in years], words),
        labels=[str(year.year) for year in years],
        series=series,
        stacked=True,
        width=WHOLE,
        height=330,
    )


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
    return f"{what} : {told or words('nobody')}"

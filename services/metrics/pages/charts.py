"""Charts as SVG, drawn by pygal without scripts or fonts of its own: the page's style sheet dresses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

import pygal
from pygal.style import Style

from services.metrics.pages.palette import Palette

HALF, WHOLE = 600, 900
"""Widths of charts in half a page and across it, in the same units as their letters."""


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[int]


@dataclass(frozen=True)
class Columns:
    """What a column chart shows: labels below, one or more series, and the whole in words. `name` is unique
    on its page."""

    name: str
    text: str
    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    width: int = HALF
    height: int = 300
    colours: Sequence[str] = field(default=())


def columns(chart: Columns, palette: Palette, number: Callable[[float], str]) -> str:
    """The SVG element, ready to be put into a page. `number` writes the numbers on it."""
    drawing = _kind(chart)(
        style=_style(chart, palette),
        js=(),
        width=chart.width,
        height=chart.height,
        margin=4,
        spacing=14,
        rounded_bars=0 if chart.stacked else 3,
        show_legend=False,
        max_scale=5,
        min_scale=3,
        order_min=0,
        formatter=number,
        value_formatter=number,
        truncate_label=-1,
        show_minor_y_labels=True,
        disable_xml_declaration=True,
        pretty_print=False,
    )
    drawing.uuid = chart.name
    drawing.x_labels = list(chart.labels)
    for series in chart.series:
        drawing.add(series.name, list(series.values))
    return _accessible(drawing.render(is_unicode=True), chart)


def _kind(chart: Columns) -> type[pygal.Bar]:
    kind: type[pygal.Bar] = pygal.StackedBar if chart.stacked else pygal.Bar
    return kind


def _style(chart: Columns, palette: Palette) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=palette.ink,
        foreground_strong=palette.ink,
        foreground_subtle=palette.quiet,
        guide_stroke_color=palette.quiet,
        major_guide_stroke_color=palette.quiet,
        guide_stroke_dasharray="none",
        major_guide_stroke_dasharray="none",
        colors=tuple(islice(cycle(chart.colours or palette.series), len(chart.series))),
        font_family="inherit",
        label_font_size=14,
        major_label_font_size=14,
        opacity="1",
        opacity_hover="0.85",
        stroke_opacity="0",
        stroke_opacity_hover="0",
        transition="0s",
    )


def _accessible(svg: str, chart: Columns) -> str:
    """One picture with one description for who can't see it; the numbers stand in a table beside it."""
    description = chart.text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{description}" ', 1)

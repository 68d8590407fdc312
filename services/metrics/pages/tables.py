"""The figures as one long table for machines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from services.metrics.domain.buckets import LABELS
from services.metrics.domain.figures import YearFigures

CSV_HEADER = ("year", "partner", "measure", "facet", "value", "n")
"""The same columns that `sesame metrics import` reads."""

TableLine = tuple[str, str, str, int]
"""Measure, facet, value and number."""


def as_csv(figures: YearFigures) -> bytes:
    """One number per line, in words of the network (not of a language): UTF-8, RFC 4180."""
    text = StringIO()
    writer = csv.writer(text)
    if figures.made_up_until:
        text.write(f"# up to {figures.made_up_until}, these numbers are made up for a demonstration\r\n")
    writer.writerow(CSV_HEADER)
    for measure, facet, value, n in _lines(figures):
        writer.writerow((figures.year, figures.partner, measure, facet, value, n))
    return text.getvalue().encode()


def _lines(figures: YearFigures) -> Iterator[TableLine]:
    yield from _totals(figures)
    for facet, pieces in figures.cuts.items():
        for piece in pieces:
            yield figures.cut_measure, facet, piece.value, piece.n
    if figures.dated:
        yield from _dated(figures)
    for partner in figures.partners:
        yield "answered", "partner", partner.id, partner.answered
        yield "routed", "partner", partner.id, partner.asked
        yield "declined", "partner", partner.id, partner.declined
        yield "received", "origin", partner.id, partner.own_public


def _totals(figures: YearFigures) -> Iterator[TableLine]:
    totals = {measure: headline.n for measure, headline in figures.headlines.items()}
    for measure, n in {**totals, "kept": figures.kept}.items():
        if n or figures.dated:
            yield measure, "total", "", n
    for measure, stated in (("institutions", figures.institutions), ("respondents", figures.respondents)):
        if stated is not None:
            yield measure, "total", "", stated


def _dated(figures: YearFigures) -> Iterator[TableLine]:
    for measure, months in figures.months.items():
        for month, n in enumerate(months, 1):
            yield measure, "month", f"{month:02d}", n
    for stage, duration in figures.durations.items():
        for label, n in zip(LABELS, duration.counts, strict=True):
            yield stage, "seconds", label, n
    yield from _numbered(figures)


def _numbered(figures: YearFigures) -> Iterator[TableLine]:
    for star, n in enumerate(figures.stars, 1):
        yield "rated", "number", str(star), n
    for effort, n in enumerate(figures.effort, 1):
        yield "answered", "number", str(effort), n

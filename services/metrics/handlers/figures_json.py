"""Figures as JSON and back: how a frozen year is kept, and what `--format json` gives."""

from __future__ import annotations

from pydantic import TypeAdapter

from services.metrics.domain.figures import YearFigures

_FIGURES = TypeAdapter(YearFigures)


def to_json(figures: YearFigures, *, indent: int | None = None) -> str:
    return _FIGURES.dump_json(figures, indent=indent).decode()


def from_json(text: str) -> YearFigures:
    return _FIGURES.validate_json(text)

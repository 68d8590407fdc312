"""The press itself: `python -m services.metrics.pages.typesetting` reads a job, writes a PDF or PNG."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from services.metrics.pages.drawings import channel_legend, draw
from services.metrics.pages.page import HERE
from services.metrics.pages.palette import PAPER
from services.metrics.pages.typst import Job, Shape
from services.metrics.pages.view_model import Bar, Cell, FigureView, compose
from services.metrics.pages.words import Words

SOURCES: Mapping[Shape, str] = {
    "a4": "poster.typ",
    "a3": "poster.typ",
    "wide": "card.typ",
    "square": "card.typ",
}
CHART_SIZE = (600, 146)
"""As wide and high as there is room for on the sheet."""
MOST_SUBJECTS, MOST_LANGUAGES, MOST_PURPOSES, MOST_PARTNERS = 12, 6, 6, 60
"""What there is room for on a sheet."""

HEADINGS = (
    "channels",
    "months",
    "durations",
    "subjects",
    "languages",
    "purposes",
    "stars",
    "effort",
    "map",
    "heat",
    "partners_title",
)


def set_sheet(job: Job) -> bytes:
    words = Words(job.language)
    sheet = compose(job.figures, words, zone=job.zone)
    with TemporaryDirectory(prefix="sesame-press-") as name:
        folder = Path(name)
        _lay_out(folder, job, sheet)
        return _compile(folder, job.shape)


def _lay_out(folder: Path, job: Job, sheet: FigureView) -> None:
    for chart, svg in draw(job.figures, sheet.words, PAPER, size=CHART_SIZE).items():
        (folder / f"{chart}.svg").write_text(svg)
    source = SOURCES[job.shape]
    (folder / source).write_bytes((HERE / "templates" / source).read_bytes())
    (folder / "sheet.json").write_text(json.dumps(_content(job, sheet)))


def _compile(folder: Path, shape: Shape) -> bytes:
    made = typst.compile(
        folder / SOURCES[shape],
        root=folder,
        font_paths=[HERE / "assets"],
        ignore_system_fonts=True,
        format="pdf" if shape in ("a4", "a3") else "png",
        ppi=72,
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{SOURCES[shape]}: one page was to be set, {len(made or ())} came out")
    return made


def _content(job: Job, sheet: FigureView) -> dict[str, Any]:
    words = sheet.words
    return {
        "shape": job.shape,
        "language": words.language,
        "owner": sheet.owner,
        "strapline": words("strapline"),
        "title": sheet.title,
        "state": sheet.state,
        "bigs": [
            {"key": big.key, "value": big.value, "label": big.label, "note": big.note, "gauge": big.gauge}
            for big in sheet.bigs
        ],
        "headings": {key: _heading(key, sheet) for key in HEADINGS},
        "dated": job.figures.dated,
        "legend": [
            {"name": name, "colour": colour} for name, colour in channel_legend(job.figures, words, PAPER)
        ],
        "pair": [words("received"), words("answered")],
        "subjects": _bars(sheet.subjects[:MOST_SUBJECTS]),
        "languages": _bars(sheet.languages[:MOST_LANGUAGES]),
        "purposes": _bars(sheet.purposes[:MOST_PURPOSES]),
        "stars": _bars(reversed(sheet.stars)) if sum(job.figures.stars) else [],
        "effort": _bars(sheet.effort) if sum(job.figures.effort) else [],
        "partners": [
            {"name": share.name, "number": words.number(share.answered)}
            for share, _, _ in sheet.partners[:MOST_PARTNERS]
        ],
        "more_partners": words("and_more", n=len(sheet.partners) - MOST_PARTNERS)
        if len(sheet.partners) > MOST_PARTNERS
        else "",
        "map": _cells(sheet.map) if sheet.mapped else [],
        "columns": sheet.map_size[0],
        "rows": sheet.map_size[1],
        "heat": [{"day": words.weekdays[day], "cells": _cells(row)} for day, row in enumerate(sheet.heat)]
        if sheet.heat_peak
        else [],
        "foot": _foot(job, sheet),
    }


def _foot(job: Job, sheet: FigureView) -> str:
    method = sheet.words("method_text", zone=sheet.zone)
    sources = job.figures.sources
    return f"{method} {sheet.words.sources(sources)}" if sources else method


def _heading(key: str, sheet: FigureView) -> dict[str, str]:
    note = f"{key.removesuffix('_title')}_note"
    return {"title": sheet.words(key), "note": sheet.words(note, zone=sheet.zone)}


def _bars(bars: Iterable[Bar]) -> list[dict[str, object]]:
    return [{"label": bar.label, "number": bar.number, "share": bar.share} for bar in bars]


def _cells(cells: Iterable[Cell]) -> list[dict[str, object]]:
    return [
        {
            "label": cell.label,
            "number": cell.number if cell.n else "",
            "level": cell.level,
            "x": cell.column,
            "y": cell.row,
        }
        for cell in cells
    ]


if __name__ == "__main__":
    sys.stdout.buffer.write(set_sheet(Job.model_validate_json(sys.stdin.buffer.read())))

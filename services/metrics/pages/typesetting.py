"""The press itself: `python -m services.metrics.pages.typesetting` reads a job, writes a PDF or PNG."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
import typst

from services.metrics.pages.drawings import channel_legend, charts_of, draw
from services.metrics.pages.page import HERE
from services.metrics.pages.palette import PAPER
from services.metrics.pages.typst import Job, Shape
from services.metrics.pages.view.tiles import Cell
from services.metrics.pages.view.view_model import Bar, FigureView, compose
from services.metrics.pages.words import Words

SOURCES: Mapping[Shape, str] = {
    "a4": "poster.typ",
    "a3": "poster.typ",
    "wide": "card.typ",
    "square": "card.typ",
}
CHART_SIZE = (600, 146)
"""As wide and high as there is room for on the sheet."""
MOST_LANGUAGES, MOST_PURPOSES, MOST_PARTNERS = 4, 4, 60
"""What there is room for on a sheet, beside the two that close a sum."""
MANY_LETTERS = 1_500
NIGHT = "#14235a"
HEADS = {
    "subjects": ("subject", "questions"),
    "languages": ("language", "questions"),
    "purposes": ("purpose", "questions"),
    "stars": ("star", "ratings"),
    "effort": ("degree", "answers"),
}
"""Table → what its columns are."""

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
    sheet = compose(job.figures, words, zone=job.zone, network=job.imprint.network)
    with TemporaryDirectory(prefix="sesame-press-") as name:
        folder = Path(name)
        _lay_out(folder, job, sheet)
        return _compile(folder, job.shape)


def _lay_out(folder: Path, job: Job, sheet: FigureView) -> None:
    for chart, svg in draw(job.figures, sheet.words, PAPER, size=CHART_SIZE).items():
        (folder / f"{chart}.svg").write_text(svg)
    if job.imprint.ask_url:
        code = segno.make(job.imprint.ask_url, micro=False, error="m")
        code.save(str(folder / "code.svg"), border=0, dark=NIGHT)
    source = SOURCES[job.shape]
    (folder / source).write_bytes((HERE / "templates" / source).read_bytes())
    content = _content(job, sheet) | _imprint(folder, job, sheet.words)
    (folder / "sheet.json").write_text(json.dumps(content))


def _imprint(folder: Path, job: Job, words: Words) -> dict[str, str]:
    imprint = job.imprint
    accessible = words("poster_accessible", address=_bare(imprint.figures_url))
    return {
        "logo": _logo(folder, imprint.logo),
        "ask": words("poster_ask") if imprint.ask_url else "",
        "address": _bare(imprint.ask_url),
        "accessible": accessible if imprint.figures_url else "",
    }


def _bare(url: str) -> str:
    """As it is read out."""
    return url.partition("://")[2].rstrip("/")


def _logo(folder: Path, source: str) -> str:
    """The name of the logo's file; empty without one."""
    kind, _, encoded = source.partition(";base64,")
    if not encoded:
        return ""
    name = f"logo.{kind.rpartition('/')[2].partition('+')[0]}"
    (folder / name).write_bytes(base64.b64decode(encoded))
    return name


def _compile(folder: Path, shape: Shape) -> bytes:
    made = typst.compile(
        folder / SOURCES[shape],
        root=folder,
        font_paths=[HERE / "assets"],
        ignore_system_fonts=True,
        format="pdf" if shape in ("a4", "a3") else "png",
        ppi=72,
        pdf_standards=["ua-1"] if shape in ("a4", "a3") else None,
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
        "strapline": sheet.strapline,
        "title": sheet.title,
        "state": sheet.state,
        "bigs": [
            {"key": big.key, "value": big.value, "label": big.label, "note": big.note, "gauge": big.gauge}
            for big in sheet.bigs
        ],
        "headings": {key: _heading(key, sheet) for key in HEADINGS},
        "dated": job.figures.dated,
        "timed": job.figures.durations["answer_calendar"].n > 0,
        "legend": [
            {"name": name, "colour": colour} for name, colour in channel_legend(job.figures, words, PAPER)
        ],
        "pair": [words("received"), words("answered")],
        "subjects": _bars(sheet.bars("subject", _room_for_subjects(sheet))),
        "languages": _bars(sheet.bars("language", MOST_LANGUAGES)),
        "purposes": _bars(sheet.bars("purpose", MOST_PURPOSES)),
        "heads": {key: [words(head), words(counted)] for key, (head, counted) in HEADS.items()},
        "told": {chart.name: chart.text for chart in charts_of(job.figures, words, PAPER)},
        "stars": _bars(reversed(sheet.stars)) if sum(job.figures.stars) else [],
        "effort": _bars(sheet.effort) if sum(job.figures.effort) else [],
        **_partners(sheet),
        "map": _cells(sheet.map) if sheet.mapped else [],
        "map_told": ", ".join(words.told(cell.name, cell.number) for cell in sheet.map if cell.n),
        "map_rest": " · ".join(sheet.map_rest),
        "made_up": sheet.made_up,
        "days": words("days"),
        "columns": sheet.map_size[0],
        "rows": sheet.map_size[1],
        "heat": [{"day": words.weekdays[day], "cells": _cells(row)} for day, row in enumerate(sheet.heat)]
        if sheet.heat_peak
        else [],
        "foot": _foot(job, sheet),
    }


def _partners(sheet: FigureView) -> dict[str, Any]:
    """Those who answered most, and how many more there are. Nobody is thanked for nothing."""
    gave = [share for share, _, _ in sheet.partners if share.answered]
    words, more, shown = sheet.words, len(gave) - MOST_PARTNERS, gave[:MOST_PARTNERS]
    return {
        "partners": [{"name": share.name, "number": words.number(share.answered)} for share in shown],
        "more_partners": words("and_more", n=more) if more > 0 else "",
    }


def _room_for_subjects(sheet: FigureView) -> int:
    """Beside a map, above credits of many letters, or alone on a library's own sheet."""
    letters = sum(len(share.name) + 8 for share, _, _ in sheet.partners[:MOST_PARTNERS])
    if sheet.partners:
        return 4 if letters > MANY_LETTERS else 7
    return 5 if sheet.mapped else 10


def _foot(job: Job, sheet: FigureView) -> str:
    method = sheet.words("method_text", zone=sheet.zone)
    sources = job.figures.sources
    return f"{method} {sheet.words.sources(sources)}" if sources else method


def _heading(key: str, sheet: FigureView) -> dict[str, str]:
    note = f"{key.removesuffix('_title')}_note"
    return {"title": sheet.words(key), "note": sheet.words(note, zone=sheet.zone)}


def _bars(bars: Iterable[Bar]) -> list[dict[str, object]]:
    return [{"label": bar.label, "number": bar.number, "share": bar.share, "rest": bar.rest} for bar in bars]


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

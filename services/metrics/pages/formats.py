"""The figures as files: what each format is called, and who makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.metrics.domain.figures import YearFigures
from services.metrics.handlers.figures_json import to_json
from services.metrics.pages import tables, typst
from services.metrics.pages.imprint import Imprint
from services.metrics.pages.typst import Job, Shape
from services.metrics.pages.words import PageLanguage, Words


@dataclass(frozen=True)
class FormatRequest:
    """How a file is wanted. `a3` is for PDF, `square` for PNG."""

    language: PageLanguage
    zone: str
    imprint: Imprint = field(default_factory=Imprint)
    a3: bool = False
    square: bool = False


@dataclass(frozen=True)
class Format:
    media_type: str
    make: Callable[[YearFigures, FormatRequest], bytes]
    """May take seconds (PDF, PNG): call it in a thread."""


def file_name(figures: YearFigures, extension: str, wish: FormatRequest) -> str:
    """What a reader keeps it as: figures-2026-bpi-a3-en.pdf."""
    shape = {"pdf": "a3" if wish.a3 else "", "png": "square" if wish.square else ""}.get(extension, "")
    language = wish.language if wish.language != "fr" else ""
    parts = ("figures", str(figures.year), figures.partner, shape, language)
    return f"{'-'.join(filter(None, parts))}.{extension}"


def _json(figures: YearFigures, _wish: FormatRequest) -> bytes:
    return to_json(figures, indent=2).encode()


def _csv(figures: YearFigures, _wish: FormatRequest) -> bytes:
    return tables.as_csv(figures)


def _ods(figures: YearFigures, wish: FormatRequest) -> bytes:
    # Imported when wanted: the library behind it would double what the service needs at rest.
    from services.metrics.pages.spreadsheet import as_ods

    return as_ods(figures, Words(wish.language))


def _pdf(figures: YearFigures, wish: FormatRequest) -> bytes:
    return typst.press(_job(figures, wish, "a3" if wish.a3 else "a4"))


def _png(figures: YearFigures, wish: FormatRequest) -> bytes:
    return typst.press(_job(figures, wish, "square" if wish.square else "wide"))


def _job(figures: YearFigures, wish: FormatRequest, shape: Shape) -> Job:
    return Job(figures=figures, language=wish.language, zone=wish.zone, shape=shape, imprint=wish.imprint)


FORMATS: Mapping[str, Format] = {
    "json": Format("application/json", _json),
    "csv": Format("text/csv; charset=utf-8", _csv),
    "ods": Format("application/vnd.oasis.opendocument.spreadsheet", _ods),
    "pdf": Format("application/pdf", _pdf),
    "png": Format("image/png", _png),
}

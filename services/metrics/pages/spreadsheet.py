"""The figures as an OpenDocument spreadsheet, in the words of a language, with a sheet per subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from odfdo import Document, Row, Table

from services.metrics.domain.figures import OTHERS, YearFigures
from services.metrics.pages.words import Words

CellValue = str | int | float | None
Rows = Sequence[Sequence[CellValue]]


def as_ods(figures: YearFigures, words: Words) -> bytes:
    """Blocks for a tenth of a second."""
    document = Document("spreadsheet")
    document.body.clear()
    for name, rows in _sheets(figures, words):
        sheet = Table(name)
        for row in rows:
            sheet.append_row(_row(row))
        document.body.append(sheet)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _row(cells: Sequence[CellValue]) -> Row:
    row = Row()
    row.set_values(list(cells))
    return row


def _sheets(figures: YearFigures, words: Words) -> Iterator[tuple[str, Rows]]:
    yield words("title", year=figures.year), _headlines(figures, words)
    for facet in figures.cuts:
        yield words.facet(facet), _pieces(facet, figures, words)
    if figures.dated:
        yield words("months"), _months(figures, words)
        yield words("heat"), _heat(figures, words)
    if figures.partners:
        yield words("partners_title"), _partners(figures, words)


def _headlines(figures: YearFigures, words: Words) -> Rows:
    head: list[Sequence[CellValue]] = [(words("figure"), figures.year, figures.year - 1)]
    if figures.made_up_until:
        head.insert(0, (words("made_up", day=words.day(figures.made_up_until)),))
    shown = ("received", "answered", "delivered", "archived", "viewed")
    rows = [
        (words(measure), headline.n, headline.before)
        for measure in shown
        if (headline := figures.headlines.get(measure)) and (headline.n or figures.dated)
    ]
    answer = figures.durations["answer_calendar"].median
    return [
        *head,
        *rows,
        (words("promise"), figures.promise_share, None),
        (words("median"), None if answer is None else words.duration(answer), None),
        (words("satisfaction"), figures.satisfaction, None),
    ]


def _pieces(facet: str, figures: YearFigures, words: Words) -> Rows:
    head: list[Sequence[CellValue]] = [(words.piece(facet), words("questions"))]
    others = words.others(facet, so_far=figures.so_far)
    return [
        *head,
        *(
            (others if piece.value == OTHERS else words.value(facet, piece.value), piece.n)
            for piece in figures.cut(facet)
        ),
    ]


def _months(figures: YearFigures, words: Words) -> Rows:
    head: list[Sequence[CellValue]] = [(words("month"), words("received"), words("answered"))]
    received, answered = figures.months["received"], figures.months["answered"]
    return [*head, *((name, received[at], answered[at]) for at, name in enumerate(words.months))]


def _heat(figures: YearFigures, words: Words) -> Rows:
    rows: list[Sequence[CellValue]] = [(words("days"), *(words("hour", hour=hour) for hour in range(24)))]
    for day, counts in enumerate(figures.slots):
        rows.append((words.weekdays[day], *counts))
    return rows


def _partners(figures: YearFigures, words: Words) -> Rows:
    titles = ("partner", "answers", "asked", "declines", "own_public")
    head: list[Sequence[CellValue]] = [tuple(words(title) for title in titles)]
    rows = (
        (partner.name, partner.answered, partner.asked, partner.declined, partner.own_public)
        for partner in figures.partners
    )
    return [*head, *rows]

"""Years from before Sésame, from a CSV file that says where each number comes from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from services.metrics.domain import facts
from services.metrics.domain.figures import COUNTED_AS, YEARS

COLUMNS = ("year", "partner", "measure", "facet", "value", "n", "source")
MEASURES = (
    "received",
    "answered",
    "kept",
    "delivered",
    "archived",
    "viewed",
    "rated",
    "institutions",
    "respondents",
)
FACETS = ("total", *(facet.name for facet in facts.FACETS if facet.in_figures), "partner")


class Imported(NamedTuple):
    year: int
    partner: str
    measure: str
    facet: str
    value: str
    n: int
    source: str


class BadFile(ValueError):
    """The file can't be imported; nothing of it was. The text names line, column, value and fix."""


def read(path: Path) -> list[Imported]:
    """Every row of the file, or BadFile for the first that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(_without_comments(file), restval="", strict=True)
            _check_header(path, rows.fieldnames or ())
            imported = [_row(path, rows.line_num, row) for row in rows]
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path}: byte 0x{error.object[error.start]:02x} is not UTF-8; save it as UTF-8"
        ) from error
    except csv.Error as error:
        raise BadFile(
            f"{path} is no CSV: {error}; a quotation mark within a text is written twice"
        ) from error
    _check_once(path, imported)
    return imported


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if not line.startswith("#"))


def _check_header(path: Path, found: Iterable[str]) -> None:
    missing = [column for column in COLUMNS if column not in set(found)]
    if missing:
        raise BadFile(
            f"{path}: column {missing[0]!r} is missing; the first line must be: {','.join(COLUMNS)}"
        )


def _row(path: Path, line: int, row: Mapping[str, str]) -> Imported:
    where = f"{path}, row at line {line}"
    _one_of(where, "measure", row["measure"], MEASURES)
    _one_of(where, "facet", row["facet"], FACETS)
    if not row["source"].strip():
        raise BadFile(f"{where}: source is empty; say where the number can be read")
    return Imported(
        year=_number(where, "year", row["year"], YEARS),
        partner=row["partner"].strip(),
        measure=COUNTED_AS.get(row["measure"], row["measure"]),
        facet=row["facet"],
        value=row["value"].strip(),
        n=_number(where, "n", row["n"], range(2**53)),
        source=row["source"].strip(),
    )


def _one_of(where: str, column: str, given: str, known: Iterable[str]) -> None:
    if given not in known:
        raise BadFile(f"{where}: {column} {given!r} is not known; one of: {', '.join(known)}")


def _number(where: str, column: str, given: str, bounds: range) -> int:
    if given.strip().isdecimal() and int(given) in bounds:
        return int(given)
    raise BadFile(
        f"{where}: {column} {given!r} must be a whole number from {bounds.start} to {bounds.stop - 1}"
    )


def _check_once(path: Path, rows: Iterable[Imported]) -> None:
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        if row[:5] in seen:
            what = ", ".join(str(part) for part in row[:5])
            raise BadFile(f"{path}: two rows say {what}; keep one")
        seen.add(row[:5])

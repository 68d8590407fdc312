"""Rows of another help desk's export, each with its line: a table, or one JSON object a line."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TextIO

from services.notifier.domain.archive.past_answers import RowFault

SEPARATORS = ",;\t"
TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
SHOWN_OF_A_ROW = 200
NO_CSV = "a quotation mark within a text is written twice, and a text of several lines stands between two"
CUT = "what stands in line %d is no whole row and may belong to it"
NAMED_SEPARATOR = re.compile(r'"?sep=([^"\w\r\n ])"?[,;\t]*', re.I)
"""Excel's own line before the first: `sep=;`."""
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BEGINNING = 200
"""Bytes looked at for how a file is written: names of columns, whatever the alphabet of its texts."""

csv.field_size_limit(2**24)

ExportRow = dict[str, Any] | RowFault


def is_table(path: Path) -> bool:
    """CSV by its ending; else there is one JSON object a line."""
    return path.suffix.lower() in TABLES


def rows_of(path: Path, encoding: str = "") -> Iterator[tuple[int, ExportRow]]:
    """Line and row; a fault where that can't be read. `encoding`: UTF-8, or what its mark says, where none
    is said. Raises ValueError, with line and fix, for what is written in another."""
    written = _encoding(path, encoding)
    with path.open(encoding=written, newline="") as file:
        try:
            yield from _table_rows(file) if is_table(path) else _json_rows(file)
        except UnicodeError as error:
            raise ValueError(_otherwise_written(path, written)) from error


def _encoding(path: Path, said: str) -> str:
    """A mark at its beginning is never part of the first name. Raises ValueError where it says otherwise."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if beginning.startswith(SPREADSHEETS):
        raise ValueError(f"{path} is a spreadsheet; save it as CSV (UTF-8) and import that")
    if mark := next((name for mark, name in MARKS if beginning.startswith(mark)), ""):
        kind = mark.removesuffix("-sig")
        if said and not said.startswith(kind):
            raise ValueError(f"{path} begins with the mark of {kind.upper()}; leave out --encoding {said}")
        return mark
    wide = _wide(beginning)
    if wide and said not in ((wide, "utf-16") if wide == "utf-16-le" else (wide,)):
        raise ValueError(f"{path} is UTF-16 without its mark; say so: --encoding {wide}")
    return said or "utf-8"


def _wide(beginning: bytes) -> str:
    """UTF-16 without a mark has a zero beside each plain letter: behind it, or before it."""
    behind, before = beginning[1::2].count(0), beginning[::2].count(0)
    if max(behind, before) * 6 <= len(beginning) or min(behind, before) * 2 > max(behind, before):
        return ""
    return "utf-16-le" if behind > before else "utf-16-be"


def _otherwise_written(path: Path, encoding: str) -> str:
    content, kind = path.read_bytes(), encoding.removesuffix("-sig").upper()
    fix = "say how it is written, as Windows does in France: --encoding cp1252"
    if encoding != "utf-8":
        fix = "write the file again as UTF-8"
    try:
        content.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        return f"{path}, line {line}: byte 0x{content[wrong.start]:02x} is not {kind}; {fix}"
    return f"{path} is not {kind}; {fix}"


def _table_rows(file: TextIO) -> Iterator[tuple[int, ExportRow]]:
    """What is no whole row behind one that is may be the end of its text: that row is not taken either."""
    whole: tuple[int, ExportRow] | None = None
    for line, is_piece, row in _table_lines(file):
        if whole and is_piece and isinstance(row, RowFault):
            yield whole[0], RowFault(whole[0], "row", "", f"is cut: {CUT % line}; {NO_CSV}")
        elif whole:
            yield whole
        whole = None if isinstance(row, RowFault) else (line, row)
        if isinstance(row, RowFault):
            yield line, row
    if whole:
        yield whole


def _table_lines(file: TextIO) -> Iterator[tuple[int, bool, ExportRow]]:
    """Line, whether it has too few fields or is no CSV, row."""
    first, separator, before = _first_line(file)
    reader = csv.reader(chain([first], file), delimiter=separator, strict=True)
    columns: list[str] = []
    begun = before + 1
    while (cells := _next(reader, begun, before)) is not None:
        if isinstance(cells, RowFault):
            yield begun, True, cells
        elif not columns:
            columns = _columns(cells)
        elif any(cell.strip() for cell in cells):
            yield begun, len(cells) < len(columns), _row(columns, cells, begun)
        begun = before + reader.line_num + 1


def _first_line(file: TextIO) -> tuple[str, str, int]:
    """The line that names the columns, what separates them, and how many lines stand before it."""
    separator = ""
    for before, line in enumerate(iter(file.readline, "")):
        if said := NAMED_SEPARATOR.fullmatch(line.rstrip("\r\n")):
            separator = said[1]
        elif line.strip(f"{SEPARATORS}{separator} \r\n"):
            return line, separator or max(SEPARATORS, key=line.count), before
    return "", SEPARATORS[0], 0


def _next(reader: TableReader, line: int, before: int) -> list[str] | RowFault | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        fix = f"up to line {before + reader.line_num} is no CSV ({error}); {NO_CSV}"
        return RowFault(line, "row", "", fix)


def _columns(cells: Iterable[str]) -> list[str]:
    columns = [cell.strip() for cell in cells]
    if twice := next((name for name in columns if name and columns.count(name) > 1), None):
        raise ValueError(f"column {twice!r} stands twice in the first line; give one of them another name")
    return columns


def _row(columns: list[str], cells: list[str], line: int) -> ExportRow:
    if len(cells) > len(columns):
        return RowFault(line, "row", cells[len(columns)], "has more fields than the first line")
    missing = [name for name in columns[len(cells) :] if name]
    if missing:
        fix = f"has fewer fields than the first line, no {missing[0]}; {NO_CSV}"
        return RowFault(line, "row", cells[-1], f"{fix}; an empty field keeps its separator")
    return dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True))


def _json_rows(file: Iterable[str]) -> Iterator[tuple[int, ExportRow]]:
    for line, text in enumerate(file, 1):
        if text.strip():
            yield line, _json_row(text.strip(), line)


def _json_row(text: str, line: int) -> ExportRow:
    try:
        row = json.loads(text, object_pairs_hook=_once)
    except _NameTwice as error:
        return RowFault(line, str(error), text[:SHOWN_OF_A_ROW], "stands twice in one object; keep one")
    except (ValueError, RecursionError):
        row = None
    if isinstance(row, dict):
        return row
    fix = "is no JSON object on one line"
    if text.startswith("["):
        fix += "; a list is written with one of its objects a line: jq -c '.[]'"
    return RowFault(line, "row", text[:SHOWN_OF_A_ROW], fix)


class TableReader(Protocol):
    """What csv.reader gives."""

    line_num: int

    def __next__(self) -> list[str]: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _NameTwice(Exception):
    """An object says one name twice: nobody knows which is meant."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        names = [name for name, _ in pairs]
        raise _NameTwice(next(name for name in names if names.count(name) > 1))
    return said

"""Rows of another help desk's export, each with its line: a table, or one JSON object a line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TextIO

from services.notifier.domain.archive.past_answers import RowFault

SEPARATORS = ",;\t"
TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
SHOWN_OF_A_ROW = 200
NO_CSV = "a quotation mark within a text is written twice, and a text of several lines stands between two"

csv.field_size_limit(2**24)

ExportRow = dict[str, Any] | RowFault


def is_table(path: Path) -> bool:
    """CSV by its ending; else there is one JSON object a line."""
    return path.suffix.lower() in TABLES


def rows_of(path: Path, encoding: str = "") -> Iterator[tuple[int, ExportRow]]:
    """Line and row; a fault where that can't be read. `encoding`: UTF-8, or UTF-16 with its mark, where none
    is said. Raises ValueError, with line and fix, for what is written in another."""
    with path.open(encoding=encoding or _encoding(path), newline="") as file:
        try:
            yield from _table_rows(file) if is_table(path) else _json_rows(file)
        except UnicodeError as error:
            raise ValueError(_otherwise_written(path, encoding or "utf-8")) from error


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _otherwise_written(path: Path, encoding: str) -> str:
    content = path.read_bytes()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return f"{path} is a spreadsheet; save it as CSV (UTF-8) and import that"
    try:
        content.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        where = f"{path}, line {line}: byte 0x{content[wrong.start]:02x} is not {encoding.upper()}"
        return f"{where}; say how it is written, as Windows does in France: --encoding cp1252"
    return f"{path} is not {encoding.upper()}; say how it is written: --encoding cp1252"


def _table_rows(file: TextIO) -> Iterator[tuple[int, ExportRow]]:
    first = file.readline()
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(chain([first], file), delimiter=separator, strict=True)
    columns: list[str] = []
    begun = 1
    while (cells := _next(reader, begun)) is not None:
        if isinstance(cells, RowFault):
            yield begun, cells
        elif not columns:
            columns = _columns(cells)
        elif any(cell.strip() for cell in cells):
            yield begun, _row(columns, cells, begun)
        begun = reader.line_num + 1


def _next(reader: TableReader, line: int) -> list[str] | RowFault | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        return RowFault(line, "row", "", f"up to line {reader.line_num} is no CSV ({error}); {NO_CSV}")


def _columns(cells: Iterable[str]) -> list[str]:
    columns = [cell.strip() for cell in cells]
    if twice := next((name for name in columns if name and columns.count(name) > 1), None):
        raise ValueError(f"column {twice!r} stands twice in the first line; give one of them another name")
    return columns


def _row(columns: list[str], cells: list[str], line: int) -> ExportRow:
    if len(cells) > len(columns):
        return RowFault(line, "row", cells[len(columns)], "has more fields than the first line")
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

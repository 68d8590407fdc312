"""Partners in files: YAML (a list of records) and CSV (nested fields as YAML in their cell).

Faults are named by line and don't hide one another.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.router.domain.partner import Partner
from services.router.domain.partner_record import READERS, FaultyPartner, read_partner
from services.router.files.library_list import is_library_list, read_list


@dataclass(frozen=True, slots=True)
class FileFault:
    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


Records = Iterator[tuple[int, Any, Sequence[str]]]
"""Line, record, and what is known to be wrong with it though it can be taken."""


class FaultyFile(ValueError):
    """The file as a whole can't be read."""


def read_file(path: Path) -> tuple[list[Partner], list[FileFault]]:
    """Partners and faults, each in the order of the file. Raises FaultyFile when there is nothing to read."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise FaultyFile(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FaultyFile(f"{path}: not in UTF-8: {error}; save it as UTF-8") from error
    try:
        return read_records(_records(path, text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise FaultyFile(f"{path}, line {line}: {error.problem}; nothing of the file was read") from error
    except (yaml.YAMLError, csv.Error, FaultyFile) as error:
        raise FaultyFile(f"{path}: {error}") from error


def _records(path: Path, text: str) -> Records:
    if path.suffix != ".csv":
        return _yaml(text)
    return read_list(text) if is_library_list(text.partition("\n")[0]) else _csv(text)


def read_records(records: Records) -> tuple[list[Partner], list[FileFault]]:
    partners: dict[str, Partner] = {}
    faults: list[FileFault] = []
    for line, record, known_faults in records:
        faults += [FileFault(line, fault) for fault in known_faults]
        try:
            partner = read_partner(_mapping(record))
        except FaultyPartner as fault:
            faults.append(FileFault(line, str(fault)))
            continue
        if partner.id in partners:
            faults.append(
                FileFault(line, f'partner "{partner.name}": id {partner.id} stands in the file twice')
            )
        else:
            partners[partner.id] = partner
    return list(partners.values()), faults


def _mapping(record: Any) -> Mapping[str, Any]:
    if not isinstance(record, Mapping):
        raise FaultyPartner(f"a partner is a mapping of fields, like {{id: lyon}}, not {record!r}")
    return record


def _yaml(text: str) -> Records:
    """Each item of the list with the line it begins on."""
    document = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(document, yaml.SequenceNode):
        raise FaultyFile("a list of partners is wanted")
    loader = yaml.CSafeLoader("")
    for node in document.value:
        yield node.start_mark.line + 1, loader.construct_document(node), ()


def _csv(text: str) -> Records:
    """Commas, or semicolons as French spreadsheets write them. A row is named by its first line."""
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey=BEYOND)
    for row in rows:
        beyond: Any = row.pop(BEYOND, ())
        first = rows.line_num - sum(cell.count("\n") for cell in (*row.values(), *beyond) if cell)
        faults = [f"more cells than there are columns: {', '.join(beyond)}"] if any(beyond) else []
        yield first, {name: _cell(name, cell) for name, cell in row.items() if name and cell}, faults


BEYOND = "cells without a column"


NONE_AT_ALL = "[]"
"""A list that is empty on purpose; an empty cell is the default."""

_NESTED = frozenset({"subjects", "hours", "closures", "reach"})


def _cell(name: str, cell: str) -> Any:
    """What is no YAML stays as it is, and is found to be no mapping or list by whoever reads the field."""
    try:
        nested = name in _NESTED or cell == NONE_AT_ALL
        return yaml.load(cell, Loader=yaml.CSafeLoader) if nested else cell
    except yaml.YAMLError:
        return cell


def to_yaml(records: Sequence[Mapping[str, Any]]) -> str:
    return yaml.dump([dict(record) for record in records], allow_unicode=True, sort_keys=False, width=110)


def to_csv(records: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(READERS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _flat(value) for name, value in record.items()} for record in records)
    return out.getvalue()


def _flat(value: Any) -> Any:
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return yaml.dump(value, default_flow_style=True, allow_unicode=True, width=10_000).strip()
    return " ".join(value) or NONE_AT_ALL if isinstance(value, list) else value

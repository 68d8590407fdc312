"""Rows of JSON lines and YAML lists, each with the file and line it stands on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Row = tuple[str, dict[str, Any]]
"""Where ("file, line n"), and the named fields that stand there."""


class CorpusError(ValueError):
    """Something in the data cannot be used; the message names the file, the line and the fault."""


def json_rows(file: Path) -> Iterator[Row]:
    """One row per line."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        where = f"{file}, line {number}"
        try:
            said = json.loads(line)
        except ValueError as fault:
            raise CorpusError(f"{where}: not JSON ({fault})") from fault
        yield _row(where, said)


def yaml_rows(file: Path) -> Iterator[Row]:
    """One row per item of the list that the file is."""
    try:
        root = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as fault:
        raise CorpusError(f"{file}: not YAML ({fault})") from fault
    if not isinstance(root, yaml.SequenceNode):
        raise CorpusError(f"{file}, line 1: must be a list")
    for node in root.value:
        said = yaml.SafeLoader("").construct_document(node)
        yield _row(f"{file}, line {node.start_mark.line + 1}", said)


def _row(where: str, said: object) -> Row:
    if not isinstance(said, dict):
        raise CorpusError(f"{where}: must be a set of named fields, not {said!r}")
    return where, said


def with_tuple(row: Row, name: str) -> Row:
    """The row with its list `name` made immutable."""
    where, said = row
    if not isinstance(said.get(name), list):
        raise CorpusError(f'{where}: "{name}" must be a list, not {said.get(name)!r}')
    return where, {**said, name: tuple(said[name])}

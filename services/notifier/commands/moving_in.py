"""`./sesame archive import FILE`: years of questions and answers from another help desk."""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis import settings
from services.chassis.language.codes import language_code
from services.chassis.messaging.command import command_transactions
from services.chassis.messaging.transaction import Transactions
from services.contracts.addresses import PARTNER_ID
from services.contracts.vocabulary import CHANNELS, THEMES
from services.notifier.domain.archive.mapping import BadMapping, ExportMapping
from services.notifier.domain.archive.past_answers import KnownWords, PastAnswer, RowFault, RowReader
from services.notifier.handlers.moving_in import MovingIn, Outcome
from services.notifier.sending.workers import wall_of
from services.notifier.settings import NotifierSettings
from services.notifier.store.archive import past_answers

SHOWN = 50
"""Lines of one kind at most."""
KNOWN = KnownWords(re.compile(PARTNER_ID), THEMES, CHANNELS, language_code)
COLUMNS = ("year", "partner", "measure", "facet", "value", "n", "source")
STATES = {"held": "wait for release", "published": "are published", "kept_private": "are counted only"}

csv.field_size_limit(2**24)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    archive = subparsers.add_parser(
        "archive", help="the public archive: take over years of another help desk"
    )
    actions = archive.add_subparsers(metavar="ACTION", required=True)
    taking = actions.add_parser(
        "import", help="questions and answers of a CSV or JSON Lines file, whole or not at all"
    )
    taking.add_argument("file", type=Path, metavar="FILE", help="see docs/moving-in.md for its fields")
    taking.add_argument(
        "--mapping", type=Path, metavar="TOML", help="how its columns are called, and words in them"
    )
    taking.add_argument(
        "--source", help="where it comes from; with the row's id it says which it is. Default: FILE"
    )
    taking.add_argument(
        "--dry-run", action="store_true", help="say what would become of it and what is wrong"
    )
    taking.add_argument("--skip-faulty", action="store_true", help="leave out rows with faults")
    taking.add_argument(
        "--release",
        action="store_true",
        help="publish at once, what looks personal masked; else all wait for release",
    )
    taking.add_argument(
        "--figures",
        type=Path,
        metavar="CSV",
        help="write the numbers of these years, for ./sesame metrics import",
    )
    taking.set_defaults(run=lambda chosen: asyncio.run(take_over(chosen)))


async def take_over(chosen: argparse.Namespace) -> int:
    options = settings.load(NotifierSettings)
    try:
        mapping = _mapping(chosen.mapping)
        rows, faults = _read(chosen, mapping, ZoneInfo(options.timezone))
    except (OSError, ValueError) as problem:
        return _fail(str(problem))
    _show("faults", [str(fault) for fault in faults])
    if faults and not (chosen.skip_faulty or chosen.dry_run):
        return _fail("nothing was imported; mend these lines, or leave them out with --skip-faulty")
    async with command_transactions("notifier", options.database_url) as transactions:
        moving = MovingIn(transactions.begin, wall_of(options), chosen.release, _progress(len(rows)))
        outcome = await (moving.rehearse(rows) if chosen.dry_run else moving.keep(rows))
        _report(outcome, rehearsed=chosen.dry_run)
        if chosen.figures and not chosen.dry_run:
            await _write_figures(transactions, chosen.figures, options.timezone)
    return 1 if faults else 0


def _mapping(path: Path | None) -> ExportMapping:
    if path is None:
        return ExportMapping()
    try:
        return ExportMapping.of(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, BadMapping) as wrong:
        raise ValueError(f"{path}: {wrong}") from wrong


def _read(
    chosen: argparse.Namespace, mapping: ExportMapping, zone: ZoneInfo
) -> tuple[list[PastAnswer], list[RowFault]]:
    source = chosen.source or chosen.file.name
    reader = RowReader(KNOWN, source, zone, datetime.now(UTC), mapping.date_format, mapping.names)
    rows: dict[str, PastAnswer] = {}
    faults: list[RowFault] = []
    for line, theirs in rows_of(chosen.file):
        read = [theirs] if isinstance(theirs, RowFault) else reader.read(line, mapping.row(theirs))
        if isinstance(read, PastAnswer):
            twice = rows.setdefault(read.number, read)
            read = (
                []
                if twice is read
                else [RowFault(line, "id", read.number, f"stands in line {twice.line} as well")]
            )
        faults += read
    return list(rows.values()), faults


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, Any] | RowFault]]:
    """Line and row; a fault where that can't be read. CSV by its ending, else one JSON object a line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from _csv_rows(file) if path.suffix.lower() == ".csv" else _json_rows(file)


def _csv_rows(file: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | RowFault]]:
    reader = csv.DictReader(file, strict=True)
    begun = 2
    for row in reader:
        if None in row:
            yield begun, RowFault(begun, "row", str(row[None][0]), "has more fields than the first line")
        else:
            yield begun, dict(row)
        begun = reader.line_num + 1


def _json_rows(file: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | RowFault]]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            row = None
        yield (
            line,
            row
            if isinstance(row, dict)
            else RowFault(line, "row", text.strip(), "is no JSON object on one line"),
        )


def _report(outcome: Outcome, *, rehearsed: bool) -> None:
    lines = Counter(kind for _, kind in outcome.personal)
    said = [f"line {line}: {kind}" for line, kind in outcome.personal]
    _show("what looks personal", said)
    if lines:
        print("in all: " + ", ".join(f"{n:,} rows with {kind}" for kind, n in sorted(lines.items())))
    for state, n in sorted(outcome.states.items()):
        print(f"{n:,} {'would be: ' if rehearsed else ''}{STATES[state]}")
    if outcome.there:
        print(f"{outcome.there:,} were there already and stay as they are")
    if rehearsed:
        print("nothing was changed; leave out --dry-run to import")


def _show(what: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        print(line)
    if len(lines) > SHOWN:
        print(f"… and {len(lines) - SHOWN:,} more: {what}")


async def _write_figures(transactions: Transactions, path: Path, zone: str) -> None:
    async with transactions.begin() as unit:
        counted = await past_answers.counts(unit.db, zone)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(tuple(row) for row in counted)
    print(f"{path}: {len(counted):,} numbers; count them with: ./sesame metrics import --new-years {path}")


def _progress(whole: int) -> Callable[[int], None]:
    return lambda done: print(f"{done:,} of {whole:,}", file=sys.stderr, flush=True)


def _fail(reason: str) -> int:
    print(f"sesame: {reason}", file=sys.stderr)
    return 2

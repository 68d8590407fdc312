"""`./sesame archive import FILE`: years of questions and answers from another help desk."""

from __future__ import annotations

import argparse
import asyncio
import codecs
import csv
import re
import shlex
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
from services.notifier.commands.export_rows import is_table, rows_of
from services.notifier.domain.archive.html_words import LEFT
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

MARKUP = re.compile(r"</(?:p|div|li|ul|ol|td|a|b|strong|span|h[1-6])\s*>|<br\s*/?>", re.I)


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
        "--encoding",
        type=_encoding,
        metavar="NAME",
        help="how FILE is written, as cp1252; default: UTF-8",
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


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as unknown:
        raise argparse.ArgumentTypeError(f"{name!r} is no encoding; as utf-8 or cp1252") from unknown


@dataclass
class ExportRead:
    """What stands in a file."""

    rows: dict[str, PastAnswer] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    unread: list[str] | None = None
    """Columns that are no field of ours; None: nobody looked yet."""

    def take(self, line: int, read: PastAnswer | list[RowFault]) -> None:
        if isinstance(read, list):
            self.faults += read
            return
        first = self.rows.setdefault(read.number, read)
        if first is not read:
            self.faults.append(RowFault(line, "id", read.number, f"stands in line {first.line} as well"))

    def leave_out_doubles(self, sources: Mapping[int, str]) -> None:
        """`sources`: line → where the same row came from before."""
        for row in [row for row in self.rows.values() if row.line in sources]:
            known = sources[row.line]
            fix = f"is there already, from {known!r}; --source {shlex.quote(known)} if both are one"
            self.faults.append(RowFault(row.line, "id", row.number, fix))
            del self.rows[row.number]

    def notes(self, *, html: bool) -> Iterator[str]:
        """What is no fault, and may not be meant."""
        if self.unread:
            yield f"columns that are not read: {', '.join(self.unread)}"
        libraries = Counter(row.partner for row in self.rows.values())
        if libraries:
            yield "rows by library: " + ", ".join(f"{name} {n:,}" for name, n in sorted(libraries.items()))
        marked = [row.line for row in self.rows.values() if MARKUP.search(row.question + row.answer)]
        if marked and not html:
            yield (
                f"{len(marked):,} rows look like HTML, line {marked[0]} first;"
                " html = true in a mapping reads it as text"
            )
        left = [row.line for row in self.rows.values() if html and LEFT.search(row.question + row.answer)]
        if left:
            yield (
                f"{len(left):,} rows have a <style>, <script>, <title> or comment that is not closed, line"
                f" {left[0]} first; kept as it is written"
            )


async def take_over(chosen: argparse.Namespace) -> int:
    options = settings.load(NotifierSettings)
    try:
        mapping = _mapping(chosen.mapping)
        read = _read(chosen, mapping, ZoneInfo(options.timezone))
    except (OSError, ValueError, LookupError) as problem:
        return _fail(str(problem))
    async with command_transactions("notifier", options.database_url) as transactions:
        async with transactions.begin() as unit:
            whole = list(read.rows.values())
            read.leave_out_doubles(await past_answers.under_other_sources(unit.db, whole))
        rows, faults = list(read.rows.values()), read.faults
        _show("faults", [str(fault) for fault in faults])
        _show("notes", read.notes(html=mapping.html))
        if faults and not (chosen.skip_faulty or chosen.dry_run):
            return _fail("nothing was imported; mend these lines, or leave them out with --skip-faulty")
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


def _read(chosen: argparse.Namespace, mapping: ExportMapping, zone: ZoneInfo) -> ExportRead:
    """Raises ValueError for a file that can't be read as a whole."""
    source, read = chosen.source or chosen.file.name, ExportRead()
    reader = RowReader(KNOWN, source, zone, datetime.now(UTC), mapping.date_format, mapping.names)
    for line, theirs in rows_of(chosen.file, chosen.encoding or ""):
        if isinstance(theirs, RowFault):
            read.faults.append(theirs)
            continue
        if is_table(chosen.file) and read.unread is None:
            read.unread = _unread(chosen.file, mapping, theirs)
        if twin := mapping.twin(theirs):
            read.faults.append(
                RowFault(line, twin, "", "stands twice, in small letters and capitals; keep one")
            )
            continue
        read.take(line, reader.read(line, mapping.row(theirs)))
    if not read.rows and not read.faults:
        raise ValueError(f"{chosen.file}: there is no row in it")
    return read


def _unread(path: Path, mapping: ExportMapping, theirs: Mapping[str, Any]) -> list[str]:
    """Columns that nothing is read of. Raises ValueError for one that is needed and not there."""
    if twin := mapping.twin(theirs):
        raise ValueError(f"{path}: column {twin!r} stands twice, in small letters and capitals; rename one")
    columns = mapping.columns(theirs)
    missing = [name for name in mapping.needed if name not in columns]
    if missing:
        raise ValueError(
            f"{path}: its first line has no column {missing[0]!r}; it has: {', '.join(theirs)}."
            " How yours are called is said by a mapping (--mapping, see docs/moving-in.md)"
        )
    return [name for name in columns if name and name not in mapping.read]


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


def _show(what: str, said: Iterable[str]) -> None:
    lines = list(said)
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

"""`./sesame router partners import | export | diff | history`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import orjson
from rich.table import Table

from services.chassis.terminal import operator_console
from services.router.commands.coordinating import CommandContext, operator_name, run
from services.router.domain.question.question_report import in_zone
from services.router.files.partners import FileFault, read_file, to_csv, to_yaml
from services.router.store import partner_directory, partners
from services.router.store.partner_directory import Change

CHANGES_SHOWN = 200
"""Of a first import of thousands; `export` shows them all."""


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = things.add_parser("partners", help="import, export, compare, look at the history")
    actions = top.add_subparsers(metavar="ACTION", required=True)
    for name, meaning in (
        ("import", "make the database what the file says"),
        ("diff", "say what import would do"),
    ):
        action = actions.add_parser(name, help=meaning)
        action.add_argument("file", type=Path, help="YAML or CSV (by its ending)")
        action.add_argument("--whole", action="store_true", help="partners that the file doesn't name go")
        action.add_argument("--actor", default=operator_name(), help="who does it (default: %(default)s)")
        action.set_defaults(
            run=lambda chosen, name=name: run(partial(bring_in, chosen, write=name == "import"))
        )
    export = actions.add_parser("export", help="write all partners to a file or the screen")
    export.add_argument("file", type=Path, nargs="?", help="YAML or CSV (by its ending); none: YAML, here")
    export.set_defaults(run=lambda chosen: run(partial(take_out, chosen)))
    history = actions.add_parser("history", help="every change of one partner, with time and actor")
    history.add_argument("partner")
    history.set_defaults(run=lambda chosen: run(partial(show_history, chosen)))


async def bring_in(chosen: argparse.Namespace, there: CommandContext, *, write: bool) -> int:
    """Status 1 when the file has faults; what is right in it is imported all the same."""
    wanted, faults = read_file(chosen.file)
    _tell_faults(chosen.file, faults)
    async with there.transactions.begin() as unit:
        changes = await partner_directory.compare(unit.db, wanted, whole=chosen.whole)
        if write:
            await partner_directory.apply(unit.db, changes, actor=chosen.actor, now=unit.now)
    _tell_changes(changes)
    word = "changed" if write else "would change"
    print(f"{len(wanted)} partners read, {len(changes)} {word}, {len(faults)} faults named")
    return 1 if faults else 0


def _tell_faults(file: Path, faults: Sequence[FileFault]) -> None:
    for fault in faults:
        print(f"{file}, {fault}", file=sys.stderr)


def _tell_changes(changes: Sequence[Change]) -> None:
    for change in changes[:CHANGES_SHOWN]:
        print(_line(change))
    if len(changes) > CHANGES_SHOWN:
        print(f"… and {len(changes) - CHANGES_SHOWN} changes more")


def _line(change: Change) -> str:
    if change.before is None:
        return f"+ {change.partner}"
    if change.after is None:
        return f"- {change.partner}"
    before, after = change.before, change.after
    fields = (f"{name}: {before.get(name)!r} → {after.get(name)!r}" for name in change.fields)
    return f"~ {change.partner}: {'; '.join(fields)}"


async def take_out(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        records = list((await partner_directory.records(unit.db)).values())
    if chosen.file is None:
        print(to_yaml(records), end="")
    else:
        text = to_csv(records) if chosen.file.suffix == ".csv" else to_yaml(records)
        chosen.file.write_text(text, "utf-8")
        print(f"{len(records)} partners written to {chosen.file}")
    return 0


async def show_history(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        rows = await partners.history(unit.db, chosen.partner)
    if not rows:
        print(f"sesame: there never was a partner {chosen.partner}", file=sys.stderr)
        return 1
    table = Table("when", "who", "what")
    for row in rows:
        before, after = (orjson.loads(row[side]) if row[side] else None for side in ("before", "after"))
        change = _line(Change(chosen.partner, before, after))
        table.add_row(in_zone(row["changed_at"], there.settings.zone), row["actor"], change)
    operator_console().print(table)
    return 0
